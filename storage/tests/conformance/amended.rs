//! Details that are put right: the booking, its customer, its meaning and what waits to be sent together.

crate::checks! {
    details_are_put_right_with_those_of_the_customer_whom_the_booking_made_known,
    who_was_known_before_keeps_name_and_number,
    a_booking_under_its_new_name_is_the_same_request,
    a_mail_that_waits_goes_to_the_right_address_and_one_that_went_goes_again,
    what_is_over_or_said_by_a_used_tool_call_is_left_alone,
}

mod check {
    use crate::fixtures::*;
    use crate::waiting::*;
    use hookswitch_storage::*;

    const WRONG: &str = "an@example.org";
    const RIGHT: &str = "ann@example.org";

    fn amended(booking: &Booking) -> AmendBooking {
        AmendBooking {
            org: booking.org.clone(),
            id: booking.id,
            name: None,
            phone: None,
            email: Some(RIGHT.into()),
            meaning: None,
            tool_call: None,
            call_id: None,
            by: "test".into(),
            now: at(5),
        }
    }

    async fn amend(store: &Store, to: AmendBooking) -> Booking {
        match store.amend_booking(to).await.unwrap() {
            AmendOutcome::Amended(booking) => *booking,
            other => panic!("not put right: {other:?}"),
        }
    }

    fn by(name: &str, org: &OrgId) -> NewBooking {
        let customer = CustomerDraft {
            name: name.into(),
            phone: Some("+491".into()),
            email: Some(WRONG.into()),
        };
        NewBooking { customer, ..booking(org, NOON, 30) }
    }

    pub(super) async fn details_are_put_right_with_those_of_the_customer_whom_the_booking_made_known(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let made = booked(store.book(by("Jane Roe", &org)).await.unwrap());
        let to = AmendBooking {
            name: Some("Jane Row".into()),
            phone: Some("+492".into()),
            ..amended(&made)
        };
        let right = amend(store, to.clone()).await;
        let details = |name: &str, phone: &str, email: &str| {
            (name.to_owned(), Some(phone.to_owned()), Some(email.to_owned()))
        };
        let of = |one: &Booking| {
            (one.customer_name.clone(), one.customer_phone.clone(), one.customer_email.clone())
        };
        assert_eq!(of(&right), details("Jane Row", "+492", RIGHT));
        assert_eq!((right.start, right.confirmation.as_str()), (made.start, &*made.confirmation));
        assert_eq!(right.history.last().map(|change| change.kind), Some(ChangeKind::Amended));
        let customer = store.customer(&org, &made.customer_id).await.unwrap().unwrap();
        assert_eq!(
            (customer.name, customer.phone, customer.email),
            details("Jane Row", "+492", RIGHT)
        );
        // Said once more it changes nothing, and is not noted again.
        assert_eq!(amend(store, to).await, right);
        let audit = store.audit(&org, &Page::default()).await.unwrap().items;
        let noted: Vec<String> = audit
            .iter()
            .filter(|entry| entry.action == "booking.amended")
            .map(|entry| entry.fields.join(","))
            .collect();
        assert_eq!(noted, ["customer_name,customer_phone,customer_email"]);
        assert!(!format!("{audit:?}").contains("Row"), "{audit:?}");
        let by_phone = BookingFilter { phone: Some("+492".into()), ..BookingFilter::default() };
        let found = store.bookings(&org, &by_phone, &Page::default()).await.unwrap().items;
        assert_eq!(found, [right]);
    }

    pub(super) async fn who_was_known_before_keeps_name_and_number(store: &Store) {
        let org = org_in(store).await;
        let customer = Customer {
            id: CustomerId::random(),
            org: org.clone(),
            name: "Ada Roe".into(),
            phone: Some("+491".into()),
            email: None,
            last_visit: None,
            created_at: at(-60),
            updated_at: at(-60),
        };
        store.put_customer(customer.clone(), at(-60)).await.unwrap();
        let made = booked(store.book(by("Jane Roe", &org)).await.unwrap());
        assert_eq!(made.customer_id, customer.id);
        let to = AmendBooking {
            name: Some("Jane Row".into()),
            phone: Some("+492".into()),
            ..amended(&made)
        };
        amend(store, to).await;
        let after = store.customer(&org, &customer.id).await.unwrap().unwrap();
        let known = (after.name.as_str(), after.phone.as_deref(), after.email.as_deref());
        assert_eq!(known, ("Ada Roe", Some("+491"), None), "it is Jane's address");
    }

