//! OpenTable's authorization server: who we are as a partner is exchanged for a token, no person agrees to
//! anything. Facts: OpenTable's partner documentation as far as it is public; a token lasts two to four
//! weeks.

use reqwest::Url;

use super::app::{Hosts, way_to};
use super::partner::App;
use crate::config::{Config, Providers};

/// The provider's name in the contract.
pub(super) const NAME: &str = "opentable";

/// The host of the pre-production interface, whose authorization server is another one.
const PRE_PRODUCTION: &str = "platform.otqa.com";

pub(super) fn app(config: &Config) -> App {
    let usual = Providers::default().opentable.base_url;
    let base = &config.providers.opentable.base_url;
    let is_rehearsal = base.parse().is_ok_and(|url: Url| url.host_str() == Some(PRE_PRODUCTION));
    let path = "/api/v2/oauth/token";
    let hosts = Hosts { base, usual: &usual };
    let token = if is_rehearsal {
        Hosts { base: &usual, usual: &usual }.at("https://oauth-pp.opentable.com", path)
    } else {
        hosts.at("https://oauth.opentable.com", path)
    };
    let way = token.and_then(|token| Ok((way_to(&token)?, token)));
    App { client: config.secrets.oauth.opentable.clone(), way }
}
