//! The process is killed without warning, its folder damaged. What was acknowledged is there
//! afterwards, once; what was not is settled by asking again.

mod damage;
mod ledger;
mod mail;
mod messages;
mod provider;
mod rounds;

use std::path::Path;

use serde_json::json;

use crate::support::{Host, TestOrg};

/// An org that is open day and night, so that thousands of bookings fit.
async fn busy_org(host: &impl Host) -> TestOrg {
    let all_day = json!([["00:00", "24:00"]]);
    let week: serde_json::Map<_, _> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .into_iter()
        .map(|day| (day.to_owned(), all_day.clone()))
        .collect();
    let settings = json!({
        "business_hours": week,
        "services": [{"id": "visit", "name": "Visit", "duration_minutes": 10}],
        "booking": {"horizon_days": 3650},
    });
    TestOrg::create(host, settings).await
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    /// The next number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
