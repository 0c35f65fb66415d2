//! Values that must not be seen. Owns their hiding: neither type has a `Display`, and `Debug` prints stars.

use std::fmt;
use std::str::FromStr;

/// A secret text; printed as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret; `None` for a blank text, because a blank secret protects nothing.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty()).then_some(Self(text))
    }

    /// The secret itself, for the one place that sends or compares it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The key that seals stored secrets; printed as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// The 32 bytes of the key.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for MasterKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "must be 64 hex digits (32 bytes); `openssl rand -hex 32` makes one";
        let digits = text.trim().as_bytes();
        if digits.len() != 64 {
            return Err(WRONG);
        }
        let mut key = [0u8; 32];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |ascii: u8| char::from(ascii).to_digit(16).ok_or(WRONG);
            // Two hex digits are at most 255.
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).map_err(|_| WRONG)?;
        }
        Ok(Self(key))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_secret_is_printed_as_stars() {
        let secret = Secret::new("hunter2").unwrap();
        assert_eq!(format!("{secret:?}"), "***");
        let key: MasterKey = "0f".repeat(32).parse().unwrap();
        assert_eq!(format!("{key:?}"), "***");
    }

    #[test]
    fn a_blank_secret_is_no_secret() {
        assert_eq!(Secret::new(" \t"), None);
    }

    #[test]
    fn a_master_key_is_read_from_hex_of_either_case() {
        let key: MasterKey = format!("0fA0{}", "00".repeat(30)).parse().unwrap();
        assert_eq!(key.bytes()[..3], [0x0f, 0xa0, 0]);
    }

    #[test]
    fn a_master_key_of_another_length_or_alphabet_is_refused() {
        assert!("0f".repeat(31).parse::<MasterKey>().is_err());
        assert!("0g".repeat(32).parse::<MasterKey>().is_err());
    }
}
