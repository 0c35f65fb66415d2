//! Assistants that were given up for good, with the agent or with the org.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::Departure;
use crate::ops::departures as ops;
use crate::requests::RemoveAgentOutcome;
use crate::trees::departures;
use crate::writer::Grade::Promised;

impl Store {
    /// Removes an agent. Its assistant is the org's no more, and is to be left.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn remove_agent(
        &self,
        org: &OrgId,
        name: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<RemoveAgentOutcome, StoreError> {
        let (org, name, by) = (org.clone(), name.to_owned(), by.to_owned());
        self.write(Promised, move |tx| ops::remove_agent(tx, &org, &name, &by, now)).await
    }

    /// Every assistant that is to be left, by Vapi's ids.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn departures(&self) -> Result<Vec<Departure>, StoreError> {
        self.read(departures::all).await
    }

    /// Writes down that an assistant was tried to be left: once more at `again`, or done.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn departure_tried(
        &self,
        departure: Departure,
        again: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.write(Promised, move |tx| ops::tried(tx, &departure, again)).await
    }
}
