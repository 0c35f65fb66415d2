//! Who gives way to whom.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::super::ical::Event;
use super::*;

fn time(from: i64, to: i64) -> Time {
    let at = |minute: i64| jiff::Timestamp::from_second(1_790_000_000 + minute * 60).unwrap();
    Time { start: at(from), end: at(to) }
}

fn event(uid: &str, connection: Option<&str>, span: Time) -> Seen {
    let written = connection.map(|_| span);
    Seen::Event(
        "https://cal.example.com/a.ics".parse().unwrap(),
        Box::new(Event {
            uid: uid.into(),
            time: span,
            cancelled: false,
            transparent: false,
            booking: connection.map(|_| uid.to_owned()),
            connection: connection.map(str::to_owned),
            written,
        }),
    )
}

fn judged(seen: &[Seen]) -> Verdict {
    verdict(seen, &Ours { uid: "m", connection: "c1", time: time(0, 30) })
}

#[test]
fn ours_gives_way_to_a_person_and_to_who_comes_before() {
    assert_eq!(judged(&[event("m", Some("c1"), time(0, 30))]), Verdict::Alone, "itself");
    assert_eq!(judged(&[event("z", None, time(30, 60))]), Verdict::Alone, "they touch");
    assert_eq!(judged(&[event("z", None, time(29, 60))]), Verdict::GiveWay, "a person's");
    assert_eq!(judged(&[event("a", Some("c1"), time(0, 30))]), Verdict::Alone, "our own claim");
    assert_eq!(judged(&[event("a", Some("c2"), time(10, 20))]), Verdict::GiveWay, "smaller");
    assert_eq!(judged(&[event("z", Some("c2"), time(10, 20))]), Verdict::Stay, "greater");
    assert_eq!(judged(&[Seen::Busy(time(0, 5))]), Verdict::GiveWay);
    let both = [event("z", Some("c2"), time(0, 30)), event("p", None, time(0, 30))];
    assert_eq!(judged(&both), Verdict::GiveWay);
    let Seen::Event(url, mut moved) = event("z", Some("c2"), time(0, 30)) else { panic!() };
    moved.written = Some(time(60, 90));
    assert_eq!(judged(&[Seen::Event(url, moved)]), Verdict::GiveWay, "a person moved it here");
}

proptest! {
    #[test]
    fn two_that_see_each_other_never_both_stay_and_never_both_go(a in "[a-z]{1,6}", b in "[a-z]{1,6}") {
        prop_assume!(a != b);
        let (first, second) = (event(&a, Some("c1"), time(0, 30)), event(&b, Some("c2"), time(10, 40)));
        let seen = [first, second];
        let of_a = verdict(&seen, &Ours { uid: &a, connection: "c1", time: time(0, 30) });
        let of_b = verdict(&seen, &Ours { uid: &b, connection: "c2", time: time(10, 40) });
        let mut both = [of_a, of_b];
        both.sort_by_key(|verdict| *verdict == Verdict::Stay);
        prop_assert_eq!(both, [Verdict::GiveWay, Verdict::Stay]);
    }
}
