//! The state of one call and the pure function that folds events into it. Knows no actor, no
//! clock, no storage: the same events give the same state, here, after a restart, in a test.

pub(crate) mod handover;
mod parts;
mod transfer;

use std::collections::VecDeque;

use hookswitch_storage::{
    BookingSummary, CallEvent, CallKey, CallLinks, Caller, CustomerSummary, Direction, OfferedSlot,
    Speaker, StoredEvent,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use parts::{CallWarning, Ended, HeldSlot, ToolInFlight, TranscriptLine};
pub use transfer::{Transfer, TransferStage};

use crate::bounds::{MAX_LINE, MAX_OFFERED, MAX_WARNINGS, TRANSCRIPT_TAIL};

/// Everything that is known of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallState {
    /// Which call.
    pub key: CallKey,
    /// Vapi's last status; `ended` is final.
    pub status: String,
    /// Who called whom.
    pub direction: Direction,
    /// Who is on the line, as signalled.
    pub caller: Caller,
    /// Who that is, once known.
    pub customer: Option<CustomerSummary>,
    /// When the call was first heard of.
    pub started_at: Timestamp,
    /// Today in the org's zone, fixed when the call started.
    pub today: Date,
    /// The org's IANA zone when the call started.
    pub time_zone: String,
    /// Slots given to the agent so far.
    pub offered_slots: Vec<OfferedSlot>,
    /// The slot that is being booked or kept, and until when.
    pub held_slot: Option<HeldSlot>,
    /// Bookings made or touched in this call.
    pub bookings: Vec<BookingSummary>,
    /// Failed attempts to book.
    pub attempts: u32,
    /// Tools that are running.
    pub tools_in_flight: Vec<ToolInFlight>,
    /// The last lines that were said.
    pub transcript_tail: VecDeque<TranscriptLine>,
    /// What supervisors should know.
    pub warnings: Vec<CallWarning>,
    /// Who is watching.
    pub watchers: Vec<String>,
    /// Who has stepped in.
    pub controller: Option<String>,
    /// Where Vapi takes commands; never shown.
    pub links: CallLinks,
    /// Vapi's assistant.
    pub assistant_id: Option<String>,
    /// The name for which a time was wanted that this call has booked for another, once the caller was
    /// asked which of the two it is for; not shown.
    pub asked_name: Option<String>,
    /// When the caller was last to be handed over, unless that failed; not shown.
    pub transfer_requested_at: Option<Timestamp>,
    /// The last hand-over to a person.
    pub transfer: Option<Transfer>,
    /// When and why the call ended.
    pub ended: Option<Ended>,
    /// Position of the last event that was folded in.
    pub seq: u64,
    /// When the last event happened.
    pub last_at: Timestamp,
}

/// A field of the state that watchers see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is the field of the same name")]
pub enum Field {
    Status,
    Direction,
    Caller,
    Customer,
    StartedAt,
    Today,
    OfferedSlots,
    HeldSlot,
    Bookings,
    Attempts,
    ToolsInFlight,
    TranscriptTail,
    Warnings,
    Watchers,
    Controller,
    Transfer,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 16] = [
        Self::Status,
        Self::Direction,
        Self::Caller,
        Self::Customer,
        Self::StartedAt,
        Self::Today,
        Self::OfferedSlots,
        Self::HeldSlot,
        Self::Bookings,
        Self::Attempts,
        Self::ToolsInFlight,
        Self::TranscriptTail,
        Self::Warnings,
        Self::Watchers,
        Self::Controller,
        Self::Transfer,
    ];
}

/// The fields that an event changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed(u16);

impl Changed {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(u16::MAX);

    fn of(fields: &[Field]) -> Self {
        Self(fields.iter().fold(0, |mask, field| mask | 1 << *field as u16))
    }

    fn and(self, field: Field) -> Self {
        Self(self.0 | Self::of(&[field]).0)
    }

    /// The fields, in the order of [`Field::ALL`].
    pub fn fields(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |field| self.0 & (1 << *field as u16) != 0)
    }
}

