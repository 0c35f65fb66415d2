//! What every actor that asks the outside for something needs: meters that keep an allowance in every
//! window, a line in which requests wait their turn, and flights that let one request answer all who
//! ask the same. Owns no adapter, no breaker and no words; knows neither providers nor directories.

mod condition;
mod flights;
mod line;
mod meter;
#[cfg(test)]
mod stalls;
mod toll;
mod until;

pub use condition::Condition;
pub(crate) use flights::{Flight, Flights, Joined};
pub(crate) use line::{Line, Pass, Rank, Seat, SeatPlan, Standing, Waiting};
pub(crate) use meter::Meter;
pub use meter::{Counts, Left};
#[cfg(test)]
pub(crate) use stalls::Stalls;
pub(crate) use toll::{
    Toll, afterwards, before_booking, before_request, has_room_for_bookings, quota_told,
};
pub(crate) use until::Until;
