//! Random histories of bookings with restarts in between, compared with a model that fits on a page.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/fixtures.rs"]
mod fixtures;

use std::collections::BTreeMap;
use std::fs;

use fixtures::*;
use hookswitch_storage::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Book { start: i64, length: i64, places: (u32, u32), key: Option<u8>, meaning: Option<u8> },
    Move { which: usize, start: i64, length: i64 },
    Cancel { which: usize },
    Fail { which: usize },
    Restart { lose_rows: bool },
    Compact,
}

/// Places taken, and how many there are.
fn places() -> impl Strategy<Value = (u32, u32)> {
    (1u32..5).prop_flat_map(|capacity| (1..=capacity, Just(capacity)))
}

fn step() -> impl Strategy<Value = Step> {
    let (start, length) = (0i64..40, 1i64..12);
    prop_oneof![
        8 => (start.clone(), length.clone(), places(), proptest::option::of(0u8..4), proptest::option::of(0u8..4))
            .prop_map(|(start, length, places, key, meaning)| Step::Book { start, length, places, key, meaning }),
        3 => (any::<usize>(), start, length).prop_map(|(which, start, length)| Step::Move { which, start, length }),
        2 => any::<usize>().prop_map(|which| Step::Cancel { which }),
        1 => any::<usize>().prop_map(|which| Step::Fail { which }),
        1 => any::<bool>().prop_map(|lose_rows| Step::Restart { lose_rows }),
        1 => Just(Step::Compact),
    ]
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    start: i64,
    length: i64,
    /// Places it takes, and how many its kind has.
    places: (u32, u32),
    active: bool,
    meaning: Option<u8>,
}

/// What a store must do, minute by minute.
#[derive(Debug, Default)]
struct Model {
    bookings: BTreeMap<BookingId, Known>,
    order: Vec<BookingId>,
    keys: BTreeMap<u8, BookingId>,
}

impl Model {
    fn fits(
        &self,
        (start, length): (i64, i64),
        (places, capacity): (u32, u32),
        except: Option<BookingId>,
    ) -> bool {
        (start..start + length).all(|minute| {
            let there: u32 = self
                .bookings
                .iter()
                .filter(|(id, one)| {
                    Some(**id) != except
                        && one.active
                        && (one.start..one.start + one.length).contains(&minute)
                })
                // A place of a kind that has fewer is worth more, rounded up.
                .map(|(_, one)| one.places.0 * capacity.div_ceil(one.places.1))
                .sum();
            there + places <= capacity
        })
    }

    fn pick(&self, which: usize) -> Option<BookingId> {
        (!self.order.is_empty()).then(|| self.order[which % self.order.len()])
    }
}

fn restart(data: &std::path::Path, lose_rows: bool) {
    if lose_rows {
        fs::remove_dir_all(data.join("sled")).unwrap();
    }
}

async fn play(steps: Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).await;
    let org = org_in(&store).await;
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Book { start, length, places, key, meaning } => {
                let request = NewBooking {
                    places: places.0,
                    capacity: places.1,
                    tool_call: key.and_then(|key| tool_call(&format!("k{key}"), "h")),
                    meaning: meaning.map(|meaning| format!("m{meaning}")),
                    ..booking(&org, start, length)
                };
                let id = request.id;
                let same = key.and_then(|key| model.keys.get(&key).copied()).or_else(|| {
                    let mut active = model.bookings.iter().filter(|(_, one)| one.active);
                    active
                        .find(|(_, one)| meaning.is_some() && one.meaning == meaning)
                        .map(|(id, _)| *id)
                });
                match (same, store.book(request).await.unwrap()) {
                    (Some(same), BookOutcome::Same(found)) => assert_eq!(found.id, same),
                    (None, BookOutcome::Taken) => {
                        assert!(!model.fits((start, length), places, None))
                    }
                    (None, BookOutcome::Booked(made)) => {
                        assert!(model.fits((start, length), places, None));
                        assert_eq!(made.id, id);
                        model
                            .bookings
                            .insert(id, Known { start, length, places, active: true, meaning });
                        model.order.push(id);
                        key.map(|key| model.keys.insert(key, id));
                    }
                    other => panic!("{other:?}"),
                }
            }
            Step::Move { which, start, length } => {
                let Some(id) = model.pick(which) else { continue };
                let known = model.bookings[&id].clone();
                let record = store.booking(&org, &id).await.unwrap().unwrap();
                match store.move_booking(moved(&record, start, length)).await.unwrap() {
                    MoveOutcome::Cancelled(_) => assert!(!known.active),
                    MoveOutcome::Same(_) => {
                        assert!(known.active && (known.start, known.length) == (start, length))
                    }
                    MoveOutcome::Taken => {
                        assert!(known.active && !model.fits((start, length), (1, 1), Some(id)))
                    }
                    MoveOutcome::Moved(_) => {
                        assert!(known.active && model.fits((start, length), (1, 1), Some(id)));
                        model.bookings.insert(
                            id,
                            Known { start, length, places: (1, 1), active: true, meaning: None },
                        );
                    }
                    other => panic!("{other:?}"),
                }
            }
            Step::Cancel { which } => {
                let Some(id) = model.pick(which) else { continue };
                let record = store.booking(&org, &id).await.unwrap().unwrap();
                let known = model.bookings.get_mut(&id).unwrap();
                match store.cancel(cancelled(&record)).await.unwrap() {
                    CancelOutcome::Cancelled(_) => assert!(known.active),
                    CancelOutcome::Already(_) => assert!(!known.active),
                    other => panic!("{other:?}"),
                }
                known.active = false;
            }
            Step::Fail { which } => {
                let Some(id) = model.pick(which) else { continue };
                let failed =
                    Settlement::Failed { reason: "no".into(), look_at: None, taken: false };
                store.settle(&org, &id, failed, "job", at(3)).await.unwrap().unwrap();
                model.bookings.get_mut(&id).unwrap().active = false;
            }
            Step::Restart { lose_rows } => {
                store.close().await.unwrap();
                restart(folder.path(), lose_rows);
                store = open(folder.path()).await;
                assert_eq!(store.opened().rebuilt.is_some(), lose_rows);
            }
            Step::Compact => store.compact().await.unwrap(),
        }
    }
    compare(&store, &org, &model).await;
    store.close().await.unwrap();
    restart(folder.path(), true);
    let store = open(folder.path()).await;
    compare(&store, &org, &model).await;
    assert!(store.verify_audit(&org).await.unwrap());
}

async fn compare(store: &Store, org: &OrgId, model: &Model) {
    let busy = store.busy(org, &resource("chair"), at(-10), at(100)).await.unwrap();
    let mut found: Vec<_> = busy.iter().map(|one| (one.start, one.end, one.booking)).collect();
    let active = model.bookings.iter().filter(|(_, one)| one.active);
    let mut expected: Vec<_> =
        active.map(|(id, one)| (at(one.start), at(one.start + one.length), *id)).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let all = store.bookings(org, &BookingFilter::default(), &Page::first(1_000)).await.unwrap();
    let mut ids: Vec<_> =
        all.items.iter().map(|one| (one.start, one.id, one.is_active())).collect();
    let mut expected: Vec<_> =
        model.bookings.iter().map(|(id, one)| (at(one.start), *id, one.active)).collect();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_store_does_what_the_model_does(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}
