//! Bookings at providers outside: claimed here, asked for there, settled here again, whatever
//! happens in between.
//!
//! ```text
//! claim + intent (one write) -> provider -> settle (one write) -> said
//!                                  |
//!        crash, no answer, outage: the job that came with the intent goes on
//!                                  |
//!            find by our reference -> done | surely not done: ask (promised) or give up | wait
//! ```
//!
//! | rule | file |
//! | --- | --- |
//! | asking, in a task that nobody can interrupt | `carry` |
//! | what an answer or a find means; pure | `judge` |
//! | going on where nobody waits any more | `reconcile` |
//! | what the call and its watchers hear of it | `tell` |

mod carry;
mod former;
mod judge;
mod reconcile;
mod tell;

pub(super) use carry::{Carried, carry_out, join, look_at, take_turn};
pub(crate) use reconcile::{Reconciler, hurry_all, hurry_org};
pub(crate) use tell::News;
