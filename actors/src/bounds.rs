//! Every limit of this package on one page: what may wait, how much, how long, and why.
//! Settings that an operator may change are in the configuration, not here.

use std::time::Duration;

use jiff::SignedDuration;

/// Messages that may wait in one session's mailbox. Mailboxes themselves have no limit, so the
/// door takes a permit for each message; a call that floods us loses small talk, not memory.
pub(crate) const MAX_MAILBOX: usize = 512;

/// Tool calls that may run at once within one call. Vapi sends a handful; more is a loop.
pub(crate) const MAX_TOOLS_IN_FLIGHT: usize = 32;

/// Tool calls accepted in one message.
pub(crate) const MAX_TOOLS_PER_MESSAGE: usize = 32;

/// Answers a live session keeps in memory; a repeat of an older one is looked up in storage.
pub(crate) const MAX_ANSWERS_IN_MEMORY: usize = 256;

/// Between a tool's answer and what it does to the call (R17): the answer is to be on its way.
pub(crate) const ACT_AFTER_ANSWER: Duration = Duration::from_millis(300);

/// How long the last sentence of a call may take before the call is hung up for it.
pub(crate) const GOODBYE: Duration = Duration::from_secs(5);

/// For how long a hand-over counts as under way; beyond it the agent may hang up again.
pub(crate) const TRANSFER_UNDER_WAY: Duration = Duration::from_secs(30);

/// Longest text that an operator may have said or whispered, characters.
pub(crate) const MAX_SAID: usize = 2_000;

/// Wrong confirmation codes, and wrong details, that one call may give before a person is offered.
pub(crate) const GUESSES_PER_CALL: u32 = 3;

/// The same for one number in one day, over all its calls. Withheld numbers share one count.
pub(crate) const GUESSES_PER_DAY: u32 = 10;

/// The same for all that comes outside of any call and without a number, as from chats.
pub(crate) const GUESSES_OUTSIDE_PER_DAY: u32 = 100;

/// Days for which somebody waits who names none, beside the first.
pub(crate) const WAITLIST_DAYS: i64 = 13;

/// Days after the first of a wish to wait that are searched for what is free already.
pub(crate) const WAITLIST_LOOK_AHEAD: i64 = 30;

/// How often slots that nobody came for are looked for.
pub(crate) const PASS_ON_EVERY: Duration = Duration::from_secs(5);

/// Longest note of a caller that is kept, characters.
pub(crate) const MAX_NOTE: usize = 1_000;

/// Messages that a session remembers so as to know a delivery that is repeated. Vapi repeats within
/// seconds, and a busy call sends some ten a second.
pub(crate) const MAX_DELIVERIES: usize = 256;

/// Lines heard in copies of the whole conversation that may yet come as transcripts.
pub(crate) const MAX_OVERHEARD: usize = 64;

/// Longest search for who is calling before an inbound call is given its assistant. Vapi allows
/// 7.5 s for everything and the caller hears nothing meanwhile.
pub(crate) const WELCOME_LOOK_UP: Duration = Duration::from_millis(2_500);

/// Longest search for what the waitlist keeps for a caller, on top of it.
pub(crate) const WELCOME_KEPT: Duration = Duration::from_millis(500);

/// Longest wait for free slots, beside it: they are good to have, and nobody should listen to the ringing for
/// them.
pub(crate) const WELCOME_SLOTS: Duration = Duration::from_secs(1);

/// How long what was not found in time is still looked for, to be told while the call goes on.
pub(crate) const WELCOME_LATER: Duration = Duration::from_secs(8);

/// Longest wait for a session to say something that it knows.
pub(crate) const ASK_SESSION: Duration = Duration::from_secs(2);

/// How long a tool may go on after the caller has been given a filler. A provider that has
/// not answered by then will not; its outcome is settled by look-up, not by waiting.
pub(crate) const TOOL_AFTERLIFE: Duration = Duration::from_secs(60);

/// A tool that runs for so long by the clock has been lost: it is given up, and what it still does is only
/// written down. Beyond [`TOOL_AFTERLIFE`], by which tools end themselves.
pub(crate) const GIVE_TOOL_UP_AFTER: Duration = Duration::from_secs(75);

/// A live call of which nothing was heard for so long is asked for at the voice platform: somebody who talks
/// is heard of every few seconds.
pub(crate) const SILENT_AFTER: Duration = Duration::from_secs(600);

/// So long after a call has ended its report is taken to be lost.
pub(crate) const REPORT_COMES_WITHIN: Duration = Duration::from_secs(300);

/// Calls that began so long before a start are looked through for reports that were still waited for.
pub(crate) const REPORTS_RECALLED: SignedDuration = SignedDuration::from_hours(6);

/// Calls that began so long before a start are looked through for callbacks that were not kept yet: a long
/// weekend without the server.
pub(crate) const CALLBACKS_RECALLED: SignedDuration = SignedDuration::from_hours(96);

/// How long a wish to be called back waits at first, and at most, until the disk is asked again to take it.
pub(crate) const KEEP_AGAIN_AFTER: Duration = Duration::from_millis(250);
pub(crate) const KEEP_AGAIN_AT_MOST: Duration = Duration::from_secs(30);

/// Ended calls whose report is waited for.
pub(crate) const MAX_UNREPORTED: usize = 10_000;

/// How often silent calls are looked for.
pub(crate) const LOOK_FOR_CALLS_EVERY: Duration = Duration::from_secs(5);

/// Pause after the voice platform could not be asked.
pub(crate) const LOOK_PAUSE: Duration = Duration::from_secs(60);

/// How often calls are looked after that nobody speaks for.
pub(crate) const WATCH_EVERY: Duration = Duration::from_secs(2);

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

