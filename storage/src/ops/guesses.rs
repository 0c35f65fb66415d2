//! The limit on guessing: a guess is counted before it is looked at, so that many at once cannot
//! slip through, and forgiven when it was right.

use crate::error::StoreError;
use crate::requests::{Guess, GuessKind, GuessOutcome};
use crate::rows::{Rows, Tx};
use crate::trees::guesses::{self, GuessCount, Guesser};

/// Who is counted over the day.
fn of_day(guess: &Guess) -> Guesser<'_> {
    match (&guess.number, &guess.call) {
        (Some(number), _) => Guesser::Number(number),
        (None, Some(_)) => Guesser::Withheld,
        (None, None) => Guesser::Outside,
    }
}

fn of_call(guess: &Guess) -> Option<Guesser<'_>> {
    guess.call.as_ref().map(|call| Guesser::Call(call.as_str()))
}

fn load(rows: &dyn Rows, guess: &Guess, who: Guesser<'_>) -> Result<GuessCount, StoreError> {
    let known = guesses::get(rows, &guess.org, who)?;
    // A call that goes on past midnight is still the same call.
    let goes_on = |count: &GuessCount| matches!(who, Guesser::Call(_)) || count.day == guess.day;
    let fresh = || GuessCount { codes: 0, details: 0, day: guess.day, at: guess.now };
    Ok(known.filter(goes_on).unwrap_or_else(fresh))
}

fn counter(count: &mut GuessCount, kind: GuessKind) -> &mut u32 {
    match kind {
        GuessKind::Code => &mut count.codes,
        GuessKind::Detail => &mut count.details,
    }
}

/// Counts a guess as wrong, unless its limit is reached.
pub(crate) fn guess(tx: &mut Tx<'_>, guess: &Guess) -> Result<GuessOutcome, StoreError> {
    super::require_org(tx, &guess.org)?;
    let who = of_day(guess);
    let mut day = load(tx, guess, who)?;
    let today = *counter(&mut day, guess.kind);
    let limits = guess.limits;
    let (refused_today, per_call) = match who {
        Guesser::Withheld if today >= limits.per_day => (false, 1),
        Guesser::Withheld => (false, limits.per_call),
        Guesser::Outside => (today >= limits.outside_per_day, limits.per_call),
        Guesser::Number(_) | Guesser::Call(_) => (today >= limits.per_day, limits.per_call),
    };
    let call = match of_call(guess) {
        Some(call) => Some((call, load(tx, guess, call)?)),
        None => None,
    };
    let in_call = call.clone().map_or(0, |(_, mut count)| *counter(&mut count, guess.kind));
    if refused_today || in_call >= per_call {
        return Ok(GuessOutcome::Refused);
    }
    change(tx, guess, |count| count.saturating_add(1))?;
    Ok(GuessOutcome::Allowed)
}

/// Takes back the count of a guess that was right.
pub(crate) fn forgive(tx: &mut Tx<'_>, guess: &Guess) -> Result<(), StoreError> {
    change(tx, guess, |count| count.saturating_sub(1))
}

fn change(tx: &mut Tx<'_>, guess: &Guess, step: impl Fn(u32) -> u32) -> Result<(), StoreError> {
    for who in [Some(of_day(guess)), of_call(guess)].into_iter().flatten() {
        let mut count = load(tx, guess, who)?;
        let number = counter(&mut count, guess.kind);
        *number = step(*number);
        count.at = guess.now;
        guesses::put(tx, &guess.org, who, &count)?;
    }
    Ok(())
}
