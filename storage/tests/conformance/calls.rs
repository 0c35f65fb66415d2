//! Calls, jobs.

use crate::fixtures::*;

crate::checks! {
    a_call_comes_back_whole,
    steps_that_were_queued_keep_their_order_and_happen_without_being_awaited,
    a_call_is_live_until_its_record_has_an_end,
    calls_come_newest_first_in_pages,
    the_call_log_keeps_its_order,
    the_same_call_id_in_two_orgs_is_two_calls,
    due_jobs_come_longest_due_first_until_they_are_done,
    no_org_keeps_the_others_waiting_and_what_runs_is_left_out,
    a_job_that_was_tried_waits_again_or_is_dead_and_stays_to_be_seen,
}

mod check {
    use std::collections::BTreeSet;

    use super::*;
    use hookswitch_storage::*;

    pub(super) async fn a_call_comes_back_whole(store: &Store) {
        let org = org_in(store).await;
        let key = call(&org, "c1");
        assert_eq!(store.call_history(&key).await.unwrap(), None);
        let record = call_record(&key, 0, None);
        let write = CallWrite {
            events: vec![said(2, "two"), said(1, "one")],
            answer: Some(answer("tc", "h", 0)),
            record: Some(record.clone()),
        };
        store.save_call(&key, write.clone()).await.unwrap();
        // Applying a step twice does no harm.
        store.save_call(&key, write).await.unwrap();
        let history = store.call_history(&key).await.unwrap().unwrap();
        assert_eq!(history.record, Some(record.clone()));
        assert_eq!(history.events, [said(1, "one"), said(2, "two")]);
        assert_eq!(history.answers, [answer("tc", "h", 0)]);
        assert_eq!(store.call_record(&key).await.unwrap(), Some(record));
        let foreign = CallWrite {
            record: Some(call_record(&call(&org, "other"), 0, None)),
            ..Default::default()
        };
        assert!(store.save_call(&key, foreign).await.is_err());
    }

    pub(super) async fn steps_that_were_queued_keep_their_order_and_happen_without_being_awaited(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let key = call(&org, "c1");
        for text in ["first", "second", "third"] {
            let write = CallWrite { events: vec![said(1, text)], ..Default::default() };
            drop(store.queue_call(&key, write));
        }
        store.hear(&key, vec![said(2, "heard")]);
        let last = CallWrite { events: vec![said(3, "awaited")], ..Default::default() };
        store.queue_call(&key, last).await.unwrap();
        let events = store.call_history(&key).await.unwrap().unwrap().events;
        assert_eq!(events, [said(1, "third"), said(2, "heard"), said(3, "awaited")]);
        assert_eq!(store.dropped_writes(), 0);
    }

    pub(super) async fn a_call_is_live_until_its_record_has_an_end(store: &Store) {
        let org = org_in(store).await;
        let key = call(&org, "c1");
        let save = async |ended| {
            let record = Some(call_record(&key, 0, ended));
            store.save_call(&key, CallWrite { record, ..Default::default() }).await.unwrap();
        };
        save(None).await;
        assert_eq!(store.live_calls().await.unwrap(), [call_record(&key, 0, None)]);
        save(Some(5)).await;
        assert_eq!(store.live_calls().await.unwrap(), []);
        let ended = store.calls(&org, CallState::Ended, &Page::default()).await.unwrap();
        assert_eq!(ended.items, [call_record(&key, 0, Some(5))]);
        let live = store.calls(&org, CallState::Live, &Page::default()).await.unwrap();
        assert_eq!(live.items, []);
    }

