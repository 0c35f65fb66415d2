//! Reminders: planned with what happens to a booking, made a message once. And whose address is whose.

crate::checks! {
    a_reminder_waits_while_its_booking_is_being_changed,
    a_reminder_goes_by_text_and_by_mail_where_texts_are_not_wanted,
    a_customers_address_is_never_that_of_somebody_else_on_their_number,
}

mod check {
    use crate::fixtures::*;
    use crate::waiting::*;
    use hookswitch_storage::*;
    use jiff::{SignedDuration, Timestamp};

    fn account() -> Twilio {
        Twilio { account_sid: None, auth_token: None, api_key: None, from: sender() }
    }

    fn sender() -> TwilioSender {
        TwilioSender::Number("+15125550100".into())
    }

    /// An org that reminds an hour before, by text and mail.
    async fn office(store: &Store) -> OrgId {
        let org = open_org(store).await;
        set(store, &org, |settings| {
            settings.messages.reminders = vec![Lead::Minutes(60)];
            settings.twilio = Some(account());
            settings.smtp = Some(mail(&[]));
        })
        .await;
        org
    }

    fn hour_before(booking: &Booking) -> Timestamp {
        booking.start - SignedDuration::from_mins(60)
    }

    fn notice(booking: &Booking) -> RemindBooking {
        RemindBooking { booking: booking.id, start: booking.start, lead: Lead::Minutes(60) }
    }

    async fn reminders(store: &Store, org: &OrgId) -> Vec<Message> {
        let mut all = store.messages(org, None, None, &Page::default()).await.unwrap().items;
        all.retain(|message| message.purpose == Purpose::Reminder);
        all
    }

    async fn is_planned(store: &Store, org: &OrgId) -> bool {
        store.jobs(org).await.unwrap().iter().any(|job| job.kind == REMIND)
    }

    pub(super) async fn a_reminder_waits_while_its_booking_is_being_changed(store: &Store) {
        let org = office(store).await;
        let made = booked(store.book(booking(&org, NOON, 30)).await.unwrap());
        let now = hour_before(&made);
        let begun = CancelBooking { now, ..cancelled(&made) };
        store.begin_cancel(begun, now + SignedDuration::from_secs(2)).await.unwrap();
        let told = store.remind(&org, notice(&made), now).await.unwrap();
        assert_eq!(told, Reminded::Unsettled);
        assert!(reminders(store, &org).await.is_empty() && is_planned(store, &org).await);
        // It was refused, and the booking stands: what was due is not forgotten.
        let later = now + SignedDuration::from_secs(90);
        let refused = Settlement::Failed { reason: "no".into(), look_at: None, taken: false };
        store.settle(&org, &made.id, refused, "test", later).await.unwrap();
        assert!(is_planned(store, &org).await);
        let told = store.remind(&org, notice(&made), later).await.unwrap();
        assert_eq!(told, Reminded::Settled);
        assert_eq!(reminders(store, &org).await.len(), 1);
        assert!(!is_planned(store, &org).await);
        // A job that ran twice reminds once.
        store.remind(&org, notice(&made), later).await.unwrap();
        assert_eq!(reminders(store, &org).await.len(), 1);
    }

    pub(super) async fn a_reminder_goes_by_text_and_by_mail_where_texts_are_not_wanted(
        store: &Store,
    ) {
        for (phone, email, stop, channel) in [
            (true, true, false, Some(Channel::Sms)),
            (true, true, true, Some(Channel::Email)),
            (true, false, true, Some(Channel::Sms)),
            (false, true, false, Some(Channel::Email)),
            (false, false, false, None),
        ] {
            let org = office(store).await;
            let mut new = booking(&org, NOON, 30);
            new.customer.phone = phone.then(|| "+15125550143".to_owned());
            new.customer.email = email.then(|| "ann@example.com".to_owned());
            let made = booked(store.book(new).await.unwrap());
            let now = hour_before(&made);
            if stop {
                store.wants_messages(&org, "+15125550143", false, now).await.unwrap();
            }
            store.remind(&org, notice(&made), now).await.unwrap();
            let all = reminders(store, &org).await;
            let ways: Vec<_> = all.iter().map(|message| message.channel).collect();
            assert_eq!(ways, Vec::from_iter(channel), "{phone} {email} {stop}");
        }
    }

    pub(super) async fn a_customers_address_is_never_that_of_somebody_else_on_their_number(
        store: &Store,
    ) {
        let org = office(store).await;
        let book = async |name: &str, email: Option<&str>, start: i64| {
            let mut new = booking(&org, start, 30);
            new.customer.name = name.into();
            new.customer.phone = Some("+15125550143".into());
            new.customer.email = email.map(Into::into);
            booked(store.book(new).await.unwrap())
        };
        let ann = book("Ann Ruiz", None, NOON).await;
        let bob = book("Bob Ruiz", Some("bob@example.com"), NOON + 60).await;
        assert_eq!(bob.customer_email.as_deref(), Some("bob@example.com"));
        let known = store.customer(&org, &ann.customer_id).await.unwrap().unwrap();
        assert_eq!((known.name.as_str(), known.email), ("Ann Ruiz", None));
        book("ann ruiz", Some("ann@example.com"), NOON + 120).await;
        let known = store.customer(&org, &ann.customer_id).await.unwrap().unwrap();
        assert_eq!(known.email.as_deref(), Some("ann@example.com"));
    }
}