impl CallState {
    /// A call of which nothing is known yet.
    #[must_use]
    pub fn new(key: CallKey, now: Timestamp, today: Date, time_zone: &str) -> Self {
        Self {
            key,
            status: "in-progress".into(),
            direction: Direction::default(),
            caller: Caller::default(),
            customer: None,
            started_at: now,
            today,
            time_zone: time_zone.into(),
            offered_slots: Vec::new(),
            held_slot: None,
            bookings: Vec::new(),
            attempts: 0,
            tools_in_flight: Vec::new(),
            transcript_tail: VecDeque::new(),
            warnings: Vec::new(),
            watchers: Vec::new(),
            controller: None,
            links: CallLinks::default(),
            assistant_id: None,
            asked_name: None,
            transfer_requested_at: None,
            transfer: None,
            ended: None,
            seq: 0,
            last_at: now,
        }
    }

    /// Today in a zone, fixed when the call started as [`Self::today`] is: a word like "tomorrow"
    /// means one day for the whole call, in whatever zone it is meant.
    #[must_use]
    pub fn today_in(&self, zone: &TimeZone) -> Date {
        if zone.iana_name() == Some(self.time_zone.as_str()) {
            return self.today;
        }
        zone.to_datetime(self.started_at).date()
    }

    /// Folds all `events` into a call.
    #[must_use]
    pub fn restore(mut self, events: &[StoredEvent]) -> Self {
        for event in events {
            self.apply(event);
        }
        self
    }

    /// Folds one event in and says which fields it changed. An event that was folded in before
    /// changes nothing.
    pub fn apply(&mut self, stored: &StoredEvent) -> Changed {
        if stored.seq <= self.seq {
            return Changed::NONE;
        }
        self.seq = stored.seq;
        self.last_at = self.last_at.max(stored.at);
        let changed = self.fold(stored);
        match self.ended {
            // What still happens after the end must not look like a new call to a watcher.
            Some(_) => changed.and(Field::Status),
            None => changed,
        }
    }

    fn fold(&mut self, stored: &StoredEvent) -> Changed {
        let at = stored.at;
        match &stored.event {
            CallEvent::CallStarted {
                direction,
                caller,
                today,
                time_zone,
                assistant_id,
                links,
                ..
            } => {
                self.direction = *direction;
                self.caller = caller.clone();
                // It comes again when a later message knows more of who is calling.
                if stored.seq == 1 {
                    self.started_at = at;
                }
                self.today = *today;
                self.time_zone.clone_from(time_zone);
                self.assistant_id.clone_from(assistant_id);
                self.links = links.clone();
                Changed::ALL
            }
            CallEvent::StatusChanged { status } => {
                if self.ended.is_none() {
                    self.status.clone_from(status);
                }
                Changed::of(&[Field::Status])
            }
            CallEvent::Transcript { speaker, text, is_final, .. } => {
                self.hear(at, *speaker, text, *is_final);
                Changed::of(&[Field::TranscriptTail])
            }
            CallEvent::ToolStarted { tool_call_id, name } => {
                self.tools_in_flight.retain(|tool| tool.tool_call_id != *tool_call_id);
                self.tools_in_flight.push(ToolInFlight {
                    tool_call_id: tool_call_id.clone(),
                    name: name.clone(),
                    started_at: at,
                });
                Changed::of(&[Field::ToolsInFlight])
            }
            CallEvent::ToolFinished { tool_call_id, .. } => {
                self.tools_in_flight.retain(|tool| tool.tool_call_id != *tool_call_id);
                Changed::of(&[Field::ToolsInFlight])
            }
            CallEvent::CustomerIdentified { customer } => {
                self.customer = Some(customer.clone());
                if self.caller.name.is_none() {
                    self.caller.name = Some(customer.name.clone());
                }
                Changed::of(&[Field::Customer, Field::Caller])
            }
            CallEvent::SlotsOffered { slots } => {
                self.offer(slots);
                Changed::of(&[Field::OfferedSlots])
            }
            CallEvent::SlotHeld { slot, until } => {
                self.held_slot = Some(HeldSlot { slot: slot.clone(), until: *until });
                Changed::of(&[Field::HeldSlot])
            }
            CallEvent::BookingMade { booking } => {
                self.put_booking(booking);
                self.held_slot = None;
                Changed::of(&[Field::Bookings, Field::HeldSlot])
            }
            CallEvent::BookingChanged { booking } | CallEvent::BookingCancelled { booking } => {
                self.put_booking(booking);
                self.held_slot = None;
                Changed::of(&[Field::Bookings, Field::HeldSlot])
            }
            CallEvent::AttemptCounted { attempts } => {
                self.attempts = self.attempts.max(*attempts);
                Changed::of(&[Field::Attempts])
            }
            CallEvent::Warning { code, message } => {
                let fields: &[Field] = if handover::takes_back(code) {
                    self.transfer_requested_at = None;
                    transfer::sent(&mut self.transfer, false);
                    &[Field::Warnings, Field::Transfer]
                } else {
                    &[Field::Warnings]
                };
                self.warnings.push(CallWarning {
                    at,
                    code: code.clone(),
                    message: message.clone(),
                });
                let surplus = self.warnings.len().saturating_sub(MAX_WARNINGS);
                self.warnings.drain(..surplus);
                Changed::of(fields)
            }
            CallEvent::CallEnded { reason } => {
                // It comes again when a later message knows better why.
                let at = self.ended.as_ref().map_or(at, |ended| ended.at);
                self.ended = Some(Ended { at, reason: reason.clone() });
                self.status = "ended".into();
                self.tools_in_flight.clear();
                self.held_slot = None;
                self.controller = None;
                transfer::ended(&mut self.transfer, reason);
                Changed::of(&[
                    Field::Status,
                    Field::ToolsInFlight,
                    Field::HeldSlot,
                    Field::Controller,
                    Field::Transfer,
                ])
            }
            CallEvent::SessionRestored => {
                // What ran when the session died runs no more.
                self.tools_in_flight.clear();
                // A watcher may not have heard of a call that was not awake.
                Changed::ALL
            }
            CallEvent::TransferRequested { department, number, summary, warm, by_command } => {
                self.transfer_requested_at = Some(at);
                let Some(number) = number else { return Changed::NONE };
                // What is told of it after the end begins nothing.
                if self.ended.is_none() || self.transfer.is_none() {
                    let to = (department.as_ref(), number.as_str(), summary.as_str());
                    let way = transfer::Way { warm: *warm, by_command: *by_command };
                    transfer::request(&mut self.transfer, to, way, at);
                }
                Changed::of(&[Field::Transfer])
            }
            CallEvent::TransferChanged { sign, number } => {
                transfer::hear(&mut self.transfer, *sign, number.as_deref());
                Changed::of(&[Field::Transfer])
            }
            CallEvent::ControlSent { action, by } => {
                match action.as_str() {
                    "take" => self.controller = Some(by.clone()),
                    "release" => self.controller = None,
                    "transfer" => {
                        transfer::sent(&mut self.transfer, true);
                        return Changed::of(&[Field::Transfer]);
                    }
                    _ => return Changed::NONE,
                }
                Changed::of(&[Field::Controller])
            }
            CallEvent::BookingFailed { name, .. } => {
                if name.is_some() {
                    self.asked_name.clone_from(name);
                }
                Changed::NONE
            }
        }
    }

