//! The look-up port over Vapi's REST interface: `GET /call/{id}`. Owns what of Vapi's call object says that a
//! call is over, and reads the rest as if it were the report that never came.

use async_trait::async_trait;
use hookswitch_actors::ports::{CallLookup, CallThere, PlatformError};
use hookswitch_storage::CallId;
use serde_json::{Value, json};

use super::inbound::{Kind, decode};
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

    async fn look(&self, call: &CallId) -> Result<CallThere, PlatformError> {
        Ok(understood(self.rest.read(Stored::Call, call.as_str()).await?))
    }
}

fn understood(call: Value) -> CallThere {
    if call["status"] != "ended" {
        return CallThere::Live;
    }
    let mut message = call;
    message["type"] = json!("end-of-call-report");
    let body = json!({"message": message}).to_string();
    let report = match decode(body.as_bytes()).map(|inbound| inbound.kind) {
        Ok(Kind::EndOfCallReport(report)) => report,
        _ => super::Report::default(),
    };
    CallThere::Ended { report: Box::new(report.kept()), reason: report.ended_reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_goes_on_until_vapi_says_that_it_has_ended() {
        for status in ["queued", "ringing", "in-progress", "forwarding", "a-new-word"] {
            assert_eq!(understood(json!({"status": status})), CallThere::Live, "{status}");
        }
        assert_eq!(understood(json!(null)), CallThere::Live);
        let call = json!({"id": "c-1", "type": "inboundPhoneCall", "status": "ended",
            "endedReason": "customer-ended-call", "cost": 0.07,
            "startedAt": "2026-11-23T16:04:10.000Z", "endedAt": "2026-11-23T16:05:40.500Z",
            "analysis": {"summary": "Ann called.", "successEvaluation": "true"}});
        let CallThere::Ended { reason, report } = understood(call) else { panic!("it ended") };
        assert_eq!(reason.as_deref(), Some("customer-ended-call"));
        assert_eq!((report.cost, report.duration_seconds), (Some(0.07), Some(90.5)));
        assert_eq!(report.summary.as_deref(), Some("Ann called."));
    }
}
