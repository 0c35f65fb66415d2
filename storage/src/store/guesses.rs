//! The limit on guessing at bookings. Context (R13): counts outlive a crash of the process.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ops;
use crate::requests::{Guess, GuessOutcome};
use crate::trees::guesses;
use crate::writer::Grade::Context;

/// Counts that one operation removes at most, so that others get their turn.
const AT_ONCE: usize = 1_000;

impl Store {
    /// Asks for leave to guess at a booking. What is allowed counts as wrong until
    /// [`Store::forgive`] takes it back.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing was counted.
    pub async fn guess(&self, guess: Guess) -> Result<GuessOutcome, StoreError> {
        self.write(Context, move |tx| ops::guesses::guess(tx, &guess)).await
    }

    /// Takes back the count of a guess that was right; `guess` is what was asked with.
    ///
    /// # Errors
    /// If the disk refuses it; then the count stays.
    pub async fn forgive(&self, guess: Guess) -> Result<(), StoreError> {
        self.write(Context, move |tx| ops::guesses::forgive(tx, &guess)).await
    }

    /// Forgets counts that last changed before `at`, some at a time; how many it were.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub async fn forget_guesses_before(&self, at: Timestamp) -> Result<usize, StoreError> {
        self.write(Context, move |tx| guesses::forget_before(tx, at, AT_ONCE)).await
    }
}
