//! The commands for tools and agents, as an operator types them.

use super::counters::command;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_saved_listed_audited_and_put_back_from_the_command_line() {
    let house = House::new().await;
    let org = house.server.org(json!({"name": "Oak Dental"})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    let run = async |args: &[&str]| command(house.server.folder(), args).await;
    let saved =
        run(&["agent", "save", "reception", "--assistant", &assistant, "--org", &org.id]).await;
    assert_eq!(saved.code, 0, "{saved}");
    assert!(saved.out.contains("saved agent reception"), "{saved}");
    house.until(&org, "synced").await;
    let listed = run(&["agent", "list"]).await;
    assert!(listed.out.contains("reception") && listed.out.contains("synced"), "{listed}");
    let tools = run(&["tools", "list"]).await;
    let hash = house.server.get(&format!("/api/orgs/{}/tools/links", org.id)).await;
    let hash = hash["items"][0]["definition_hash"].as_str().unwrap()[..12].to_owned();
    assert!(tools.out.contains("create_booking") && tools.out.contains(&hash), "{tools}");
    assert!(tools.out.contains(&format!("Oak Dental: {} tools", house.names().len())), "{tools}");
    let audit = run(&["tools", "audit"]).await;
    assert_eq!(audit.code, 0, "{audit}");
    let id = house.vapi.tool("create_booking").unwrap()["id"].as_str().unwrap().to_owned();
    house.vapi.change_tool(&id, |tool| tool["async"] = json!(true));
    let audit = run(&["tools", "audit"]).await;
    assert_eq!(audit.code, 1, "{audit}");
    assert!(audit.out.contains("it was changed at Vapi"), "{audit}");
    let back = run(&["tools", "rollback", "reception", "--org", &org.id]).await;
    assert_eq!(back.code, 0, "{back}");
    assert!(house.vapi.tools_of(&assistant).is_empty());
    let prune = run(&["tools", "prune"]).await;
    assert_eq!(prune.code, 0, "{prune}");
    let date = "date=2026-09-23";
    let tried = run(&["tools", "try", "check_availability", "--arg", date, "--org", &org.id]).await;
    assert_eq!(tried.code, 0, "{tried}");
    let wrong = run(&["tools", "try", "check_availability", "--arg", "date"]).await;
    assert_eq!(wrong.code, 2, "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_given_when_an_agent_is_saved_again_stays_as_it_is() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    let file = house.server.folder().join("words.txt");
    std::fs::write(&file, "Offer mornings first.").unwrap();
    let save = async |more: &[&str]| {
        let args = ["agent", "save", "sales", "--assistant", &assistant, "--org", &org.id];
        let saved = command(house.server.folder(), &[&args, more].concat()).await;
        assert_eq!(saved.code, 0, "{saved}");
        let agent = house.agents(&org).await.remove(0);
        (agent["direction"].as_str().unwrap().to_owned(), agent["prompt"].clone())
    };
    let words = json!("Offer mornings first.");
    assert_eq!(save(&[]).await, ("inbound".into(), Value::Null));
    let all = ["--direction", "outbound", "--prompt", file.to_str().unwrap()];
    assert_eq!(save(&all).await, ("outbound".into(), words.clone()));
    assert_eq!(save(&[]).await, ("outbound".into(), words));
    house.until(&org, "synced").await;
    assert!(house.prompt_of(&assistant).contains("Offer mornings first."));
    assert_eq!(save(&["--no-prompt"]).await, ("outbound".into(), Value::Null));
    // The route does as the command: what it is not told stays, `null` takes away.
    let path = format!("/api/orgs/{}/agents/sales", org.id);
    for (prompt, then) in [(json!("Be brief."), json!("Be brief.")), (json!(""), Value::Null)] {
        let wish = json!({"assistant_id": assistant, "prompt": prompt});
        let (status, saved) = house.server.api(Method::PUT, &path, Some(wish)).await;
        assert_eq!((status, &saved["prompt"]), (StatusCode::OK, &then), "{saved}");
        assert_eq!(house.save(&org, "sales", &assistant).await["prompt"], then);
    }
    house.until(&org, "synced").await;
    assert!(!house.prompt_of(&assistant).contains("mornings"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_says_so_in_its_exit_code_and_doctor_says_what_to_do() {
    let house = House::new().await;
    let org = house.server.org(json!({"name": "Oak Dental"})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.vapi.change_key("another");
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "not_synced").await;
    let sync = command(house.server.folder(), &["tools", "sync"]).await;
    assert_eq!(sync.code, 1, "{sync}");
    assert!(sync.err.contains("VAPI_PRIVATE_KEY"), "{sync}");
    assert!(!format!("{sync}").contains(KEY));
    let doctor = command(house.server.folder(), &["doctor"]).await;
    assert_eq!(doctor.code, 1, "{doctor}");
    assert!(doctor.out.contains("Vapi refuses the private key"), "{doctor}");
    assert!(doctor.out.contains("put the private key of the right account"), "{doctor}");
    assert!(doctor.out.contains("agent reception is not synced"), "{doctor}");
}