    fn hear(&mut self, at: Timestamp, speaker: Speaker, text: &str, is_final: bool) {
        if self.transcript_tail.back().is_some_and(|line| !line.is_final && line.speaker == speaker)
        {
            self.transcript_tail.pop_back();
        }
        let text = text.chars().take(MAX_LINE).collect();
        self.transcript_tail.push_back(TranscriptLine { at, speaker, text, is_final });
        while self.transcript_tail.len() > TRANSCRIPT_TAIL {
            self.transcript_tail.pop_front();
        }
    }

    fn offer(&mut self, slots: &[OfferedSlot]) {
        for slot in slots {
            let mut slot = slot.clone();
            let known = self.offered_slots.iter().position(|known| {
                known.start == slot.start
                    && known.service_id == slot.service_id
                    && known.resource == slot.resource
            });
            // What was offered last is what the caller's next words are about, so it goes last.
            if let Some(known) = known.map(|place| self.offered_slots.remove(place)) {
                slot.spoken |= known.spoken;
                // Nobody says how many they are each time that they ask.
                slot.party_size = slot.party_size.or(known.party_size);
            }
            self.offered_slots.push(slot);
        }
        // What was spoken is what the caller will come back to, so it is the last to go.
        while self.offered_slots.len() > MAX_OFFERED {
            let unspoken = self.offered_slots.iter().position(|slot| !slot.spoken);
            self.offered_slots.remove(unspoken.unwrap_or(0));
        }
    }

    fn put_booking(&mut self, booking: &BookingSummary) {
        match self.bookings.iter_mut().find(|known| known.id == booking.id) {
            Some(known) => *known = booking.clone(),
            None => self.bookings.push(booking.clone()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
