//! Secrets at rest: the master key, values sealed with it, and opened secrets that wipe
//! themselves. Called by the store and by whoever holds a [`Sealed`]; knows nothing of records.
//!
//! A value is sealed with XChaCha20-Poly1305 under a key derived per org, bound to the org, the
//! field name and the key's id, so that a value copied to another place does not open.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::ids::{OrgId, fill_random};

const NONCE: usize = 24;
const TAG: usize = 16;

/// The 32 bytes that everything sealed depends on.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// A text is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key must be exactly 64 hexadecimal digits")]
pub struct InvalidKey;

impl MasterKey {
    /// A key from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key from 64 hexadecimal digits; white space around them is allowed.
    ///
    /// # Errors
    /// If the text is anything else.
    pub fn from_hex(text: &str) -> Result<Self, InvalidKey> {
        let hex = blake3::Hash::from_hex(text.trim()).map_err(|_| InvalidKey)?;
        Ok(Self::from_bytes(*hex.as_bytes()))
    }

    /// A new random key.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        fill_random(bytes.as_mut());
        Self(bytes)
    }

    /// The key as 64 hexadecimal digits, for a key file.
    pub(crate) fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(blake3::Hash::from_bytes(*self.0).to_hex().to_string())
    }

    /// A value that tells whether two keys are the same without telling the key.
    pub(crate) fn check_value(&self) -> [u8; 16] {
        let full = blake3::derive_key("hookswitch 2026 master key check value", self.0.as_ref());
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        short
    }

    fn id(&self) -> String {
        let full = blake3::derive_key("hookswitch 2026 master key id", self.0.as_ref());
        blake3::Hash::from_bytes(full).to_hex()[..8].to_owned()
    }

    fn cipher(&self, org: &OrgId) -> XChaCha20Poly1305 {
        let mut hasher = blake3::Hasher::new_derive_key("hookswitch 2026 org secrets");
        hasher.update(self.0.as_ref());
        hasher.update(org.as_str().as_bytes());
        let mut key: [u8; 32] = hasher.finalize().into();
        let cipher = XChaCha20Poly1305::new(Key::from_slice(&key));
        key.zeroize();
        hasher.zeroize();
        cipher
    }

    /// Seals a secret for one field of one org.
    #[must_use]
    pub fn seal(&self, org: &OrgId, field: &str, secret: &[u8]) -> Sealed {
        let id = self.id();
        let mut bytes = vec![0; NONCE];
        fill_random(&mut bytes);
        let aad = associated(org, field, &id);
        #[expect(clippy::expect_used, reason = "fails only beyond 256 GiB, more than memory holds")]
        let ciphertext = self
            .cipher(org)
            .encrypt(XNonce::from_slice(&bytes), Payload { msg: secret, aad: &aad })
            .expect("a secret that fits into memory can be sealed");
        bytes.extend_from_slice(&ciphertext);
        Sealed(format!("v1.{id}.{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// Opens what [`MasterKey::seal`] sealed for the same field of the same org.
    ///
    /// # Errors
    /// If another key sealed it, or it was changed, or it belongs elsewhere.
    pub fn unseal(&self, org: &OrgId, field: &str, sealed: &Sealed) -> Result<Secret, UnsealError> {
        let (id, body) = sealed.parts().ok_or(UnsealError::Changed)?;
        if id != self.id() {
            return Err(UnsealError::OtherKey);
        }
        let bytes = STANDARD_NO_PAD.decode(body).map_err(|_| UnsealError::Changed)?;
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE).ok_or(UnsealError::Changed)?;
        let aad = associated(org, field, id);
        self.cipher(org)
            .decrypt(XNonce::from_slice(nonce), Payload { msg: ciphertext, aad: &aad })
            .map(Secret::new)
            .map_err(|_| UnsealError::Changed)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

fn associated(org: &OrgId, field: &str, key_id: &str) -> Vec<u8> {
    // Zero bytes cannot occur in ids or field names, so no two triples look alike.
    [org.as_str(), field, key_id].join("\0").into_bytes()
}

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// Another master key sealed it.
    #[error(
        "a secret was sealed with another master key; give that key, or enter the secret again"
    )]
    OtherKey,
    /// It was changed, or copied from another org or field.
    #[error(
        "a sealed secret was changed or belongs to another org or field; enter the secret again"
    )]
    Changed,
}

/// A secret that only the master key opens. Safe to store and to log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(String);

impl Sealed {
    /// The text that is stored: `v1.<key id>.<base64>`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> Option<(&str, &str)> {
        self.0.strip_prefix("v1.")?.split_once('.')
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(..)")
    }
}

/// A text is not a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sealed value: it must read v1.<key id>.<base64>")]
pub struct NotSealed;

impl FromStr for Sealed {
    type Err = NotSealed;
    fn from_str(text: &str) -> Result<Self, NotSealed> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Sealed {
    type Error = NotSealed;
    fn try_from(text: String) -> Result<Self, NotSealed> {
        let sealed = Self(text);
        let (_, body) = sealed.parts().ok_or(NotSealed)?;
        let length = STANDARD_NO_PAD.decode(body).map_err(|_| NotSealed)?.len();
        if length < NONCE + TAG {
            return Err(NotSealed);
        }
        Ok(sealed)
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> Self {
        sealed.0
    }
}

/// An opened secret; wiped from memory when dropped, never shown, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes over the bytes of a secret.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be used at once and not kept.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
#[path = "crypt/tests.rs"]
mod tests;
