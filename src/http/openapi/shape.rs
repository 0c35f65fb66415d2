//! One operation as the table says it: method, path, what goes in, what comes out. Who may use it is said by its handler.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Makes the schema of a type.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What an operation answers when it went well.
#[derive(Clone, Copy)]
pub(super) enum Body {
    Nothing,
    Json(SchemaOf),
    Other(&'static str),
}

/// One operation.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: Option<SchemaOf>,
    pub(super) body: Option<SchemaOf>,
    pub(super) status: u16,
    pub(super) answer: Body,
}

impl Route {
    pub(super) fn new(
        method: &'static str,
        path: &'static str,
        tag: &'static str,
        summary: &'static str,
    ) -> Self {
        let (query, body) = (None, None);
        Self { method, path, tag, summary, query, body, status: 200, answer: Body::Nothing }
    }

    pub(super) fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(|generator| T::json_schema(generator)), ..self }
    }

    pub(super) fn body<T: JsonSchema>(self) -> Self {
        Self { body: Some(|generator| generator.subschema_for::<T>()), ..self }
    }

    /// A merge patch of a document: every field may be absent, and `null` removes it.
    pub(super) fn merge_patch<T: JsonSchema>(self) -> Self {
        let schema: SchemaOf = |generator| {
            let mut schema = T::json_schema(generator);
            schema.remove("required");
            schema.insert(
                "description".into(),
                "A merge patch (RFC 7396): what is absent stays, `null` removes.".into(),
            );
            schema
        };
        Self { body: Some(schema), ..self }
    }

    pub(super) fn gives<T: JsonSchema>(self, status: u16) -> Self {
        Self { status, answer: Body::Json(|generator| generator.subschema_for::<T>()), ..self }
    }

    pub(super) fn gives_nothing(self, status: u16) -> Self {
        Self { status, answer: Body::Nothing, ..self }
    }

    pub(super) fn gives_other(self, status: u16, media: &'static str) -> Self {
        Self { status, answer: Body::Other(media), ..self }
    }
}
