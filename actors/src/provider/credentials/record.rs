//! How a grant lies in a connection's sealed credentials: one JSON object, as all credentials are, with
//! the grant under a name of its own.

use hookswitch_storage::{Connection, OrgId, Sealed, Store};
use serde_json::json;

use crate::ports::Grant;

/// Field name under which a connection's credentials are sealed.
pub const CREDENTIALS_FIELD: &str = "connection.credentials";

/// The credential that is a grant of an authorization server. Never entered by hand.
pub const GRANT: &str = "oauth";

/// The grant in a connection's credentials; `None` if there is none or it cannot be opened, which
/// comes to the same: somebody has to connect again.
#[must_use]
pub fn grant_in(store: &Store, connection: &Connection) -> Option<Grant> {
    let sealed = connection.credentials.as_ref()?;
    let opened = store.unseal(&connection.org, CREDENTIALS_FIELD, sealed);
    let opened = opened.inspect_err(|error| {
        tracing::error!(connection.id = %connection.id, %error, "credentials do not open");
    });
    let mut fields: serde_json::Value = serde_json::from_slice(opened.ok()?.expose()).ok()?;
    serde_json::from_value(fields.get_mut(GRANT)?.take()).ok()
}

/// Credentials that are this grant, sealed.
#[must_use]
pub fn sealed_with(store: &Store, org: &OrgId, grant: &Grant) -> Sealed {
    let text = json!({ GRANT: grant }).to_string();
    store.seal(org, CREDENTIALS_FIELD, text.as_bytes())
}
