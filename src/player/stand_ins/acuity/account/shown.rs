//! What the account shows: free times, appointments, forms. Changes nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Account, Kept};
use crate::player::stand_ins::acuity::answers::No;
use crate::player::stand_ins::acuity::input;
use crate::player::stand_ins::acuity::offer::{AppointmentType, Field};
use crate::player::stand_ins::asked::Query;

/// Appointments that are listed unless more are asked for.
const UNASKED: u64 = 100;

/// A moment as Acuity writes it: its offset has no colon.
fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%z").to_string()
}

impl Account {
    pub(in super::super) fn me(&self) -> Value {
        json!({"id": self.setup.user_id, "email": "desk@willow.example", "timezone": self.setup.zone,
            "name": "Willow Street Dental", "plan": "Powerhouse", "currency": "USD",
            "firstDayOfWeek": 0, "timeFormat": "ampm",
            "schedulingPage": "https://willow.acuity.example"})
    }

    pub(in super::super) fn types(&self) -> Value {
        self.setup.types.iter().map(AppointmentType::show).collect()
    }

    pub(in super::super) fn forms(&self) -> Value {
        let of_all: Vec<u64> = self.setup.types.iter().map(|known| known.id).collect();
        let fields: Value = self.setup.fields.iter().map(Field::show).collect();
        json!([{"id": 1, "name": "Intake", "description": "", "hidden": false,
            "appointmentTypeIDs": of_all, "fields": fields}])
    }

    /// The days of a month on which there is something.
    pub(in super::super) fn dates(&self, query: &Query) -> Result<Value, No> {
        let offered = self.type_of(query.number("appointmentTypeID"))?;
        Self::calendars(offered, query.number("calendarID"))?;
        let month = input::month(query).ok_or(No::of("bad_request"))?;
        let open = Self::days_of(month).filter(|day| !self.free(offered, query, *day).is_empty());
        Ok(open.map(|day| json!({"date": day.to_string()})).collect())
    }

    /// The free times of a day, in the asked zone.
    pub(in super::super) fn times(&self, query: &Query) -> Result<Value, No> {
        let offered = self.type_of(query.number("appointmentTypeID"))?;
        Self::calendars(offered, query.number("calendarID"))?;
        let zone = input::zone(query.text("timezone"), &self.zone)?;
        let day = input::date(query, "date").ok_or(No::of("bad_request"))?;
        let free = self.free(offered, query, day).into_iter();
        Ok(free
            .map(|(start, room)| json!({"time": moment(start, &zone), "slotsAvailable": room}))
            .collect())
    }

    /// The sessions of a class in a month.
    pub(in super::super) fn classes(&self, query: &Query) -> Result<Value, No> {
        let offered = self.type_of(query.number("appointmentTypeID"))?;
        let zone = input::zone(query.text("timezone"), &self.zone)?;
        let month = input::month(query).ok_or(No::of("bad_request"))?;
        let (from, to) = (input::date(query, "minDate"), input::date(query, "maxDate"));
        let within = Self::days_of(month)
            .filter(|day| from.is_none_or(|from| *day >= from) && to.is_none_or(|to| *day <= to));
        let sessions = within.flat_map(|day| self.free(offered, query, day));
        Ok(sessions
            .map(|(start, room)| {
                json!({"id": start.as_second(), "appointmentTypeID": offered.id,
                    "calendarID": offered.calendars.first(), "name": offered.name,
                    "time": moment(start, &zone), "duration": offered.minutes,
                    "isSeries": offered.series, "slots": offered.class_size,
                    "slotsAvailable": room})
            })
            .collect())
    }

    pub(in super::super) fn get(&self, id: u64) -> Result<Value, No> {
        self.at(id).map(|at| self.show(&self.kept[at]))
    }

    /// The appointments of some days, as many as were asked for.
    pub(in super::super) fn list(&self, query: &Query) -> Value {
        let (from, to) = (input::date(query, "minDate"), input::date(query, "maxDate"));
        let kind = query.number("appointmentTypeID");
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let mut found: Vec<&Kept> = self
            .kept
            .iter()
            .filter(|kept| {
                let day = kept.start.to_zoned(self.zone.clone()).date();
                from.is_none_or(|from| day >= from)
                    && to.is_none_or(|to| day <= to)
                    && kind.is_none_or(|kind| kept.appointment_type == kind)
                    && query.text("email").is_none_or(|email| kept.email == email)
                    && query.text("phone").is_none_or(|it| digits(&kept.phone) == digits(it))
                    && (query.is("showall") || kept.canceled == query.is("canceled"))
            })
            .collect();
        found.sort_by_key(|kept| kept.start);
        if query.text("direction") != Some("ASC") {
            found.reverse();
        }
        let most = usize::try_from(query.number("max").unwrap_or(UNASKED)).unwrap_or(usize::MAX);
        found.into_iter().take(most).map(|kept| self.show(kept)).collect()
    }

    pub(in super::super) fn watches(&self) -> Value {
        json!(self.webhooks)
    }

    /// Some of its numbers are texts, as at Acuity.
    pub(super) fn show(&self, kept: &Kept) -> Value {
        let offered = self.type_of(Some(kept.appointment_type)).ok();
        let zoned = |at: Timestamp| at.to_zoned(self.zone.clone());
        let clock = |at: Timestamp| zoned(at).strftime("%-I:%M%P").to_string();
        let values: Vec<Value> = kept
            .fields
            .iter()
            .map(|(field, value)| {
                let known = self.setup.fields.iter().find(|known| known.id == *field);
                let name = known.map(|known| known.name.as_str());
                json!({"id": field + 1_000, "fieldID": field, "name": name, "value": value})
            })
            .collect();
        let changeable = !kept.canceled && offered.is_some_and(|offered| offered.changeable);
        json!({
            "id": kept.id, "firstName": kept.first_name, "lastName": kept.last_name,
            "phone": kept.phone, "email": kept.email,
            "date": zoned(kept.start).strftime("%B %-d, %Y").to_string(),
            "time": clock(kept.start), "endTime": clock(kept.end),
            "datetime": moment(kept.start, &self.zone),
            "datetimeCreated": moment(self.setup.now, &self.zone),
            "duration": kept.end.duration_since(kept.start).as_mins().to_string(),
            "type": offered.map(|offered| offered.name.as_str()), "price": "10.00", "paid": "no",
            "appointmentTypeID": kept.appointment_type.to_string(),
            "calendar": "Dr Willow", "calendarID": kept.calendar, "classID": null, "category": "",
            "canceled": kept.canceled, "canClientCancel": changeable,
            "canClientReschedule": changeable, "location": "", "certificate": null,
            "confirmationPage": "https://willow.acuity.example", "notes": kept.notes,
            "timezone": kept.zone, "calendarTimezone": self.setup.zone, "addonIDs": [],
            "labels": null, "formsText": "",
            "forms": [{"id": 1, "name": "Intake", "values": values}],
        })
    }
}
