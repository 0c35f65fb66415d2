//! What the caller hears while a tool runs: when it starts, when it takes long and when no answer came.
//! Knows no tools.

use crate::booking::locale::in_every_language;

in_every_language! {
    /// Before free times are looked at.
    fn checking() -> &'static str;
    /// Before a booking is made.
    fn booking() -> &'static str;
    /// Before a booking is moved or cancelled.
    fn changing() -> &'static str;
    /// Before something is looked up.
    fn looking_up() -> &'static str;
    /// Before a wish is kept.
    fn noting() -> &'static str;
    /// When an answer takes long.
    fn still_at_it() -> &'static str;
    /// Nothing was found out.
    fn could_not_look_up() -> &'static str;
    /// A wish was perhaps not kept.
    fn could_not_note() -> &'static str;
}

mod en {
    pub(super) fn checking() -> &'static str {
        "Let me check that for you."
    }

    pub(super) fn booking() -> &'static str {
        "One moment while I book that for you."
    }

    pub(super) fn changing() -> &'static str {
        "One moment while I change that for you."
    }

    pub(super) fn looking_up() -> &'static str {
        "Let me look that up."
    }

    pub(super) fn noting() -> &'static str {
        "One moment while I note that."
    }

    pub(super) fn still_at_it() -> &'static str {
        "I'm still working on it, one moment please."
    }

    pub(super) fn could_not_look_up() -> &'static str {
        "I'm sorry, I couldn't look that up right now."
    }

    pub(super) fn could_not_note() -> &'static str {
        "I'm sorry, I couldn't note that just now. May I try once more?"
    }
}

mod es {
    pub(super) fn checking() -> &'static str {
        "Déjeme comprobarlo."
    }

    pub(super) fn booking() -> &'static str {
        "Un momento, se lo reservo."
    }

    pub(super) fn changing() -> &'static str {
        "Un momento, se lo cambio."
    }

    pub(super) fn looking_up() -> &'static str {
        "Déjeme buscarlo."
    }

    pub(super) fn noting() -> &'static str {
        "Un momento, tomo nota."
    }

    pub(super) fn still_at_it() -> &'static str {
        "Sigo en ello, un momento por favor."
    }

    pub(super) fn could_not_look_up() -> &'static str {
        "Lo siento, ahora mismo no he podido buscarlo."
    }

    pub(super) fn could_not_note() -> &'static str {
        "Lo siento, no he podido anotarlo ahora. ¿Lo intento otra vez?"
    }
}
