//! Hands one message over, to the carrier of text messages or to the mail server. Written down before
//! and after, so that after a crash or a lost answer the carrier is asked what it has before anything is
//! sent again. A mail server knows nothing of what it took: a mail is sent again under the same id, by
//! which mail programs know it for the one they have.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{
    Begun, Channel, Handover, Message, MessageState, OrgId, SEND_MESSAGE, SendMessage, StoreError,
};
use jiff::{SignedDuration, Timestamp};

use super::hours::{Goes, goes};
use super::{account, letter, mail_account, trouble, wording};
use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work};
use crate::orgs::OrgEntry;
use crate::ports::{Mail, MailAccount, MessengerError, Taken, Text, TextAccount};

/// How long after it was handed over a message that the carrier does not list will surely not be
/// listed any more.
const SHOWS_WITHIN: Duration = Duration::from_secs(20);

/// How soon a lost answer is looked for.
const LOOK_AFTER: Duration = Duration::from_secs(3);

/// The carrier's clock may differ from ours by so much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(120);

/// For how long after it was first handed over a mail is sent again whose answers are lost each time.
const MAIL_AGAIN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Soonest and latest that a mail without a place in the line looks for one again, seconds: a server
/// that hangs holds the places for a minute, and each look is a write.
const NEXT_PLACE: (u64, u64) = (15, 45);

/// Soonest and latest after there is room again that a message beyond the org's limit goes, seconds.
const AFTER_ROOM: (u64, u64) = (0, 30);

/// Shortest and longest time that a carrier lets itself be given.
const VALID: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(36_000));

/// The work of sending messages.
pub(crate) struct SendMessages;

#[async_trait]
impl Work for SendMessages {
    type Payload = SendMessage;

    const KIND: &'static str = SEND_MESSAGE;

    fn pace(&self) -> Pace {
        // Ends with the message's time, not with a count.
        let first = Duration::from_secs(5);
        Pace { first, most_runs: None, ..Pace::default() }
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<SendMessage>) -> Ended {
        let SendMessage { message: id } = order.payload;
        let run = Run { shared, org: &order.org };
        let ended = match shared.store.message(&order.org, &id).await {
            Ok(Some(message)) if message.state.is_open() => run.hand_over(message).await,
            Ok(_) => Ok(Ended::Done),
            Err(error) => Err(error),
        };
        shared.handovers.ended(&id);
        ended.unwrap_or_else(|error| again(None, &error.to_string()))
    }
}

fn again(after: Option<Duration>, why: &str) -> Ended {
    Ended::Again { after, why: why.to_owned() }
}

struct Run<'a> {
    shared: &'a Arc<Shared>,
    org: &'a OrgId,
}

