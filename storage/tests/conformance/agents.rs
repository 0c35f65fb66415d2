//! Voice agents, their jobs and links, and registered tools.

use crate::fixtures::*;

crate::checks! {
    an_assistant_belongs_to_one_org_and_one_agent,
    a_wish_that_comes_while_the_job_runs_is_not_taken_for_done,
    what_was_found_out_counts_only_for_the_assistant_that_it_is_about,
    a_link_that_stays_keeps_its_id_and_its_beginning,
    ten_earlier_states_of_an_assistant_are_kept,
    a_registration_is_one_for_its_name_and_variant,
}

mod check {
    use super::*;
    use hookswitch_storage::*;

    fn agent(org: &OrgId, name: &str, assistant: &str) -> SaveAgent {
        SaveAgent {
            org: org.clone(),
            name: name.into(),
            assistant_id: assistant.into(),
            direction: Direction::Inbound,
            prompt: None,
        }
    }

    async fn saved(store: &Store, org: &OrgId, name: &str, assistant: &str) -> Agent {
        let outcome = store.save_agent(agent(org, name, assistant), "me", at(1)).await.unwrap();
        match outcome {
            SaveAgentOutcome::Saved { agent, .. } => *agent,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn an_assistant_belongs_to_one_org_and_one_agent(store: &Store) {
        let (one, other) = (org_in(store).await, org_in(store).await);
        saved(store, &one, "in", "a1").await;
        let org = store.org(&one).await.unwrap().unwrap();
        assert_eq!(org.settings.assistant_ids, ["a1"]);
        let theirs = store.save_agent(agent(&other, "in", "a1"), "me", at(1)).await.unwrap();
        assert_eq!(theirs, SaveAgentOutcome::OfAnotherOrg);
        let second = store.save_agent(agent(&one, "out", "a1"), "me", at(1)).await.unwrap();
        assert_eq!(second, SaveAgentOutcome::OfAnotherAgent("in".into()));
        let nobody = store.save_agent(agent(&OrgId::random(), "in", "a2"), "me", at(1)).await;
        assert_eq!(nobody.unwrap(), SaveAgentOutcome::NoOrg);
        assert!(store.agents(&other).await.unwrap().is_empty());
        let moved = saved(store, &one, "in", "a2").await;
        assert_eq!(moved.leaving, ["a1"]);
        assert!(saved(store, &one, "in", "a1").await.leaving.contains(&"a2".to_owned()));
        assert!(store.verify_audit(&one).await.unwrap());
    }

    pub(super) async fn a_wish_that_comes_while_the_job_runs_is_not_taken_for_done(store: &Store) {
        let org = org_in(store).await;
        let agent = saved(store, &org, "in", "a1").await;
        let job = store.jobs(&org).await.unwrap().remove(0);
        assert_eq!((job.kind.as_str(), &job.id), (SYNC_AGENT, &agent.job_id()));
        let running: SyncAgent = serde_json::from_value(job.payload).unwrap();
        assert!(store.want_agent_sync(&org, "in", at(2)).await.unwrap());
        assert!(!store.want_agent_sync(&org, "nobody", at(2)).await.unwrap());
        store.end_agent_sync(&org, running).await.unwrap();
        let left = store.jobs(&org).await.unwrap().remove(0);
        let again: SyncAgent = serde_json::from_value(left.payload).unwrap();
        store.end_agent_sync(&org, again).await.unwrap();
        assert!(store.jobs(&org).await.unwrap().is_empty());
    }

    fn link(agent: &Agent, tool: &str, minute: i64) -> ToolLink {
        ToolLink {
            id: LinkId::random(),
            org: agent.org.clone(),
            assistant_id: agent.assistant_id.clone(),
            tool_name: tool.into(),
            variant: String::new(),
            vapi_tool_id: "t".into(),
            description: "Books.".into(),
            enabled: true,
            definition_hash: "0".repeat(64),
            is_system: true,
            tags: vec!["system".into()],
            creator: "system".into(),
            created_at: at(minute),
            updated_at: at(minute),
        }
    }

    fn found(links: Vec<ToolLink>) -> AgentOutcome {
        let sync = AgentSync { wish: Some("w".into()), ..AgentSync::default() };
        AgentOutcome { sync, links: Some(links), left: Vec::new() }
    }

    pub(super) async fn what_was_found_out_counts_only_for_the_assistant_that_it_is_about(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let before = saved(store, &org, "in", "a1").await;
        assert!(
            store.keep_agent_outcome(&before, found(vec![link(&before, "book", 1)])).await.unwrap()
        );
        let after = saved(store, &org, "in", "a2").await;
        assert_eq!(after.sync, AgentSync::default());
        assert!(
            !store.keep_agent_outcome(&before, found(vec![link(&before, "end", 2)])).await.unwrap()
        );
        let kept = store.agent(&org, "in").await.unwrap().unwrap();
        assert_eq!(kept.sync.wish, None, "the other assistant was not brought to anything yet");
        let left = AgentOutcome { left: vec!["a1".into()], ..found(Vec::new()) };
        assert!(store.keep_agent_outcome(&after, left).await.unwrap());
        assert!(store.tool_links(&org).await.unwrap().is_empty());
        assert!(store.agent(&org, "in").await.unwrap().unwrap().leaving.is_empty());
    }

    pub(super) async fn a_link_that_stays_keeps_its_id_and_its_beginning(store: &Store) {
        let org = org_in(store).await;
        let agent = saved(store, &org, "in", "a1").await;
        let first = vec![link(&agent, "book", 1), link(&agent, "end", 1)];
        store.keep_agent_outcome(&agent, found(first.clone())).await.unwrap();
        store.keep_agent_outcome(&agent, found(vec![link(&agent, "book", 2)])).await.unwrap();
        assert_eq!(store.tool_links(&org).await.unwrap(), first[..1], "nothing of it changed");
        let other = ToolLink { vapi_tool_id: "u".into(), ..link(&agent, "book", 3) };
        store.keep_agent_outcome(&agent, found(vec![other])).await.unwrap();
        let kept = store.tool_links(&org).await.unwrap().remove(0);
        assert_eq!((&kept.id, kept.created_at, kept.updated_at), (&first[0].id, at(1), at(3)));
    }

    pub(super) async fn ten_earlier_states_of_an_assistant_are_kept(store: &Store) {
        let org = org_in(store).await;
        for minute in 0..12 {
            let image = store.seal(&org, "assistant.snapshot", format!("{minute}").as_bytes());
            let taken_at = at(minute);
            let snapshot =
                AssistantSnapshot { org: org.clone(), assistant_id: "a1".into(), taken_at, image };
            store.keep_snapshot(snapshot, "me", at(minute)).await.unwrap();
        }
        let mut times = Vec::new();
        while let Some(latest) = store.latest_snapshot(&org, "a1").await.unwrap() {
            times.push(latest.taken_at);
            store.forget_snapshot(latest, "me", at(20)).await.unwrap();
        }
        assert_eq!(times, (2..12).rev().map(at).collect::<Vec<_>>());
        assert!(store.latest_snapshot(&org, "a2").await.unwrap().is_none());
    }

    pub(super) async fn a_registration_is_one_for_its_name_and_variant(store: &Store) {
        let of = |variant: &str, id: &str| Registration {
            tool_name: "book".into(),
            variant: variant.into(),
            vapi_tool_id: id.into(),
            definition_hash: "0".repeat(64),
            seen: "s".into(),
            created: true,
            created_at: at(1),
            updated_at: at(1),
        };
        for (variant, id) in [("", "t1"), ("guests", "t2"), ("", "t3")] {
            store.put_registration(of(variant, id), "me", at(1)).await.unwrap();
        }
        let all = store.registrations().await.unwrap();
        assert_eq!(all, [of("", "t3"), of("guests", "t2")]);
        assert!(store.delete_registration("book", "guests", "me", at(2)).await.unwrap());
        assert!(!store.delete_registration("book", "guests", "me", at(2)).await.unwrap());
        assert_eq!(store.registration("book", "").await.unwrap(), Some(of("", "t3")));
    }
}
