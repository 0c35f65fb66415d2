//! Who waits, for what is open all day: a chair for one, a class of three and a table for eight.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part; tests")]

use hookswitch_storage::*;
use jiff::civil::date;

use crate::fixtures::*;

fn service(id: &str, minutes: u32, capacity: u32, counts: CapacityCounts) -> Service {
    Service {
        id: id.parse().unwrap(),
        name: id.into(),
        duration_minutes: minutes,
        buffer_minutes: 0,
        capacity,
        capacity_counts: counts,
        max_party_size: None,
        connections: Vec::new(),
        slot_minutes: Some(15),
        max_per_day: None,
    }
}

/// An org with a calendar of its own, which is open all day on every day.
pub(crate) async fn open_org(store: &Store) -> OrgId {
    let mut org = new_org();
    let all_day = vec![TimeRange { start: jiff::civil::Time::midnight(), end: None }];
    let day = || all_day.clone();
    org.settings.business_hours = BusinessHours {
        mon: day(),
        tue: day(),
        wed: day(),
        thu: day(),
        fri: day(),
        sat: day(),
        sun: day(),
    };
    org.settings.services = vec![
        service("cut", 30, 1, CapacityCounts::Bookings),
        service("class", 60, 3, CapacityCounts::Bookings),
        service("table", 60, 8, CapacityCounts::Guests),
    ];
    let id = org.id.clone();
    let calendar = Connection {
        id: "con_builtin".parse().unwrap(),
        ..Connection::new(id.clone(), "builtin", at(0))
    };
    let created = store.create_org(org, vec![calendar], "admin", at(0)).await.unwrap();
    assert_eq!(created, CreateOrg::Created);
    id
}

/// Changes what an operator has set.
pub(crate) async fn set(store: &Store, org: &OrgId, change: impl FnOnce(&mut Settings)) {
    let before = store.org(org).await.unwrap().unwrap();
    let mut settings = before.settings.clone();
    change(&mut settings);
    store.put_settings(org, before.version, settings, vec![], "me", at(0)).await.unwrap();
}

/// At noon in Berlin on the day that the fixtures begin.
pub(crate) const NOON: i64 = 11 * 60;

pub(crate) fn waiter(org: &OrgId, number: &str, name: &str) -> Waiter {
    Waiter { org: org.clone(), caller: Some(number.into()), call_id: None, name: Some(name.into()) }
}

pub(crate) fn wish(org: &OrgId, number: &str, name: &str, minutes: i64) -> JoinWaitlist {
    JoinWaitlist {
        id: WaitlistId::random(),
        who: waiter(org, number, name),
        phone: number.into(),
        service_id: "cut".parse().unwrap(),
        party_size: None,
        window: WaitlistWindow {
            from: date(2026, 2, 2),
            to: date(2026, 2, 6),
            earliest: None,
            latest: None,
        },
        time_zone: "Europe/Berlin".into(),
        by: "call:c".into(),
        now: at(minutes),
    }
}

pub(crate) async fn joined(store: &Store, wish: JoinWaitlist) -> WaitlistEntry {
    match store.join_waitlist(wish).await.unwrap() {
        JoinOutcome::Joined(entry) => *entry,
        JoinOutcome::Changed(entry) => panic!("not new: {entry:?}"),
    }
}

pub(crate) async fn entry(store: &Store, entry: &WaitlistEntry) -> WaitlistEntry {
    store.waitlist_entry(&entry.org, &entry.id).await.unwrap().unwrap()
}

pub(crate) async fn states<const N: usize>(
    store: &Store,
    entries: [&WaitlistEntry; N],
) -> [WaitlistState; N] {
    let mut states = [WaitlistState::Waiting; N];
    for (place, one) in entries.into_iter().enumerate() {
        states[place] = entry(store, one).await.state;
    }
    states
}

pub(crate) fn leave(who: Waiter) -> LeaveWaitlist {
    LeaveWaitlist { who, service_id: None, by: "call:c".into(), now: at(3) }
}

/// Somebody else's booking at noon, and the places of three who wait.
pub(crate) async fn full(store: &Store) -> (OrgId, Booking, [WaitlistEntry; 3]) {
    let org = open_org(store).await;
    let taken = booked(store.book(booking(&org, NOON, 30)).await.unwrap());
    let places = [
        joined(store, wish(&org, "+491", "Bob", 0)).await,
        joined(store, wish(&org, "+492", "Cleo", 1)).await,
        joined(store, wish(&org, "+493", "Dan", 2)).await,
    ];
    (org, taken, places)
}
