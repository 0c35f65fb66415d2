//! Reading JSON that may not look as documented. Owns the borrowed building blocks of the wire
//! structs: a part of an unexpected type reads as absent instead of failing the whole message,
//! and what nobody reads is skipped without being built. Used by the decoders beside it; knows
//! no field of Vapi's.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Deepest nesting of a body; what serde_json itself allows for parsed values.
pub(super) const MAX_DEPTH: usize = 127;

/// Whether no list or object of a JSON text lies deeper than [`MAX_DEPTH`].
pub(super) fn is_shallow(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at + 1),
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return false;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    true
}

/// Index of the closing quote, or of the text's end.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// Replaces each escaped half of a surrogate pair that stands alone by U+FFFD.
///
/// JavaScript cuts strings between the halves of an emoji and still calls the result JSON; serde
/// refuses to read it.
pub(super) fn whole_characters(json: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = json.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte != b'\\' {
            at += 1;
            continue;
        }
        match code_unit(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(code_unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => {
                at += 12;
            }
            Some(0xD800..=0xDFFF) => {
                repaired.push_str(&json[copied..at]);
                repaired.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            Some(_) => at += 6,
            None => at += 2,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    repaired.push_str(&json[copied..]);
    Cow::Owned(repaired)
}

/// The number of a `\uXXXX` escape that starts at `at`.
fn code_unit(bytes: &[u8], at: usize) -> Option<u32> {
    let escape = bytes.get(at..at + 6)?;
    if !escape.starts_with(b"\\u") {
        return None;
    }
    let digits = std::str::from_utf8(&escape[2..]).ok()?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// One value, still as text: read only if somebody asks.
#[derive(Clone, Copy, Default)]
pub(super) struct Leaf<'a>(Option<&'a RawValue>);

impl<'a> From<&'a RawValue> for Leaf<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(Some(raw))
    }
}

impl<'a> Leaf<'a> {
    /// The JSON text, unless the value is absent or `null`.
    pub(super) fn json(self) -> Option<&'a str> {
        self.0.map(RawValue::get).filter(|json| *json != "null")
    }

    /// The text of a string, or of a number or truth value where a string was meant.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let json = self.json()?;
        match json.as_bytes().first()? {
            b'"' => string(json),
            b'{' | b'[' => None,
            _ => Some(Cow::Borrowed(json)),
        }
    }

    /// As [`Leaf::text`], trimmed, and absent if nothing is left.
    pub(super) fn word(self) -> Option<String> {
        let text = self.text()?;
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// A finite number, also one written as a string.
    pub(super) fn number(self) -> Option<f64> {
        self.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A moment: milliseconds since 1970 (seconds if below 1e11), or RFC 3339 text.
    pub(super) fn timestamp(self) -> Option<Timestamp> {
        timestamp(self.text()?.trim())
    }
}

/// A moment as Vapi writes it: milliseconds since 1970 (seconds if below 1e11), or RFC 3339.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    let Ok(number) = text.parse::<f64>() else {
        return text.parse().ok();
    };
    let milliseconds = if number.abs() > 1e11 { number } else { number * 1000.0 };
    // Past the year 9999 there is no timestamp, so a larger number need not survive the cast.
    if !milliseconds.is_finite() || milliseconds.abs() > 3e14 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked against 3e14 above")]
    let milliseconds = milliseconds.round() as i64;
    Timestamp::from_millisecond(milliseconds).ok()
}

/// The text of a JSON string, borrowed if it has no escapes.
pub(super) fn string(json: &str) -> Option<Cow<'_, str>> {
    let inside = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str(json)
        .or_else(|_| serde_json::from_str(&whole_characters(json)))
        .ok()
        .map(Cow::Owned)
}

/// What a field of a wire struct can be.
pub(super) trait Part: Default {
    /// Whether nothing usable was there, so that an earlier value stays.
    fn is_absent(&self) -> bool;
}

impl Part for Leaf<'_> {
    fn is_absent(&self) -> bool {
        self.json().is_none()
    }
}

impl<'de> Deserialize<'de> for Leaf<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        // serde_json counts levels only where it builds values, and a raw value is not built.
        if raw.get().starts_with(['{', '[']) && !is_shallow(raw.get()) {
            return Err(D::Error::custom("nested too deeply"));
        }
        Ok(Self::from(raw))
    }
}

/// A wire struct: takes those members of an object that it knows.
pub(super) trait Members<'de>: Default {
    /// Reads the value of `key` if the struct has such a member; `false` leaves it unread.
    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// An object, or nothing if something else stands in its place.
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Part for Maybe<T> {
    fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl<T> Maybe<T> {
    /// A field of the object, if there is an object.
    pub(super) fn leaf<'a>(&self, field: impl Fn(&T) -> Leaf<'a>) -> Leaf<'a> {
        self.0.as_ref().map(field).unwrap_or_default()
    }
}

impl<'de, T: Members<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaybeVisitor(PhantomData))
    }
}

struct MaybeVisitor<T>(PhantomData<T>);

/// The visits of everything that is no object and no list: it counts as absent.
macro_rules! scalars_are_absent {
    () => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON value")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
}

impl<'de, T: Members<'de>> Visitor<'de> for MaybeVisitor<T> {
    type Value = Maybe<T>;

    scalars_are_absent!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(Maybe(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = T::default();
        while let Some(Key(key)) = map.next_key()? {
            if !members.take(&key, &mut map)? {
                map.next_value::<Skipped>()?;
            }
        }
        Ok(Maybe(Some(members)))
    }
}

/// A value that nobody reads. Unlike serde's own, it fails on endless nesting, for a quarter more
/// time than skipping takes without counting levels.
#[derive(Default)]
struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SkippedVisitor)
    }
}

struct SkippedVisitor;

impl<'de> Visitor<'de> for SkippedVisitor {
    type Value = Skipped;

    scalars_are_absent!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(Skipped)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<Skipped, Skipped>()?.is_some() {}
        Ok(Skipped)
    }
}

/// A list of objects; an object that stands alone is a list of one, other elements are left out.
pub(super) struct Many<T>(pub(super) Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Part for Many<T> {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, T: Members<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T: Members<'de>> Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;

    scalars_are_absent!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Maybe(element)) = list.next_element()? {
            elements.extend(element);
        }
        Ok(Many(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let Maybe(element) = Maybe::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Many(element.into_iter().collect()))
    }
}

/// The name of a member, borrowed where it has no escapes.
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// Declares a wire struct: each field with its type and every name it may have.
macro_rules! wire_struct {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $part:ty = $($key:literal)|+,)+ }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $name<'a> {
            $(pub(super) $field: $part,)+
        }

        impl<'a> $crate::vapi::lenient::Members<'a> for $name<'a> {
            fn take<A: serde::de::MapAccess<'a>>(
                &mut self,
                key: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                match key {
                    $($($key)|+ => {
                        let value: $part = map.next_value()?;
                        if !$crate::vapi::lenient::Part::is_absent(&value) {
                            self.$field = value;
                        }
                    })+
                    _ => return Ok(false),
                }
                Ok(true)
            }
        }
    };
}
pub(super) use wire_struct;
