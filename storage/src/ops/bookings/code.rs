//! Confirmation codes: six characters that cannot be mistaken for each other when read aloud or
//! written down.

use crate::error::StoreError;
use crate::ids::{OrgId, fill_random};
use crate::rows::Rows;
use crate::trees::bookings;

const LENGTH: usize = 6;
/// Without 0 O D Q, 1 I L, 2 Z, 5 S, 8 B, and V, which sounds and looks like others.
const ALPHABET: &[u8] = b"ACEFGHJKMNPRTUWXY34679";

/// A code that no booking of the org has or had.
pub(super) fn unused(rows: &dyn Rows, org: &OrgId) -> Result<String, StoreError> {
    // 113 million codes: even with ten million bookings, 64 tries all fail once in 10^67 cases.
    for _ in 0..64 {
        let code = random();
        if bookings::by_confirmation(rows, org, &code)?.is_none() {
            return Ok(code);
        }
    }
    Err(StoreError::Internal("no confirmation code is left"))
}

fn random() -> String {
    let mut code = String::with_capacity(LENGTH);
    // Bytes beyond the last whole multiple would make the first characters likelier.
    let fair = u8::MAX as usize / ALPHABET.len() * ALPHABET.len();
    while code.len() < LENGTH {
        let mut byte = [0];
        fill_random(&mut byte);
        if usize::from(byte[0]) < fair {
            code.push(char::from(ALPHABET[usize::from(byte[0]) % ALPHABET.len()]));
        }
    }
    code
}

/// A code as it is stored, from what somebody said or typed: case, spaces and hyphens do not
/// matter. `None` if it cannot be a full code.
pub(crate) fn normalised(text: &str) -> Option<String> {
    let code: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_six_characters_and_none_that_looks_like_another() {
        for _ in 0..500 {
            let code = random();
            assert_eq!(code.len(), 6);
            assert!(
                !code.contains(['0', 'O', '1', 'I', 'L', '5', 'S', '8', 'B', '2', 'Z']),
                "{code}"
            );
            assert_eq!(normalised(&code), Some(code));
        }
    }

    #[test]
    fn a_spoken_code_is_read_and_a_partial_one_is_not() {
        assert_eq!(normalised(" ac e-f g4 "), Some("ACEFG4".into()));
        assert_eq!(normalised("ACEFG"), None);
        assert_eq!(normalised("ACEFG44"), None);
        assert_eq!(normalised("ACEFG0"), None);
        assert_eq!(normalised("ÄCEFG"), None);
    }
}
