//! Voice agents, their jobs and links, and registered tools.

use crate::fixtures::*;

crate::checks! {
    an_assistant_belongs_to_one_org_and_one_agent,
    what_is_not_said_of_an_agent_stays,
    a_wish_that_comes_while_the_job_runs_is_not_taken_for_done,
    what_was_found_out_counts_only_for_the_assistant_that_it_is_about,
    a_link_that_stays_keeps_its_id_and_its_beginning,
    ten_earlier_states_of_an_assistant_are_kept_the_first_among_them,
    an_agent_that_is_removed_is_the_orgs_no_more_and_its_assistant_is_to_be_left,
    the_assistants_of_a_removed_org_are_to_be_left,
    only_a_number_that_the_org_names_is_kept,
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
            direction: None,
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

    pub(super) async fn what_is_not_said_of_an_agent_stays(store: &Store) {
        let org = org_in(store).await;
        let first = saved(store, &org, "in", "a1").await;
        assert_eq!((first.direction, &first.prompt), (Direction::Inbound, &None));
        let save = async |direction, prompt| {
            let wanted = SaveAgent { direction, prompt, ..agent(&org, "in", "a1") };
            match store.save_agent(wanted, "me", at(2)).await.unwrap() {
                SaveAgentOutcome::Saved { agent, .. } => (agent.direction, agent.prompt),
                other => panic!("{other:?}"),
            }
        };
        let kind = Some("Be kind.".to_owned());
        let said = save(Some(Direction::Outbound), Some(kind.clone())).await;
        assert_eq!(said, (Direction::Outbound, kind.clone()));
        assert_eq!(save(None, None).await, (Direction::Outbound, kind));
        assert_eq!(save(None, Some(None)).await, (Direction::Outbound, None));
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

    fn snapshot(org: &OrgId, taken_at: jiff::Timestamp, image: Sealed) -> AssistantSnapshot {
        let (of, assistant_id) = (SnapshotOf::Assistant, "a1".into());
        AssistantSnapshot { org: org.clone(), of, assistant_id, taken_at, image }
    }

    pub(super) async fn ten_earlier_states_of_an_assistant_are_kept_the_first_among_them(
        store: &Store,
    ) {
        let org = org_in(store).await;
        for minute in 0..12 {
            let image = store.seal(&org, "assistant.snapshot", format!("{minute}").as_bytes());
            let taken_at = at(minute);
            let snapshot = snapshot(&org, taken_at, image);
            store.keep_snapshot(snapshot, "me", at(minute)).await.unwrap();
        }
        let mut times = Vec::new();
        while let Some(latest) = store.latest_snapshot(&org, "a1").await.unwrap() {
            times.push(latest.taken_at);
            store.forget_snapshot(latest, "me", at(20)).await.unwrap();
        }
        assert_eq!(times, (3..12).rev().chain([0]).map(at).collect::<Vec<_>>());
        assert!(store.latest_snapshot(&org, "a2").await.unwrap().is_none());
    }

    pub(super) async fn an_agent_that_is_removed_is_the_orgs_no_more_and_its_assistant_is_to_be_left(
        store: &Store,
    ) {
        let org = org_in(store).await;
        saved(store, &org, "in", "a1").await;
        let agent = saved(store, &org, "in", "a2").await;
        saved(store, &org, "out", "a3").await;
        store.keep_agent_outcome(&agent, found(vec![link(&agent, "book", 1)])).await.unwrap();
        let removed = store.remove_agent(&org, "in", "me", at(5)).await.unwrap();
        let RemoveAgentOutcome::Removed(left) = removed else { panic!("{removed:?}") };
        assert_eq!(left.settings.assistant_ids, ["a3"]);
        assert_eq!(store.org(&org).await.unwrap().unwrap(), *left);
        let again = store.remove_agent(&org, "in", "me", at(6)).await.unwrap();
        assert_eq!(again, RemoveAgentOutcome::NotFound);
        assert_eq!(store.agents(&org).await.unwrap().len(), 1);
        assert!(store.tool_links(&org).await.unwrap().is_empty());
        assert!(store.jobs(&org).await.unwrap().iter().all(|job| job.id != agent.job_id()));
        let mut departures = store.departures().await.unwrap();
        departures.retain(|departure| departure.org == org);
        let ids: Vec<_> = departures.iter().map(|one| one.assistant_id.as_str()).collect();
        assert_eq!(ids, ["a1", "a2"]);
        assert_eq!(departures[1].tool_ids, ["t"]);
        store.departure_tried(departures[0].clone(), Some(at(9))).await.unwrap();
        // What was read before is not what is kept now.
        store.departure_tried(departures[0].clone(), None).await.unwrap();
        let kept = store.departures().await.unwrap();
        let kept = kept.iter().find(|one| one.assistant_id == "a1").unwrap();
        assert_eq!((kept.due, kept.attempts), (at(9), 1));
        for departure in store.departures().await.unwrap() {
            store.departure_tried(departure, None).await.unwrap();
        }
        assert!(store.departures().await.unwrap().is_empty());
        assert!(store.verify_audit(&org).await.unwrap());
    }

    pub(super) async fn the_assistants_of_a_removed_org_are_to_be_left(store: &Store) {
        let org = org_in(store).await;
        let agent = saved(store, &org, "in", "b1").await;
        store.keep_agent_outcome(&agent, found(vec![link(&agent, "book", 1)])).await.unwrap();
        assert!(store.delete_org(&org, "me", at(5)).await.unwrap());
        let departures = store.departures().await.unwrap();
        let left = departures.iter().find(|one| one.assistant_id == "b1").unwrap();
        assert_eq!((&left.org, left.tool_ids.as_slice()), (&org, &["t".to_owned()][..]));
    }

    pub(super) async fn only_a_number_that_the_org_names_is_kept(store: &Store) {
        let org = org_in(store).await;
        assert!(!store.want_number_sync(&org, "n1", at(1)).await.unwrap());
        let name = async |named: bool| {
            let old = store.org(&org).await.unwrap().unwrap();
            let mut settings = old.settings.clone();
            settings.vapi_numbers.clear();
            if named {
                settings.vapi_numbers.insert("n1".into(), NumberRule::default());
            }
            let fields = vec!["vapi_numbers".to_owned()];
            store.put_settings(&org, old.version, settings, fields, "me", at(1)).await.unwrap();
        };
        name(true).await;
        assert!(store.want_number_sync(&org, "n1", at(2)).await.unwrap());
        let number = store.phone_number(&org, "n1").await.unwrap().unwrap();
        let job = store.jobs(&org).await.unwrap().remove(0);
        assert_eq!((job.kind.as_str(), &job.id), (SYNC_NUMBER, &number.job_id()));
        let known = PhoneNumber { number: Some("+15125550100".into()), ..number };
        assert!(store.keep_phone_number(known.clone()).await.unwrap());
        store.forget_unnamed_numbers(&org).await.unwrap();
        assert_eq!(store.phone_numbers(&org).await.unwrap(), std::slice::from_ref(&known));
        name(false).await;
        assert!(!store.keep_phone_number(known).await.unwrap());
        store.forget_unnamed_numbers(&org).await.unwrap();
        assert!(store.phone_numbers(&org).await.unwrap().is_empty());
        assert!(store.jobs(&org).await.unwrap().is_empty());
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
