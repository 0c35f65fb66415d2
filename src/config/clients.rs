//! Who the server is at the providers' authorization servers: what a developer page calls client, or
//! application, id and secret. Read from the environment only.

use super::secret::Secret;

/// The server's registration at one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OauthClient {
    /// Public id of the application.
    pub id: Option<String>,
    /// Its secret.
    pub secret: Option<Secret>,
}

/// The server's registrations, by provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OauthClients {
    /// `CALENDLY_CLIENT_ID`, `CALENDLY_CLIENT_SECRET`.
    pub calendly: OauthClient,
    /// `SQUARE_APPLICATION_ID`, `SQUARE_APPLICATION_SECRET`; without a secret Square's flow for
    /// applications that can keep none is used.
    pub square: OauthClient,
    /// `GOOGLE_CLIENT_ID`, `GOOGLE_CLIENT_SECRET`.
    pub google: OauthClient,
    /// `OPENTABLE_CLIENT_ID`, `OPENTABLE_CLIENT_SECRET`.
    pub opentable: OauthClient,
}

/// `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`: an account at Twilio of the server's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnTwilio {
    /// The account.
    pub account_sid: Option<Secret>,
    /// Its token.
    pub auth_token: Option<Secret>,
}

impl OwnTwilio {
    /// Reads it; `variable` gives what is set and not blank.
    pub(super) fn read<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Self {
        let secret = |name: &str| variable(name).and_then(Secret::new);
        Self { account_sid: secret("TWILIO_ACCOUNT_SID"), auth_token: secret("TWILIO_AUTH_TOKEN") }
    }

    /// What signs Twilio's posts about the account, where there is one.
    #[must_use]
    pub fn signing(&self) -> Option<Secret> {
        self.auth_token.clone().filter(|_| self.account_sid.is_some())
    }

    /// Account and token, where both are set.
    #[must_use]
    pub fn whole(&self) -> Option<(&str, &str)> {
        Some((self.account_sid.as_ref()?.expose(), self.auth_token.as_ref()?.expose()))
    }
}

impl OauthClients {
    /// Reads them; `variable` gives what is set and not blank.
    pub(super) fn read<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Self {
        let client = |id: &str, secret: &str| OauthClient {
            id: variable(id).map(str::to_owned),
            secret: variable(secret).and_then(Secret::new),
        };
        Self {
            calendly: client("CALENDLY_CLIENT_ID", "CALENDLY_CLIENT_SECRET"),
            square: client("SQUARE_APPLICATION_ID", "SQUARE_APPLICATION_SECRET"),
            google: client("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
            opentable: client("OPENTABLE_CLIENT_ID", "OPENTABLE_CLIENT_SECRET"),
        }
    }
}
