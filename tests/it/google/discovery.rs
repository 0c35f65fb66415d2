//! Compares requests with a Google discovery document: method and path, parameters, and the body by its
//! schema. Knows no calendar.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// A discovery document.
pub(super) struct Discovery {
    document: Value,
    methods: Vec<Value>,
}

impl Discovery {
    pub(super) fn read(text: &str) -> Self {
        let document: Value = serde_json::from_str(text).unwrap();
        let mut methods = Vec::new();
        gather(&document, &mut methods);
        Self { document, methods }
    }

    /// What is wrong with a request; `uri` is its path with query.
    pub(super) fn wrong(&self, method: &str, uri: &str, body: Option<&Value>) -> Vec<String> {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let base = self.document["basePath"].as_str().unwrap();
        let path = path.strip_prefix(base).unwrap_or("?");
        let is = |candidate: &&Value| {
            candidate["httpMethod"] == method && fits(candidate["path"].as_str().unwrap(), path)
        };
        let Some(found) = self.methods.iter().find(is) else {
            return vec![format!("there is no such method: {method} {path}")];
        };
        let mut wrong = Vec::new();
        self.check_query(found, query, &mut wrong);
        match (found["request"]["$ref"].as_str(), body) {
            (None, None) => {}
            (None, Some(_)) => wrong.push("it takes no body".into()),
            (Some(_), None) => wrong.push("its body is missing".into()),
            (Some(schema), Some(body)) => {
                let id = found["id"].as_str().unwrap();
                let schema = &self.document["schemas"][schema];
                self.check_required(schema, body, id, &mut wrong);
                self.check(schema, body, "body", &mut wrong);
            }
        }
        wrong
    }

    fn check_query(&self, method: &Value, query: &str, wrong: &mut Vec<String>) {
        let none = Map::new();
        let own = method["parameters"].as_object().unwrap_or(&none);
        let common = self.document["parameters"].as_object().unwrap_or(&none);
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let known = own.get(&*name).or_else(|| common.get(&*name));
            match known.filter(|known| known["location"] == "query") {
                None => wrong.push(format!("{name} is no parameter")),
                Some(known) => {
                    if seen.contains(&name) && known["repeated"] != true {
                        wrong.push(format!("{name} is given twice"));
                    }
                    if !is_text_of(known, &value) {
                        wrong.push(format!("{name} cannot be {value}"));
                    }
                }
            }
            seen.push(name);
        }
        for (name, parameter) in own {
            let in_query = parameter["location"] == "query" && parameter["required"] == true;
            if in_query && !seen.iter().any(|seen| seen == name) {
                wrong.push(format!("{name} is missing"));
            }
        }
    }

    fn check_required(&self, schema: &Value, body: &Value, method: &str, wrong: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = property["annotations"]["required"].as_array();
            if required.is_some_and(|of| of.iter().any(|of| of == method))
                && body.get(name).is_none()
            {
                wrong.push(format!("{name} is missing"));
            }
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        if let Some(named) = schema["$ref"].as_str() {
            return self.check(&self.document["schemas"][named], value, at, wrong);
        }
        let fits = match (schema["type"].as_str().unwrap_or("any"), value) {
            ("object", Value::Object(fields)) => {
                for (name, value) in fields {
                    let at = format!("{at}.{name}");
                    let of_all = schema.get("additionalProperties");
                    match schema["properties"].get(name).or(of_all) {
                        Some(schema) => self.check(schema, value, &at, wrong),
                        None => wrong.push(format!("{at} is no property")),
                    }
                }
                true
            }
            ("array", Value::Array(items)) => {
                for (place, item) in items.iter().enumerate() {
                    self.check(&schema["items"], item, &format!("{at}[{place}]"), wrong);
                }
                true
            }
            ("boolean", Value::Bool(_)) | ("any", _) => true,
            ("integer", Value::Number(number)) => number.is_i64() || number.is_u64(),
            ("number", Value::Number(_)) => true,
            ("string", Value::String(text)) => is_text_of(schema, text),
            _ => false,
        };
        if !fits {
            wrong.push(format!("{at} cannot be {value}"));
        }
    }
}

fn gather(within: &Value, methods: &mut Vec<Value>) {
    let listed = within["methods"].as_object().into_iter().flatten();
    methods.extend(listed.map(|(_, method)| method.clone()));
    for (_, resource) in within["resources"].as_object().into_iter().flatten() {
        gather(resource, methods);
    }
}

/// Whether a path is of this form: `calendars/{calendarId}/events`.
fn fits(form: &str, path: &str) -> bool {
    let (form, path): (Vec<_>, Vec<_>) = (form.split('/').collect(), path.split('/').collect());
    let same = |(form, part): (&&str, &&str)| match form.starts_with('{') {
        // What is encoded as it must be has no character of its own meaning left.
        true => !part.is_empty() && !part.contains(['#', '?', ' ', '"', '<', '>']),
        false => form == part,
    };
    form.len() == path.len() && form.iter().zip(&path).all(same)
}

/// Whether a text is a value of a parameter or property.
fn is_text_of(schema: &Value, text: &str) -> bool {
    let one_of = schema["enum"].as_array();
    if one_of.is_some_and(|values| !values.iter().any(|value| value == text)) {
        return false;
    }
    let bound = |name: &str| schema[name].as_str().and_then(|text| text.parse::<i64>().ok());
    match (schema["type"].as_str().unwrap_or_default(), schema["format"].as_str()) {
        ("boolean", _) => matches!(text, "true" | "false"),
        ("integer", _) | (_, Some("int64" | "uint64")) => text.parse::<i64>().is_ok_and(|number| {
            bound("minimum").is_none_or(|least| number >= least)
                && bound("maximum").is_none_or(|most| number <= most)
        }),
        (_, Some("date-time")) => text.parse::<Timestamp>().is_ok(),
        (_, Some("date")) => text.parse::<Date>().is_ok(),
        _ => true,
    }
}
