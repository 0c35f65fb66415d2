//! Messages: to whom they go, and what is kept of their way.

crate::checks! {
    a_mail_keeps_when_it_was_first_handed_over_until_it_was_surely_not_taken,
    corrections_of_a_wish_that_wait_to_be_sent_are_one_mail,
    an_offer_is_mailed_to_nobody_else_who_shares_the_number,
}

mod check {
    use crate::fixtures::*;
    use crate::waiting::*;
    use hookswitch_storage::*;

    /// An org that sends mails, and somebody's booking at noon.
    async fn office(store: &Store) -> (OrgId, Booking) {
        let org = open_org(store).await;
        set(store, &org, |settings| settings.smtp = Some(mail(&["kim@example.com"]))).await;
        let taken = booked(store.book(booking(&org, NOON, 30)).await.unwrap());
        (org, taken)
    }

    async fn known(store: &Store, org: &OrgId, name: &str, email: Option<&str>) {
        let customer = Customer {
            id: CustomerId::random(),
            org: org.clone(),
            name: name.into(),
            phone: Some("+491".into()),
            email: email.map(Into::into),
            last_visit: None,
            created_at: at(0),
            updated_at: at(0),
        };
        store.put_customer(customer, at(0)).await.unwrap();
    }

    /// To which address somebody who waits under `+491` is written when the slot becomes free.
    async fn mailed(
        store: &Store,
        name: Option<&str>,
        customers: &[(&str, Option<&str>)],
    ) -> Option<String> {
        let (org, taken) = office(store).await;
        for (name, email) in customers {
            known(store, &org, name, *email).await;
        }
        let mut wish = wish(&org, "+491", "", 0);
        wish.who.name = name.map(Into::into);
        let waits = joined(store, wish).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let slot = entry(store, &waits).await.offer.unwrap();
        let notice = OfferNotice { entry: waits.id, start: slot.start, until: slot.until };
        let queued = store.queue_offer(&org, notice, at(3)).await.unwrap();
        queued.map(|message| message.to)
    }

    pub(super) async fn a_mail_keeps_when_it_was_first_handed_over_until_it_was_surely_not_taken(
        store: &Store,
    ) {
        let (org, _) = office(store).await;
        store.request_callback(callback(&org, None, 1)).await.unwrap();
        let queued = store.messages(&org, None, None, &Page::default()).await.unwrap().items;
        let id = &queued[0].id;
        let begun = async |minutes| {
            let begun = store.begin_message(&org, id, "text".into(), at(minutes)).await;
            match begun.unwrap() {
                Begun::Begun(message) => message.handed_over_at,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(begun(70).await, Some(at(70)));
        assert_eq!(begun(90).await, Some(at(70)));
        let not_taken = Handover::NotTaken { problem: "busy".into() };
        store.end_message(&org, id, not_taken, at(91)).await.unwrap();
        assert_eq!(begun(95).await, Some(at(95)));
    }

    pub(super) async fn corrections_of_a_wish_that_wait_to_be_sent_are_one_mail(store: &Store) {
        let (org, _) = office(store).await;
        let say = async |about: &str, minutes| {
            let about = Some(about.to_owned());
            let wish = RequestCallback { about, ..callback(&org, Some("a"), minutes) };
            store.request_callback(wish).await.unwrap();
            store.messages(&org, None, None, &Page::default()).await.unwrap().items
        };
        let taken = async |message: &Message| {
            let (external_id, state) = (message.id.to_string(), MessageState::Accepted);
            let taken = Handover::Taken { external_id, state };
            store.end_message(&org, &message.id, taken, at(2)).await.unwrap();
        };
        taken(&say("a bill", 1).await[0]).await;
        assert_eq!(say("another bill", 3).await.len(), 2);
        let waiting = say("a third bill", 4).await;
        assert_eq!(waiting.len(), 2, "it will say the latest");
        taken(&waiting[0]).await;
        assert_eq!(say("a fourth bill", 5).await.len(), 3);
    }

    pub(super) async fn an_offer_is_mailed_to_nobody_else_who_shares_the_number(store: &Store) {
        let (ann, bob) = (("Ann Ruiz", Some("ann@x.org")), ("Bob Ruiz", Some("bob@x.org")));
        let silent = ("Ann Ruiz", None);
        assert_eq!(
            mailed(store, Some("ann  ruiz"), &[ann, bob]).await.as_deref(),
            Some("ann@x.org")
        );
        assert_eq!(
            mailed(store, Some("Ann Ruiz"), &[silent, bob]).await,
            None,
            "Bob's is not hers"
        );
        assert_eq!(mailed(store, Some("Ann Ruiz"), &[bob]).await, None);
        assert_eq!(
            mailed(store, Some("Ann Ruiz"), &[ann, ("Ann Ruiz", Some("a@x.org"))]).await,
            None
        );
        assert_eq!(mailed(store, None, &[ann]).await.as_deref(), Some("ann@x.org"));
        assert_eq!(mailed(store, None, &[silent, bob]).await, None, "either may wait");
        // Too many to look at all of them.
        let mut many = vec![silent; 25];
        many.push(ann);
        assert_eq!(mailed(store, Some("Ann Ruiz"), &many).await, None);
    }
}
