//! Whose request goes next. Connections that share a limit take turns, whatever one of them floods;
//! within a connection what was begun goes before writes, and writes before reads. Pure in the time
//! that it is given: it is told what arrives and what ends, and tells who may go.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use tokio::sync::oneshot;

use super::{Rank, Refused, SeatPlan};
use crate::bounds::{MAX_REST, REQUEST_NEEDS};
use crate::outbound::meter::{Counts, Left, Meter};
use crate::ports::{Allowance, QuotaTold};

/// Whom a seat is for.
pub(super) type PartyId = u64;
/// A place in a party's line: the least goes first.
pub(super) type Ticket = (Rank, u64);
pub(super) type Verdict = Result<(), Refused>;

/// Requests of several parties that share what is allowed.
pub(super) struct Queue {
    shared: Vec<Meter>,
    at_once: usize,
    /// A pause that is asked of one is asked of all.
    rests_together: bool,
    /// Until when they do.
    all_rest_until: Option<Instant>,
    under_way: usize,
    parties: BTreeMap<PartyId, Party>,
    /// Who has somebody waiting, the one whose turn it is first.
    turns: VecDeque<PartyId>,
    next: u64,
    /// When somebody will look again by themselves.
    pub(super) alarm: Option<Instant>,
}

struct Party {
    of_all: Option<Allowance>,
    meters: Vec<Meter>,
    bookings: Vec<Meter>,
    at_once: usize,
    most_waiting: usize,
    under_way: usize,
    waiting: BTreeMap<Ticket, Waiter>,
    rests_until: Option<Instant>,
    /// Writes often have a limit of their own, so that questions go on.
    writes_rest_until: Option<Instant>,
    told: Option<Told>,
}

/// What the service itself said is left.
struct Told {
    limit: Option<u32>,
    remaining: u32,
    resets_at: Instant,
}

struct Waiter {
    deadline: Instant,
    tell: oneshot::Sender<Verdict>,
}

/// What is to become of a party's first.
enum Turn {
    Go(Ticket),
    At(Instant),
    WhenOneEnds,
}

fn meters(allowances: &[Allowance]) -> Vec<Meter> {
    allowances.iter().map(|allowance| Meter::new(*allowance)).collect()
}

