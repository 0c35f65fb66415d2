//! A customer of one org, as stored.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{CustomerId, OrgId};

/// One customer of one org.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Whose customer it is.
    pub org: OrgId,
    /// Full name.
    pub name: String,
    /// E.164 number.
    #[serde(default)]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Last visit known from elsewhere; our own bookings add to it when asked.
    #[serde(default)]
    pub last_visit: Option<Date>,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What is known of a person when a booking is made; found or created in the same operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerDraft {
    /// Full name, not empty.
    pub name: String,
    /// E.164 number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}
