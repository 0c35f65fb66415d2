//! An OpenAPI document, as far as to tell its operations apart and to know the names that each takes.
//! Knows no vendor.

use std::path::Path;

use serde_json::{Map, Value};

use super::names::unknown;

/// A document.
pub(super) struct Document {
    whole: Value,
}

/// One of its operations.
#[derive(Clone)]
pub(super) struct Operation {
    /// Method and path: `GET /bookings/{id}`.
    pub(super) name: String,
    /// What the document says of it, with the parameters of its path.
    said: Value,
}

impl Document {
    /// Reads one: JSON, or YAML, which is more than that.
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let whole: Value = match path.extension().and_then(|ending| ending.to_str()) {
            Some("yaml") => serde_saphyr::from_str(&text).unwrap(),
            _ => serde_json::from_str(&text).unwrap(),
        };
        Self { whole }
    }

    /// The operation that a request is for. Of two paths that fit, the one with fewer parameters is meant.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<Operation> {
        let method = method.to_lowercase();
        let paths = self.whole["paths"].as_object()?;
        let fitting =
            paths.iter().filter(|(form, said)| fits(form, path) && said.get(&method).is_some());
        let (form, item) = fitting.min_by_key(|(form, _)| form.matches('{').count())?;
        let mut said = item[&method].clone();
        let of_path = item["parameters"].as_array().cloned().unwrap_or_default();
        let own = said["parameters"].as_array().cloned().unwrap_or_default();
        said["parameters"] = of_path.into_iter().chain(own).collect();
        Some(Operation { name: format!("{} {form}", method.to_uppercase()), said })
    }

    /// What stands behind a reference, or the value itself.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|to| to.strip_prefix('#')) {
            Some(pointer) => self.resolve(self.whole.pointer(pointer).unwrap()),
            None => value,
        }
    }

    /// The names in a request that the operation does not have. Prism leaves those alone, as the language of
    /// descriptions does; a vendor would not find what we said under them.
    pub(super) fn unknown_names(
        &self,
        operation: &Operation,
        query: &str,
        body: Option<&Value>,
    ) -> Vec<String> {
        let parameters = operation.said["parameters"].as_array().into_iter().flatten();
        let in_query = parameters.map(|one| self.resolve(one)).filter(|one| one["in"] == "query");
        let names: Vec<&str> = in_query.filter_map(|one| one["name"].as_str()).collect();
        let given = form_urlencoded::parse(query.as_bytes());
        let mut found: Vec<String> = given
            .filter(|(name, _)| !names.contains(&&**name))
            .map(|(name, _)| format!("query.{name} is not known"))
            .collect();
        if let Some(body) = body {
            let none = Map::new();
            let content = &self.resolve(&operation.said["requestBody"])["content"];
            let forms = content.as_object().unwrap_or(&none);
            if forms.is_empty() {
                found.push("body is not expected".into());
            }
            let schemas: Vec<&Value> = forms.values().map(|form| &form["schema"]).collect();
            unknown(self, &schemas, body, "body", &mut found);
        }
        found
    }
}

/// Whether a path is of a form: `/bookings/{id}`.
pub(super) fn fits(form: &str, path: &str) -> bool {
    let (form, path): (Vec<_>, Vec<_>) = (form.split('/').collect(), path.split('/').collect());
    let same = |(form, part): (&&str, &&str)| {
        if form.starts_with('{') { !part.is_empty() } else { form == part }
    };
    form.len() == path.len() && form.iter().zip(&path).all(same)
}
