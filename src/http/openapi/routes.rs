//! The table of operations. A route without a row here fails a test, and so does a row without a
//! route. Who may use each is not said here: the router knows it from the handlers.

use super::answers::*;
use super::shape::Route;
use crate::http::lists::PageQuery;
use crate::http::settings::Document;
use crate::http::{
    agents, bookings, callbacks, calls, connections, control, customers, definitions, feed, jobs,
    login, messages, oauth, tokens, tool_sync, try_tool, waitlist,
};

pub(super) fn table() -> Vec<Route> {
    let of_providers = vec![
        Route::new(
            "post",
            "/api/providers/{provider}/webhook/{connection}",
            "Connections",
            "What a provider posts about one connection, signed in its own way",
        )
        .body::<AnyObject>()
        .gives::<AnyObject>(200),
    ];
    let of_orgs =
        [orgs(), of_connections(), of_agents(), of_bookings(), of_waiting(), of_calls()].concat();
    [webhooks(), of_providers, of_orgs, server(), page()].concat()
}

fn webhooks() -> Vec<Route> {
    let one = |path, summary| {
        Route::new("post", path, "Vapi", summary).body::<AnyObject>().gives::<AnyObject>(200)
    };
    vec![
        one("/webhook/{webhook_id}", "Every server message of one org"),
        one("/webhook/vapi", "Every server message of every org"),
        one("/api/vapi/webhook", "Every server message of every org"),
        one("/api/oauth/token", "An access token for the secret of a webhook (form, RFC 6749)"),
        one("/api/vapi/tools", "Tool calls of every org"),
        one("/api/vapi/tools/calendar/check", "Free slots, called directly"),
        one("/api/vapi/tools/{name}", "One tool, in an envelope or called directly"),
        Route::new(
            "post",
            "/api/messaging/twilio/{owner}/status",
            "Connections",
            "What became of a message, reported by Twilio (form, signed)",
        )
        .gives_nothing(204),
        Route::new(
            "post",
            "/api/messaging/twilio/{owner}/inbound",
            "Connections",
            "What a customer answered, posted by Twilio (form, signed)",
        )
        .gives_nothing(200),
        Route::new(
            "post",
            "/api/vapi/tools/test",
            "Tools",
            "Run one tool; open only with dev_endpoints",
        )
        .body::<try_tool::Test<'static>>()
        .gives::<ToolTrial>(200),
    ]
}

fn orgs() -> Vec<Route> {
    let tag = "Orgs";
    let one = "/api/orgs/{org}";
    vec![
        Route::new("get", "/api/orgs", tag, "The orgs that the token reaches")
            .query::<PageQuery>()
            .gives::<Page<Org>>(200),
        Route::new(
            "post",
            "/api/orgs",
            tag,
            "Create an org; its webhook secret is shown this once",
        )
        .merge_patch::<Document>()
        .gives::<NewOrg>(201),
        Route::new("get", one, tag, "One org with its settings").gives::<Org>(200),
        Route::new("patch", one, tag, "Change settings")
            .merge_patch::<Document>()
            .gives::<Org>(200),
        Route::new("delete", one, tag, "Delete an org and everything of it").gives_nothing(204),
        Route::new("get", "/api/orgs/{org}/audit", tag, "Who did what, newest first")
            .query::<PageQuery>()
            .gives::<Page<AuditEntry>>(200),
        Route::new("get", "/api/orgs/{org}/jobs", tag, "Work that waits or failed")
            .query::<jobs::Which>()
            .gives::<Page<Job>>(200),
    ]
}

fn of_connections() -> Vec<Route> {
    let tag = "Connections";
    let all = "/api/orgs/{org}/connections";
    let one = "/api/orgs/{org}/connections/{connection}";
    let check = "/api/orgs/{org}/connections/{connection}/check";
    vec![
        Route::new("get", all, tag, "Connections, without credentials")
            .query::<PageQuery>()
            .gives::<Page<Connection>>(200),
        Route::new("post", all, tag, "Connect a provider")
            .body::<connections::NewConnection>()
            .gives::<Connection>(201),
        Route::new("get", one, tag, "One connection").gives::<Connection>(200),
        Route::new("patch", one, tag, "Change a connection")
            .body::<connections::ConnectionPatch>()
            .gives::<Connection>(200),
        Route::new(
            "delete",
            one,
            tag,
            "Remove a connection; if it was the default, there is none then",
        )
        .gives_nothing(204),
        Route::new("post", check, tag, "Ask the provider for something harmless")
            .gives::<ConnectionCheck>(200),
        Route::new(
            "get",
            "/api/oauth/{provider}/start",
            tag,
            "Connect a provider in a browser: a redirect, or its target to who asks for JSON",
        )
        .query::<oauth::Begin>()
        .gives::<ConsentPage>(200),
        Route::new("get", "/api/oauth/callback", tag, "Where providers send people back to")
            .query::<oauth::Back>()
            .gives_other(200, "text/html"),
        Route::new(
            "get",
            "/api/circuit-breaker/status",
            tag,
            "Which connections are left alone because they fail",
        )
        .query::<PageQuery>()
        .gives::<Page<Breaker>>(200),
        Route::new(
            "get",
            "/api/health/{integration}",
            tag,
            "How the connections to one vendor are",
        )
        .gives::<IntegrationHealth>(200),
    ]
}

