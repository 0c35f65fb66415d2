//! Every sentence in every language: said by both, with what it is about, and in words of its own.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use hookswitch_storage::Locale;
use jiff::civil::{Date, date, datetime, time as civil_time};
use jiff::tz::TimeZone;

use super::{Lack, access, handover, meanwhile, questions as answered, waiting, which};
use crate::booking::locale::{say_in, spoken};
use crate::booking::slots::DayVerdict;
use crate::booking::speech::{self, es};
use crate::booking::when::LocalTime;

fn at(day: i8, hour: i8) -> LocalTime {
    let zone = TimeZone::get("America/Chicago").unwrap();
    let moment = datetime(2026, 9, day, hour, 30, 0, 0).to_zoned(zone).unwrap();
    crate::booking::local_time(moment.timestamp(), "America/Chicago")
}

/// Everything that this module says, by its name.
fn sentences() -> Vec<(&'static str, String)> {
    let (one, two) = (at(15, 9), at(16, 13));
    let (day, today): (Date, Date) = (date(2026, 9, 15), date(2026, 9, 14));
    let lack = |verdict| Lack { verdict, service: "Botox", lead_minutes: 90 };
    let other_days = [(date(2026, 9, 16), vec![two])];
    let mut said = vec![
        ("free_slots", super::free_slots(day, &[one])),
        ("free_slots_unconfirmed", super::free_slots_unconfirmed(day, &[one])),
        ("found_times", super::found_times(3, day)),
        ("date_has_passed", super::date_has_passed(day, today, Some(day))),
        ("time_has_passed", super::time_has_passed(datetime(2026, 9, 15, 13, 0, 0, 0))),
        ("too_far_ahead", super::too_far_ahead(day, 180, None)),
        ("booked", super::booked(one, "KM73TN")),
        ("requested", super::requested(one, "KM73TN")),
        ("could_not_book", super::could_not_book(one)),
        ("not_sure", super::not_sure(one)),
        ("moved", super::moved(one, two, "KM73TN")),
        ("already_there", super::already_there(one, "KM73TN")),
        ("cancelled", super::cancelled(one)),
        ("already_cancelled", super::already_cancelled(one)),
        ("found", super::found(one, "KM73TN")),
        ("found_several", super::found_several(&[one, two])),
        ("not_found", super::not_found().into()),
        ("none_ahead", super::none_ahead().into()),
        ("shall_i_book", super::shall_i_book(one)),
        ("not_available", super::not_available(one, &[two])),
        ("offer_hand_over", super::offer_hand_over().into()),
        ("take_message", super::take_message().into()),
        ("hand_over", super::hand_over().into()),
        ("appointment_booked", super::appointment_booked().into()),
        ("other_party", super::other_party().into()),
        ("how_many_people", super::how_many_people().into()),
        ("party_too_large", super::party_too_large(8)),
        ("no_service", super::no_service().into()),
        ("unreadable", super::unreadable("phone number")),
        ("need_also", super::need_also("customer_phone")),
        ("org_not_found", super::org_not_found().into()),
    ];
    for verdict in [
        DayVerdict::ClosedDate,
        DayVerdict::TooSoon,
        DayVerdict::TooLong,
        DayVerdict::Past,
        DayVerdict::Full,
    ] {
        said.push(("no_slots", super::no_slots(day, lack(verdict), &other_days)));
    }
    said
}

fn questions() -> Vec<(&'static str, String)> {
    let (one, two) = (at(15, 9), at(16, 13));
    let civil = datetime(2026, 9, 15, 13, 0, 0, 0);
    let heard = which::Heard {
        name: Some("Ann".into()),
        phone: Some(vec!["512".into()]),
        email: Some("a@b.example".into()),
    };
    vec![
        ("instead_of", which::instead_of(one, "Jane Roe")),
        ("in_another_calendar", which::in_another_calendar(one, two)),
        ("cancel_the_other_too", which::cancel_the_other_too(one, two)),
        ("which_of", which::which_of(&[one, two])),
        ("which_offset", which::which_offset(&[one, at(15, 10)])),
        ("no_such_time", which::no_such_time(civil, Some(civil))),
        ("time_comes_twice", which::time_comes_twice(civil)),
        ("is_that_address", which::is_that_address("ann@b.example")),
        ("read_back", which::read_back(&heard).unwrap()),
        ("need_detail", access::need_detail().into()),
        ("need_code", access::need_code().into()),
        ("too_many_guesses", access::too_many_guesses().into()),
        ("checking", meanwhile::checking().into()),
        ("booking", meanwhile::booking().into()),
        ("changing", meanwhile::changing().into()),
        ("looking_up", meanwhile::looking_up().into()),
        ("noting", meanwhile::noting().into()),
        ("still_at_it", meanwhile::still_at_it().into()),
        ("could_not_look_up", meanwhile::could_not_look_up().into()),
        ("could_not_note", meanwhile::could_not_note().into()),
    ]
}

