//! HTTP: one page with every route. Each resource's file owns its types and handlers; nothing
//! below this module decides anything about calls or bookings.

mod access;
mod agents;
mod app;
mod audit;
mod bookings;
mod call_log;
mod callbacks;
mod calls;
mod care;
mod claims;
mod client_tokens;
mod connections;
mod control;
mod cookie;
mod customers;
mod dashboard;
mod definitions;
mod error;
mod extract;
mod feed;
mod health;
mod identity;
mod jobs;
mod lists;
mod login;
mod messages;
mod metrics;
mod notices;
mod oauth;
mod openapi;
mod orgs;
mod phone_numbers;
mod probe;
mod routing;
mod settings;
mod shared_calls;
mod tokens;
mod tool_sync;
mod try_tool;
mod view;
mod waitlist;
mod webhook;

use axum::Router;
use axum::extract::DefaultBodyLimit;

use access::{OneOrg, WholeServer};
pub(crate) use app::App;
pub(crate) use identity::digest;
pub(crate) use notices::path as notice_path;
pub(crate) use openapi::text as openapi_text;
use routing::{Door, Routes, delete, get, patch, post, put};

/// Nothing but webhooks, which read their bodies themselves, is larger (R21).
const API_BODY: usize = 1024 * 1024;

/// What Vapi posts to.
fn of_vapi() -> Routes<WholeServer> {
    Routes::new()
        .route("/webhook/vapi", post(webhook::shared))
        .route("/webhook/{webhook_id}", post(webhook::of_org))
        .route("/api/vapi/webhook", post(webhook::shared))
        .route("/api/vapi/tools", post(webhook::shared))
        .route("/api/vapi/tools/calendar/check", post(webhook::calendar_check))
        .route("/api/vapi/tools/{name}", post(webhook::one_tool))
}

/// What is of one org. A handler has that org only with an asker who may do it.
fn of_org() -> Routes<OneOrg> {
    Routes::new()
        .route("/api/orgs/{org}", get(orgs::get).patch(orgs::patch).delete(orgs::delete))
        .route("/api/orgs/{org}/connections", get(connections::list).post(connections::create))
        .route(
            "/api/orgs/{org}/connections/{connection}",
            get(connections::get).patch(connections::patch).delete(connections::delete),
        )
        .route("/api/orgs/{org}/connections/{connection}/check", post(connections::check))
        .route("/api/orgs/{org}/bookings", get(bookings::list).post(bookings::create))
        .route("/api/orgs/{org}/bookings/{booking}", get(bookings::get))
        .route("/api/orgs/{org}/bookings/{booking}/cancel", post(bookings::cancel))
        .route("/api/orgs/{org}/bookings/{booking}/reschedule", post(bookings::reschedule))
        .route("/api/orgs/{org}/availability", get(bookings::availability))
        .route("/api/orgs/{org}/customers", get(customers::list))
        .route("/api/orgs/{org}/waitlist", get(waitlist::list))
        .route("/api/orgs/{org}/callbacks", get(callbacks::list).post(callbacks::create))
        .route("/api/orgs/{org}/callbacks/{callback}", patch(callbacks::patch))
        .route("/api/orgs/{org}/calls", get(calls::list))
        .route("/api/orgs/{org}/calls/{call}", get(calls::get))
        .route("/api/orgs/{org}/calls/{call}/events", get(calls::events))
        .route("/api/orgs/{org}/calls/{call}/control", post(control::step_in))
        .route("/api/orgs/{org}/tools", get(definitions::tools))
        .route("/api/orgs/{org}/tools/lint", get(definitions::lint))
        .route("/api/orgs/{org}/prompt", get(definitions::prompt))
        .route("/api/orgs/{org}/webhook/check", post(probe::check))
        .route("/api/orgs/{org}/agents", get(agents::list))
        .route("/api/orgs/{org}/agents/{agent}", put(agents::put).delete(agents::remove))
        .route("/api/orgs/{org}/agents/{agent}/rollback", post(agents::rollback))
        .route("/api/orgs/{org}/phone-numbers", get(phone_numbers::list))
        .route("/api/orgs/{org}/phone-numbers/{number}/rollback", post(phone_numbers::rollback))
        .route("/api/orgs/{org}/tools/sync", post(tool_sync::sync))
        .route("/api/orgs/{org}/tools/links", get(tool_sync::links))
        .route("/api/orgs/{org}/tools/{name}/try", post(try_tool::try_one))
        .route("/api/orgs/{org}/audit", get(audit::list))
        .route("/api/orgs/{org}/jobs", get(jobs::list))
        .route("/api/orgs/{org}/messages", get(messages::list))
}

/// What is of the whole server, or of nobody.
fn of_server() -> Routes<WholeServer> {
    Routes::new()
        .route("/api/vapi/tools/test", post(try_tool::test))
        .route("/", get(dashboard::page))
        .route("/assets/{folder}/{file}", get(dashboard::asset))
        .route("/api/login", get(login::who).post(login::login))
        .route("/api/logout", post(login::logout))
        .route("/api/orgs", get(orgs::list).post(orgs::create))
        .route("/api/tools/prune", post(tool_sync::prune))
        .route("/api/tools/account", get(tool_sync::account))
        .route("/api/tokens", get(tokens::list).post(tokens::create))
        .route("/api/tokens/{token}", delete(tokens::delete))
        .route("/api/messaging/twilio/{owner}/status", post(messages::status))
        .route("/api/messaging/twilio/{owner}/inbound", post(messages::inbound))
        .route("/api/feed", get(feed::watch))
        .route("/api/feed/tickets", post(feed::ticket))
        .route("/api/oauth/{provider}/start", get(oauth::start))
        .route("/api/oauth/callback", get(oauth::callback))
        .route("/api/oauth/token", post(client_tokens::token))
        .route("/api/health", get(health::health))
        .route("/api/health/{integration}", get(health::integration))
        .route("/api/circuit-breaker/status", get(health::breakers))
        .route("/api/backup", post(care::backup))
        .route("/api/verify", post(care::verify))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/docs", get(openapi::page))
        .route("/metrics", get(metrics::metrics))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
}

/// What booking providers post to.
fn of_providers() -> Routes<WholeServer> {
    Routes::new().route("/api/providers/{provider}/webhook/{connection}", post(notices::take))
}

/// Every operation, with who may use it.
fn doors() -> Vec<Door> {
    [of_vapi().doors, of_providers().doors, of_org().doors, of_server().doors].concat()
}

/// Every route.
pub(crate) fn router(app: App) -> Router {
    let api = of_org().router.merge(of_server().router).layer(DefaultBodyLimit::max(API_BODY));
    of_vapi()
        .router
        .merge(of_providers().router)
        .merge(api)
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::wrong_method)
        .with_state(app)
}
