//! The founding document's run: 53 organisations, one of them with two agents.

use std::path::Path;

use super::*;
use crate::commands::program::{Ended, run};

/// Runs a command against the server of the data folder in `folder`.
pub(super) async fn command(folder: &Path, args: &[&str]) -> Ended {
    let folder = folder.to_owned();
    let args: Vec<String> =
        args.iter().chain(&["--data-dir", "data"]).map(|arg| (*arg).to_owned()).collect();
    // The server runs on this thread's runtime.
    let ended = tokio::task::spawn_blocking(move || {
        run(&folder, &args.iter().map(String::as_str).collect::<Vec<_>>(), "")
    });
    ended.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_over_53_organisations_prints_the_founding_documents_counters() {
    let house = House::new().await;
    for number in 0..52 {
        house.server.org(json!({"name": format!("Practice {number}")})).await;
    }
    let (outbound, inbound) = (
        house.vapi.add_assistant(json!({"name": "Outbound Agent"})),
        house.vapi.add_assistant(json!({"name": "Inbound Agent"})),
    );
    // As an organisation that had its assistants before there were agents.
    let org = house
        .server
        .org(json!({"name": "voxanne@demo.com Organization", "assistant_ids": [outbound, inbound]}))
        .await;
    let dry = command(house.server.folder(), &["tools", "sync", "--dry-run"]).await;
    assert_eq!(dry.code, 0, "{dry}");
    assert!(dry.out.contains("organizations processed: 53 (nothing was changed)"), "{dry}");
    assert_eq!(house.changes(), 0);
    assert!(house.agents(&org).await.is_empty(), "a dry run saves no agent");

    let done = command(house.server.folder(), &["tools", "sync"]).await;
    assert_eq!(done.code, 0, "{done}");
    let tools = house.names().len();
    for line in [
        "voxanne@demo.com Organization".to_owned(),
        "organizations processed: 53".into(),
        "organizations with Vapi assistants: 1".into(),
        "agents synced: 2 of 2".into(),
        "success rate: 100 %".into(),
        format!("tools registered: {tools} ("),
        format!("links: {}", tools * 2),
    ] {
        assert!(done.out.contains(&line), "{line} in {done}");
    }
    assert_eq!(done.out.matches(": Tool linked (").count(), 2, "{done}");
    assert_eq!(house.vapi.asked_to(Operation::CreateTool).len(), tools, "each once for everybody");
    assert_eq!(house.agents(&org).await.len(), 2);
    for assistant in [&outbound, &inbound] {
        assert_eq!(house.vapi.tools_of(assistant).len(), tools);
    }
    let again = command(house.server.folder(), &["tools", "sync", "--org-id", &org.id]).await;
    assert!(again.out.contains("organizations processed: 1"), "{again}");
    assert!(again.out.contains(&format!("{tools} unchanged")), "{again}");
    assert_eq!(again.out.matches("nothing to change").count(), 2, "{again}");
}
