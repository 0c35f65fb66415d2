//! Whose webhook is it, and is it genuine? (K15, R1) An org's own URL or secret fixes the org; the
//! instance secret lets the call's trusted marks choose. Nothing that a model wrote chooses, and
//! marks that disagree with the secret are refused. Every refusal looks the same from outside.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::{HeaderMap, Uri};
use hookswitch_actors::OrgEntry;
use hookswitch_actors::booking::people;
use hookswitch_storage::{CallId, CallKey, OrgId};

use crate::http::app::App;
use crate::http::error::ApiError;
use crate::vapi::{
    Attempt, CallInfo, Denied, OpenedAuth, Single, presented_tokens, token_digest, verify,
    verify_headers,
};

/// What a message says of whose it is.
#[derive(Default)]
pub(super) struct Marks {
    call: Option<CallId>,
    phone_number_id: Option<String>,
    assistant_id: Option<String>,
    dialled: Option<String>,
    /// Only of direct calls, which no model makes.
    tenant: Option<String>,
}

/// What the headers of a request prove, before its body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// It knows a secret. Whether it is the right one for this message may be still to be seen.
    Known,
    /// Nothing yet: it may have signed the body.
    Stranger,
}

/// Whose a genuine message is.
pub(super) enum Whose {
    Org(Arc<OrgEntry>),
    Nobodys,
}

impl Marks {
    pub(super) fn of_call(call: &CallInfo) -> Self {
        Self {
            call: call.id.clone(),
            phone_number_id: call.phone_number_id.clone(),
            assistant_id: call.assistant_id.clone(),
            dialled: call.dialled_number.clone(),
            tenant: None,
        }
    }

    pub(super) fn of_single(single: &Single) -> Self {
        let mut marks = Self::of_call(&single.call);
        marks.tenant.clone_from(&single.tenant_id);
        if marks.dialled.is_none() {
            marks.dialled.clone_from(&single.inbound_phone_number);
        }
        marks
    }

    /// The org that the message names by its trusted marks, in the order of K15.
    fn named(&self, app: &App) -> Option<Arc<OrgEntry>> {
        let orgs = app.calls.orgs();
        let by_ids =
            orgs.by_call(self.phone_number_id.as_deref(), self.assistant_id.as_deref(), None);
        let by_number = || {
            let number = self.dialled.as_deref()?;
            // Written in full it means the same in every country.
            let full = people::phone(number, "US");
            orgs.by_call(None, None, Some(full.as_deref().unwrap_or(number)))
        };
        let by_tenant = || orgs.get(&self.tenant.as_ref()?.parse::<OrgId>().ok()?);
        by_ids.or_else(by_number).or_else(by_tenant)
    }

    /// The org that an earlier message to a shared URL chose for this live call: it is never chosen
    /// anew, even if the number moves to another org meanwhile. What came to an org's own URL does
    /// not count, since call ids are the outside's.
    fn kept(&self, app: &App) -> Option<Arc<OrgEntry>> {
        let org = app.parts.shared_calls.org(&app.calls, self.call.as_ref()?)?;
        app.calls.orgs().get(&org)
    }

    /// The org of the live call, for messages that name none. Only a guess: ids are the outside's,
    /// so it never speaks against a secret.
    fn guessed(&self, app: &App) -> Option<Arc<OrgEntry>> {
        let org = app.calls.org_of_live_call(self.call.as_ref()?)?;
        app.calls.orgs().get(&org)
    }
}

