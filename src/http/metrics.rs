//! `GET /metrics`: what a monitoring system reads, in the OpenMetrics text form that Prometheus scrapes.
//! Counts are the whole server's: no label names an org, a call or a person. Administrators only, since
//! how much is going on is nobody else's business.

mod write;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hookswitch_actors::{Alarm, DURATION_CLASSES, SYNC_CLASSES, SyncTotals, ToolTotals};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::Registry;

use super::access::{Signed, role};
use super::app::App;
use super::error::ApiError;
use crate::vapi::{REQUEST_CLASSES, Requests};
use write::{counters, gauges, histograms};

/// The text form's own name.
const FORM: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything at one moment.
#[derive(Debug)]
struct Readings {
    tools: BTreeMap<String, ToolTotals>,
    live_calls: u64,
    denied: u64,
    unknown: u64,
    is_healthy: bool,
    sync: SyncTotals,
    registrations: u64,
    links: u64,
    vapi: Requests,
    vapi_is_failing: bool,
}

pub(super) async fn metrics(
    _: Signed<role::Admin>,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    let count = |entry: &std::sync::atomic::AtomicU64| entry.load(Ordering::Relaxed);
    let store = app.calls.store();
    let mut links = 0;
    for org in app.calls.orgs().all() {
        links += store.tool_links(org.id()).await?.len() as u64;
    }
    let vapi = app.parts.vapi_requests.requests();
    let readings = Readings {
        sync: app.calls.sync_health(),
        registrations: store.registrations().await?.len() as u64,
        links,
        vapi_is_failing: vapi.is_alarming(app.calls.clock().now()),
        vapi,
        tools: app.calls.tool_health().totals(),
        live_calls: app.calls.feed().live_calls() as u64,
        denied: count(&app.parts.denied),
        unknown: app.parts.unknown_messages.iter().map(|entry| count(entry.value())).sum(),
        is_healthy: app.calls.store().is_healthy(),
    };
    let mut registry = Registry::with_prefix("hookswitch");
    registry.register_collector(Box::new(readings));
    let mut page = String::new();
    // Writing into memory does not fail; a metric that cannot be written is a mistake of ours.
    text::encode(&mut page, &registry).map_err(|fmt::Error| {
        tracing::error!("metrics could not be written");
        ApiError::not_found("page")
    })?;
    Ok(([(header::CONTENT_TYPE, FORM)], page).into_response())
}

impl Collector for Readings {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let to = &mut encoder;
        gauges(to, "live_calls", "Calls that are going on.", [([("", "")], self.live_calls)])?;
        let healthy = u64::from(self.is_healthy);
        gauges(to, "storage_healthy", "1 while storage can write.", [([("", "")], healthy)])?;
        let help = "Webhooks that were refused for their proof.";
        counters(to, "webhooks_denied", help, [([("", "")], self.denied)])?;
        let help = "Webhooks of a type that nobody knew when this was written.";
        counters(to, "webhooks_unknown", help, [([("", "")], self.unknown)])?;
        self.tools(to)?;
        self.registration(to)?;
        self.requests(to)
    }
}

impl Readings {
    /// P146, P147, P149 to P151.
    fn registration(&self, to: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let sync = &self.sync;
        let outcomes =
            |ok: u64, failed: u64| [([("outcome", "ok")], ok), ([("outcome", "failed")], failed)];
        let help =
            "Tools that a run found or made as they should be at Vapi, and those it could not.";
        counters(to, "tool_registrations", help, outcomes(sync.registered, sync.not_registered))?;
        let help = "Runs that bring an assistant up to date at Vapi, by how they ended.";
        counters(to, "tool_sync_runs", help, outcomes(sync.synced, sync.failed))?;
        let runs =
            ([("kind", "assistant")], sync.seconds, sync.synced + sync.failed, &sync.classes[..]);
        let help = "How long such runs take.";
        histograms(to, "tool_sync_duration_seconds", help, &SYNC_CLASSES, [runs])?;
        let rows = [
            ([("record", "registration")], self.registrations),
            ([("record", "link")], self.links),
        ];
        gauges(
            to,
            "tool_records",
            "Records of registered tools and of their links to assistants.",
            rows,
        )?;
        let alarms = [
            ([("severity", "warning")], u64::from(sync.alarm == Alarm::Warning)),
            ([("severity", "critical")], u64::from(sync.alarm == Alarm::Critical)),
        ];
        let help = "1 while more than 5 (warning) or 20 (critical) of 100 such runs of the last hour failed.";
        gauges(to, "tool_sync_alerts", help, alarms)
    }

    /// P148 and P152.
    fn requests(&self, to: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let counts = self.vapi.counts.iter();
        let counts = counts.map(|((method, ended), count)| {
            ([("method", method.as_str()), ("outcome", ended.word())], *count)
        });
        counters(to, "vapi_requests", "Requests to Vapi, by how they ended.", counts)?;
        let count = self.vapi.counts.values().sum();
        let times = ([("to", "vapi")], self.vapi.seconds, count, &self.vapi.classes[..]);
        let help = "How long requests to Vapi take.";
        histograms(to, "vapi_request_duration_seconds", help, &REQUEST_CLASSES, [times])?;
        let failing = [([("severity", "critical")], u64::from(self.vapi_is_failing))];
        let help =
            "1 while Vapi answered with a failure of its own (5xx) in the last quarter of an hour.";
        gauges(to, "vapi_alerts", help, failing)
    }

    fn tools(&self, to: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let by_outcome = self.tools.iter().flat_map(|(tool, totals)| {
            [("ok", totals.worked), ("failed", totals.failed)]
                .map(|(outcome, count)| ([("tool", tool.as_str()), ("outcome", outcome)], count))
        });
        counters(to, "tool_calls", "Tool calls that ran, by how that went.", by_outcome)?;
        let ailing = self.tools.iter().flat_map(|(tool, totals)| {
            [("slow", totals.slow_in), ("failing", totals.failing_in)]
                .map(|(kind, orgs)| ([("tool", tool.as_str()), ("kind", kind)], orgs))
        });
        let help = "Organisations in which a tool takes more than 2 s on average, or fails in more than \
                    5 of 100 calls, of late.";
        gauges(to, "tool_alerts", help, ailing)?;
        let times = self.tools.iter().map(|(tool, totals)| {
            let count = totals.worked + totals.failed;
            ([("tool", tool.as_str())], totals.seconds, count, &totals.classes[..])
        });
        let help = "How long tools take.";
        histograms(to, "tool_duration_seconds", help, &DURATION_CLASSES, times)
    }
}
