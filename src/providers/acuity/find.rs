//! Finding an appointment: by its id, or among those around a start. An answer that does not show
//! everything is never "there is none".

use hookswitch_actors::ports::ProviderError;
use hookswitch_storage::Booking;
use jiff::civil::Date;

use super::client::Client;
use super::map;
use super::refusal::{Asked, Refusal, accept, failure, unreadable};
use super::settings::Options;
use super::wire::{self, Appointment};

/// How many appointments Acuity gives unasked, as it documents.
const UNASKED: usize = 100;
/// How many it is asked for.
const MOST: usize = 1_000;

/// The appointment with an id; `None` if Acuity knows none.
pub(super) async fn by_id(client: &Client, id: &str) -> Result<Option<Appointment>, ProviderError> {
    let sent = client.get(&["appointments", id], &[]).await;
    let answer = sent.map_err(|without| failure(Asked::Read, without))?;
    match accept(Asked::Read, answer) {
        Ok(answer) => wire::read(&answer.body).map(Some).ok_or_else(unreadable),
        Err(Refusal::Clear(ProviderError::NotFound)) => Ok(None),
        Err(other) => Err(other.into_error()),
    }
}

/// All appointments of some days, cancelled ones among them; `None` if there may be more than are
/// shown. There are no pages, and it is not said how many may be asked for.
pub(super) async fn within(
    client: &Client,
    (from, to): (Date, Date),
    appointment_type: Option<u64>,
) -> Result<Option<Vec<Appointment>>, ProviderError> {
    let mut query = vec![
        ("minDate", from.to_string()),
        ("maxDate", to.to_string()),
        ("showall", "true".to_owned()),
        ("direction", "ASC".to_owned()),
        ("max", MOST.to_string()),
    ];
    query.extend(appointment_type.map(|id| ("appointmentTypeID", id.to_string())));
    let sent = client.get(&["appointments"], &query).await;
    let answer = sent.map_err(|without| failure(Asked::Read, without))?;
    let answer = accept(Asked::Read, answer).map_err(Refusal::into_error)?;
    let page = wire::list::<Appointment>(&answer.body).ok_or_else(unreadable)?;
    if page.entries.len() < page.count {
        // One that cannot be read may be the one.
        return Err(unreadable());
    }
    let all = page.count != UNASKED && page.count < MOST;
    Ok(all.then_some(page.entries))
}

/// The appointments around a start.
async fn around(
    client: &Client,
    booking: &Booking,
    appointment_type: Option<u64>,
) -> Result<Vec<Appointment>, ProviderError> {
    let start = map::date_of(booking.start, booking);
    // It is not said in whose zone days are meant.
    let from = start.yesterday().unwrap_or(start);
    let to = start.tomorrow().unwrap_or(start);
    if let Some(all) = within(client, (from, to), None).await? {
        return Ok(all);
    }
    within(client, (start, start), appointment_type).await?.ok_or_else(unreadable)
}

/// The appointment that carries our reference, or else one that is what the booking asked for. Of
/// several the one that stands is meant.
pub(super) async fn by_reference(
    client: &Client,
    booking: &Booking,
    options: &Options,
) -> Result<Option<Appointment>, ProviderError> {
    let appointment_type = options.services.get(booking.service_id.as_str()).copied();
    let around = around(client, booking, appointment_type).await?;
    let is_ours = |found: &&Appointment| map::reference(found, options) == Some(booking.id);
    let mut ours: Vec<&Appointment> = around.iter().filter(is_ours).collect();
    ours.sort_by_key(|found| found.canceled);
    if let Some(found) = ours.first() {
        return Ok(Some((*found).clone()));
    }
    // With a field for it, what we made has our reference for certain.
    if options.reference_field.is_some() {
        return Ok(None);
    }
    let alike = around.iter().find(|found| {
        map::reference(found, options).is_none() && map::is_alike(found, booking, appointment_type)
    });
    Ok(alike.cloned())
}
