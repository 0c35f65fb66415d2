//! The call control port: what can be done to a live call from our side. Implemented where Vapi's
//! wire form is known; called by sessions, never by tools. Errors say what the caller can do.

use async_trait::async_trait;
use hookswitch_storage::TransferPlan;

/// One thing to do to a live call.
#[derive(Clone, PartialEq, Eq)]
pub enum ControlCommand {
    /// The agent says this text as it stands.
    Say {
        /// The text.
        text: String,
    },
    /// The agent's model reads this text as if it had been in its instructions.
    Inject {
        /// The text.
        text: String,
        /// Whether the agent answers to it at once, instead of knowing it from then on.
        respond: bool,
    },
    /// The agent is silent from now on.
    Mute,
    /// The agent speaks again.
    Unmute,
    /// Hang up.
    End,
    /// Connect the caller with someone else; the agent leaves the call.
    Transfer(Box<Handover>),
}

/// To whom a caller is connected, and how.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Handover {
    /// E.164 number.
    pub number: String,
    /// What is dialled once the number has answered.
    pub extension: Option<String>,
    /// What the caller hears before.
    pub announcement: String,
    /// In which way.
    pub plan: TransferPlan,
    /// What it is about, for the person; may be empty.
    pub summary: String,
}

/// Why a command had no effect, or none that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The call has no control URL, or one that must not be called: no command will ever work.
    #[error("this call takes no commands from us")]
    NotPossible,
    /// The other side said no: as a rule the call is over.
    #[error("the call did not take the command")]
    Refused,
    /// Nothing was sent; trying again is safe.
    #[error("the call's control address is out of reach")]
    Unreachable,
    /// It was sent and the answer was lost: it may have been carried out.
    #[error("it is not known whether the call took the command")]
    Unknown,
}

/// Live call control.
#[async_trait]
pub trait CallControl: Send + Sync + 'static {
    /// Whether commands to this control URL would be sent at all.
    fn accepts(&self, control_url: &str) -> bool;

    /// Sends one command to a call and waits, at most some seconds, for the other side's word.
    /// The URL is as good as a password: implementations neither log it nor put it into errors.
    async fn send(&self, control_url: &str, command: &ControlCommand) -> Result<(), ControlError>;
}

/// For servers without Vapi: no call takes commands.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoControl;

#[async_trait]
impl CallControl for NoControl {
    fn accepts(&self, _: &str) -> bool {
        false
    }

    async fn send(&self, _: &str, _: &ControlCommand) -> Result<(), ControlError> {
        Err(ControlError::NotPossible)
    }
}
