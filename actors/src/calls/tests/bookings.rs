//! A session dies between a booking and the news of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_storage::{Booking, BookingFilter, NamingSet, Page};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::House;
use crate::ToolRequest;
use crate::booking::{BookRequest, Booked, Effects, book};
use crate::tools::{Face, Given, GivenBody, Listing, ToolContext, ToolOutcome};

/// A tool that books and then keeps what came of it to itself until it is let go.
fn slow_booking(booked: &Arc<Semaphore>, go_on: &Arc<Semaphore>) -> Face {
    let (booked, go_on) = (Arc::clone(booked), Arc::clone(go_on));
    let run = move |context: ToolContext, arguments: Map<String, Value>| {
        let (booked, go_on) = (Arc::clone(&booked), Arc::clone(&go_on));
        async move {
            let mut effects = Effects::default();
            let request = BookRequest {
                date: "2026-09-24".into(),
                time: arguments["time"].as_str().unwrap().into(),
                name: "Ann Ruiz".into(),
                ..BookRequest::default()
            };
            let made = book(&context, request, &mut effects).await;
            booked.add_permits(1);
            go_on.acquire().await.unwrap().forget();
            match made {
                Ok(Booked::Made(booking)) => {
                    ToolOutcome::new(Given::text(&booking.confirmation, true), effects)
                }
                Ok(Booked::Corrected(booking, _)) => {
                    let text = format!("moved {}", booking.confirmation);
                    ToolOutcome::new(Given::text(&text, true), effects)
                }
                Err(refusal) => ToolOutcome::new(Given::text(refusal.code, false), effects),
            }
        }
    };
    Face::new("slow_booking", Listing::Set(NamingSet::Snake), "Books.", run)
}

fn text(given: &Given) -> &str {
    let (GivenBody::Result(text) | GivenBody::Error(text)) = &given.body;
    text
}

async fn run(house: &House, id: &str, name: &str, arguments: Value) -> Arc<Given> {
    let request = ToolRequest {
        id: id.parse().unwrap(),
        name: name.into(),
        arguments: Ok(arguments.to_string()),
    };
    let deadline = Instant::now() + Duration::from_secs(8);
    let facts = House::facts("call");
    house.calls.run_tools(&house.org, &facts, vec![request], deadline).await.remove(0)
}

async fn bookings(house: &House) -> Vec<Booking> {
    let page = Page { limit: 100, cursor: None };
    let store = house.calls.store();
    store.bookings(house.org.id(), &BookingFilter::default(), &page).await.unwrap().items
}

/// Books at ten with the tool call `lost`, and lets the session die before it hears of it.
async fn lose_a_booking() -> (House, Arc<Semaphore>) {
    let (booked, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let house = House::open(vec![slow_booking(&booked, &go_on)]).await;
    let free = run(&house, "free", "check_availability", json!({"date": "2026-09-24"})).await;
    assert!(free.success, "{}", text(&free));
    let lost = run(&house, "lost", "slow_booking", json!({"time": "10:00"}));
    let dies = async {
        booked.acquire().await.unwrap().forget();
        let started = Instant::now();
        house.panic("call").await;
        started
    };
    let (heard, died) = futures_util::future::join(lost, dies).await;
    assert!(matches!(heard.body, GivenBody::Error(_)), "{}", text(&heard));
    assert!(died.elapsed() < Duration::from_secs(4), "the caller waited for the dead");
    house.restored("call").await;
    assert!(house.state("call").await.bookings.is_empty(), "the session heard of it after all");
    assert_eq!(bookings(&house).await.len(), 1);
    // The first run may end as well; nobody listens to it.
    go_on.add_permits(8);
    (house, go_on)
}

#[tokio::test]
async fn a_repeat_gets_the_booking_whose_answer_died_with_the_session() {
    let (house, _) = lose_a_booking().await;
    let again = run(&house, "lost", "slow_booking", json!({"time": "10:00"})).await;
    let made = bookings(&house).await;
    assert_eq!(made.len(), 1);
    assert_eq!(text(&again), made[0].confirmation);
    let known = &house.state("call").await.bookings;
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].id, made[0].id);
}

#[tokio::test]
async fn a_new_tool_call_for_the_same_slot_joins_a_booking_the_session_never_heard_of() {
    let (house, _) = lose_a_booking().await;
    let again = run(&house, "new", "slow_booking", json!({"time": "10:00"})).await;
    let made = bookings(&house).await;
    assert_eq!(made.len(), 1);
    assert_eq!(text(&again), made[0].confirmation);
}

#[tokio::test]
async fn a_booking_the_session_never_heard_of_is_corrected_not_doubled() {
    let (house, _) = lose_a_booking().await;
    let moved = run(&house, "new", "slow_booking", json!({"time": "11:00"})).await;
    let made = bookings(&house).await;
    assert_eq!(made.len(), 1);
    assert_eq!(text(&moved), format!("moved {}", made[0].confirmation));
    assert_eq!(house.state("call").await.bookings[0].start, made[0].start);
}

#[tokio::test]
async fn an_id_whose_answer_died_is_still_bound_to_its_arguments() {
    let (house, _) = lose_a_booking().await;
    let other = run(&house, "lost", "slow_booking", json!({"time": "12:00"})).await;
    assert!(!other.success);
    assert_eq!(bookings(&house).await.len(), 1);
}
