//! Whose account a connection opens, asked whenever there is a question about it anyway, and kept with the
//! connection: who shares an account with whom is known by that.

use std::time::Instant;

use hookswitch_storage::Connection;

use super::{Course, Eyes, Trouble};
use crate::bounds::PROVIDER_LOOK;
use crate::calls::Shared;
use crate::ports::ProviderAccount;
use crate::provider::grant_in;

/// Who keeps it, in the audit chain.
const BY: &str = "health";

impl Course {
    /// Whether it is not known whose account a connection opens that somebody agreed to in a browser. Until
    /// it is, others may share it, and nobody's can be taken back.
    pub(super) fn is_to_be_learned(shared: &Shared, connection: &Connection) -> bool {
        connection.external_account_id.is_none() && grant_in(&shared.store, connection).is_some()
    }

    /// The account behind the connection; `None` where there are no accounts.
    pub(super) async fn account(eyes: &Eyes<'_>) -> Result<Option<ProviderAccount>, Trouble> {
        let account = eyes.provider.account(Instant::now() + PROVIDER_LOOK).await?;
        if let Some(account) = &account {
            Self::learn(eyes, account).await?;
        }
        Ok(account)
    }

    async fn learn(eyes: &Eyes<'_>, account: &ProviderAccount) -> Result<(), Trouble> {
        let (shared, seen) = (eyes.shared, eyes.connection);
        if account.id.is_none() || account.id == seen.external_account_id {
            return Ok(());
        }
        let (account, credentials) = (account.clone(), seen.credentials.clone());
        let learn = move |connection: &mut Connection| {
            // Others that were entered meanwhile may open another account.
            if connection.credentials == credentials {
                connection.external_account_id = account.id;
                connection.external_account_name = Some(account.name);
            }
            None
        };
        let now = shared.clock.now();
        shared.store.change_connection(&seen.org, &seen.id, learn, BY, now).await?;
        Ok(())
    }
}
