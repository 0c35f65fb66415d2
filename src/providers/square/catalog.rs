//! The services that a seller offers, so that an operator can be told what to choose from. Asked only where
//! something is not set up. Knows no booking.

use serde_json::{Value, json};

use super::client::Client;
use super::refusal::{Asked, accept};
use super::wire;

/// Services that are named; more help nobody.
const NAMED: usize = 30;

/// The account's bookable services by name, with the ids to enter; empty if they cannot be read.
pub(super) async fn bookable(client: &Client, location: Option<&str>) -> Vec<String> {
    let mut body = json!({"product_types": ["APPOINTMENTS_SERVICE"], "limit": 100});
    if let Some(location) = location {
        body["enabled_location_ids"] = json!([location]);
    }
    let sent = client.search(&["catalog", "search-catalog-items"], &body).await;
    let Ok(answer) = accept(Asked::Read, sent) else { return Vec::new() };
    let items = wire::page::<Value>(&answer.body, "items").map(|page| page.entries);
    let mut named: Vec<String> = items.unwrap_or_default().iter().flat_map(variations).collect();
    named.truncate(NAMED);
    named
}

fn variations(item: &Value) -> Vec<String> {
    let data = &item["item_data"];
    let name = data["name"].as_str().unwrap_or_default();
    let is_there = |object: &Value| object["is_deleted"] != true;
    let listed = data["variations"].as_array().into_iter().flatten();
    listed
        .filter(|variation| is_there(item) && is_there(variation))
        .filter_map(|variation| {
            let of = &variation["item_variation_data"];
            if of["available_for_booking"] == false {
                return None;
            }
            let kind = of["name"].as_str().unwrap_or_default();
            Some(format!("{} ({})", format!("{name} {kind}").trim(), variation["id"].as_str()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_booked_is_named() {
        let variation = |id: &str, name: &str, more: Value| {
            let mut variation = json!({"type": "ITEM_VARIATION", "id": id,
                "item_variation_data": {"name": name, "available_for_booking": true}});
            for (name, value) in more.as_object().into_iter().flatten() {
                variation[name] = value.clone();
            }
            variation
        };
        let shut = json!({"item_variation_data": {"available_for_booking": false}});
        let item = json!({"type": "ITEM", "item_data": {"name": "Haircut", "variations": [
            variation("V1", "Regular", json!({})),
            variation("V2", "Long", json!({"is_deleted": true})),
            variation("V3", "Kids", shut),
            {"type": "ITEM_VARIATION"},
        ]}});
        assert_eq!(variations(&item), ["Haircut Regular (V1)"]);
        assert!(variations(&json!({})).is_empty());
    }
}