impl Run<'_> {
    async fn hand_over(&self, message: Message) -> Result<Ended, StoreError> {
        let org = self.shared.orgs.get(self.org);
        let way = match &org {
            Some(org) => way(self.shared, org, message.channel),
            None => Ok(None),
        };
        let (org, way) = match (org, way) {
            (Some(org), Ok(Some(way))) => (org, way),
            (_, Err(error)) => return Ok(again(None, &error.to_string())),
            _ => return self.skip(&message, "the org has no account to send it with").await,
        };
        let _place = match &way {
            Way::Text(_) => None,
            Way::Mail(_) => match self.shared.mail_line.enter(self.org) {
                None => {
                    let after = spread(&message, NEXT_PLACE);
                    return Ok(again(Some(after), "other mails go first"));
                }
                place => place,
            },
        };
        let now = self.shared.clock.now();
        if message.state == MessageState::Sending {
            let ended = match &way {
                Way::Text(account) => self.look(&message, account).await?,
                Way::Mail(_) => self.give_up_mail(&message, now).await?,
            };
            if let Some(ended) = ended {
                return Ok(ended);
            }
        }
        if now >= message.expires_at {
            let problem = match &message.problem {
                Some(problem) => format!("could not be sent in time: {problem}"),
                None => "could not be sent in time".to_owned(),
            };
            return self.end(&message, Handover::Refused { problem, code: None }).await;
        }
        if self.shared.store.opted_out(self.org, &message.to).await?.is_some() {
            return self.skip(&message, "the number has asked for no more messages").await;
        }
        match goes(org.settings(), &message, now) {
            Goes::Now => {}
            Goes::At(end) => return Ok(again(Some(until(now, end)), "quiet hours are on")),
            Goes::Never => {
                return self.skip(&message, "quiet hours are on, and after them it is late").await;
            }
        }
        let Some(parcel) = self.pack(&org, way, &message, now).await? else {
            return self.skip(&message, "it was overtaken by what happened since").await;
        };
        let body = parcel.body();
        let begun = self.shared.store.begin_message(self.org, &message.id, body, now).await?;
        match begun {
            Begun::Begun(_) => {}
            Begun::Over => return Ok(Ended::Done),
            Begun::Later(room) => {
                let after = until(now, room) + spread(&message, AFTER_ROOM);
                return Ok(again(Some(after), "the org has sent its messages of this hour"));
            }
        }
        let sent = match parcel {
            Parcel::Text(account, text) => self.shared.messenger.send(&account, &text).await,
            Parcel::Mail(account, mail) => self.shared.mailer.send(&account, &mail).await,
        };
        self.judge(&message, sent).await
    }

    /// What is handed over; `None` if there is nothing to say any more.
    async fn pack(
        &self,
        org: &OrgEntry,
        way: Way,
        message: &Message,
        now: Timestamp,
    ) -> Result<Option<Parcel>, StoreError> {
        Ok(match way {
            Way::Text(account) => wording::of(self.shared, org, message)
                .await?
                .map(|body| Parcel::Text(account, text(message, body, now))),
            Way::Mail(account) => {
                letter::of(self.shared, org, message).await?.map(|(letter, appointment)| {
                    let (id, to) = (message.id.clone(), message.to.clone());
                    let mail = Mail { id, to, letter, appointment, at: now };
                    Parcel::Mail(account, Box::new(mail))
                })
            }
        })
    }

    /// Ends what was sent again and again without an answer: it may come as often, if not to the eyes
    /// of who reads it.
    async fn give_up_mail(
        &self,
        message: &Message,
        now: Timestamp,
    ) -> Result<Option<Ended>, StoreError> {
        let since = message.handed_over_at.unwrap_or(message.created_at);
        if now < message.expires_at && now.duration_since(since) < MAIL_AGAIN_FOR {
            return Ok(None);
        }
        let problem = "the mail server never said whether it took it; it may have arrived".into();
        self.end(message, Handover::Refused { problem, code: None }).await.map(Some)
    }

    async fn judge(
        &self,
        message: &Message,
        sent: Result<Taken, MessengerError>,
    ) -> Result<Ended, StoreError> {
        let error = match sent {
            Ok(Taken { external_id, state }) => {
                return self.end(message, Handover::Taken { external_id, state }).await;
            }
            Err(error) => error,
        };
        let problem = error.to_string();
        match error {
            MessengerError::Unknown => Ok(match message.channel {
                Channel::Sms => again(Some(LOOK_AFTER), &problem),
                Channel::Email => again(None, &problem),
            }),
            MessengerError::Refused { code, .. } => {
                self.end(message, Handover::Refused { problem, code }).await
            }
            MessengerError::OptedOut { code } => {
                let now = self.shared.clock.now();
                self.shared.store.wants_messages(self.org, &message.to, false, now).await?;
                self.close(message, Handover::Refused { problem, code }).await
            }
            MessengerError::Busy { retry_after } => {
                self.not_taken(message, problem.clone()).await?;
                Ok(again(retry_after, &problem))
            }
            MessengerError::Account { .. }
            | MessengerError::Later { .. }
            | MessengerError::NotSent => {
                self.not_taken(message, problem.clone()).await?;
                Ok(again(None, &problem))
            }
        }
    }

    /// What became of a message that was handed over and whose answer was lost; `None` if it surely
    /// was not taken.
    async fn look(
        &self,
        message: &Message,
        account: &TextAccount,
    ) -> Result<Option<Ended>, StoreError> {
        let (Some(body), Some(at)) = (message.body.clone(), message.handed_over_at) else {
            return Ok(None);
        };
        let now = self.shared.clock.now();
        let since = at.checked_sub(CLOCKS_DIFFER).unwrap_or(at);
        let found = self.shared.messenger.find(account, &text(message, body, now), since).await;
        Ok(match found {
            Ok(Some(taken)) => Some(self.judge(message, Ok(taken)).await?),
            Ok(None) if is_within(at, now, SHOWS_WITHIN) => {
                Some(again(Some(LOOK_AFTER), "the carrier may not show it yet"))
            }
            Ok(None) => None,
            Err(error) => Some(again(None, &error.to_string())),
        })
    }

    /// This time it was not taken. A mail whose answer was lost before may have been all the same, and
    /// whatever happens to its booking has to be told as if it was.
    async fn not_taken(&self, message: &Message, problem: String) -> Result<(), StoreError> {
        if message.channel == Channel::Email && message.state == MessageState::Sending {
            return Ok(());
        }
        let handover = Handover::NotTaken { problem };
        let now = self.shared.clock.now();
        self.shared.store.end_message(self.org, &message.id, handover, now).await.map(|_| ())
    }

    async fn skip(&self, message: &Message, problem: &str) -> Result<Ended, StoreError> {
        self.end(message, Handover::Skipped { problem: problem.to_owned() }).await
    }

    async fn end(&self, message: &Message, handover: Handover) -> Result<Ended, StoreError> {
        let problem = match &handover {
            Handover::Refused { problem, code } => {
                tracing::warn!(
                    org.id = %self.org, message.id = %message.id,
                    message.purpose = message.purpose.name(), code, problem, "a message was not sent"
                );
                Some(problem.clone())
            }
            _ => None,
        };
        let ended = self.close(message, handover).await?;
        if let Some(problem) = problem {
            trouble::warn(self.shared, message, &problem).await;
        }
        Ok(ended)
    }

    /// As [`Run::end`], where nobody need hear of it.
    async fn close(&self, message: &Message, handover: Handover) -> Result<Ended, StoreError> {
        let now = self.shared.clock.now();
        self.shared.store.end_message(self.org, &message.id, handover, now).await?;
        Ok(Ended::Kept)
    }
}

