//! Every request that we send is one that the description of Acuity allows, and the stand-in answers as it
//! says: a story from the first check to the end of the connection, with what it has of every option. The
//! description was made by users of Acuity, and lacks some of what Acuity documents.

use hookswitch::config::Config;

use super::*;
use crate::described::{Behind, Described, Watched, in_the_end, is_posted_to};

const ACUITY: Described =
    Described { files: &["acuity-community.json"], base: "/api/v1", behind: &BEHIND, amends: None };

/// Acuity's own reference, which goes before.
const DOCUMENTED: &str = "it is in Acuity's own reference";
/// Of what stands in answers.
const NULL: &str =
    "where there is nothing, Acuity's answers have null; the description forgets that";

const BEHIND: [Behind; 15] = [
    Behind { operation: "GET /webhooks", complaint: "route not found", because: DOCUMENTED },
    Behind { operation: "POST /webhooks", complaint: "route not found", because: DOCUMENTED },
    Behind {
        operation: "DELETE /webhooks/{id}",
        complaint: "route not found",
        because: DOCUMENTED,
    },
    Behind { operation: "GET /appointments", complaint: "query.showall", because: DOCUMENTED },
    Behind { operation: "POST /appointments", complaint: "query.noEmail", because: DOCUMENTED },
    Behind { operation: "POST /appointments", complaint: "body.phone", because: DOCUMENTED },
    Behind { operation: "POST /appointments", complaint: "body.calendarID", because: DOCUMENTED },
    Behind {
        operation: "PUT /appointments/{appointmentId}",
        complaint: "query.admin",
        because: DOCUMENTED,
    },
    Behind {
        operation: "GET /availability/times",
        complaint: "query.ignoreAppointmentIDs[]",
        because: "Acuity reads lists by PHP's rule, and its own reference writes the brackets",
    },
    Behind {
        operation: "PUT /appointments/{appointmentId}/reschedule",
        complaint: r#"body.datetime: Request body property datetime must match format "date""#,
        because: "a moment is no date, and the description's own example is a moment",
    },
    Behind {
        operation: "",
        complaint: "appointmentTypeID must be number",
        because: "Acuity gives numbers as texts at times; the stand-in does, so that both are read",
    },
    Behind { operation: "", complaint: "classID must be string", because: NULL },
    Behind { operation: "", complaint: "certificate must be string", because: NULL },
    Behind { operation: "", complaint: "classSize must be integer", because: NULL },
    Behind { operation: "", complaint: "labels must be array", because: NULL },
];

/// All that we ask of Acuity.
const OPERATIONS: [&str; 15] = [
    "GET /me",
    "GET /appointment-types",
    "GET /forms",
    "GET /availability/dates",
    "GET /availability/times",
    "GET /availability/classes",
    "POST /appointments",
    "GET /appointments",
    "GET /appointments/{appointmentId}",
    "PUT /appointments/{appointmentId}",
    "PUT /appointments/{appointmentId}/reschedule",
    "PUT /appointments/{appointmentId}/cancel",
    "GET /webhooks",
    "POST /webhooks",
    "DELETE /webhooks/{id}",
];

#[tokio::test]
async fn every_request_is_valid_by_the_description_of_acuity() {
    let asks = vec![Field::text(15, "Reason for visit", true)];
    let stand_in = StandIn::start(setup(MORNING, asks)).await.unwrap();
    let Some(watched) = Watched::start(&ACUITY, stand_in.url()).await else { return };
    let at = |config: &mut Config| {
        config.providers.acuity.base_url = format!("{}/api/v1", watched.url());
        config.sync.poll_seconds = 1;
    };
    let server = TestServer::start_with(MORNING, at, Vec::new).await;
    let options = json!({"services": {"consultation": PLAIN}, "form_fields": {"15": "{notes}"},
        "calendar_id": 7, "no_email": true});
    let mut body = connection(PLAIN);
    body["options"] = options.clone();
    let clinic = Clinic::with(stand_in, server, json!({}), body).await;
    assert_eq!(clinic.check().await["ok"], true);

    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["notes"] = json!("first visit");
    ten["customer_email"] = json!("ann@example.com");
    assert_eq!(call.tool("create_booking", ten.clone()).await["success"], true);
    let code = clinic.bookings().await[0]["confirmation"].clone();
    call.tool("lookup_booking", json!({"booking_reference": code})).await;
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    assert_eq!(call.tool("reschedule_booking", to_eleven).await["success"], true);
    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    assert_eq!(call.tool("cancel_booking", cancel).await["success"], true);

    // With a field for our reference. Done, and the answer is lost: it is looked up by that.
    let mut options = options;
    options["reference_field"] = json!(REFERENCE);
    clinic.patch(json!({"options": options})).await;
    clinic.stand_in.next(Operation::Create, Trouble::FailsAfter);
    ten["keep_existing"] = json!(true);
    call.tool("create_booking", ten).await;
    in_the_end("the look-up", || async {
        let ours = clinic.bookings().await;
        ours.iter()
            .any(|one| one["outcome"] == "confirmed" && one["status"] == "confirmed")
            .then_some(())
    })
    .await;

    // A month, and a class.
    let path = format!("/api/orgs/{}/availability?from={DAY}&to=2026-10-20", clinic.org.id);
    clinic.server.get(&path).await;
    clinic.patch(json!({"options": {"services": {"consultation": GROUP}}})).await;
    clinic.server.get(&path).await;

    is_posted_to(at, super::connection(PLAIN), || clinic.stand_in.webhooks().len()).await;
    watched.is_faultless(&OPERATIONS).await;
}
