//! The look-up port over Vapi's REST interface: `GET /call/{id}`. Owns what of Vapi's call object says that a
//! call is over, and reads the rest as the report that never came.

use async_trait::async_trait;
use hookswitch_actors::OrgEntry;
use hookswitch_actors::ports::{CallLookup, CallThere, PlatformError};
use hookswitch_storage::CallId;
use serde_json::{Value, json};

use super::inbound::{Kind, Report, decode};
use super::reported::reported;
use super::rest::{Kind as Stored, Rest};

/// Calls as Vapi has them.
pub(crate) struct VapiCalls {
    rest: Rest,
}

impl VapiCalls {
    pub(crate) fn new(rest: Rest) -> Self {
        Self { rest }
    }
}

#[async_trait]
impl CallLookup for VapiCalls {
    fn is_ready(&self) -> bool {
        self.rest.has_key()
    }

    async fn look(&self, org: &OrgEntry, call: &CallId) -> Result<CallThere, PlatformError> {
        let there = understood(self.rest.read(Stored::Call, call.as_str()).await?);
        Ok(match there {
            Some(report) => CallThere::Ended { facts: reported(org, &report, None) },
            None => CallThere::Live,
        })
    }
}

/// The report of a call that is over; `None` while it goes on.
fn understood(call: Value) -> Option<Report> {
    if call["status"] != "ended" {
        return None;
    }
    let mut message = call;
    message["type"] = json!("end-of-call-report");
    let body = json!({"message": message}).to_string();
    Some(match decode(body.as_bytes()).map(|inbound| inbound.kind) {
        Ok(Kind::EndOfCallReport(report)) => report,
        _ => Report::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_goes_on_until_vapi_says_that_it_has_ended() {
        for status in ["queued", "ringing", "in-progress", "forwarding", "a-new-word"] {
            assert_eq!(understood(json!({"status": status})), None, "{status}");
        }
        assert_eq!(understood(json!(null)), None);
        let call = json!({"id": "c-1", "type": "inboundPhoneCall", "status": "ended",
            "endedReason": "customer-ended-call", "cost": 0.07,
            "startedAt": "2026-11-23T16:04:10.000Z", "endedAt": "2026-11-23T16:05:40.500Z",
            "analysis": {"summary": "Ann called.", "successEvaluation": "true"}});
        let Some(report) = understood(call) else { panic!("it ended") };
        assert_eq!(report.ended_reason.as_deref(), Some("customer-ended-call"));
        let report = report.kept();
        assert_eq!((report.cost, report.duration_seconds), (Some(0.07), Some(90.5)));
        assert_eq!(report.summary.as_deref(), Some("Ann called."));
    }
}
