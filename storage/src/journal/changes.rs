//! A record's payload: absolute changes, one after the other.

use crate::rows::Changes;

const PUT: u8 = 1;
const DELETE: u8 = 2;

fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    // Keys and values are far smaller than 4 GiB; one that is not would fail on reading.
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Adds one row to a payload.
pub(crate) fn put(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    out.push(PUT);
    push(out, key);
    push(out, value);
}

/// The payload of one operation's changes.
pub(crate) fn encode(changes: &Changes) -> Vec<u8> {
    let mut out = Vec::new();
    for (key, value) in changes {
        match value {
            Some(value) => put(&mut out, key, value),
            None => {
                out.push(DELETE);
                push(&mut out, key);
            }
        }
    }
    out
}

/// Shows each change of a payload; false if the payload is not one.
#[must_use]
pub(crate) fn for_each(payload: &[u8], mut show: impl FnMut(&[u8], Option<&[u8]>)) -> bool {
    fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (bytes, after) = after.split_at_checked(length)?;
        *rest = after;
        Some(bytes)
    }
    let mut rest = payload;
    while let Some((&kind, after)) = rest.split_first() {
        rest = after;
        match (kind, take(&mut rest)) {
            (PUT, Some(key)) => match take(&mut rest) {
                Some(value) => show(key, Some(value)),
                None => return false,
            },
            (DELETE, Some(key)) => show(key, None),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn changes_read_as_they_were_written(
            changes in proptest::collection::btree_map(
                proptest::collection::vec(any::<u8>(), 0..9),
                proptest::option::of(proptest::collection::vec(any::<u8>(), 0..9)),
                0..9,
            ),
        ) {
            let mut read = Changes::new();
            let whole = for_each(&encode(&changes), |key, value| {
                read.insert(key.to_vec(), value.map(<[u8]>::to_vec));
            });
            prop_assert!(whole);
            prop_assert_eq!(read, changes);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = for_each(&bytes, |_, _| {});
        }
    }
}
