//! How often the properties of this package are tried: often enough to notice at every build, and many
//! times more where `CI=true` says that nobody is waiting. Used by tests only.

use proptest::prelude::ProptestConfig;

/// Whether there is time for everything.
pub(crate) fn full_size() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// `cases` trials, four times as many at full size. A failure is kept as a test by hand, not in a file.
pub(crate) fn trials(cases: u32) -> ProptestConfig {
    let cases = if full_size() { cases * 4 } else { cases };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// All zones at full size; else every twelfth, and those whose clocks do the unusual.
pub(crate) fn zones() -> Vec<jiff::tz::TimeZone> {
    const ALWAYS: [&str; 6] = [
        "America/New_York",
        "Europe/Dublin",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Gaza",
        "Antarctica/Troll",
    ];
    let names = jiff::tz::db().available().enumerate();
    names
        .filter(|(place, name)| full_size() || place % 12 == 0 || ALWAYS.contains(&name.as_str()))
        .filter_map(|(_, name)| jiff::tz::TimeZone::get(name.as_str()).ok())
        .collect()
}