    pub(super) async fn a_booking_under_its_new_name_is_the_same_request(store: &Store) {
        let org = org_in(store).await;
        let of = |name: &str, meaning: &str| NewBooking {
            meaning: Some(meaning.into()),
            capacity: 3,
            ..by(name, &org)
        };
        let made = booked(store.book(of("Jane Roe", "roe")).await.unwrap());
        let to = AmendBooking {
            name: Some("Jane Row".into()),
            meaning: Some("row".into()),
            ..amended(&made)
        };
        let right = amend(store, to).await;
        let again = store.book(of("Jane Row", "row")).await.unwrap();
        assert_eq!(again, BookOutcome::Same(Box::new(right)));
        let other = booked(store.book(of("Jane Roe", "roe")).await.unwrap());
        assert_ne!(other.id, made.id, "the name that was wrong may be somebody else's");
    }

    pub(super) async fn a_mail_that_waits_goes_to_the_right_address_and_one_that_went_goes_again(
        store: &Store,
    ) {
        let org = open_org(store).await;
        set(store, &org, |settings| settings.smtp = Some(mail(&[]))).await;
        let made = booked(store.book(by("Ann Ruiz", &org)).await.unwrap());
        let queued = async || {
            let all = store.messages(&org, None, None, &Page::default()).await.unwrap().items;
            all.into_iter()
                .map(|message| (message.id, message.to, message.state))
                .collect::<Vec<_>>()
        };
        let first = queued().await;
        assert_eq!((first.len(), first[0].1.as_str()), (1, WRONG));
        amend(store, amended(&made)).await;
        let redirected = queued().await;
        assert_eq!((redirected.len(), redirected[0].1.as_str()), (1, RIGHT));
        let id = &redirected[0].0;
        store.begin_message(&org, id, "text".into(), at(6)).await.unwrap();
        let taken = Handover::Taken { external_id: "x".into(), state: MessageState::Sent };
        store.end_message(&org, id, taken, at(6)).await.unwrap();
        let third = AmendBooking { email: Some("a@example.org".into()), ..amended(&made) };
        amend(store, third.clone()).await;
        amend(store, third).await;
        let mut to: Vec<String> = queued().await.into_iter().map(|(_, to, _)| to).collect();
        to.sort_unstable();
        assert_eq!(to, ["a@example.org", RIGHT]);
    }

    pub(super) async fn what_is_over_or_said_by_a_used_tool_call_is_left_alone(store: &Store) {
        let org = org_in(store).await;
        let asked = NewBooking { tool_call: tool_call("one", "a"), ..by("Ann Ruiz", &org) };
        let made = booked(store.book(asked).await.unwrap());
        let reused = AmendBooking { tool_call: tool_call("one", "b"), ..amended(&made) };
        assert_eq!(store.amend_booking(reused).await.unwrap(), AmendOutcome::KeyReused);
        let nameless = AmendBooking { name: Some(" ".into()), ..amended(&made) };
        assert!(store.amend_booking(nameless).await.is_err());
        let unknown = AmendBooking { id: BookingId::random(), ..amended(&made) };
        assert_eq!(store.amend_booking(unknown).await.unwrap(), AmendOutcome::NotFound);
        store.cancel(cancelled(&made)).await.unwrap();
        let over = store.amend_booking(amended(&made)).await.unwrap();
        assert!(matches!(over, AmendOutcome::Cancelled(_)), "{over:?}");
        let kept = store.booking(&org, &made.id).await.unwrap().unwrap();
        assert_eq!(kept.customer_email.as_deref(), Some(WRONG));
    }
}