/// How a message travels, and with what.
enum Way {
    Text(TextAccount),
    Mail(MailAccount),
}

/// A message as it is handed over.
enum Parcel {
    Text(TextAccount, Text),
    Mail(MailAccount, Box<Mail>),
}

impl Parcel {
    /// What of it is kept.
    fn body(&self) -> String {
        match self {
            Self::Text(_, text) => text.body.clone(),
            Self::Mail(_, mail) => mail.letter.text(),
        }
    }
}

fn way(shared: &Shared, org: &OrgEntry, channel: Channel) -> Result<Option<Way>, MessengerError> {
    Ok(match channel {
        Channel::Sms => account(shared, org)?.map(Way::Text),
        Channel::Email => mail_account(shared, org)?.map(Way::Mail),
    })
}

/// Between these seconds from now, and not at the same moment as others that wait with it. The spread
/// comes from its id, so that it is the same on every machine.
fn spread(message: &Message, (soonest, latest): (u64, u64)) -> Duration {
    let mut hasher = DefaultHasher::new();
    message.id.as_str().hash(&mut hasher);
    Duration::from_secs(soonest + hasher.finish() % (latest - soonest + 1))
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}

fn is_within(at: Timestamp, now: Timestamp, time: Duration) -> bool {
    SignedDuration::try_from(time).is_ok_and(|time| now.duration_since(at) < time)
}

fn text(message: &Message, body: String, now: Timestamp) -> Text {
    let left = Duration::try_from(message.expires_at.duration_since(now)).unwrap_or_default();
    let valid_for = left.clamp(VALID.0, VALID.1);
    Text { id: message.id.clone(), to: message.to.clone(), body, valid_for }
}