/// What is said of waiting, of being connected and at the end.
fn of_calls() -> Vec<(&'static str, String)> {
    let (one, two) = (at(15, 9), at(16, 13));
    let window = |earliest, latest| hookswitch_storage::WaitlistWindow {
        from: date(2026, 9, 15),
        to: date(2026, 9, 16),
        earliest,
        latest,
    };
    let (from, to) = (Some(civil_time(13, 0, 0, 0)), Some(civil_time(15, 0, 0, 0)));
    vec![
        ("call_back", waiting::call_back(Some("tomorrow"), true)),
        ("on_the_waitlist", waiting::on_the_waitlist("Botox", &window(from, to), true, 15)),
        ("on_the_waitlist", waiting::on_the_waitlist("Botox", &window(None, to), false, 1)),
        ("on_the_waitlist", waiting::on_the_waitlist("Botox", &window(from, None), false, 1)),
        ("free_already", waiting::free_already(&[one, two])),
        ("left", waiting::left().into()),
        ("not_waiting", waiting::not_waiting().into()),
        ("kept", waiting::kept("Botox", one, two)),
        ("kept", waiting::kept("Botox", one, one)),
        ("one_moment", handover::one_moment().into()),
        ("cannot_connect", handover::cannot_connect().into()),
        ("closed", handover::closed().into()),
        ("being_connected", handover::being_connected().into()),
        ("goodbye", handover::goodbye().into()),
        ("goodbye_time_limit", handover::goodbye_time_limit().into()),
        ("connecting", handover::connecting("general")),
        ("connecting", handover::connecting("front_desk")),
        ("nobody_answers", answered::nobody_answers().into()),
        ("connecting_you", answered::connecting_you().into()),
        ("nobody_to_connect", answered::nobody_to_connect().into()),
        ("open_times", answered::open_times(&[one, two])),
    ]
}

#[test]
fn times_between_which_somebody_waits_are_said_as_spaniards_say_them() {
    let window = hookswitch_storage::WaitlistWindow {
        from: date(2026, 9, 15),
        to: date(2026, 9, 15),
        earliest: Some(civil_time(13, 0, 0, 0)),
        latest: Some(civil_time(15, 0, 0, 0)),
    };
    let said = say_in(Locale::Es, || waiting::on_the_waitlist("Botox", &window, true, 15));
    assert_eq!(
        said,
        "Está en la lista de espera para Botox el martes 15 de septiembre, de la 1 de la tarde a las 3 \
         de la tarde. Si queda libre una hora, se la ofrecemos por turno y se la guardamos 15 minutos."
    );
}

#[test]
fn every_sentence_is_said_in_both_languages_and_is_another_in_each() {
    let all = || [sentences(), questions(), of_calls()].concat();
    let (english, spanish) = (say_in(Locale::En, all), say_in(Locale::Es, all));
    let named: BTreeSet<&str> = english.iter().map(|(name, _)| *name).collect();
    let listed = [super::NAMES, which::NAMES, access::NAMES, meanwhile::NAMES].concat();
    let of_calls = [waiting::NAMES, handover::NAMES, answered::NAMES].concat();
    let listed = [listed, of_calls].concat();
    assert_eq!(named, listed.into_iter().collect(), "each that there is was tried here");
    for ((name, english), (_, spanish)) in english.iter().zip(&spanish) {
        assert!(!spanish.is_empty() && english != spanish, "{name}: {english} / {spanish}");
        for word in ["Monday", "Tuesday", "September", " AM", " PM", " the ", "Would you", "Your "]
        {
            assert!(!spanish.contains(word), "{name} has English in it: {spanish}");
        }
        if english.contains("KM73TN") {
            assert!(spanish.contains("KM73TN"), "{name}: {spanish}");
        }
        if english.contains("September 15th at 9:30 AM") {
            assert!(
                spanish.contains("15 de septiembre a las 9:30 de la mañana"),
                "{name}: {spanish}"
            );
        }
        if english.ends_with('?') {
            assert!(spanish.contains('¿') && spanish.ends_with('?'), "{name}: {spanish}");
        }
    }
}

#[test]
fn dates_and_times_are_spoken_in_spanish() {
    use jiff::civil::time;
    let said = |hour, minute| es::at_time(time(hour, minute, 0, 0));
    assert_eq!(said(9, 0), "a las 9 de la mañana");
    assert_eq!(said(13, 0), "a la 1 de la tarde");
    assert_eq!(said(1, 30), "a la 1:30 de la madrugada");
    assert_eq!(said(12, 0), "a las 12 del mediodía");
    assert_eq!(said(12, 15), "a las 12:15 de la tarde");
    assert_eq!(said(20, 45), "a las 8:45 de la noche");
    assert_eq!(said(0, 0), "a las 12 de la noche");
    assert_eq!(es::spoken_date(date(2026, 9, 1)), "martes primero de septiembre");
    assert_eq!(es::spoken_date(date(2026, 12, 23)), "miércoles 23 de diciembre");
    let list = |items: &[&str]| {
        es::spoken_list(&items.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!((list(&[]), list(&["a"])), (String::new(), "a".into()));
    assert_eq!(list(&["a", "b", "c"]), "a, b y c");
    assert_eq!(es::spoken_minutes(90), "1 hora y 30 minutos");
    let address = say_in(Locale::Es, || speech::spoken_email("ann.ruiz@b.example"));
    assert_eq!(address, "ann punto ruiz arroba b punto example");
    assert_eq!(speech::NAMES.len(), 9, "what is new is to be tried here as well");
}

#[tokio::test]
async fn what_is_spawned_and_what_has_no_language_is_english() {
    use crate::booking::locale::speaking;
    assert_eq!(spoken(), Locale::En);
    let (within, beside) = speaking(Locale::Es, async {
        let beside = tokio::spawn(async { spoken() });
        tokio::task::yield_now().await;
        (spoken(), beside.await.unwrap())
    })
    .await;
    assert_eq!((within, beside), (Locale::Es, Locale::En));
    assert_eq!(spoken(), Locale::En, "it ends with what ran in it");
}
