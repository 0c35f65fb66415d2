//! The scripted caller: plays a call against a running server exactly as Vapi would, and checks the answers.
//! Called by the commands `simulate` and `demo`, and by tests. Knows the outside contract only: nothing of how
//! the server works inside.
//!
//! ```text
//! Script (TOML) -> LiveCall --webhook bodies--> server
//!     ^ Values: {{today}}, what was saved           |
//!     +---------- Expect, save <---- results[] -----+      each step is a TurnReport
//! ```

mod call;
mod conversation;
mod expect;
mod line;
mod pace;
mod report;
mod script;
pub mod stand_ins;
mod typed;
mod values;

pub use call::{LiveCall, Scene};
pub use expect::Expect;
pub use line::{Endpoint, EndpointError, Line};
pub use pace::Pace;
pub use report::{CallReport, TurnReport, Who};
pub use script::{Action, CallDetails, Script, ScriptError, ToolTurn};
pub use typed::{HELP, Typed, parse as parse_typed};
pub use values::Values;

/// Scripts that come with the program.
pub mod scripts {
    /// Looks the caller up, checks times, books one, and repeats the booking's tool call.
    pub const BOOK: &str = include_str!("player/scripts/book.toml");
    /// Books, moves the booking, cancels it by its code.
    pub const CHANGE_AND_CANCEL: &str = include_str!("player/scripts/change_and_cancel.toml");
    /// Rings again after an earlier call and cancels what was booked in it.
    pub const CANCEL_LATER: &str = include_str!("player/scripts/cancel_later.toml");
    /// Fails to book three times and is told to hand the caller over.
    pub const HAND_OVER: &str = include_str!("player/scripts/hand_over.toml");
}

/// Plays a whole script; `on_turn` sees each step as soon as it is done.
///
/// # Errors
/// [`ScriptError`] if a template names something that is never set; nothing has been sent then.
pub async fn play(
    line: Line,
    script: &Script,
    scene: Scene,
    pace: Pace,
    mut on_turn: impl FnMut(&TurnReport) + Send,
) -> Result<CallReport, ScriptError> {
    script.check()?;
    let mut values = Values::new(scene.today);
    for (name, value) in &script.variables {
        let value = values
            .fill(value)
            .map_err(|problem| ScriptError::Section { section: "variables", problem })?;
        values.set(name, value.into());
    }
    let (mut call, start) = LiveCall::start(line, &script.call, scene, values).await?;
    let mut report = CallReport::new(&script.name, call.id());
    let mut lost = start.lost;
    on_turn(&start);
    report.turns.push(start);
    for action in &script.turns {
        // A caller whose line is dead does not go on talking.
        if lost {
            break;
        }
        tokio::time::sleep(pace.before_a_turn()).await;
        call.begin_to_speak(action, pace).await;
        let turn = match action {
            Action::Say(text) => call.say(text).await,
            Action::Agent(text) => call.agent(text).await,
            Action::Tool(tool) => call.tool(tool).await,
            Action::RepeatLast => call.repeat_last().await,
        };
        lost = turn.lost;
        on_turn(&turn);
        report.turns.push(turn);
    }
    if !lost {
        let end = call.end().await;
        on_turn(&end);
        report.turns.push(end);
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
