//! Arguments as models write them: numbers and truth values in quotes, numbers where a text was
//! meant, empty texts for what was not said. Owns what is understood; the published schemas stay
//! strict. Knows no tool. Errors never repeat a value: a caller may have said it.

use serde::Deserializer;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Number, Value};

/// A value that is read as what its reader wants it to be, where there is one way to do so.
pub(super) struct Lenient(pub(super) Value);

impl<'de> IntoDeserializer<'de, Error> for Lenient {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The number that a value is, or says in digits.
fn number_in(value: &Value) -> Option<Number> {
    let text = match value {
        Value::Number(number) => return Some(number.clone()),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    let whole = text.parse().map(|whole: i64| whole.into());
    whole.ok().or_else(|| Number::from_f64(text.parse().ok()?))
}

/// The number without a fraction of nothing; `None` if it has another.
fn whole_in(number: &Number) -> Option<Number> {
    /// Beyond it a float leaves whole numbers out.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !number.is_f64() {
        return Some(number.clone());
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within what is exact")]
    let whole = float as i64;
    Some(whole.into())
}

fn truth_in(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_f64() {
            Some(1.0) => Some(true),
            Some(0.0) => Some(false),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Without case and separators: `Time limit` is `time_limit`.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Lenient {
    fn whole<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match number_in(&self.0).as_ref().and_then(whole_in) {
            Some(whole) => Value::Number(whole).deserialize_any(visitor),
            None => Err(Error::custom("expected a whole number in digits")),
        }
    }

    fn float<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match number_in(&self.0) {
            Some(number) => Value::Number(number).deserialize_any(visitor),
            None => Err(Error::custom("expected a number in digits")),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            Value::Number(number) => {
                visitor.visit_string(whole_in(&number).unwrap_or(number).to_string())
            }
            Value::Bool(truth) => visitor.visit_string(truth.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                Err(Error::custom("expected a text"))
            }
        }
    }
}

/// The list or object that a text holds, as models write those in quotes as well.
fn unquoted(value: Value, opening: char) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(opening) => {
            serde_json::from_str(text).unwrap_or(value)
        }
        _ => value,
    }
}

impl<'de> Deserializer<'de> for Lenient {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => {
                visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Lenient)))
            }
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (name, Lenient(value)));
                visitor.visit_map(MapDeserializer::new(members))
            }
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0 {
            Value::Null => visitor.visit_none(),
            Value::String(text) if text.trim().is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match truth_in(&self.0) {
            Some(truth) => visitor.visit_bool(truth),
            None => Err(Error::custom("expected true or false")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.whole(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.whole(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.whole(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.whole(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.whole(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.whole(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.float(visitor)
    }

    /// One thing stands for a list of one.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let list = match unquoted(self.0, '[') {
            Value::Array(list) => list,
            value @ (Value::String(_) | Value::Number(_)) => vec![value],
            _ => return Err(Error::custom("expected a list")),
        };
        Self(Value::Array(list)).deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        Self(unquoted(self.0, '{')).deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let meant = self.0.as_str().map(plain);
        match variants.iter().find(|variant| Some(plain(variant)) == meant) {
            Some(variant) => visitor.visit_enum((*variant).into_deserializer()),
            None => Err(Error::custom(format_args!("expected one of {}", variants.join(", ")))),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, rename_all = "snake_case")]
    struct Arguments {
        name: String,
        #[serde(alias = "phone")]
        number: Option<String>,
        party: Option<u32>,
        offset: Option<i64>,
        price: Option<f64>,
        keep: Option<bool>,
        sure: bool,
        calendars: Option<Vec<String>>,
        reason: Option<Reason>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Reason {
        Completed,
        TimeLimit,
    }

    fn read(value: Value) -> Result<Arguments, String> {
        Arguments::deserialize(Lenient(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_has_one_meaning_is_understood() {
        for value in [
            json!({"party": 4, "keep": true, "sure": true, "offset": -3, "price": 2.5,
                "number": "5125550143", "calendars": ["a"], "reason": "time_limit", "name": "Ann"}),
            json!({"party": "4", "keep": "true", "sure": "yes", "offset": "-3", "price": "2.5",
                "phone": 5_125_550_143_u64, "calendars": "a", "reason": "Time limit", "name": "Ann"}),
            json!({"party": " 4.0 ", "keep": "TRUE", "sure": 1, "offset": -3.0, "price": " 2.5",
                "number": 5_125_550_143.0, "calendars": "[\"a\"]", "reason": "TIME-LIMIT",
                "name": "Ann"}),
        ] {
            let expected = Arguments {
                name: "Ann".into(),
                number: Some("5125550143".into()),
                party: Some(4),
                offset: Some(-3),
                price: Some(2.5),
                keep: Some(true),
                sure: true,
                calendars: Some(vec!["a".into()]),
                reason: Some(Reason::TimeLimit),
            };
            assert_eq!(read(value.clone()), Ok(expected), "{value}");
        }
        let nothing = json!({"party": "", "keep": " ", "number": null, "reason": "",
            "calendars": ""});
        assert_eq!(read(nothing), Ok(Arguments::default()), "an empty text says nothing");
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_not_repeated() {
        for (field, value) in [
            ("party", json!("Ruiz")),
            ("party", json!(2.5)),
            ("party", json!("2.5")),
            ("party", json!([4])),
            ("party", json!("NaN")),
            ("party", json!("1e30")),
            ("price", json!("Ruiz")),
            ("price", json!(true)),
            ("price", json!("inf")),
            ("keep", json!("Ruiz")),
            ("keep", json!(2)),
            ("name", json!(["Ruiz"])),
            ("name", json!({"last": "Ruiz"})),
            ("name", Value::Null),
            ("calendars", json!({"Ruiz": 1})),
            ("calendars", json!([["Ruiz"]])),
            ("reason", json!("Ruiz")),
            ("reason", json!(7)),
        ] {
            let error = read(json!({field: value})).unwrap_err();
            assert!(!error.contains("Ruiz"), "{field}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_as_published_is_read_as_without_leniency(
            party in any::<Option<u32>>(), offset in any::<i64>(), keep in any::<bool>(),
            name in "[^ ].{0,20}", price in -1e9..1e9_f64,
        ) {
            let value = json!({"party": party, "offset": offset, "keep": keep, "name": name,
                "price": price});
            let strict: Arguments = serde_json::from_value(value.clone()).unwrap();
            prop_assert_eq!(read(value), Ok(strict));
        }

        #[test]
        fn a_number_in_quotes_is_the_number(offset in any::<i64>()) {
            let quoted = read(json!({"offset": offset.to_string()})).unwrap();
            prop_assert_eq!(quoted.offset, Some(offset));
            let as_text = read(json!({"name": offset})).unwrap();
            prop_assert_eq!(as_text.name, offset.to_string());
        }
    }
}
