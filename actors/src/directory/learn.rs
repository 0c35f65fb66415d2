//! Keeps what a directory knows of a person in our own customer records, so that bookings and the
//! next call know it too.

use hookswitch_storage::{CustomerDraft, CustomerSummary, OrgId};

use crate::booking::people;
use crate::calls::Shared;
use crate::ports::DirectoryContact;

/// Our record of the person with `number` (E.164), completed by what the directory says. `None` if
/// the directory has no name, if we know the number under another name, or if storage fails, which
/// is logged.
pub(crate) async fn learn(
    shared: &Shared,
    org: &OrgId,
    number: &str,
    contact: &DirectoryContact,
) -> Option<CustomerSummary> {
    let draft = CustomerDraft {
        name: contact.name.as_deref().and_then(people::name)?,
        phone: Some(number.to_owned()),
        email: contact.email.as_deref().and_then(people::email),
    };
    match shared.store.learn_customer(org, draft, shared.clock.now()).await {
        Ok(customer) if people::same_person(&customer.name, contact.name.as_deref()?) => {
            Some(shared.summary_of(&customer).await)
        }
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(org.id = %org, %error, "what was learnt of a customer could not be kept");
            None
        }
    }
}
