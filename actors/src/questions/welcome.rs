//! Who takes an inbound call whose number has no assistant of its own. The caller hears nothing
//! until this is answered and a late answer drops the call, so who is calling is looked up under a
//! time limit and an answer that knows less goes out when it is over.

use std::sync::Arc;

use hookswitch_storage::CallId;
use jiff::civil::Date;

use super::caller::{KnownCaller, look_up};
use super::destinations::{Destination, hand_over};
use crate::booking::{kept_for_number, kept_in_words, phrases};
use crate::bounds::{WELCOME_KEPT, WELCOME_LOOK_UP};
use crate::calls::Calls;
use crate::orgs::OrgEntry;
use crate::session::facts::CallFacts;

/// Who takes a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Welcome {
    /// An assistant of the org's, told what it should know.
    Assistant {
        /// Vapi's id of it.
        id: String,
        /// What it should know.
        briefing: Briefing,
    },
    /// A person, since the org has no assistant.
    Person(Destination),
    /// Nobody.
    Nobody {
        /// What the caller hears.
        words: &'static str,
    },
}

impl Welcome {
    /// What a caller hears whose call is of no org that is known.
    #[must_use]
    pub fn nobody() -> Self {
        Self::Nobody { words: phrases::questions::NOBODY_ANSWERS }
    }
}

/// What an assistant is told before it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Briefing {
    /// The business's name.
    pub business: String,
    /// Today in the org's zone.
    pub today: Date,
    /// The org's IANA zone.
    pub time_zone: String,
    /// Who is calling, if that was found in time.
    pub caller: Option<KnownCaller>,
    /// A slot of the waitlist that is kept for them, in words.
    pub kept_slot: Option<String>,
}

impl Calls {
    /// Decides who takes an inbound call: the first of the org's assistants; without any, a
    /// person of the org's; else nobody. Takes at most three seconds, whatever hangs.
    pub async fn welcome(&self, org: &Arc<OrgEntry>, facts: &CallFacts) -> Welcome {
        let number = facts.caller.number.as_deref();
        let Some(id) = org.settings().assistant_ids.first() else {
            return match hand_over(org, facts) {
                Some(person) => {
                    let words = phrases::questions::CONNECTING_YOU;
                    Welcome::Person(Destination { words, ..person })
                }
                None => Welcome::nobody(),
            };
        };
        let now = self.clock().now();
        let briefing = Briefing {
            business: org.settings().name.clone(),
            today: now.to_zoned(org.zone.clone()).date(),
            time_zone: org.settings().timezone.clone(),
            caller: match number {
                Some(number) => self.known_caller(org, facts.id.as_ref(), number).await,
                None => None,
            },
            kept_slot: match number {
                Some(number) => self.kept_slot(org, number).await,
                None => None,
            },
        };
        Welcome::Assistant { id: id.clone(), briefing }
    }

    async fn kept_slot(&self, org: &Arc<OrgEntry>, number: &str) -> Option<String> {
        let search = kept_for_number(&self.shared, org.id(), number);
        // Our own rows; when even they hang, the call is not to wait for them.
        let kept = tokio::time::timeout(WELCOME_KEPT, search).await.ok()?;
        kept.first().map(|(entry, slot)| kept_in_words(org, entry, slot))
    }

    async fn known_caller(
        &self,
        org: &Arc<OrgEntry>,
        call: Option<&CallId>,
        number: &str,
    ) -> Option<KnownCaller> {
        let search = look_up(&self.shared, org, call, number);
        match tokio::time::timeout(WELCOME_LOOK_UP, search).await {
            Ok(known) => known,
            Err(_) => {
                tracing::warn!(org.id = %org.id(), "caller not found in time, call goes on without");
                None
            }
        }
    }
}
