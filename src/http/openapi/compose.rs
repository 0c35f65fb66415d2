//! Puts the table of operations and the schemas of their types into an OpenAPI 3.1 document. The
//! schemas are schemars' own: 3.1 speaks JSON Schema 2020-12, so nothing has to be translated.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::answers::Error;
use super::routes;
use super::shape::{Body, Route};
use crate::http::access::Least;
use crate::http::routing::Door;

const TAGS: [(&str, &str); 8] = [
    ("Vapi", "Where Vapi posts to."),
    ("Orgs", "Organisations and their settings."),
    ("Connections", "Booking providers."),
    ("Bookings", "Bookings, free slots, customers, callbacks, the waitlist."),
    ("Calls", "Live and past calls, and the feed."),
    ("Tools", "What the agent can call."),
    ("Server", "Tokens, care of the data, health."),
    ("Page", "The web page and its way in."),
];

const ABOUT: &str = "The call-session server behind Vapi voice agents. Lists take `limit` and \
    `cursor`. Another org's anything is 404; one's own org with too small a role is 403. `x-role` \
    is the smallest role that may.";

const PAGE_COOKIE: &str = "Made by `POST /api/login`; only for requests of the page itself. Over \
    HTTPS its name is `__Host-hookswitch`.";

const VAPI_PROOF: &str = "The org's or the instance's webhook secret; also as `X-Vapi-Secret`, or \
    as an HMAC signature of the body, as the org's `webhook_auth` says.";

/// The document of what the router has; a row of the table that it has not is left out.
pub(super) fn document(doors: &[Door]) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in routes::table() {
        let is_it = |door: &&Door| (door.method, door.path) == (route.method, route.path);
        let Some(door) = doors.iter().find(is_it) else { continue };
        let operation = operation(&route, door.least, &mut generator);
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method] = operation;
    }
    let tags: Vec<Value> =
        TAGS.iter().map(|(name, says)| json!({"name": name, "description": says})).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hookswitch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
        },
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token."},
                "page": {"type": "apiKey", "in": "cookie", "name": "hookswitch", "description": PAGE_COOKIE},
                "vapi": {"type": "http", "scheme": "bearer", "description": VAPI_PROOF},
            },
        },
    })
}

fn operation(route: &Route, least: Least, generator: &mut SchemaGenerator) -> Value {
    let mut parameters = path_parameters(route.path);
    if let Some(query) = route.query {
        parameters.extend(query_parameters(&query(generator)));
    }
    let mut operation = json!({
        "tags": [route.tag],
        "summary": route.summary,
        "operationId": operation_id(route),
        "x-role": word(least),
        "security": security(least),
        "parameters": parameters,
    });
    if let Some(body) = route.body {
        let content = json!({"application/json": {"schema": body(generator)}});
        operation["requestBody"] = json!({"required": true, "content": content});
    }
    operation["responses"] = responses(route, least, generator);
    operation
}

/// `get_api_orgs_org`: stable as long as the path is.
fn operation_id(route: &Route) -> String {
    let words = route.path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("{}_{}", route.method, words.join("_"))
}

/// The smallest role that may, as the document spells it (`x-role`).
fn word(least: Least) -> Value {
    match least {
        Least::Anyone => json!("none"),
        Least::Vapi => json!("vapi"),
        Least::Provider => json!("provider"),
        Least::AnyToken => json!("any"),
        Least::OfOrg(role) => json!(role),
        Least::Admin => json!("admin"),
    }
}

fn security(least: Least) -> Value {
    match least {
        Least::Anyone => json!([]),
        Least::Vapi => json!([{"vapi": []}]),
        Least::Provider => json!([]),
        Least::AnyToken | Least::OfOrg(_) | Least::Admin => json!([{"token": []}, {"page": []}]),
    }
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect()
}

fn query_parameters(schema: &Schema) -> Vec<Value> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let mut parameter = json!({"name": name, "in": "query", "schema": schema});
            parameter["required"] = required.contains(&name.as_str()).into();
            if let Some(says) = schema.get("description") {
                parameter["description"] = says.clone();
            }
            parameter
        })
        .collect()
}

fn responses(route: &Route, least: Least, generator: &mut SchemaGenerator) -> Value {
    let mut good = json!({"description": "It went well"});
    match route.answer {
        Body::Nothing => {}
        Body::Json(schema) => {
            good["content"] = json!({"application/json": {"schema": schema(generator)}});
        }
        Body::Other(kind) => good["content"] = json!({kind: {}}),
    }
    let mut responses = Map::new();
    responses.insert(route.status.to_string(), good);
    if least != Least::Anyone {
        let schema = generator.subschema_for::<Error>();
        let content = json!({"application/json": {"schema": schema}});
        responses.insert("default".into(), json!({"description": "An error", "content": content}));
    }
    Value::Object(responses)
}
