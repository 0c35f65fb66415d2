//! Sentences about whose booking it is. Knows no rules.

use crate::booking::locale::in_every_language;

in_every_language! {
    /// The caller's number alone is not enough (R10).
    fn need_detail() -> &'static str;
    /// The number is not the caller's, or there is none (R10).
    fn need_code() -> &'static str;
    /// Too many wrong numbers or details were given.
    fn too_many_guesses() -> &'static str;
}

mod en {
    pub(super) fn need_detail() -> &'static str {
        "I see an appointment under this phone number. Before I go on, please tell me its date or the \
         name it was made under."
    }

    pub(super) fn need_code() -> &'static str {
        "For that booking I need its full confirmation number. It has six letters and digits. Could \
         you give it to me?"
    }

    pub(super) fn too_many_guesses() -> &'static str {
        "I'm sorry, I couldn't find a booking with what you gave me, and I may not try any further. \
         Would you like me to connect you with someone from our team?"
    }
}

mod es {
    pub(super) fn need_detail() -> &'static str {
        "Veo una cita con este número de teléfono. Antes de seguir, dígame por favor su fecha o el \
         nombre con el que se hizo."
    }

    pub(super) fn need_code() -> &'static str {
        "Para esa reserva necesito su número de confirmación completo. Tiene seis letras y cifras. ¿Me \
         lo puede dar?"
    }

    pub(super) fn too_many_guesses() -> &'static str {
        "Lo siento, no he encontrado ninguna reserva con esos datos y no puedo seguir probando. ¿Quiere \
         que le pase con alguien de nuestro equipo?"
    }
}