/// Requests that may wait for one of those places, each no longer than its caller does.
pub(crate) const MAX_PROVIDER_LINE: usize = 4_096;

/// What a request needs at the least between its turn and its caller's deadline. One whose turn comes
/// later is told so at once, as its answer could not be heard.
pub(crate) const REQUEST_NEEDS: Duration = Duration::from_millis(100);

/// Before a read that failed is tried once more.
pub(crate) const READ_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// Longest time for which a provider that asks for a pause is left alone without asking again.
pub(crate) const MAX_REST: Duration = Duration::from_secs(300);

/// How long a provider's answer about free slots may be given again, unless the operator says
/// otherwise. About as long as it takes to read a few times out: a rush of callers, or a caller who
/// has the same day asked for twice, costs one request. What somebody books at the provider itself
/// meanwhile is offered for moments and never booked, since booking asks anew.
pub(crate) const KEEP_SLOTS: Duration = Duration::from_secs(5);

/// Answers about free slots that one connection keeps.
pub(crate) const MAX_KNOWN_SLOTS: usize = 256;

/// How long an answer that was asked for ahead is good for who does not need it of the moment: from the
/// ringing until the caller has said what they want. What is booked past us meanwhile is offered and then
/// refused with alternatives, as booking asks anew.
pub(crate) const KEEP_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// Such answers that one connection keeps: one for each service that calls begin with.
pub(crate) const MAX_AHEAD: usize = 32;

/// How long a caller's question waits for such an answer that is on its way, before it is put by itself.
pub(crate) const JOIN_AHEAD: Duration = Duration::from_secs(2);

/// Longest wait for one that nobody waits for.
pub(crate) const ASK_AHEAD: Duration = Duration::from_secs(10);

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

/// How long a directory that takes no more questions is left alone if it does not say how long.
pub(crate) const DIRECTORY_PAUSE: Duration = Duration::from_secs(5);

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

/// Durable jobs that run at once.
pub(crate) const MAX_JOBS: usize = 32;

/// Durable jobs of one org that run at once; the others wait without keeping other orgs waiting.
pub(crate) const MAX_JOBS_PER_ORG: usize = 8;

/// Mails of one org that are handed over at once, of those jobs. A mail server may hang for a minute.
pub(crate) const MAX_MAILS_PER_ORG: usize = 2;

/// Due jobs that are looked at to find those that may run.
pub(crate) const JOBS_LOOKED_AT: usize = 256;

/// How long one run of a durable job may take.
pub(crate) const JOB_LIMIT: Duration = Duration::from_secs(120);

/// How long a provider may take to make, move or cancel a booking. Longer than a caller waits: an
/// answer that comes late is told late, but it is an answer.
pub(crate) const PROVIDER_WRITE: Duration = Duration::from_secs(25);

/// How long a provider may take to say whether it has a booking, when nobody waits for it.
pub(crate) const PROVIDER_LOOK: Duration = Duration::from_secs(15);

/// What is left of a tool's deadline for saying that there is no answer yet.
pub(crate) const ANSWER_MARGIN: Duration = Duration::from_millis(300);

/// After an answer was lost, when the provider is first asked what it has.
pub(crate) const LOOK_AFTER: Duration = Duration::from_secs(2);

/// How long after the asking ended a provider that has nothing will surely not have it any more: what
/// was on its way has arrived, and what it did has shown (some show it seconds late). Of an asking that
/// was cut short by a crash the end is not known: it is taken to be [`PROVIDER_WRITE`] after it began.
pub(crate) const ABSENT_AFTER: Duration = Duration::from_secs(15);

/// After a request that was thought lost, when it is looked for a last time.
pub(crate) const LOOK_ONCE_MORE: Duration = Duration::from_secs(600);

/// How often a provider is asked how it decided about a provisional booking.
pub(crate) const ASK_DECISION: Duration = Duration::from_secs(120);

/// For how long after its time a booking is still tried to be settled; then it is the operator's.
pub(crate) const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Ids from a provider's posts that wait to be looked at; beyond it every booking is looked at instead.
pub(crate) const MAX_NOTICED: usize = 2_000;

/// Bookings that are looked at before whoever else wants something of the exchange gets a turn.
pub(crate) const LOOKS_AT_ONCE: usize = 20;

/// How many times longer a provider that posts its changes is left alone between two questions: posts
/// get lost, so that it is asked all the same.
pub(crate) const POSTED_LESS_OFTEN: u32 = 15;

/// How many polls apart all bookings are looked at, one by one, at a provider that cannot be asked what
/// changed.
pub(crate) const WALK_EVERY: u32 = 15;

/// The same at one that can be asked, or posts: it is only for what slipped through.
pub(crate) const WALK_SELDOM: u32 = 1_440;

/// How many bookings are looked at one by one between two polls, so that little of the account's quota
/// goes into it.
pub(crate) const WALK_PACE: u32 = 30;

/// Longest pause of an exchange whose provider is in trouble.
pub(crate) const LONGEST_SYNC_PAUSE: Duration = Duration::from_secs(600);

/// A provider that would not post is asked again after this.
pub(crate) const WATCH_AGAIN: Duration = Duration::from_secs(3_600);

/// A watch that ends within this is made anew.
pub(crate) const WATCH_MARGIN: Duration = Duration::from_secs(24 * 3600);

/// How long a removed connection's provider may take to hear that it need not post any more; the
/// operator waits for it.
pub(crate) const FAREWELL: Duration = Duration::from_secs(5);

/// Failed requests in a row after which a connection is said to be down.
pub(crate) const DOWN_AFTER: u32 = 2;
