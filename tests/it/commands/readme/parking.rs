//! Where can customers park? `parking`.
use super::{Face, Given, Listing, ToolContext, ToolOutcome};

pub(super) fn faces() -> Vec<Face> {
    vec![Face::new("parking", Listing::Both, "Say where customers can park.", parking)]
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Parking {
    /// What the customer comes with, for example a car or a bicycle
    vehicle: String,
}

async fn parking(context: ToolContext, arguments: Parking) -> ToolOutcome {
    let text = format!("Behind {} is room for {}.", context.org.settings().name, arguments.vehicle);
    ToolOutcome::answer(Given::text(&text, true))
}
