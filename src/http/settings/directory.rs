//! Access to the CustomerConnect directory, as an operator writes it (P009, P010). The key goes in
//! and never comes out; a read shows only that there is one.

use hookswitch_actors::CUSTOMERCONNECT_KEY_FIELD;
use hookswitch_storage::{CustomerConnect, Sealed, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Wrong;

/// Far more than any key has, and still a header that servers accept.
const LONGEST_KEY: usize = 1_000;

/// `customerconnect`, as written and read.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DirectoryDocument {
    #[serde(default)]
    workspace_id: Option<String>,
    #[serde(default, skip_serializing)]
    api_key: Option<String>,
    /// Shown only: always true. Accepted, so that what was read can be sent back.
    #[serde(default)]
    configured: Option<bool>,
}

impl From<&CustomerConnect> for DirectoryDocument {
    fn from(stored: &CustomerConnect) -> Self {
        let workspace_id = Some(stored.workspace_id.clone());
        Self { workspace_id, api_key: None, configured: Some(true) }
    }
}

impl DirectoryDocument {
    /// As it is stored. A key that is left out stays as it is.
    pub(super) fn into_stored(
        self,
        present: Option<&Settings>,
        seal: impl Fn(&str, &str) -> Sealed,
    ) -> Result<CustomerConnect, Wrong> {
        if self.configured == Some(false) {
            let problem = "cannot be set; send `customerconnect`: null to remove the directory";
            return Err(Wrong::new("customerconnect.configured", problem));
        }
        let workspace_id = self.workspace_id.unwrap_or_default().trim().to_owned();
        let readable = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=64).contains(&workspace_id.len()) || !workspace_id.chars().all(readable) {
            let problem = "must have 1 to 64 letters, digits, - or _, for example `76692`";
            return Err(Wrong::new("customerconnect.workspace_id", problem));
        }
        let kept = present.and_then(|settings| settings.customerconnect.as_ref());
        let wrong = |problem: &str| Err(Wrong::new("customerconnect.api_key", problem));
        let api_key = match (self.api_key.as_deref().map(str::trim), kept) {
            (Some(""), _) => return wrong("must not be empty"),
            (Some(key), _)
                if key.len() > LONGEST_KEY || !key.chars().all(|c| c.is_ascii_graphic()) =>
            {
                return wrong("must have 1 to 1,000 visible ASCII characters, without spaces");
            }
            (Some(key), _) => seal(CUSTOMERCONNECT_KEY_FIELD, key),
            (None, Some(kept)) => kept.api_key.clone(),
            (None, None) => return wrong("is missing"),
        };
        Ok(CustomerConnect { workspace_id, api_key })
    }
}
