//! The table of operations. A route without a row here fails a test, and so does a row without a
//! route.

use super::answers::*;
use super::shape::Least::{Admin, AnyToken, Anyone, Role, Vapi};
use super::shape::Route;
use crate::http::settings::Document;
use crate::http::{
    audit, bookings, calls, connections, control, customers, feed, tokens, try_tool,
};

pub(super) fn table() -> Vec<Route> {
    [webhooks(), orgs(), of_connections(), of_bookings(), of_calls(), server()].concat()
}

fn webhooks() -> Vec<Route> {
    let one = |path, summary| {
        Route::new("post", path, "Vapi", Vapi, summary).body::<AnyObject>().gives::<AnyObject>(200)
    };
    vec![
        one("/webhook/{webhook_id}", "Every server message of one org"),
        one("/webhook/vapi", "Every server message of every org"),
        one("/api/vapi/webhook", "Every server message of every org"),
        one("/api/vapi/tools", "Tool calls of every org"),
        one("/api/vapi/tools/calendar/check", "Free slots, called directly"),
        one("/api/vapi/tools/{name}", "One tool, in an envelope or called directly"),
        Route::new(
            "post",
            "/api/vapi/tools/test",
            "Tools",
            AnyToken,
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
        Route::new("get", "/api/orgs", tag, AnyToken, "The orgs that the token reaches")
            .gives::<Page<Org>>(200),
        Route::new(
            "post",
            "/api/orgs",
            tag,
            Admin,
            "Create an org; its webhook secret is shown this once",
        )
        .merge_patch::<Document>()
        .gives::<NewOrg>(201),
        Route::new("get", one, tag, Role("viewer"), "One org with its settings").gives::<Org>(200),
        Route::new("patch", one, tag, Role("org"), "Change settings")
            .merge_patch::<Document>()
            .gives::<Org>(200),
        Route::new("delete", one, tag, Admin, "Delete an org and everything of it")
            .gives_nothing(204),
        Route::new("get", "/api/orgs/{org}/audit", tag, Role("org"), "Who did what, newest first")
            .query::<audit::Part>()
            .gives::<Page<AuditEntry>>(200),
    ]
}

fn of_connections() -> Vec<Route> {
    let tag = "Connections";
    let all = "/api/orgs/{org}/connections";
    let one = "/api/orgs/{org}/connections/{connection}";
    let check = "/api/orgs/{org}/connections/{connection}/check";
    vec![
        Route::new("get", all, tag, Role("viewer"), "Connections, without credentials")
            .gives::<Page<Connection>>(200),
        Route::new("post", all, tag, Role("org"), "Connect a provider")
            .body::<connections::NewConnection>()
            .gives::<Connection>(201),
        Route::new("get", one, tag, Role("viewer"), "One connection").gives::<Connection>(200),
        Route::new("patch", one, tag, Role("org"), "Change a connection")
            .body::<connections::ConnectionPatch>()
            .gives::<Connection>(200),
        Route::new(
            "delete",
            one,
            tag,
            Role("org"),
            "Remove a connection; if it was the default, there is none then",
        )
        .gives_nothing(204),
        Route::new("post", check, tag, Role("org"), "Ask the provider for something harmless")
            .gives::<ConnectionCheck>(200),
        Route::new(
            "get",
            "/api/circuit-breaker/status",
            tag,
            AnyToken,
            "Which connections are left alone because they fail",
        )
        .gives::<Page<Breaker>>(200),
        Route::new(
            "get",
            "/api/health/{integration}",
            tag,
            AnyToken,
            "How the connections to one vendor are",
        )
        .gives::<IntegrationHealth>(200),
    ]
}

fn of_bookings() -> Vec<Route> {
    let tag = "Bookings";
    let all = "/api/orgs/{org}/bookings";
    let cancel = "/api/orgs/{org}/bookings/{booking}/cancel";
    let reschedule = "/api/orgs/{org}/bookings/{booking}/reschedule";
    vec![
        Route::new("get", all, tag, Role("viewer"), "Bookings")
            .query::<bookings::Which>()
            .gives::<Page<Booking>>(200),
        Route::new("post", all, tag, Role("supervisor"), "Book, by the same rules as a caller")
            .body::<bookings::NewBooking>()
            .gives::<Booking>(201),
        Route::new("get", "/api/orgs/{org}/bookings/{booking}", tag, Role("viewer"), "One booking")
            .gives::<Booking>(200),
        Route::new("post", cancel, tag, Role("supervisor"), "Cancel a booking")
            .body::<bookings::Cancellation>()
            .gives::<Booking>(200),
        Route::new("post", reschedule, tag, Role("supervisor"), "Move a booking")
            .body::<bookings::Move>()
            .gives::<Booking>(200),
        Route::new("get", "/api/orgs/{org}/availability", tag, Role("viewer"), "Free slots")
            .query::<bookings::When>()
            .gives::<Availability>(200),
        Route::new(
            "get",
            "/api/orgs/{org}/customers",
            tag,
            Role("viewer"),
            "Customers by one of phone, e-mail and name",
        )
        .query::<customers::Who>()
        .gives::<Page<Customer>>(200),
    ]
}

fn of_calls() -> Vec<Route> {
    let tag = "Calls";
    let one = "/api/orgs/{org}/calls/{call}";
    let attempt = "/api/orgs/{org}/tools/{name}/try";
    vec![
        Route::new("get", "/api/orgs/{org}/calls", tag, Role("viewer"), "Calls, newest first")
            .query::<calls::CallsQuery>()
            .gives::<Page<Call>>(200),
        Route::new("get", one, tag, Role("viewer"), "One call with its state")
            .gives::<CallWithState>(200),
        Route::new(
            "get",
            "/api/orgs/{org}/calls/{call}/events",
            tag,
            Role("viewer"),
            "What happened in a call",
        )
        .gives::<Page<StoredEvent>>(200),
        Route::new(
            "post",
            "/api/orgs/{org}/calls/{call}/control",
            tag,
            Role("supervisor"),
            "Step into a live call",
        )
        .body::<control::Wish>()
        .gives::<AnyObject>(202),
        Route::new("get", "/api/feed", tag, AnyToken, "Live calls over WebSocket")
            .query::<feed::WatchQuery>()
            .gives_nothing(101),
        Route::new(
            "post",
            "/api/feed/tickets",
            tag,
            AnyToken,
            "A way into the feed for browsers, for one minute",
        )
        .body::<feed::TicketQuery>()
        .gives::<Ticket>(201),
        Route::new(
            "get",
            "/api/orgs/{org}/tools",
            "Tools",
            Role("viewer"),
            "The tools as they are registered with Vapi",
        )
        .gives::<Page<Tool>>(200),
        Route::new("post", attempt, "Tools", Role("org"), "Run one tool; what it does is real")
            .body::<try_tool::Trial>()
            .gives::<ToolTrial>(200),
    ]
}

fn server() -> Vec<Route> {
    let tag = "Server";
    vec![
        Route::new("get", "/api/tokens", tag, Admin, "API tokens").gives::<Page<Token>>(200),
        Route::new("post", "/api/tokens", tag, Admin, "Make a token; it is shown this once")
            .body::<tokens::NewToken>()
            .gives::<NewToken>(201),
        Route::new("delete", "/api/tokens/{token}", tag, Admin, "Revoke a token")
            .gives_nothing(204),
        Route::new(
            "post",
            "/api/backup",
            tag,
            Admin,
            "A consistent copy of everything but the key",
        )
        .gives_other(200, "application/octet-stream"),
        Route::new(
            "post",
            "/api/verify",
            tag,
            Admin,
            "Read everything that was written and check it",
        )
        .gives::<Verification>(200),
        Route::new("get", "/api/health", tag, Admin, "How the server is")
            .gives::<ServerHealth>(200),
        Route::new("get", "/livez", tag, Anyone, "Whether it is alive").gives::<Sign>(200),
        Route::new("get", "/readyz", tag, Anyone, "Whether it takes calls").gives::<Sign>(200),
        Route::new("get", "/api/openapi.json", tag, Anyone, "This document")
            .gives::<AnyObject>(200),
        Route::new("get", "/api/docs", tag, Anyone, "This document for people")
            .gives_other(200, "text/html"),
    ]
}
