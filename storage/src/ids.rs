//! Typed ids. Owns how each id looks, how one is made and what text is accepted as one.
//! An id is parsed once, at the edge, and stays valid: no other module checks ids again.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {problem}")]
pub struct InvalidId {
    kind: &'static str,
    problem: &'static str,
}

/// Ids come from callers' systems too; this bounds keys in storage.
const MAX_FOREIGN_ID: usize = 200;

fn random_tail() -> String {
    // Twenty characters of base 32 hold 100 random bits: not guessable, easy to copy.
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 20];
    fill_random(&mut bytes);
    bytes.iter().map(|b| char::from(ALPHABET[usize::from(b % 32)])).collect()
}

/// Fills `bytes` from the operating system's generator.
///
/// # Panics
/// If the operating system has no randomness to give; nothing safe can be done without it.
pub(crate) fn fill_random(bytes: &mut [u8]) {
    #[expect(clippy::expect_used, reason = "no safe way on without randomness")]
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }
    };
}

macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        text_id!($(#[$doc])* $name);
        impl $name {
            /// A new random id.
            #[must_use]
            pub fn random() -> Self {
                Self(format!(concat!($prefix, "_{}"), random_tail()).into())
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let tail = text.strip_prefix(concat!($prefix, "_")).ok_or(InvalidId {
                    kind: stringify!($name),
                    problem: concat!("must start with `", $prefix, "_`"),
                })?;
                if tail.is_empty() || tail.len() > 40 || !tail.bytes().all(|b| b.is_ascii_alphanumeric()) {
                    return Err(InvalidId {
                        kind: stringify!($name),
                        problem: "must have 1 to 40 letters and digits after its prefix",
                    });
                }
                Ok(Self(text.into()))
            }
        }
    };
}

macro_rules! foreign_id {
    ($(#[$doc:meta])* $name:ident) => {
        text_id!($(#[$doc])* $name);
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let problem = if text.is_empty() {
                    "must not be empty"
                } else if text.len() > MAX_FOREIGN_ID {
                    "must have at most 200 bytes"
                } else if text.chars().any(char::is_control) {
                    "must not have control characters"
                } else {
                    return Ok(Self(text.into()));
                };
                Err(InvalidId { kind: stringify!($name), problem })
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id; ids sort by the time they were made.
            #[must_use]
            pub fn random() -> Self {
                Self(Uuid::now_v7())
            }
            /// The sixteen bytes, for keys.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId {
                    kind: stringify!($name),
                    problem: "must be a UUID",
                })
            }
        }
    };
}

own_id!(
    /// One business (tenant). Every stored key starts with it.
    OrgId, "org"
);
own_id!(
    /// The unguessable part of an org's webhook URL.
    WebhookId, "wh"
);
own_id!(
    /// One connection of an org to a booking provider.
    ConnectionId, "con"
);
own_id!(
    /// One API token (not its secret).
    TokenId, "tok"
);
own_id!(
    /// One durable job.
    JobId, "job"
);
impl JobId {
    /// The id of the one job that settles a booking.
    pub(crate) fn of_booking(booking: BookingId) -> Self {
        Self(format!("job_{}", booking.0.simple()).into())
    }

    /// The id of the one job that reminds a booking's customer.
    pub(crate) fn of_reminder(booking: BookingId) -> Self {
        Self(format!("job_remind{}", booking.0.simple()).into())
    }

    /// The id of the one job that brings an agent's assistant up to date.
    pub(crate) fn of_agent(org: &OrgId, agent: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("hookswitch 2026 job of an agent");
        // A zero byte is in neither, so that no two pairs make one text.
        hasher.update(org.as_str().as_bytes()).update(&[0]).update(agent.as_bytes());
        Self(format!("job_{}", &hasher.finalize().to_hex()[..20]).into())
    }

    /// The id of the one job that brings a phone number up to date.
    pub(crate) fn of_phone_number(org: &OrgId, number: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("hookswitch 2026 job of a phone number");
        hasher.update(org.as_str().as_bytes()).update(&[0]).update(number.as_bytes());
        Self(format!("job_{}", &hasher.finalize().to_hex()[..20]).into())
    }
}
own_id!(
    /// One tool of an org on one assistant.
    LinkId, "link"
);
own_id!(
    /// One wish to be called back.
    CallbackId, "cb"
);
own_id!(
    /// A message to a customer.
    MessageId, "msg"
);
own_id!(
    /// One place in a waitlist.
    WaitlistId, "wait"
);
foreign_id!(
    /// One phone call; made by Vapi, opaque to us.
    CallId
);
foreign_id!(
    /// One tool call of a model; made by the model's provider, opaque to us, echoed exactly.
    ToolCallId
);
foreign_id!(
    /// A service of an org, chosen by the operator (`consultation`).
    ServiceId
);
foreign_id!(
    /// What can be occupied: a calendar, a chair, a table group. Unique within an org.
    ResourceId
);
uuid_id!(
    /// One booking; stays the same when the booking moves or its provider issues a new id.
    BookingId
);
uuid_id!(
    /// One customer of one org.
    CustomerId
);

impl ToolCallId {
    /// An id for a tool call that came without one.
    #[must_use]
    pub fn ours() -> Self {
        Self(format!("hs_{}", random_tail()).into())
    }
}

impl CallId {
    /// An id for a call that we start ourselves (simulations).
    #[must_use]
    pub fn ours() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }
}

impl ResourceId {
    /// The resource that a connection's only calendar is.
    #[must_use]
    pub fn of_connection(connection: &ConnectionId) -> Self {
        Self(connection.as_str().into())
    }
}