fn of_agents() -> Vec<Route> {
    let tag = "Tools";
    let sync = "/api/orgs/{org}/tools/sync";
    let links = "/api/orgs/{org}/tools/links";
    let back = "/api/orgs/{org}/agents/{agent}/rollback";
    let number_back = "/api/orgs/{org}/phone-numbers/{number}/rollback";
    vec![
        Route::new(
            "get",
            "/api/orgs/{org}/agents",
            tag,
            "Voice agents, and whether each is synced",
        )
        .query::<PageQuery>()
        .gives::<Page<Agent>>(200),
        Route::new(
            "put",
            "/api/orgs/{org}/agents/{agent}",
            tag,
            "Save an agent; its assistant at Vapi follows behind the answer",
        )
        .body::<agents::AgentDocument>()
        .gives::<Agent>(200),
        Route::new(
            "delete",
            "/api/orgs/{org}/agents/{agent}",
            tag,
            "Remove an agent; what is ours is taken off its assistant behind the answer",
        )
        .gives_nothing(204),
        Route::new("post", back, tag, "Put an agent's assistant back to what it was before")
            .query::<agents::DryRun>()
            .gives::<Rollback>(200),
        Route::new(
            "get",
            "/api/orgs/{org}/phone-numbers",
            tag,
            "Phone numbers at Vapi that the settings name, and whether each is synced",
        )
        .query::<PageQuery>()
        .gives::<Page<PhoneNumber>>(200),
        Route::new("post", number_back, tag, "Put a phone number back to where it led before")
            .query::<agents::DryRun>()
            .gives::<NumberRollback>(200),
        Route::new("post", sync, tag, "Bring the org's assistants at Vapi up to date")
            .query::<agents::DryRun>()
            .gives::<ToolSync>(200),
        Route::new("get", links, tag, "Which tool is linked to which assistant")
            .query::<PageQuery>()
            .gives::<Page<ToolLink>>(200),
        Route::new("post", "/api/tools/prune", tag, "Leftovers of ours at Vapi; remove them")
            .query::<tool_sync::Confirm>()
            .gives::<Pruned>(200),
        Route::new("get", "/api/tools/account", tag, "Whether tools can be registered with Vapi")
            .gives::<VapiAccount>(200),
    ]
}

fn of_bookings() -> Vec<Route> {
    let tag = "Bookings";
    let all = "/api/orgs/{org}/bookings";
    let cancel = "/api/orgs/{org}/bookings/{booking}/cancel";
    let reschedule = "/api/orgs/{org}/bookings/{booking}/reschedule";
    vec![
        Route::new("get", all, tag, "Bookings")
            .query::<bookings::Which>()
            .gives::<Page<Booking>>(200),
        Route::new("post", all, tag, "Book, by the same rules as a caller")
            .body::<bookings::NewBooking>()
            .gives::<Booking>(201),
        Route::new("get", "/api/orgs/{org}/bookings/{booking}", tag, "One booking")
            .gives::<Booking>(200),
        Route::new("post", cancel, tag, "Cancel a booking")
            .body::<bookings::Cancellation>()
            .gives::<Booking>(200),
        Route::new("post", reschedule, tag, "Move a booking")
            .body::<bookings::Move>()
            .gives::<Booking>(200),
        Route::new("get", "/api/orgs/{org}/availability", tag, "Free slots")
            .query::<bookings::When>()
            .gives::<Availability>(200),
        Route::new(
            "get",
            "/api/orgs/{org}/customers",
            tag,
            "Customers by one of phone, e-mail and name",
        )
        .query::<customers::Who>()
        .gives::<Page<Customer>>(200),
    ]
}

