//! What can go wrong where assistants and tools are kept, each with its remedy. Owned by the port of the
//! voice platform and by the look-up of calls, which fail in the same ways. Quotes the platform only where
//! the operator needs its words, cut and cleaned by the adapter.

use std::time::Duration;

/// Why the voice platform did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// Nothing is attempted without a key.
    #[error(
        "no private key of Vapi is set; put VAPI_PRIVATE_KEY into the server's environment and start it again"
    )]
    NoKey,
    /// Nothing can be registered that Vapi cannot reach.
    #[error(
        "{problem}; set server.public_url to the https address under which Vapi reaches this server"
    )]
    NoPublicUrl {
        /// What is wrong with it.
        problem: String,
    },
    /// Vapi could not prove itself to this server.
    #[error("{problem}")]
    NoProof {
        /// What is missing, with the remedy.
        problem: String,
    },
    /// The key is wrong, or of another account.
    #[error(
        "Vapi refuses the private key (HTTP {status}); put the private key of the right account into VAPI_PRIVATE_KEY"
    )]
    KeyRefused {
        /// What it answered with.
        status: u16,
    },
    /// It is not there, or not in this account.
    #[error(
        "Vapi does not know it; look in Vapi's dashboard whether it is still there, and in this account"
    )]
    NotFound,
    /// It does not take what it was sent. Asking again changes nothing.
    #[error("Vapi refuses the change (HTTP {status}): {says}")]
    Refused {
        /// What it answered with.
        status: u16,
        /// Its own words, cut and cleaned.
        says: String,
    },
    /// Too many requests.
    #[error("Vapi takes no more requests for now; it is asked again by itself")]
    TooMany {
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// It is in trouble.
    #[error("Vapi is in trouble (HTTP {status}); it is asked again by itself")]
    Broken {
        /// What it answered with.
        status: u16,
    },
    /// There was no answer. What was asked for may have been done.
    #[error(
        "Vapi does not answer; it is asked again by itself. Check vapi.base_url and this machine's network"
    )]
    NoAnswer,
    /// It said something that is no answer.
    #[error("Vapi's answer could not be read; check vapi.base_url")]
    Unreadable,
}

impl PlatformError {
    /// Whether the same may go well later without anybody's help.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::TooMany { .. } | Self::Broken { .. } | Self::NoAnswer | Self::Unreadable => true,
            Self::NoKey
            | Self::NoPublicUrl { .. }
            | Self::NoProof { .. }
            | Self::KeyRefused { .. }
            | Self::NotFound
            | Self::Refused { .. } => false,
        }
    }

    /// A short stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::NoPublicUrl { .. } => "no_public_url",
            Self::NoProof { .. } => "no_proof",
            Self::KeyRefused { .. } => "key_refused",
            Self::NotFound => "not_found",
            Self::Refused { .. } => "refused",
            Self::TooMany { .. } => "too_many_requests",
            Self::Broken { .. } => "in_trouble",
            Self::NoAnswer => "no_answer",
            Self::Unreadable => "unreadable",
        }
    }
}
