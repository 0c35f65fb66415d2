//! The names of all keys, taken from the built-in file, and the nearest one to a mistyped name. Used by `load`.

use toml::Table;

/// Every section and key that exists, as `section.key`.
pub(super) fn known(built_in: &str) -> Vec<String> {
    let mut names = Vec::new();
    // The built-in file is checked by a test; without it there is nothing to suggest.
    if let Ok(table) = built_in.parse::<Table>() {
        collect(&table, "", &mut names);
    }
    names
}

fn collect(table: &Table, prefix: &str, names: &mut Vec<String>) {
    for (key, value) in table {
        let name = format!("{prefix}{key}");
        if let Some(inner) = value.as_table() {
            collect(inner, &format!("{name}."), names);
        }
        names.push(name);
    }
}

/// The known name that was most likely meant, if one is near.
pub(super) fn nearest<'a>(unknown: &str, known: &'a [String]) -> Option<&'a str> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    // The right key in the wrong section is the likelier slip than a typing error.
    let mut moved = known.iter().filter(|name| last(name) == last(unknown));
    if let (Some(only), None) = (moved.next(), moved.next()) {
        return Some(only);
    }
    let far = (unknown.len() / 3).max(2);
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name.as_str())
}