fn of_waiting() -> Vec<Route> {
    let tag = "Bookings";
    let all = "/api/orgs/{org}/callbacks";
    let one = "/api/orgs/{org}/callbacks/{callback}";
    vec![
        Route::new("get", all, tag, "Who wants to be called back, open ones first")
            .query::<callbacks::Which>()
            .gives::<Page<Callback>>(200),
        Route::new(
            "get",
            "/api/orgs/{org}/messages",
            tag,
            "What was sent by text message and e-mail, newest first, and what became of it",
        )
        .query::<messages::Which>()
        .gives::<Page<Message>>(200),
        Route::new("post", all, tag, "Note down a callback")
            .body::<callbacks::NewCallback>()
            .gives::<Callback>(201),
        Route::new("patch", one, tag, "Take a callback on, note, close it")
            .body::<callbacks::CallbackPatch>()
            .gives::<Callback>(200),
        Route::new(
            "get",
            "/api/orgs/{org}/waitlist",
            tag,
            "Who waits for a free slot, first come first, then who did",
        )
        .query::<waitlist::Which>()
        .gives::<Page<Place>>(200),
    ]
}

fn of_calls() -> Vec<Route> {
    let tag = "Calls";
    let one = "/api/orgs/{org}/calls/{call}";
    let attempt = "/api/orgs/{org}/tools/{name}/try";
    vec![
        Route::new("get", "/api/orgs/{org}/calls", tag, "Calls, newest first")
            .query::<calls::CallsQuery>()
            .gives::<Page<Call>>(200),
        Route::new("get", one, tag, "One call with its state").gives::<CallWithState>(200),
        Route::new("get", "/api/orgs/{org}/calls/{call}/events", tag, "What happened in a call")
            .query::<PageQuery>()
            .gives::<Page<StoredEvent>>(200),
        Route::new("post", "/api/orgs/{org}/calls/{call}/control", tag, "Step into a live call")
            .body::<control::Wish>()
            .gives::<AnyObject>(202),
        Route::new("get", "/api/feed", tag, "Live calls over WebSocket")
            .query::<feed::WatchQuery>()
            .gives_nothing(101),
        Route::new(
            "post",
            "/api/feed/tickets",
            tag,
            "A way into the feed for browsers, for one minute",
        )
        .body::<feed::TicketQuery>()
        .gives::<Ticket>(201),
        Route::new(
            "get",
            "/api/orgs/{org}/tools",
            "Tools",
            "The tools as they are registered with Vapi",
        )
        .query::<PageQuery>()
        .gives::<Page<Tool>>(200),
        Route::new("get", "/api/orgs/{org}/tools/lint", "Tools", "What is wrong with the tools")
            .gives::<Lint>(200),
        Route::new(
            "post",
            "/api/orgs/{org}/webhook/check",
            "Orgs",
            "Whether what Vapi posts to the public URL arrives and is believed",
        )
        .gives::<WebhookCheck>(200),
        Route::new(
            "get",
            "/api/orgs/{org}/prompt",
            "Tools",
            "What is written into the system prompt of the assistants",
        )
        .query::<definitions::Which>()
        .gives::<Prompt>(200),
        Route::new("post", attempt, "Tools", "Run one tool; what it does is real")
            .body::<try_tool::Trial>()
            .gives::<ToolTrial>(200),
    ]
}

fn server() -> Vec<Route> {
    let tag = "Server";
    vec![
        Route::new("get", "/api/tokens", tag, "API tokens")
            .query::<PageQuery>()
            .gives::<Page<Token>>(200),
        Route::new("post", "/api/tokens", tag, "Make a token; it is shown this once")
            .body::<tokens::NewToken>()
            .gives::<NewToken>(201),
        Route::new("delete", "/api/tokens/{token}", tag, "Revoke a token").gives_nothing(204),
        Route::new("post", "/api/backup", tag, "A consistent copy of everything but the key")
            .gives_other(200, "application/octet-stream"),
        Route::new("post", "/api/verify", tag, "Read everything that was written and check it")
            .gives::<Verification>(200),
        Route::new("get", "/api/health", tag, "How the server is").gives::<ServerHealth>(200),
        Route::new("get", "/metrics", tag, "What a monitoring system reads")
            .gives_other(200, "application/openmetrics-text"),
        Route::new("get", "/livez", tag, "Whether it is alive").gives::<Sign>(200),
        Route::new("get", "/readyz", tag, "Whether it takes calls").gives::<Sign>(200),
        Route::new("get", "/api/openapi.json", tag, "This document").gives::<AnyObject>(200),
        Route::new("get", "/api/docs", tag, "This document for people")
            .gives_other(200, "text/html"),
    ]
}

fn page() -> Vec<Route> {
    let tag = "Page";
    vec![
        Route::new("get", "/", tag, "The page for people").gives_other(200, "text/html"),
        Route::new("get", "/assets/{folder}/{file}", tag, "What the page is made of")
            .gives_other(200, "*/*"),
        Route::new("post", "/api/login", tag, "A token for a cookie that the page uses")
            .body::<login::Login>()
            .gives::<SignedIn>(200),
        Route::new("get", "/api/login", tag, "Who is signed in").gives::<SignedIn>(200),
        Route::new("post", "/api/logout", tag, "Take the cookie back").gives_nothing(204),
    ]
}
