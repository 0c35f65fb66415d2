//! The tables: for each, how its keys look, which index rows follow a record, and typed reads and
//! writes. Called by `ops` and `store`; decides nothing.

pub(crate) mod agents;
pub(crate) mod answers;
pub(crate) mod audit;
pub(crate) mod bookings;
pub(crate) mod callbacks;
pub(crate) mod calls;
pub(crate) mod claims;
pub(crate) mod connections;
pub(crate) mod customers;
pub(crate) mod departures;
pub(crate) mod guesses;
pub(crate) mod jobs;
pub(crate) mod meanings;
pub(crate) mod messages;
pub(crate) mod orgs;
pub(crate) mod phone_numbers;
pub(crate) mod registrations;
pub(crate) mod syncs;
pub(crate) mod tokens;
pub(crate) mod waitlist;