impl Queue {
    pub(super) fn new(shared: &[Allowance], at_once: Option<u32>, rests_together: bool) -> Self {
        let at_once = at_once.and_then(|most| usize::try_from(most).ok());
        Self {
            shared: meters(shared),
            at_once: at_once.map_or(usize::MAX, |most| most.max(1)),
            rests_together,
            all_rest_until: None,
            under_way: 0,
            parties: BTreeMap::new(),
            turns: VecDeque::new(),
            next: 0,
            alarm: None,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(super) fn arrive(&mut self, plan: &SeatPlan, now: Instant) -> PartyId {
        let id = self.number();
        let mut bookings = meters(&plan.bookings);
        for at in plan.booked.iter().map(|ago| now.checked_sub(*ago).unwrap_or(now)) {
            bookings.iter_mut().for_each(|meter| meter.take(at));
        }
        let party = Party {
            of_all: plan.of_all,
            meters: meters(&plan.allowances),
            bookings,
            at_once: plan.at_once.max(1),
            most_waiting: plan.most_waiting,
            under_way: 0,
            waiting: BTreeMap::new(),
            rests_until: self.all_rest_until,
            writes_rest_until: None,
            told: None,
        };
        self.parties.insert(id, party);
        self.keep_to_the_least();
        id
    }

    /// Whoever was told of the least that is shared is believed for as long as they are there.
    fn keep_to_the_least(&mut self) {
        let rate = |of_all: &Allowance| f64::from(of_all.requests) / of_all.within.as_secs_f64();
        let told = self.parties.values().filter_map(|party| party.of_all);
        let least = told.min_by(|one, other| rate(one).total_cmp(&rate(other)));
        if let (Some(least), Some(meter)) = (least, self.shared.first_mut()) {
            meter.allow(least);
        }
    }

    /// A party is no more; whoever waits for it hears so.
    pub(super) fn leave(&mut self, id: PartyId) {
        if let Some(party) = self.parties.remove(&id) {
            self.under_way = self.under_way.saturating_sub(party.under_way);
            self.keep_to_the_least();
        }
        self.turns.retain(|turn| *turn != id);
    }

    /// Whether there is no party, and the shared limit is as if nobody had ever asked.
    pub(super) fn is_forgotten(&self, now: Instant) -> bool {
        self.parties.is_empty() && self.shared.iter().all(|meter| meter.is_whole(now))
    }

    /// Takes a place in line, unless it would be in vain.
    pub(super) fn enter(
        &mut self,
        id: PartyId,
        rank: Rank,
        deadline: Instant,
        now: Instant,
    ) -> Result<(Ticket, oneshot::Receiver<Verdict>), Refused> {
        let ticket = (rank, self.number());
        let at = self.expected(id, ticket, now).ok_or_else(Refused::at_once)?;
        if at > now && at + REQUEST_NEEDS > deadline {
            return Err(Refused { retry_after: Some(at - now) });
        }
        let (tell, told) = oneshot::channel();
        let party = self.parties.get_mut(&id).ok_or_else(Refused::at_once)?;
        if party.waiting.is_empty() {
            self.turns.push_back(id);
        }
        party.waiting.insert(ticket, Waiter { deadline, tell });
        Ok((ticket, told))
    }

    /// Why a ticket may not wait, if more wait already than may.
    pub(super) fn surplus(&self, id: PartyId, ticket: Ticket, now: Instant) -> Option<Refused> {
        let party = self.parties.get(&id)?;
        let waits = party.waiting.contains_key(&ticket) && !ticket.0.is_begun();
        if !waits || party.waiting.len() <= party.most_waiting {
            return None;
        }
        let at = self.expected(id, ticket, now).filter(|at| *at > now);
        Some(Refused { retry_after: at.map(|at| at - now) })
    }

    /// Gives a place in line up; false if its turn had come.
    pub(super) fn give_up(&mut self, id: PartyId, ticket: Ticket) -> bool {
        let party = self.parties.get_mut(&id);
        party.is_some_and(|party| party.waiting.remove(&ticket).is_some())
    }

    /// A request has ended.
    pub(super) fn ended(&mut self, id: PartyId) {
        if let Some(party) = self.parties.get_mut(&id) {
            party.under_way = party.under_way.saturating_sub(1);
            self.under_way = self.under_way.saturating_sub(1);
        }
    }

    /// Lets no request of a party go before `until`, or no write if that is all that was too much;
    /// tells those who cannot wait so long.
    pub(super) fn rest(&mut self, id: PartyId, writes_only: bool, until: Instant, now: Instant) {
        if self.rests_together {
            self.all_rest_until = self.all_rest_until.max(Some(until));
            self.parties.values_mut().for_each(|party| party.rest(false, until, now));
        } else if let Some(party) = self.parties.get_mut(&id) {
            party.rest(writes_only, until, now);
        }
    }

    /// Counts a new booking of a party, unless no more are allowed for now.
    pub(super) fn take_booking(&mut self, id: PartyId, now: Instant) -> Result<(), Refused> {
        let Some(party) = self.parties.get_mut(&id) else { return Ok(()) };
        let times = party.bookings.iter().map(|meter| meter.may_go_at(false, 0, now));
        if let Some(at) = times.max().filter(|at| *at > now) {
            return Err(Refused { retry_after: Some(at - now) });
        }
        party.bookings.iter_mut().for_each(|meter| meter.take(now));
        Ok(())
    }

    /// Whether so many new bookings of a party could be made one after another now.
    pub(super) fn has_room_for_bookings(&self, id: PartyId, count: usize, now: Instant) -> bool {
        let before = count.saturating_sub(1);
        self.parties.get(&id).is_none_or(|party| {
            party.bookings.iter().all(|meter| meter.may_go_at(false, before, now) <= now)
        })
    }

    /// Tells all who wait for a party that it is in vain.
    pub(super) fn turn_away(&mut self, id: PartyId, refused: Refused) {
        if let Some(party) = self.parties.get_mut(&id) {
            party.turn_away(refused, |_, _| true);
        }
    }

    pub(super) fn told(&mut self, id: PartyId, told: QuotaTold, now: Instant) {
        let Some(party) = self.parties.get_mut(&id) else { return };
        let QuotaTold { limit, remaining, resets_in } = told;
        // Nobody is believed for longer than a pause would last that is asked for outright.
        party.told = now.checked_add(resets_in.min(MAX_REST)).map(|at| Told {
            limit,
            remaining,
            resets_at: at,
        });
    }

    /// When it could be the turn of a ticket, if all goes well.
    fn expected(&self, id: PartyId, ticket: Ticket, now: Instant) -> Option<Instant> {
        let party = self.parties.get(&id)?;
        let patient = ticket.0.is_patient();
        let ahead = party.waiting.range(..ticket).count();
        let others = self.parties.iter().filter(|(other, _)| **other != id);
        let theirs: usize = others.map(|(_, party)| party.waiting.len().min(ahead + 1)).sum();
        let own = party.meters.iter().map(|meter| meter.may_go_at(patient, ahead, now));
        let shared = self.shared.iter().map(|meter| meter.may_go_at(patient, ahead + theirs, now));
        own.chain(shared).chain(party.held_until(ticket.0, now)).chain([now]).max()
    }

    /// How a party stands: how long it rests, who waits, what is under way, what is left.
    pub(super) fn standing(&self, id: PartyId, now: Instant) -> super::Standing {
        let Some(party) = self.parties.get(&id) else { return super::Standing::default() };
        let of_all = self.shared.iter().chain(&party.meters);
        let of_all = of_all.map(|meter| meter.left(Counts::Requests, now));
        let of_bookings = party.bookings.iter().map(|meter| meter.left(Counts::Bookings, now));
        let mut left: Vec<Left> = of_all.chain(of_bookings).collect();
        left.extend(party.told.as_ref().filter(|told| told.resets_at > now).map(|told| Left {
            of: Counts::Requests,
            requests: told.limit.unwrap_or(told.remaining),
            within: told.resets_at.saturating_duration_since(now),
            remaining: told.remaining,
        }));
        super::Standing {
            rests_for: party
                .rests_until
                .max(party.writes_rest_until)
                .and_then(|until| until.checked_duration_since(now)),
            waiting: party.waiting.len(),
            under_way: party.under_way,
            left,
        }
    }

    /// Whether a request of a party could go at this moment.
    pub(super) fn has_room(&self, id: PartyId, now: Instant) -> bool {
        let Some(party) = self.parties.get(&id) else { return false };
        party.under_way < party.at_once
            && self.under_way < self.at_once
            && party.waiting.is_empty()
            && self.expected(id, (Rank::Read, u64::MAX), now).is_some_and(|at| at <= now)
    }

    /// Lets everybody go who may; gives when to look again.
    pub(super) fn pump(&mut self, now: Instant) -> Option<Instant> {
        loop {
            let mut next: Option<Instant> = None;
            let mut gone = false;
            for _ in 0..self.turns.len() {
                let Some(id) = self.turns.pop_front() else { break };
                match self.turn(id, now) {
                    None => {}
                    Some(Turn::Go(ticket)) => {
                        self.turns.push_back(id);
                        self.go(id, ticket);
                        gone = true;
                        break;
                    }
                    Some(Turn::At(at)) => {
                        self.turns.push_back(id);
                        next = Some(next.map_or(at, |next| next.min(at)));
                    }
                    Some(Turn::WhenOneEnds) => self.turns.push_back(id),
                }
            }
            if !gone {
                return next;
            }
        }
    }

    /// What is to become of a party's first, counted if it goes; `None` if nobody waits.
    fn turn(&mut self, id: PartyId, now: Instant) -> Option<Turn> {
        let party = self.parties.get_mut(&id)?;
        let ticket = party.first(now)?;
        let patient = ticket.0.is_patient();
        let full = party.under_way >= party.at_once || self.under_way >= self.at_once;
        if full {
            return Some(Turn::WhenOneEnds);
        }
        let meters = party.meters.iter().chain(&self.shared);
        let times = meters.map(|meter| meter.may_go_at(patient, 0, now));
        let at = times.chain(party.held_until(ticket.0, now)).max();
        if let Some(at) = at.filter(|at| *at > now) {
            // Writes that rest may be back before a question may go.
            let writes = party.writes_rest_until.filter(|until| *until > now);
            return Some(Turn::At(writes.map_or(at, |writes| writes.min(at))));
        }
        party.meters.iter_mut().chain(&mut self.shared).for_each(|meter| meter.take(now));
        if let Some(told) = &mut party.told {
            told.remaining = told.remaining.saturating_sub(1);
        }
        Some(Turn::Go(ticket))
    }

    fn go(&mut self, id: PartyId, ticket: Ticket) {
        let Some(party) = self.parties.get_mut(&id) else { return };
        let Some(waiter) = party.waiting.remove(&ticket) else { return };
        if waiter.tell.send(Ok(())).is_ok() {
            party.under_way += 1;
            self.under_way += 1;
        }
    }
}

impl Party {
    /// Who is to go next: the first of all, or of the questions while writes rest.
    fn first(&self, now: Instant) -> Option<Ticket> {
        let (first, _) = self.waiting.first_key_value()?;
        let rests = self.writes_rest_until.is_some_and(|until| until > now);
        let mut questions = self.waiting.range((Rank::ReadsOn, 0)..);
        let question = questions.next().filter(|_| rests && first.0 == Rank::Write);
        Some(question.map_or(*first, |(ticket, _)| *ticket))
    }

    /// Until when the service wants to be left alone, or has nothing left by its own count.
    fn held_until(&self, rank: Rank, now: Instant) -> Option<Instant> {
        let told = self.told.as_ref().filter(|told| {
            let kept = told.limit.filter(|_| rank.is_patient()).unwrap_or(0) / 10;
            told.remaining <= kept
        });
        let used_up = told.map(|told| told.resets_at);
        let rests = self.writes_rest_until.filter(|_| rank == Rank::Write);
        self.rests_until.max(rests).max(used_up).filter(|until| *until > now)
    }

    fn rest(&mut self, writes_only: bool, until: Instant, now: Instant) {
        let rest = if writes_only { &mut self.writes_rest_until } else { &mut self.rests_until };
        *rest = (*rest).max(Some(until));
        let refused = Refused { retry_after: Some(until.saturating_duration_since(now)) };
        self.turn_away(refused, |rank, waiter| {
            (!writes_only || rank == Rank::Write) && waiter.deadline < until + REQUEST_NEEDS
        });
    }

    fn turn_away(&mut self, refused: Refused, hopeless: impl Fn(Rank, &Waiter) -> bool) {
        for (ticket, waiter) in std::mem::take(&mut self.waiting) {
            if hopeless(ticket.0, &waiter) {
                let _ = waiter.tell.send(Err(refused));
            } else {
                self.waiting.insert(ticket, waiter);
            }
        }
    }
}
