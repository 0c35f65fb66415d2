//! The roles as types, for the first arguments of handlers. Knows nothing of who has which.

use hookswitch_storage::Role;

use super::Least;

/// A role that can be asked for on an org.
pub(in crate::http) trait OfOrg: Send {
    /// The smallest that is enough.
    const ROLE: Role;
}

/// A role that can be asked for where no org is named.
pub(in crate::http) trait OfServer: Send {
    /// The smallest that is enough.
    const ROLE: Role;

    /// The same as routes tell it.
    const LEAST: Least;
}

/// Sees the org, with numbers masked.
pub(in crate::http) struct Viewer;

/// Steps into calls and manages bookings.
pub(in crate::http) struct Supervisor;

/// Everything of the org.
pub(in crate::http) struct Org;

/// Everything.
pub(in crate::http) struct Admin;

/// Whatever the token has.
pub(in crate::http) struct Any;

impl OfOrg for Viewer {
    const ROLE: Role = Role::Viewer;
}

impl OfOrg for Supervisor {
    const ROLE: Role = Role::Supervisor;
}

impl OfOrg for Org {
    const ROLE: Role = Role::Org;
}

impl OfOrg for Admin {
    const ROLE: Role = Role::Admin;
}

impl OfServer for Admin {
    const ROLE: Role = Role::Admin;
    const LEAST: Least = Least::Admin;
}

impl OfServer for Any {
    const ROLE: Role = Role::Viewer;
    const LEAST: Least = Least::AnyToken;
}
