//! The vendors: one folder each, with its client, its JSON and the way to our own terms. A new
//! vendor is one folder and one line here. Called at start-up only.

mod customerconnect;

use std::sync::Arc;

use hookswitch_actors::ports::{CustomerDirectory, NoDirectory};

use crate::config::Config;

/// The customer directory that the configuration names.
pub(crate) fn directory(config: &Config) -> Arc<dyn CustomerDirectory> {
    let base = &config.providers.customerconnect.base_url;
    match customerconnect::Client::new(base, config.sessions.tool_deadline()) {
        Ok(client) => Arc::new(client),
        Err(problem) => {
            // Calls go on without customer history; the server must not stay down for that.
            tracing::error!(%problem, "CustomerConnect cannot be used");
            Arc::new(NoDirectory)
        }
    }
}
