//! That the table of operations and the router have the same.

use std::collections::BTreeSet;

use super::routes;
use crate::http::doors;

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let routed = doors();
    let routed: BTreeSet<_> = routed.iter().map(|door| (door.path, door.method)).collect();
    let table = routes::table();
    let rows: BTreeSet<_> = table.iter().map(|row| (row.path, row.method)).collect();
    assert_eq!(rows.len(), table.len(), "a row is there twice");
    let missing: Vec<_> = routed.difference(&rows).collect();
    let invented: Vec<_> = rows.difference(&routed).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "src/http/openapi/routes.rs lacks {missing:?} and invents {invented:?}"
    );
}
