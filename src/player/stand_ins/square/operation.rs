//! What the stand-in can be asked for. Knows no booking.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// What the token may do.
    TokenStatus,
    /// All locations.
    Locations,
    /// One location.
    Location,
    /// The seller's rules.
    Profile,
    /// The services.
    Services,
    /// Free starts.
    Availability,
    /// Customers by number or address.
    FindCustomer,
    /// A new customer.
    CreateCustomer,
    /// A new booking.
    Create,
    /// A list of bookings.
    List,
    /// One booking.
    Get,
    /// A change of one.
    Update,
    /// A cancellation.
    Cancel,
    /// A subscription to posts.
    Subscribe,
    /// The end of one.
    Unsubscribe,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}

impl Operation {
    /// What a request asks for, and about what.
    pub(super) fn of(method: &Method, path: &str) -> (Self, String) {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (operation, about) = match (method.as_str(), segments.as_slice()) {
            ("POST", ["oauth2", "token", "status"]) => (Self::TokenStatus, ""),
            ("GET", ["v2", "locations"]) => (Self::Locations, ""),
            ("GET", ["v2", "locations", id]) => (Self::Location, *id),
            ("GET", ["v2", "bookings", "business-booking-profile"]) => (Self::Profile, ""),
            ("POST", ["v2", "catalog", "search-catalog-items"]) => (Self::Services, ""),
            ("POST", ["v2", "bookings", "availability", "search"]) => (Self::Availability, ""),
            ("POST", ["v2", "customers", "search"]) => (Self::FindCustomer, ""),
            ("POST", ["v2", "customers"]) => (Self::CreateCustomer, ""),
            ("POST", ["v2", "bookings"]) => (Self::Create, ""),
            ("GET", ["v2", "bookings"]) => (Self::List, ""),
            ("GET", ["v2", "bookings", id]) => (Self::Get, *id),
            ("PUT", ["v2", "bookings", id]) => (Self::Update, *id),
            ("POST", ["v2", "bookings", id, "cancel"]) => (Self::Cancel, *id),
            ("POST", ["v2", "webhooks", "subscriptions"]) => (Self::Subscribe, ""),
            ("DELETE", ["v2", "webhooks", "subscriptions", id]) => (Self::Unsubscribe, *id),
            _ => (Self::Unknown, ""),
        };
        (operation, about.to_owned())
    }

    /// The permission that it needs.
    pub(super) fn scope(self) -> Option<&'static str> {
        match self {
            Self::Locations | Self::Location => Some("MERCHANT_PROFILE_READ"),
            Self::Profile => Some("APPOINTMENTS_BUSINESS_SETTINGS_READ"),
            Self::Services => Some("ITEMS_READ"),
            Self::Availability | Self::List | Self::Get => Some("APPOINTMENTS_READ"),
            Self::FindCustomer => Some("CUSTOMERS_READ"),
            Self::CreateCustomer => Some("CUSTOMERS_WRITE"),
            Self::Create | Self::Update | Self::Cancel => Some("APPOINTMENTS_WRITE"),
            Self::TokenStatus | Self::Subscribe | Self::Unsubscribe | Self::Any | Self::Unknown => {
                None
            }
        }
    }
}