    pub(super) async fn calls_come_newest_first_in_pages(store: &Store) {
        let org = org_in(store).await;
        for n in 0..7 {
            let key = call(&org, &format!("c{n}"));
            let record = Some(call_record(&key, n, (n % 2 == 0).then_some(100)));
            store.save_call(&key, CallWrite { record, ..Default::default() }).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut page = Page::first(2);
        loop {
            let listing = store.calls(&org, CallState::Ended, &page).await.unwrap();
            seen.extend(listing.items.iter().map(|one| one.started_at));
            page.cursor = listing.next;
            if page.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [at(6), at(4), at(2), at(0)]);
    }

    pub(super) async fn the_call_log_keeps_its_order(store: &Store) {
        let org = org_in(store).await;
        let key = call(&org, "c1");
        let entry = |n: u8| CallLogEntry {
            at: at(0),
            kind: LogKind::Inbound,
            body: store.seal(&org, "call_log", &[n]),
        };
        for n in 0..50 {
            store.log(&key, entry(n));
        }
        // In line behind the log's lines.
        store.save_call(&key, CallWrite::default()).await.unwrap();
        let log = store.call_log(&key).await.unwrap();
        let bodies: Vec<u8> = log
            .iter()
            .map(|line| store.unseal(&org, "call_log", &line.body).unwrap().expose()[0])
            .collect();
        assert_eq!(bodies, (0..50).collect::<Vec<u8>>());
    }

    pub(super) async fn the_same_call_id_in_two_orgs_is_two_calls(store: &Store) {
        let (one, other) = (org_in(store).await, org_in(store).await);
        let write = CallWrite { events: vec![said(1, "mine")], ..Default::default() };
        store.save_call(&call(&one, "c"), write).await.unwrap();
        assert_eq!(store.call_history(&call(&other, "c")).await.unwrap(), None);
    }

    async fn due(store: &Store, now: i64, limit: usize) -> Vec<Job> {
        store.ready_jobs(at(now), limit, 100, BTreeSet::new()).await.unwrap()
    }

    pub(super) async fn no_org_keeps_the_others_waiting_and_what_runs_is_left_out(store: &Store) {
        let (busy, other) = (org_in(store).await, org_in(store).await);
        let mut of_busy = Vec::new();
        for minute in 0..20 {
            let job = job(&busy, minute);
            store.put_job(job.clone()).await.unwrap();
            of_busy.push(job);
        }
        let late = job(&other, 50);
        store.put_job(late.clone()).await.unwrap();
        let ready = |except| store.ready_jobs(at(60), 10, 2, except);
        let first = ready(BTreeSet::new()).await.unwrap();
        assert_eq!(first, [of_busy[0].clone(), of_busy[1].clone(), late.clone()]);
        let running = BTreeSet::from([of_busy[0].id.clone(), late.id.clone()]);
        let next = ready(running.clone()).await.unwrap();
        assert_eq!(next, [of_busy[1].clone(), of_busy[2].clone()]);
        assert_eq!(store.next_job_due(running).await.unwrap(), Some(at(1)));
    }

    pub(super) async fn a_job_that_was_tried_waits_again_or_is_dead_and_stays_to_be_seen(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let (tried, gone) = (job(&org, 0), job(&org, 0));
        store.put_job(tried.clone()).await.unwrap();
        store.job_tried(&org, &gone.id, Some(at(9)), None).await.unwrap();
        store.job_tried(&org, &tried.id, Some(at(9)), Some("no luck".into())).await.unwrap();
        assert!(due(store, 8, 9).await.is_empty());
        let again = due(store, 9, 9).await.remove(0);
        assert_eq!((again.attempts, again.last_error.as_deref()), (1, Some("no luck")));
        assert_eq!(store.hurry_jobs(Some(&org), "reminder", at(5)).await.unwrap(), 1);
        assert_eq!(store.hurry_jobs(None, "other", at(1)).await.unwrap(), 0);
        assert_eq!(due(store, 5, 9).await.len(), 1);
        store.job_tried(&org, &tried.id, None, Some("given up".into())).await.unwrap();
        assert!(due(store, 1_000, 9).await.is_empty());
        let kept = store.jobs(&org).await.unwrap().remove(0);
        assert_eq!((kept.attempts, kept.state), (2, JobState::Dead));
    }

    pub(super) async fn due_jobs_come_longest_due_first_until_they_are_done(store: &Store) {
        let org = org_in(store).await;
        let (late, early, future) = (job(&org, 20), job(&org, 10), job(&org, 90));
        for job in [&late, &early, &future] {
            store.put_job(job.clone()).await.unwrap();
        }
        assert_eq!(due(store, 30, 10).await, [early.clone(), late.clone()]);
        assert_eq!(due(store, 30, 1).await, std::slice::from_ref(&early));
        let again = Job { due: at(60), attempts: 1, ..early.clone() };
        store.update_job(again.clone()).await.unwrap();
        assert_eq!(due(store, 30, 10).await, std::slice::from_ref(&late));
        store.update_job(Job { state: JobState::Done, ..late.clone() }).await.unwrap();
        assert_eq!(due(store, 60, 10).await, [again]);
        assert_eq!(store.jobs(&org).await.unwrap().len(), 3);
        assert!(store.delete_job(&org, &early.id).await.unwrap());
        assert!(!store.delete_job(&org, &early.id).await.unwrap());
        assert_eq!(due(store, 60, 10).await, []);
    }
}
