//! Every limit of this package on one page: what may wait, how much, how long, and why.
//! Settings that an operator may change are in the configuration, not here.

use std::time::Duration;

/// Messages that may wait in one session's mailbox. Mailboxes themselves have no limit, so the
/// door takes a permit for each message; a call that floods us loses small talk, not memory.
pub(crate) const MAX_MAILBOX: usize = 512;

/// Tool calls that may run at once within one call. Vapi sends a handful; more is a loop.
pub(crate) const MAX_TOOLS_IN_FLIGHT: usize = 32;

/// Tool calls accepted in one message.
pub(crate) const MAX_TOOLS_PER_MESSAGE: usize = 32;

/// Answers a live session keeps in memory; older ones are found in storage.
pub(crate) const MAX_ANSWERS_IN_MEMORY: usize = 256;

/// Between a tool's answer and what it does to the call (R17): the answer is to be on its way.
pub(crate) const ACT_AFTER_ANSWER: Duration = Duration::from_millis(300);

/// How long the last sentence of a call may take before the call is hung up for it.
pub(crate) const GOODBYE: Duration = Duration::from_secs(5);

/// For how long a hand-over counts as under way; beyond it the agent may hang up again.
pub(crate) const TRANSFER_UNDER_WAY: Duration = Duration::from_secs(30);

/// Longest text that an operator may have said or whispered, characters.
pub(crate) const MAX_SAID: usize = 2_000;

/// Messages that a session remembers so as to know a delivery that is repeated. Vapi repeats within
/// seconds, and a busy call sends some ten a second.
pub(crate) const MAX_DELIVERIES: usize = 256;

/// Lines heard in copies of the whole conversation that may yet come as transcripts.
pub(crate) const MAX_OVERHEARD: usize = 64;

/// Longest search for who is calling before an inbound call is given its assistant. Vapi allows
/// 7.5 s for everything and the caller hears nothing meanwhile.
pub(crate) const WELCOME_LOOK_UP: Duration = Duration::from_millis(2_500);

/// Longest wait for a session to say something that it knows.
pub(crate) const ASK_SESSION: Duration = Duration::from_secs(2);

/// How long a tool may go on after the caller has been given a filler. A provider that has
/// not answered by then will not; its outcome is settled by look-up, not by waiting.
pub(crate) const TOOL_AFTERLIFE: Duration = Duration::from_secs(60);

/// How long an ended call's session stays for late messages.
pub(crate) const LINGER_AFTER_END: Duration = Duration::from_secs(60);

/// A call that nobody has heard of for so long is over; Vapi ends calls after 12 hours at most.
pub(crate) const LOST_CALL_AFTER: Duration = Duration::from_secs(12 * 3600);

/// How long the answers of tool calls are kept for repeats (at least 48 hours).
pub(crate) const KEEP_ANSWERS: Duration = Duration::from_secs(48 * 3600);

/// How often what need not be kept any longer is looked for.
pub(crate) const TIDY_EVERY: Duration = Duration::from_secs(600);

/// Restarts of one session that are allowed within [`RESTART_WINDOW`].
pub(crate) const MAX_RESTARTS: usize = 3;

/// Window of the restart budget.
pub(crate) const RESTART_WINDOW: Duration = Duration::from_secs(60);

/// Requests that one provider connection works on at once.
pub(crate) const MAX_PROVIDER_REQUESTS: usize = 64;

/// Failures in a row after which a connection is left alone.
pub(crate) const BREAKER_FAILURES: u32 = 5;

/// How long a connection is left alone before one request may try it again.
pub(crate) const BREAKER_PAUSE: Duration = Duration::from_secs(15);

/// Questions that one org's customer directory works on at once.
pub(crate) const MAX_DIRECTORY_REQUESTS: usize = 16;

/// How long a question to a customer directory may take. Their own measurements say 0.9 s; a
/// caller who has just said a number waits for this.
pub(crate) const DIRECTORY_REQUEST: Duration = Duration::from_millis(2_500);

/// What is left of a tool's deadline for the answer itself when a directory is slow.
pub(crate) const DIRECTORY_MARGIN: Duration = Duration::from_millis(200);

/// How long a directory's answer is good for the call that it was asked for.
pub(crate) const DIRECTORY_ANSWER_FOR: Duration = Duration::from_secs(300);

/// Answers that are kept per org; the oldest go first.
pub(crate) const MAX_DIRECTORY_ANSWERS: usize = 1_000;

/// Longest time for which a directory that asks for a pause is left alone.
pub(crate) const MAX_DIRECTORY_PAUSE: Duration = Duration::from_secs(60);

/// Lines of transcript that a call's state holds (contract: at most 10).
pub(crate) const TRANSCRIPT_TAIL: usize = 10;

/// Offered slots that a call's state holds; the oldest go first.
pub(crate) const MAX_OFFERED: usize = 300;

/// Warnings that a call's state holds.
pub(crate) const MAX_WARNINGS: usize = 20;

/// Characters of one transcript line that are kept.
pub(crate) const MAX_LINE: usize = 2_000;

/// Events per org that are kept for watchers who come back with `since`.
pub(crate) const FEED_RECENT: usize = 512;

/// For how long after the last watcher left they are kept.
pub(crate) const FEED_RECENT_FOR: Duration = Duration::from_secs(300);

/// Days after a full day that are searched for alternatives.
pub(crate) const ALTERNATIVE_DAYS: i64 = 14;

/// Days that are offered as alternatives.
pub(crate) const ALTERNATIVES: usize = 3;

/// Slots per alternative day.
pub(crate) const SLOTS_PER_ALTERNATIVE: usize = 3;

/// Failed attempts after which handing over is suggested (P175).
pub(crate) const ATTEMPTS_BEFORE_TRANSFER: u32 = 3;
