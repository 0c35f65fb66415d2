//! The customer directory port: who has this number? One adapter per vendor implements it outside
//! this package. What a directory finds is a suggestion; whether it is the caller is decided here.

use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::Secret;
use serde::{Deserialize, Serialize};

/// What an org proves itself with to its directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryAccess {
    /// The part of the directory that is the org's.
    pub workspace_id: String,
    /// The key to it.
    pub api_key: Secret,
}

/// One person as a directory knows them; nothing is promised but what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryContact {
    /// Full name.
    pub name: Option<String>,
    /// The number, as somebody once typed it.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Day of an appointment, as text for people, without a zone.
    pub appointment_date: Option<String>,
    /// Time of an appointment, as text for people, without a zone.
    pub appointment_time: Option<String>,
    /// The household, or who decides in it.
    pub household: Option<String>,
}

/// What a directory found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryAnswer {
    /// The contacts whose number may be the one that was asked for.
    pub contacts: Vec<DirectoryContact>,
    /// False if the directory has more of them than it gave.
    pub complete: bool,
}

/// What can go wrong at a directory. None of these means "not a customer".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryError {
    /// The operator must enter another key.
    #[error("the directory refuses the key; enter it again in the settings")]
    KeyRefused,
    /// The operator must correct something else.
    #[error("the directory refuses the question (HTTP {status}); check the workspace id")]
    Refused {
        /// What it answered with.
        status: u16,
    },
    /// Too many questions.
    #[error("the directory takes no more questions for now")]
    RateLimited {
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// It cannot be reached, or is in trouble.
    #[error("the directory is out of reach")]
    Unavailable,
    /// It took too long.
    #[error("the directory did not answer in time")]
    Late,
    /// It said something that is no answer.
    #[error("the directory's answer could not be read")]
    Unreadable,
}

impl DirectoryError {
    /// Whether asking again soon would only do harm.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::KeyRefused | Self::Unavailable | Self::Late | Self::Unreadable => true,
            Self::Refused { .. } | Self::RateLimited { .. } => false,
        }
    }
}

/// How often a directory may be asked with one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryLimits {
    /// Questions per minute, at least 1.
    pub per_minute: u32,
    /// Questions per hour, at least 1.
    pub per_hour: u32,
}

/// A directory of customers.
#[async_trait]
pub trait CustomerDirectory: Send + Sync + 'static {
    /// How often it may be asked with one key; `None` if it sets no limit.
    fn limits(&self) -> Option<DirectoryLimits> {
        None
    }

    /// Contacts whose number holds `digits`, a number in national form without punctuation.
    async fn search(
        &self,
        access: &DirectoryAccess,
        digits: &str,
    ) -> Result<DirectoryAnswer, DirectoryError>;
}

/// No directory at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoDirectory;

#[async_trait]
impl CustomerDirectory for NoDirectory {
    async fn search(
        &self,
        _: &DirectoryAccess,
        _: &str,
    ) -> Result<DirectoryAnswer, DirectoryError> {
        Err(DirectoryError::Unavailable)
    }
}
