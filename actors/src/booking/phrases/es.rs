//! Every sentence about bookings that a caller may hear, in Spanish; the meaning of each is in the file
//! above.

use jiff::civil::{Date, DateTime};

use super::Lack;
use crate::booking::slots::DayVerdict;
use crate::booking::speech::es::{at_start, at_time, spoken_date, spoken_list, spoken_minutes};
use crate::booking::when::LocalTime;

fn starts(times: &[LocalTime]) -> String {
    let times: Vec<_> = times.iter().copied().map(at_start).collect();
    spoken_list(&times)
}

fn moment(at: LocalTime) -> String {
    format!("el {} {}", spoken_date(at.date()), at_start(at))
}

fn moments(at: &[LocalTime]) -> String {
    let moments: Vec<_> = at.iter().copied().map(moment).collect();
    spoken_list(&moments)
}

pub(super) fn free_slots(date: Date, times: &[LocalTime]) -> String {
    format!(
        "El {} tengo disponibilidad {}. ¿Qué hora le viene mejor?",
        spoken_date(date),
        starts(times)
    )
}

pub(super) fn free_slots_unconfirmed(date: Date, times: &[LocalTime]) -> String {
    format!(
        "Ahora mismo no puedo acceder al calendario, pero puedo anotar una solicitud para el {} {}. \
         Se la confirmaríamos después. ¿Qué hora le viene mejor?",
        spoken_date(date),
        starts(times)
    )
}

pub(super) fn no_slots(
    date: Date,
    lack: Lack<'_>,
    alternatives: &[(Date, Vec<LocalTime>)],
) -> String {
    let date = spoken_date(date);
    let lead = match lack.verdict {
        DayVerdict::ClosedDate | DayVerdict::NoHours => {
            format!("Lo siento, el {date} está cerrado.")
        }
        DayVerdict::TooSoon => format!(
            "Lo siento, las citas se reservan con {} de antelación, así que no queda nada el {date}.",
            spoken_minutes(lack.lead_minutes)
        ),
        DayVerdict::TooLong => format!(
            "Lo siento, el {date} no queda un hueco lo bastante largo para {}.",
            lack.service
        ),
        DayVerdict::Past => format!("Lo siento, ya no hay citas el {date}."),
        DayVerdict::Open | DayVerdict::Full | DayVerdict::BeyondHorizon => {
            format!("Lo siento, no hay horas disponibles el {date}.")
        }
    };
    if alternatives.is_empty() {
        return format!("{lead} ¿Quiere que mire otro día?");
    }
    let days: Vec<String> = alternatives
        .iter()
        .map(|(date, times)| format!("el {} {}", spoken_date(*date), starts(times)))
        .collect();
    format!("{lead} Lo más próximo es {}. ¿Le vendría bien alguna?", days.join("; "))
}

pub(super) fn found_times(count: usize, date: Date) -> String {
    let times = if count == 1 { "hora disponible" } else { "horas disponibles" };
    format!("Hay {count} {times} el {date}")
}

pub(super) fn date_has_passed(date: Date, today: Date, meant: Option<Date>) -> String {
    format!(
        "El {} de {} ya ha pasado; hoy es {} de {}. {}",
        spoken_date(date),
        date.year(),
        spoken_date(today),
        today.year(),
        did_you_mean(meant, "¿Qué fecha desea?")
    )
}

fn did_you_mean(meant: Option<Date>, otherwise: &str) -> String {
    match meant {
        Some(meant) => format!("¿Quiere decir el {} de {}?", spoken_date(meant), meant.year()),
        None => otherwise.to_owned(),
    }
}

pub(super) fn time_has_passed(at: DateTime) -> String {
    format!(
        "La hora que me dice, el {} {}, ya ha pasado. ¿Qué hora más tarde desea?",
        spoken_date(at.date()),
        at_time(at.time())
    )
}

pub(super) fn too_far_ahead(date: Date, days: u32, meant: Option<Date>) -> String {
    format!(
        "El {} de {} queda demasiado lejos; puedo reservar hasta {days} días a partir de hoy. {}",
        spoken_date(date),
        date.year(),
        did_you_mean(meant, "¿Qué fecha anterior desea?")
    )
}

pub(super) fn booked(at: LocalTime, code: &str) -> String {
    format!(
        "He reservado su cita para {}. Su número de confirmación es {code}. ¿Puedo ayudarle en algo \
         más?",
        moment(at)
    )
}

pub(super) fn requested(at: LocalTime, code: &str) -> String {
    format!(
        "He solicitado su cita para {}. Todavía no está confirmada; se la confirmaremos. Su número de \
         referencia es {code}. ¿Puedo ayudarle en algo más?",
        moment(at)
    )
}

pub(super) fn could_not_book(at: LocalTime) -> String {
    format!("Lo siento, no se ha podido hacer la cita para {}. ¿Desea otra hora?", moment(at))
}

