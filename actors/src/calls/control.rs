//! Stepping in: what an operator may do to a live call. Owns the checks that need no session;
//! who controls the call and in which order things happen is the session's.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_storage::{CallId, CallKey, StoreError};
use tokio::sync::oneshot;

use super::Calls;
use super::entry::Entry;
use crate::booking::locale::say_in;
use crate::booking::people;
use crate::booking::phrases::handover;
use crate::bounds::MAX_SAID;
use crate::orgs::OrgEntry;
use crate::ports::{ControlCommand, ControlError, Handover};
use crate::session::facts::CallFacts;
use crate::session::{Order, OrderError, OrderKind, SessionMsg};
use crate::tools::{Ends, GENERAL, destination, handover_to, is_own_line};

/// Longest wait for a session to carry an order out; above what the control port takes.
const ORDER: Duration = Duration::from_secs(10);

/// What an operator may do to a live call.
pub enum Intervention {
    /// Have the agent say this, word for word; at most 2,000 characters.
    Say(String),
    /// Tell the agent something that the caller does not hear; at most 2,000 characters.
    Whisper(String),
    /// Silence the agent.
    Mute,
    /// Let the agent speak again.
    Unmute,
    /// Connect the caller with a number, or with a department by its name.
    Transfer {
        /// A department of the org.
        department: Option<String>,
        /// A number, as people write it; goes before the department.
        number: Option<String>,
    },
    /// Hang up.
    End,
    /// Keep other operators out.
    Take,
    /// Let other operators in again.
    Release,
}

/// Why an operator's wish was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum InterventionError {
    /// A detail is missing or wrong.
    #[error("`{field}` {problem}")]
    Input {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The org has no such call.
    #[error("there is no such call")]
    NoSuchCall,
    /// The call is over.
    #[error("the call has ended")]
    Ended,
    /// Another operator has taken the call.
    #[error("`{by}` controls this call")]
    Controlled {
        /// The other operator's id.
        by: String,
    },
    /// The command was sent in vain, or could not be sent.
    #[error(transparent)]
    Failed(ControlError),
    /// The call cannot be reached within the server.
    #[error("the call is too busy")]
    Busy,
    /// It could not be written down, and so was not done.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Calls {
    /// Steps into a call on behalf of the operator `by` (an id, for the audit chain). Returns when
    /// the call has taken the command. `overrides` allows releasing what another has taken.
    ///
    /// # Errors
    /// [`InterventionError`]; then nothing happened, except where the control port does not know.
    pub async fn intervene(
        &self,
        org: &Arc<OrgEntry>,
        call: &CallId,
        by: &str,
        overrides: bool,
        wish: Intervention,
    ) -> Result<(), InterventionError> {
        let key = CallKey { org: org.id().clone(), call: call.clone() };
        // A call that has just begun may not be in storage yet; one that nobody knows must not
        // begin by being asked for.
        if self.shared.sessions.get(&key).is_none() {
            let record = self.shared.store.call_record(&key).await?;
            if record.ok_or(InterventionError::NoSuchCall)?.ended_at.is_some() {
                return Err(InterventionError::Ended);
            }
        }
        let kind = order_kind(org, wish)?;
        let facts = CallFacts { id: Some(call.clone()), ..CallFacts::default() };
        let Entry::Open(session, permit) = self.enter(&key, org, &facts).await else {
            return Err(InterventionError::Busy);
        };
        let (reply_to, reply) = oneshot::channel();
        let order = Order { kind, by: by.to_owned(), overrides, reply_to };
        let sent = session.cast(SessionMsg::Obey { order, permit });
        sent.map_err(|_| InterventionError::Busy)?;
        match tokio::time::timeout(ORDER, reply).await {
            Ok(Ok(outcome)) => outcome.map_err(InterventionError::from),
            Ok(Err(_)) | Err(_) => Err(InterventionError::Failed(ControlError::Unknown)),
        }
    }
}

impl From<OrderError> for InterventionError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Ended => Self::Ended,
            OrderError::Controlled(by) => Self::Controlled { by },
            OrderError::Failed(error) => Self::Failed(error),
            OrderError::Store(error) => Self::Store(error),
        }
    }
}

fn order_kind(org: &OrgEntry, wish: Intervention) -> Result<OrderKind, InterventionError> {
    let send = |action, command| OrderKind::Send { action, command, department: None };
    Ok(match wish {
        Intervention::Say(text) => send("say", ControlCommand::Say { text: said(text)? }),
        Intervention::Whisper(text) => {
            send("whisper", ControlCommand::Inject { text: said(text)?, respond: false })
        }
        Intervention::Mute => send("mute", ControlCommand::Mute),
        Intervention::Unmute => send("unmute", ControlCommand::Unmute),
        Intervention::End => send("end", ControlCommand::End),
        Intervention::Take => OrderKind::Take,
        Intervention::Release => OrderKind::Release,
        Intervention::Transfer { department, number } => {
            let (mut to, department) = transfer_to(org, department, number)?;
            let department_or = department.as_deref().unwrap_or(GENERAL);
            to.announcement = say_in(org.settings().locale, || handover::connecting(department_or));
            let command = ControlCommand::Transfer(Box::new(to));
            OrderKind::Send { action: "transfer", command, department }
        }
    })
}

fn said(text: String) -> Result<String, InterventionError> {
    let input = |problem| Err(InterventionError::Input { field: "text", problem });
    match text.trim() {
        "" => input("is missing or empty"),
        said if said.chars().count() > MAX_SAID => input("must have at most 2000 characters"),
        said => Ok(said.to_owned()),
    }
}

/// The number, and the department if it is one's. An operator who names an unknown department has
/// mistyped, unlike an agent.
fn transfer_to(
    org: &OrgEntry,
    department: Option<String>,
    number: Option<String>,
) -> Result<(Handover, Option<String>), InterventionError> {
    let input = |field, problem| InterventionError::Input { field, problem };
    if let Some(number) = number {
        let number = people::phone(&number, &org.settings().country)
            .ok_or_else(|| input("number", "must be a phone number, as +15125550143"))?;
        if is_own_line(org, &number) {
            return Err(input("number", "is a line of this org, which leads back to the agent"));
        }
        return Ok((Handover { number, ..Handover::default() }, department));
    }
    let department =
        department.ok_or_else(|| input("department", "or `number` must say where to"))?;
    let known = org.settings().departments.keys();
    if !known.into_iter().any(|name| name.eq_ignore_ascii_case(department.trim())) {
        return Err(input("department", "is no department of this org"));
    }
    let (name, at) = destination(org, &department, Ends::default())
        .ok_or_else(|| input("department", "has only a line of this org as its number"))?;
    Ok((handover_to(at), Some(name.to_owned())))
}
