//! How a tool's schema differs from org to org (R2): arguments that only some have a use for, and the
//! details that an org requires of its callers (K18). Two orgs of one variant share one registration.

use hookswitch_storage::{CapacityCounts, RequiredField, Service, Settings};
use serde_json::{Value, json};

/// Marks an argument in its schema that is only offered to some orgs.
const ONLY_WHERE: &str = "x-where";

/// Marks an argument in its schema that is a detail which an org can require.
const DETAIL: &str = "x-detail";

/// What decides about a schema.
#[derive(Default)]
pub(super) struct Variant {
    guests: bool,
    required: Option<Vec<RequiredField>>,
}

impl Variant {
    pub(super) fn of(settings: &Settings) -> Self {
        let guests = |service: &Service| service.capacity_counts == CapacityCounts::Guests;
        Self {
            guests: settings.services.iter().any(guests),
            required: settings.booking.required_fields.clone(),
        }
    }

    /// The schema that an org of this variant is given, without our own marks.
    pub(super) fn apply(&self, mut schema: Value) -> Value {
        // Vapi wants properties even of a tool that takes nothing.
        if let Some(object) = schema.as_object_mut() {
            object.entry("properties").or_insert_with(|| json!({}));
        }
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            return schema;
        };
        let mut details = Vec::new();
        properties.retain(|name, property| {
            let Some(property) = property.as_object_mut() else { return true };
            let only = property.remove(ONLY_WHERE);
            if let Some(detail) = property.remove(DETAIL) {
                details.push((name.clone(), self.requires(&detail)));
            }
            self.guests || only.is_none()
        });
        for (name, required) in details {
            if let Some(required) = required {
                require(&mut schema, &name, required);
            }
        }
        schema
    }

    /// The variant's name: empty where this schema is the same for every org that has set nothing.
    pub(super) fn key(&self, schema: &Value) -> String {
        let marked = |mark: &str| {
            let mut properties = schema["properties"].as_object().into_iter().flatten();
            properties.any(|(_, property)| property.get(mark).is_some())
        };
        let mut parts = Vec::new();
        if self.guests && marked(ONLY_WHERE) {
            parts.push("guests".to_owned());
        }
        if let Some(required) = self.required.as_ref().filter(|_| marked(DETAIL)) {
            // Every booking has a name, so that one makes no difference.
            let details = required.iter().filter(|field| **field != RequiredField::CustomerName);
            let mut names: Vec<String> =
                details.filter_map(|field| Some(json!(field).as_str()?.into())).collect();
            names.sort();
            names.dedup();
            parts.push(format!("requires:{}", names.join(",")));
        }
        parts.join("+")
    }

    /// Whether a detail must be given; `None` leaves it to the tool's own list.
    fn requires(&self, detail: &Value) -> Option<bool> {
        let required = self.required.as_ref()?;
        Some(required.iter().any(|field| json!(field) == *detail))
    }
}

fn require(schema: &mut Value, name: &str, required: bool) {
    let Some(schema) = schema.as_object_mut() else { return };
    let list = schema.entry("required").or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut() else { return };
    let place = list.iter().position(|one| one == name);
    match (place, required) {
        (None, true) => list.push(name.into()),
        (Some(place), false) => {
            list.remove(place);
        }
        _ => {}
    }
}