pub(super) fn not_sure(at: LocalTime) -> String {
    format!(
        "El calendario todavía no me ha confirmado la cita para {}, así que aún no sé si ha \
         funcionado. He anotado su solicitud; lo comprobaremos y le avisaremos.",
        moment(at)
    )
}

pub(super) fn moved(from: LocalTime, to: LocalTime, code: &str) -> String {
    format!(
        "He cambiado su cita: era {} y ahora es {}. Su número de confirmación sigue siendo {code}. \
         ¿Puedo ayudarle en algo más?",
        moment(from),
        moment(to)
    )
}

pub(super) fn already_there(at: LocalTime, code: &str) -> String {
    format!("Su cita es {}. Su número de confirmación es {code}.", moment(at))
}

pub(super) fn cancelled(at: LocalTime) -> String {
    format!("He cancelado su cita para {}. ¿Puedo ayudarle en algo más?", moment(at))
}

pub(super) fn already_cancelled(at: LocalTime) -> String {
    format!("Su cita para {} ya estaba cancelada.", moment(at))
}

pub(super) fn found(at: LocalTime, code: &str) -> String {
    format!(
        "He encontrado su cita para {}. Su número de confirmación es {code}. ¿Quiere hacer algún \
         cambio?",
        moment(at)
    )
}

pub(super) fn found_several(at: &[LocalTime]) -> String {
    format!("He encontrado {} citas: {}. ¿A cuál se refiere?", at.len(), moments(at))
}

pub(super) fn not_found() -> &'static str {
    "No he encontrado ninguna cita con esos datos. ¿Puede darme su número de confirmación o el \
     teléfono con el que se hizo la reserva?"
}

pub(super) fn none_ahead() -> &'static str {
    "No he encontrado ninguna cita pendiente. ¿Quiere reservar una nueva?"
}

pub(super) fn shall_i_book(at: LocalTime) -> String {
    let when = moment(at);
    format!("Hay hueco {when}. ¿Se lo reservo?")
}

pub(super) fn not_available(at: LocalTime, nearest: &[LocalTime]) -> String {
    let lead = format!("Lo siento, {} no está disponible.", moment(at));
    if nearest.is_empty() {
        return format!("{lead} ¿Quiere que mire otro día?");
    }
    let same_day = nearest.iter().all(|other| other.date() == at.date());
    let times = if same_day { starts(nearest) } else { moments(nearest) };
    format!("{lead} Lo más próximo es {times}. ¿Le vendría bien alguna?")
}

pub(super) fn offer_hand_over() -> &'static str {
    "Ya lo hemos intentado varias veces. ¿Quiere que le pase con alguien de nuestro equipo?"
}

pub(super) fn take_message() -> &'static str {
    "Ahora mismo tengo problemas para acceder al calendario. ¿Quiere que tome nota de un mensaje?"
}

pub(super) fn hand_over() -> &'static str {
    "Ahora mismo tengo problemas para acceder al calendario. Le paso con alguien de nuestro equipo."
}

pub(super) fn appointment_booked() -> &'static str {
    "La cita ha quedado reservada"
}

pub(super) fn other_party() -> &'static str {
    "La cita queda como se reservó; no puedo cambiar para cuántas personas es. ¿Quiere hablar con \
     alguien sobre ello?"
}

pub(super) fn how_many_people() -> &'static str {
    "¿Para cuántas personas reservo?"
}

pub(super) fn party_too_large(most: u32) -> String {
    let people =
        if most == 1 { "para una persona".into() } else { format!("para grupos de hasta {most}") };
    format!("Yo solo puedo reservar {people}. ¿Quiere hablar con alguien sobre un grupo mayor?")
}

pub(super) fn no_service() -> &'static str {
    "Aquí no hay nada que pueda reservar. ¿Quiere que tome nota de un mensaje?"
}

pub(super) fn unreadable(what: &str) -> String {
    let what = match what {
        "phone number" => "el número de teléfono",
        "e-mail address" => "el correo electrónico",
        "date" => "la fecha",
        "time" => "la hora",
        "name" => "el nombre",
        other => other,
    };
    format!("No he entendido {what}. ¿Puede repetirlo?")
}

pub(super) fn need_also(field: &str) -> String {
    let what = match field {
        "customer_phone" => "su número de teléfono".to_owned(),
        "customer_email" => "su correo electrónico".to_owned(),
        other => other.replace(['_', '-'], " "),
    };
    format!("Para reservar necesito también {what}. ¿Me lo puede dar?")
}

pub(super) fn org_not_found() -> &'static str {
    "Lo siento, no encuentro la cuenta de este negocio, así que no puedo mirar el calendario. ¿Quiere \
     que tome nota de un mensaje?"
}
