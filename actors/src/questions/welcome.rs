//! Who takes an inbound call whose number has no assistant of its own. The caller hears nothing
//! until this is answered and a late answer drops the call, so who is calling is looked up under a
//! time limit and an answer that knows less goes out when it is over.

use std::sync::Arc;
use std::time::Instant;

use jiff::civil::Date;

use super::caller::{KnownCaller, look_up};
use super::destinations::{Destination, hand_over};
use super::search::Search;
use super::taker::taker;
use crate::booking::locale::say_in;
use crate::booking::{kept_for_number, kept_in_words, look_ahead, next_in_words, phrases};
use crate::bounds::{WELCOME_KEPT, WELCOME_LATER, WELCOME_LOOK_UP, WELCOME_SLOTS};
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
        Self::Nobody { words: phrases::questions::nobody_answers() }
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
    /// The next free slots of the usual service, in words, if they were known in time.
    pub open_slots: Option<String>,
}

impl Calls {
    /// Decides who takes an inbound call: the org's assistant for it; without any, a person of the
    /// org's; else nobody. Takes at most three seconds, whatever hangs; what is found after that is
    /// brought to the agent while the call goes on.
    pub async fn welcome(&self, org: &Arc<OrgEntry>, facts: &CallFacts) -> Welcome {
        let now = self.clock().now();
        let Some(id) = taker(org, facts, now) else {
            return match hand_over(org, facts, now) {
                Some(person) => Welcome::Person(Destination { plan: None, ..person }),
                None => say_in(org.settings().locale, Welcome::nobody),
            };
        };
        let mut searches = Searches::begin(self, org, facts);
        let (caller, kept_slot, open_slots) = tokio::join!(
            searches.caller.within(WELCOME_LOOK_UP),
            searches.kept.within(WELCOME_KEPT),
            searches.slots.within(WELCOME_SLOTS),
        );
        let briefing = Briefing {
            business: org.settings().name.clone(),
            today: now.to_zoned(org.zone.clone()).date(),
            time_zone: org.settings().timezone.clone(),
            caller,
            kept_slot,
            open_slots,
        };
        if searches.are_late() {
            tracing::warn!(org.id = %org.id(), "not all was found in time, call goes on without");
            let (calls, org, facts) = (self.clone(), Arc::clone(org), facts.clone());
            tokio::spawn(async move {
                if let Some(note) = searches.rest().await {
                    calls.brief(&org, &facts, note).await;
                }
            });
        }
        Welcome::Assistant { id: id.to_owned(), briefing }
    }
}

/// What is looked for while the phone rings.
struct Searches {
    caller: Search<KnownCaller>,
    kept: Search<String>,
    slots: Search<String>,
}

impl Searches {
    fn begin(calls: &Calls, org: &Arc<OrgEntry>, facts: &CallFacts) -> Self {
        let number = facts.caller.number.clone();
        let (shared, at, call) = (Arc::clone(&calls.shared), Arc::clone(org), facts.id.clone());
        let whose = number.clone();
        let caller =
            Search::begin(async move { look_up(&shared, &at, call.as_ref(), &whose?).await });
        let (shared, at, whose) = (Arc::clone(&calls.shared), Arc::clone(org), number.clone());
        let kept = Search::begin(async move {
            let kept = kept_for_number(&shared, at.id(), &whose?).await;
            kept.first().map(|(entry, slot)| kept_in_words(&at, entry, slot))
        });
        let (shared, at) = (Arc::clone(&calls.shared), Arc::clone(org));
        let slots = Search::begin(async move {
            // As the call's session does; what comes first is waited for by the other.
            look_ahead(&shared, &at).await;
            let until = Instant::now() + WELCOME_LATER;
            next_in_words(&shared, &at, number.as_deref(), until).await
        });
        Self { caller, kept, slots }
    }

    fn are_late(&self) -> bool {
        self.caller.is_late() || self.kept.is_late() || self.slots.is_late()
    }

    /// What came late, in words for the agent; `None` if that is nothing.
    async fn rest(self) -> Option<String> {
        let (caller, kept, slots) = tokio::join!(
            self.caller.later(WELCOME_LATER),
            self.kept.later(WELCOME_LATER),
            self.slots.later(WELCOME_LATER),
        );
        let (name, upcoming) = caller.map(|found| (found.name, found.upcoming)).unzip();
        let upcoming = upcoming.flatten();
        phrases::questions::found_later(
            name.as_deref(),
            upcoming.as_deref(),
            kept.as_deref(),
            slots.as_deref(),
        )
    }
}
