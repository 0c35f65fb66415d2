//! Free times at Acuity, which names them a day at a time: which days are asked about, several at
//! once, and classes by the month. Sends through the client; knows no JSON.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hookswitch_actors::booking::FreeSlot;
use hookswitch_actors::ports::{DaySlots, ProviderError, SlotQuery};
use jiff::SignedDuration;
use jiff::civil::Date;

use super::catalog::Kind;
use super::refusal::{Asked, Refusal, accept, failure, unreadable};
use super::{AT_ONCE, Acuity, map, wire};
use crate::providers::days::days;
use crate::providers::http::Answer;

/// Days up to which each is asked about without asking first on which of them there is something.
const FEW: usize = 3;

/// What is wanted.
pub(super) struct Wanted<'a> {
    pub(super) appointment_type: u64,
    pub(super) kind: Kind,
    /// How long it takes where Acuity does not say.
    pub(super) length: SignedDuration,
    pub(super) places: u32,
    /// IANA zone of the days.
    pub(super) zone: &'a str,
    /// An appointment that is about to move, and so is not in its own way.
    pub(super) moving: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    pub(super) fn of_zone(zone: &'a str) -> Self {
        Self {
            appointment_type: 0,
            kind: Kind::Service,
            length: SignedDuration::ZERO,
            places: 1,
            zone,
            moving: None,
        }
    }
}

/// Something that cannot be booked one session at a time.
pub(super) fn is_a_series() -> ProviderError {
    ProviderError::NeedsHuman(
        "a series is booked with all its sessions, which a call cannot; give options.services \
         another appointment type"
            .into(),
    )
}

impl Acuity {
    /// The free slots of a query.
    pub(super) async fn free(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let appointment_type = self.type_of(&query.service.id)?;
        let details = self.catalog.details(&self.client, appointment_type).await?;
        let details = details.unwrap_or_default();
        let ours = SignedDuration::from_mins(i64::from(query.service.duration_minutes));
        let wanted = Wanted {
            appointment_type,
            kind: details.kind,
            length: details.length.unwrap_or(ours),
            places: query.places,
            zone: query.zone.iana_name().unwrap_or("UTC"),
            moving: query.ignore_external.as_deref(),
        };
        let slots = self.times(&wanted, (query.from, query.to)).await?;
        Ok(days(query, &slots))
    }

    /// The free slots of some days.
    pub(super) async fn times(
        &self,
        wanted: &Wanted<'_>,
        span: (Date, Date),
    ) -> Result<Vec<FreeSlot>, ProviderError> {
        let queries: Vec<_> = match wanted.kind {
            Kind::Series => return Err(is_a_series()),
            Kind::Class => {
                let of_month = |month| {
                    let Wanted { appointment_type, zone, .. } = *wanted;
                    map::classes_query(month, span, appointment_type, &self.options, zone)
                };
                map::months(span).into_iter().map(of_month).collect()
            }
            Kind::Service => {
                let days = self.days_with_times(wanted, span).await?;
                let of_day = |day| {
                    let Wanted { appointment_type, zone, moving, .. } = *wanted;
                    map::times_query(day, appointment_type, &self.options, zone, moving)
                };
                days.into_iter().map(of_day).collect()
            }
        };
        let what = if wanted.kind == Kind::Class { "classes" } else { "times" };
        let slots = self.each(what, queries).map(|answer| {
            map::slots(&answer?.body, wanted.length, wanted.places).ok_or_else(unreadable)
        });
        slots.try_concat().await
    }

    /// The days of a span that are worth asking about.
    async fn days_with_times(
        &self,
        wanted: &Wanted<'_>,
        (from, to): (Date, Date),
    ) -> Result<Vec<Date>, ProviderError> {
        let all: Vec<Date> =
            from.series(jiff::Span::new().days(1)).take_while(|d| *d <= to).collect();
        if all.len() <= FEW {
            return Ok(all);
        }
        let Wanted { appointment_type, zone, .. } = *wanted;
        let of_month = |month| map::days_query(month, appointment_type, &self.options, zone);
        let queries = map::months((from, to)).into_iter().map(of_month).collect();
        let listed = self.each("dates", queries).map(|answer| {
            let days = wire::list::<wire::Day>(&answer?.body).ok_or_else(unreadable)?;
            Ok::<_, ProviderError>(days.entries.into_iter().map(|day| day.date).collect())
        });
        let open: Vec<Date> = listed.try_concat().await?;
        Ok(all.into_iter().filter(|day| open.contains(day)).collect())
    }

    /// Asks several questions about free times, as many at once as is allowed.
    fn each(
        &self,
        what: &'static str,
        queries: Vec<Vec<(&'static str, String)>>,
    ) -> impl futures_util::Stream<Item = Result<Answer, ProviderError>> {
        let asked = stream::iter(queries).map(async move |query| {
            let sent = self.client.get(&["availability", what], &query).await;
            let answer = sent.map_err(|without| failure(Asked::Times, without))?;
            accept(Asked::Times, answer).map_err(Refusal::into_error)
        });
        asked.buffered(AT_ONCE)
    }
}
