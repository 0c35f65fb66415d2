//! What templates are filled with.

use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;
use serde_json::json;

use crate::player::Values;

fn fill(today: Date, text: &str) -> Result<String, String> {
    Values::new(today).fill(text)
}

#[test]
fn dates_count_from_the_orgs_today() {
    let friday = date(2026, 2, 27);
    for (template, expected) in [
        ("{{today}}", "2026-02-27"),
        ("{{date}}", "2026-02-27"),
        ("{{date+2}}", "2026-03-01"),
        ("{{ date - 1 }}", "2026-02-26"),
        ("{{workday}}", "2026-02-27"),
        ("{{workday+1}}", "2026-03-02"),
        ("{{workday+6}}", "2026-03-09"),
        ("on {{date}} or {{date+1}}", "on 2026-02-27 or 2026-02-28"),
    ] {
        assert_eq!(fill(friday, template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn on_a_weekend_the_next_working_day_is_monday() {
    let saturday = date(2026, 11, 21);
    assert_eq!(fill(saturday, "{{workday}}").as_deref(), Ok("2026-11-23"));
    assert_eq!(fill(saturday, "{{workday+1}}").as_deref(), Ok("2026-11-23"));
    assert_eq!(fill(saturday, "{{workday+2}}").as_deref(), Ok("2026-11-24"));
}

#[test]
fn a_template_that_is_no_day_says_what_to_write() {
    let today = date(2026, 11, 21);
    for wrong in ["{{date+x}}", "{{workday-1}}", "{{date+99999}}", "{{today+1}}"] {
        let problem = fill(today, wrong).unwrap_err();
        assert!(problem.contains("+1"), "{wrong}: {problem}");
    }
    assert!(fill(today, "{{date").unwrap_err().contains("}}"));
}

#[test]
fn a_template_alone_keeps_the_type_of_what_was_saved() {
    let mut values = Values::new(date(2026, 11, 21));
    values.set("party", json!(4));
    let filled =
        values.fill_json(&json!({"size": "{{party}}", "note": ["for {{party}}"]})).unwrap();
    assert_eq!(filled, json!({"size": 4, "note": ["for 4"]}));
}

#[test]
fn what_was_never_saved_is_named() {
    assert!(fill(date(2026, 11, 21), "Your code is {{code}}").unwrap_err().contains("`{{code}}`"));
}

proptest! {
    #[test]
    fn a_working_day_is_never_on_a_weekend_and_never_before_its_count(day in 0i32..4_000, count in 0i32..200) {
        let today = date(2024, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let filled: Date = fill(today, &format!("{{{{workday+{count}}}}}")).unwrap().parse().unwrap();
        prop_assert!(!matches!(filled.weekday(), Weekday::Saturday | Weekday::Sunday));
        prop_assert!((filled - today).get_days() >= count);
    }

    #[test]
    fn no_text_breaks_the_filling(text in ".*") {
        let _ = fill(date(2026, 11, 21), &text);
    }
}