/// Judges the headers of a request to an org's own URL, as far as that can be done without its body.
pub(super) fn sender_of_org(
    app: &App,
    org: &OrgEntry,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Sender, ApiError> {
    let url = app.public(uri.path());
    match verify_headers(attempt(app, &url, headers, &[]), &schemes(org)) {
        Ok(true) => Ok(Sender::Known),
        Ok(false) => Ok(Sender::Stranger),
        Err(denied) => Err(refuse(app, Some(org), &denied)),
    }
}

/// The same for a request to a shared URL: it must know some secret, unless there are orgs that
/// prove it otherwise, as by a signature.
pub(super) fn sender_of_shared(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Sender, ApiError> {
    let url = app.public(uri.path());
    let orgs = app.calls.orgs();
    let Err(denied) = verify(attempt(app, &url, headers, &[]), &app.parts.instance_auth) else {
        return Ok(Sender::Known);
    };
    if presented_tokens(headers).any(|token| orgs.is_secret_digest(&token_digest(token))) {
        return Ok(Sender::Known);
    }
    if orgs.any_proves_otherwise() {
        return Ok(Sender::Stranger);
    }
    Err(refuse(app, None, &denied))
}

/// Verifies a message that came to an org's own URL.
pub(super) fn verify_org(
    app: &App,
    org: &OrgEntry,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), ApiError> {
    let url = app.public(uri.path());
    let attempt = attempt(app, &url, headers, body);
    verify(attempt, &schemes(org)).map_err(|denied| refuse(app, Some(org), &denied))
}

/// Says in the log that a call came to one org's URL although its marks are listed by another: once
/// a call, for whoever runs the server. The call is the URL's all the same (R1): what anybody may
/// write into their own org's lists must not take calls from others, nor keep them out.
pub(super) fn note_other_marks(app: &App, org: &OrgEntry, call: &CallInfo) {
    let Some(id) = &call.id else { return };
    let key = CallKey { org: org.id().clone(), call: id.clone() };
    if app.calls.is_awake(&key) {
        return;
    }
    let named = Marks::of_call(call).named(app);
    if let Some(other) = named.filter(|other| other.id() != org.id()) {
        tracing::warn!(
            org.id = %org.id(), call.id = %id, listed_by = %other.id(),
            "this call's number or assistant is listed by another org; it is followed as its URL says"
        );
    }
}

/// Finds and verifies whose a message to a shared URL is.
pub(super) fn of_shared(
    app: &App,
    marks: &Marks,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Whose, ApiError> {
    let url = app.public(uri.path());
    let attempt = attempt(app, &url, headers, body);
    let named = marks.named(app);
    let denied = match verify(attempt, &app.parts.instance_auth) {
        Ok(()) => {
            let org = marks.kept(app).or(named).or_else(|| marks.guessed(app));
            if let (Some(org), Some(call)) = (&org, &marks.call) {
                app.parts.shared_calls.keep(&app.calls, call, org.id());
            }
            return Ok(org.map_or(Whose::Nobodys, Whose::Org));
        }
        Err(denied) => denied,
    };
    // Named by its marks, the org's own secret must fit: another org's is refused.
    if let Some(org) = named {
        return match verify(attempt, &schemes(&org)) {
            Ok(()) => Ok(Whose::Org(org)),
            Err(denied) => Err(refuse(app, Some(&org), &denied)),
        };
    }
    // Without marks the secret names its owner; one that several orgs share names nobody.
    let owner = presented_tokens(headers)
        .find_map(|token| app.calls.orgs().by_secret_digest(&token_digest(token)));
    let Some(org) = owner.or_else(|| marks.guessed(app)) else {
        return Err(refuse(app, None, &denied));
    };
    match verify(attempt, &schemes(&org)) {
        Ok(()) => Ok(Whose::Org(org)),
        Err(denied) => Err(refuse(app, Some(&org), &denied)),
    }
}

fn attempt<'a>(app: &App, url: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Attempt<'a> {
    Attempt { headers, method: "POST", url, body, now: app.calls.clock().now() }
}

fn schemes(org: &OrgEntry) -> Vec<OpenedAuth> {
    org.settings()
        .webhook_auth
        .iter()
        .zip(&org.webhook_secrets)
        .map(|(auth, secret)| OpenedAuth::new(auth.mode.clone(), secret.clone()))
        .collect()
}

fn refuse(app: &App, org: Option<&OrgEntry>, denied: &Denied) -> ApiError {
    app.parts.denied.fetch_add(1, Ordering::Relaxed);
    let org = org.map(|org| org.id().as_str());
    tracing::warn!(org.id = org, reason = %denied, "webhook refused");
    ApiError::unauthorized()
}
