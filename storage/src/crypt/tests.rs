//! What sealing promises.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn setup() -> (MasterKey, OrgId, Sealed) {
    let key = MasterKey::random();
    let org = OrgId::random();
    let sealed = key.seal(&org, "field", b"open sesame");
    (key, org, sealed)
}

#[test]
fn a_sealed_value_opens_where_it_was_sealed() {
    let (key, org, sealed) = setup();
    assert_eq!(key.unseal(&org, "field", &sealed).unwrap().text(), Some("open sesame"));
    let again: Sealed = sealed.as_str().parse().unwrap();
    assert_eq!(key.unseal(&org, "field", &again).unwrap().expose(), b"open sesame");
}

#[test]
fn a_value_copied_to_another_org_or_field_does_not_open() {
    let (key, org, sealed) = setup();
    assert_eq!(key.unseal(&OrgId::random(), "field", &sealed), Err(UnsealError::Changed));
    assert_eq!(key.unseal(&org, "fields", &sealed), Err(UnsealError::Changed));
}

#[test]
fn another_key_is_named_as_the_cause() {
    let (_, org, sealed) = setup();
    assert_eq!(MasterKey::random().unseal(&org, "field", &sealed), Err(UnsealError::OtherKey));
}

#[test]
fn every_changed_character_is_noticed() {
    let (key, org, sealed) = setup();
    for at in 0..sealed.as_str().len() {
        let mut text = sealed.as_str().as_bytes().to_vec();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        let opened = String::from_utf8(text)
            .unwrap()
            .parse::<Sealed>()
            .ok()
            .and_then(|changed| key.unseal(&org, "field", &changed).ok());
        assert_eq!(opened, None, "character {at}");
    }
}

#[test]
fn the_same_secret_never_looks_the_same_twice() {
    let (key, org, sealed) = setup();
    assert_ne!(key.seal(&org, "field", b"open sesame"), sealed);
}

#[test]
fn nothing_secret_is_shown() {
    let (key, org, sealed) = setup();
    let secret = key.unseal(&org, "field", &sealed).unwrap();
    let shown = format!("{key:?} {sealed:?} {secret:?}");
    assert_eq!(shown, "MasterKey(***) Sealed(..) ***");
}

#[test]
fn a_key_survives_its_text_form_and_bad_texts_are_refused() {
    let key = MasterKey::random();
    assert_eq!(MasterKey::from_hex(&format!("{}\n", key.to_hex().as_str())), Ok(key));
    assert_eq!(MasterKey::from_hex("abc"), Err(InvalidKey));
    assert_eq!(MasterKey::from_hex(&"g".repeat(64)), Err(InvalidKey));
}
