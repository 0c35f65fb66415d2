//! Questions that are asked back, in Spanish; the meaning of each is in the file above.

use jiff::civil::DateTime;

use super::Heard;
use crate::booking::speech::es::{
    at_start, at_time, spoken_date, spoken_email, spoken_number, spoken_time,
};
use crate::booking::when::LocalTime;

fn moment(at: LocalTime) -> String {
    format!("el {} {}", spoken_date(at.date()), at_start(at))
}

pub(super) fn in_another_calendar(at: LocalTime, from: LocalTime) -> String {
    format!(
        "Hay hueco {}, pero en otro calendario que el de su cita, así que no puedo moverla sin más. ¿Se \
         lo reservo y después cancelo la cita para {}?",
        moment(at),
        moment(from)
    )
}

pub(super) fn instead_of(at: LocalTime, name: &str) -> String {
    format!(
        "Ya he reservado {} a nombre de {name}. ¿Es en lugar de esa reserva o además de ella?",
        moment(at)
    )
}

pub(super) fn cancel_the_other_too(cancelled: LocalTime, other: LocalTime) -> String {
    format!(
        "Su cita para {} está cancelada. ¿Cancelo también la que tiene para {}?",
        moment(cancelled),
        moment(other)
    )
}

pub(super) fn which_of(moments: &[LocalTime]) -> String {
    let same_date = moments.iter().all(|at| at.date() == moments[0].date());
    let same_time = moments.iter().all(|at| at.time() == moments[0].time());
    let names = moments.iter().map(|at| match (same_date, same_time) {
        (true, _) => at_start(*at),
        (false, true) => format!("el {}", spoken_date(at.date())),
        (false, false) => moment(*at),
    });
    let names: Vec<String> = names.collect();
    match moments.first() {
        Some(first) if same_date => {
            let date = spoken_date(first.date());
            format!("¿Quiere decir el {date} {}?", names.join(" o "))
        }
        _ => format!("¿Quiere decir {}?", names.join(" o ")),
    }
}

pub(super) fn which_offset(moments: &[LocalTime]) -> String {
    format!("{} Por favor, diga la hora local.", which_of(moments))
}

pub(super) fn no_such_time(at: DateTime, next: Option<DateTime>) -> String {
    let lead = format!(
        "Las {} no existen el {}, porque ese día se adelantan los relojes.",
        spoken_time(at.time()),
        spoken_date(at.date())
    );
    match next {
        Some(next) if next.date() == at.date() => {
            format!("{lead} La hora siguiente es {}. ¿Qué hora desea?", at_time(next.time()))
        }
        Some(next) => format!(
            "{lead} La hora siguiente es el {} {}. ¿Qué hora desea?",
            spoken_date(next.date()),
            at_time(next.time())
        ),
        None => format!("{lead} ¿Qué otra hora desea?"),
    }
}

pub(super) fn time_comes_twice(at: DateTime) -> String {
    let time = spoken_time(at.time());
    format!(
        "El {} hay dos veces las {time}, porque se atrasan los relojes. ¿Quiere decir la primera o la \
         segunda?",
        spoken_date(at.date())
    )
}

pub(super) fn is_that_address(likely: &str) -> String {
    format!("¿Es {}?", spoken_email(likely))
}

pub(super) fn read_back(heard: &Heard) -> Option<String> {
    let phone = heard.phone.as_deref().map(spoken_number);
    let email = heard.email.as_deref().map(spoken_email);
    let alone = heard.name.is_none() && (phone.is_none() || email.is_none());
    let labelled = |label: &str, words: String| {
        if alone { words } else { format!("{label} {words}") }
    };
    let parts: Vec<String> = [
        heard.name.clone(),
        phone.map(|words| labelled("teléfono", words)),
        email.map(|words| labelled("correo", words)),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| format!("Es {}, ¿verdad?", parts.join(", ")))
}
