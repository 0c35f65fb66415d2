//! Access to the CustomerConnect directory, as an operator writes it (P009, P010). The key goes in
//! and never comes out; a read shows only that there is one.

use hookswitch_actors::CUSTOMERCONNECT_KEY_FIELD;
use hookswitch_storage::{CustomerConnect, Sealed, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{self, Wrong};

/// `customerconnect`, as written and read.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DirectoryDocument {
    #[serde(default)]
    workspace_id: Option<String>,
    #[serde(default, skip_serializing)]
    api_key: Option<String>,
    /// Whether callers hear all that is known of a number that they say but do not call from.
    #[serde(default = "yes")]
    trust_spoken_number: bool,
    /// Shown only: always true. Accepted, so that what was read can be sent back.
    #[serde(default)]
    configured: Option<bool>,
}

/// The founding flow: who is calling is whoever says the number.
fn yes() -> bool {
    true
}

impl From<&CustomerConnect> for DirectoryDocument {
    fn from(stored: &CustomerConnect) -> Self {
        Self {
            workspace_id: Some(stored.workspace_id.clone()),
            api_key: None,
            trust_spoken_number: stored.trust_spoken_number,
            configured: Some(true),
        }
    }
}

impl DirectoryDocument {
    /// As it is stored. A key that is left out stays as it is.
    pub(super) fn into_stored(
        self,
        present: Option<&Settings>,
        seal: impl Fn(&str, &str) -> Sealed,
    ) -> Result<CustomerConnect, Wrong> {
        check::still_configured("customerconnect", self.configured)?;
        let workspace_id = self.workspace_id.unwrap_or_default().trim().to_owned();
        let readable = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=64).contains(&workspace_id.len()) || !workspace_id.chars().all(readable) {
            let problem = "must have 1 to 64 letters, digits, - or _, for example `76692`";
            return Err(Wrong::new("customerconnect.workspace_id", problem));
        }
        let kept = present.and_then(|settings| settings.customerconnect.as_ref());
        let api_key = check::secret("customerconnect.api_key", self.api_key.as_deref())?
            .map(|key| seal(CUSTOMERCONNECT_KEY_FIELD, key))
            .or_else(|| kept.map(|kept| kept.api_key.clone()))
            .ok_or_else(|| Wrong::new("customerconnect.api_key", "is missing"))?;
        let trust_spoken_number = self.trust_spoken_number;
        Ok(CustomerConnect { workspace_id, api_key, trust_spoken_number })
    }
}
