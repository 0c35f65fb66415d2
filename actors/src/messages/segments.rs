//! How many segments a text message is sent as: carriers count and bill these. Facts: 3GPP TS 23.038, the
//! GSM 7-bit default alphabet and its extension table; a message of several segments spends part of each
//! on joining them.

/// How a text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The GSM 7-bit default alphabet.
    Gsm7,
    /// UCS-2, for everything else: less than half as much fits.
    Ucs2,
}

impl Encoding {
    /// Its name, as carriers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        }
    }
}

/// What a text comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// How it travels.
    pub encoding: Encoding,
    /// In how many parts, at least 1.
    pub segments: usize,
}

/// The default alphabet, without its escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The extension table; each takes an escape before it.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// Measures a text.
#[must_use]
pub fn measure(text: &str) -> Measured {
    match septets(text) {
        Some(widths) => Measured { encoding: Encoding::Gsm7, segments: parts(&widths, 160, 153) },
        None => {
            let widths: Vec<usize> = text.chars().map(char::len_utf16).collect();
            Measured { encoding: Encoding::Ucs2, segments: parts(&widths, 70, 67) }
        }
    }
}

/// What each character takes of the 7-bit alphabet; `None` if one is not in it.
fn septets(text: &str) -> Option<Vec<usize>> {
    let width = |c: char| match c {
        c if BASIC.contains(c) => Some(1),
        c if EXTENDED.contains(c) => Some(2),
        _ => None,
    };
    text.chars().map(width).collect()
}

/// Parts of at most `each` where one of `alone` does not hold everything; no character is split.
fn parts(widths: &[usize], alone: usize, each: usize) -> usize {
    if widths.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut parts, mut used) = (1, 0);
    for width in widths {
        if used + width > each {
            (parts, used) = (parts + 1, 0);
        }
        used += width;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Encoding, usize) {
        let measured = measure(text);
        (measured.encoding, measured.segments)
    }

    #[test]
    fn segments_are_counted_as_carriers_do() {
        use Encoding::{Gsm7, Ucs2};
        assert_eq!(BASIC.chars().count(), 127, "the alphabet without its escape");
        assert_eq!(of(""), (Gsm7, 1));
        for (length, segments) in [(160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)] {
            assert_eq!(of(&"a".repeat(length)), (Gsm7, segments), "{length}");
        }
        for (length, segments) in [(70, 1), (71, 2), (134, 2), (135, 3)] {
            assert_eq!(of(&"ő".repeat(length)), (Ucs2, segments), "{length}");
        }
        // The euro takes two places, and no character lies in two segments.
        assert_eq!(of(&"€".repeat(80)), (Gsm7, 1));
        assert_eq!(of(&"€".repeat(81)), (Gsm7, 2));
        assert_eq!(of(&"€".repeat(153)), (Gsm7, 3));
        assert_eq!(of(&"🦷".repeat(35)), (Ucs2, 1));
        assert_eq!(of(&"🦷".repeat(67)), (Ucs2, 3));
        assert_eq!(of("It’s"), (Ucs2, 1));
        assert_eq!(of("Ñandú a las 9"), (Ucs2, 1), "an accent that the alphabet has not");
    }
}
