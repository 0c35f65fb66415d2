//! Orgs that speak English and Spanish, side by side: what their callers hear, by the same tools.

use serde_json::{Value, json};

use crate::support::{TestServer, VapiCall};

const ANN: &str = "+15125550143";

async fn heard(call: &VapiCall, tool: &str, arguments: Value) -> String {
    let answer = call.tool(tool, arguments).await;
    answer["message"].as_str().unwrap_or_else(|| panic!("{tool}: {answer}")).to_owned()
}

#[tokio::test]
async fn a_whole_story_is_told_in_spanish_while_another_org_hears_english() {
    let server = TestServer::start().await;
    let spanish = server.org(json!({"locale": "es"})).await;
    let english = server.org(json!({})).await;
    let (es, en) = (spanish.call(&server, ANN), english.call(&server, ANN));
    let day = json!({"date": "2026-09-24"});
    let (said, told) = tokio::join!(
        heard(&es, "check_availability", day.clone()),
        heard(&en, "check_availability", day)
    );
    assert!(said.starts_with("El jueves 24 de septiembre tengo disponibilidad a las "), "{said}");
    assert!(told.starts_with("On Thursday September 24th, I have availability at "), "{told}");

    let booking = json!({"date": "2026-09-24", "time": "10:00", "customer_name": "Ana Ruiz"});
    let said = heard(&es, "create_booking", booking.clone()).await;
    let when = "el jueves 24 de septiembre a las 10 de la mañana";
    assert!(said.starts_with(&format!("He reservado su cita para {when}. ")), "{said}");
    let told = heard(&en, "create_booking", booking).await;
    assert!(told.starts_with("I've booked your appointment for Thursday September 24th"), "{told}");

    let name = json!({"customer_name": "Ana Ruiz"});
    let said = heard(&es, "lookup_booking", name).await;
    assert!(said.contains(when) && said.contains("¿Quiere hacer algún cambio?"), "{said}");
    let moved = json!({"new_date": "2026-09-24", "new_time": "13:00"});
    let said = heard(&es, "reschedule_booking", moved).await;
    assert!(said.contains("a la 1 de la tarde") || said.contains('¿'), "{said}");
    let said = heard(&es, "cancel_booking", json!({})).await;
    assert!(said.starts_with("He cancelado su cita para "), "{said}");
    let said = heard(&es, "cancel_booking", json!({"booking_reference": "ZZZZZZ"})).await;
    assert!(said.contains("cancelada") || said.starts_with("No he encontrado"), "{said}");
    let closed = heard(&es, "check_availability", json!({"date": "2026-09-26"})).await;
    assert!(closed.starts_with("Lo siento, el sábado 26 de septiembre está cerrado."), "{closed}");
    let past = heard(&es, "check_availability", json!({"date": "2026-09-01"})).await;
    assert!(past.contains("ya ha pasado; hoy es martes 22 de septiembre"), "{past}");
}

#[tokio::test]
async fn who_waits_is_called_back_handed_over_or_says_goodbye_hears_it_in_spanish_too() {
    let server = TestServer::start().await;
    let org = server.org(json!({"locale": "es"})).await;
    let call = org.call(&server, ANN);
    let wish = json!({"customer_name": "Ana Ruiz", "about": "una pregunta"});
    let said = heard(&call, "request_callback", wish).await;
    assert!(said.starts_with("He anotado que desea que le llamemos"), "{said}");
    let wait = json!({"customer_name": "Ana Ruiz", "date": "2026-09-24"});
    let said = heard(&call, "join_waitlist", wait).await;
    assert!(said.starts_with("Está en la lista de espera para "), "{said}");
    let said =
        heard(&call, "transfer_call", json!({"summary": "Una pregunta.", "department": "general"}))
            .await;
    assert!(said.starts_with("Lo siento, ahora mismo no puedo pasarle"), "{said}");
    let said = heard(&call, "end_call", json!({"reason": "completed"})).await;
    assert_eq!(said, "Gracias por llamar. ¡Hasta luego!");
}

#[tokio::test]
async fn the_tools_speak_every_language_meanwhile_and_the_prompt_names_the_orgs_own() {
    let server = TestServer::start().await;
    let org = server.org(json!({"locale": "es"})).await;
    let tools = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
    let of = |name: &str| {
        let tools = tools["items"].as_array().unwrap();
        tools.iter().find(|tool| tool["function"]["name"] == name).unwrap().clone()
    };
    let start = of("check_availability")["messages"][0].clone();
    assert_eq!(start["content"], "Let me check that for you.");
    assert_eq!(
        start["contents"],
        json!([{"type": "text", "text": "Let me check that for you.", "language": "en"},
            {"type": "text", "text": "Déjeme comprobarlo.", "language": "es"}])
    );
    let silent = &of("end_call")["messages"][0];
    assert_eq!((&silent["content"], silent.get("contents")), (&json!(""), None));
    let prompt = server.get(&format!("/api/orgs/{}/prompt", org.id)).await;
    assert!(prompt["prompt"].as_str().unwrap().contains("Speak Spanish"), "{prompt}");
}
