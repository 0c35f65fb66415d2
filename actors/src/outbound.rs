//! What every actor that asks the outside for something needs: meters that keep an allowance in every
//! window, a line in which requests wait their turn, and flights that let one request answer all who
//! ask the same. Owns no adapter, no breaker and no words; knows neither providers nor directories.

mod condition;
mod flights;
mod line;
mod meter;
mod toll;
mod until;

pub use condition::Condition;
pub(crate) use flights::{Flight, Flights, Joined};
pub(crate) use line::{Line, Pass, Rank, Seat, SeatPlan, Standing, Waiting};
pub use meter::{Counts, Left};
pub(crate) use toll::{Toll, afterwards, before_booking, before_request, quota_told};
pub(crate) use until::Until;
