//! How many people come: what a party takes of a service, and when it is too large to be booked
//! without a person. Called wherever slots are asked for or booked; knows no calendar.

use hookswitch_storage::Service;

use super::desk::Refusal;
use super::phrases;

/// The places that a party takes.
///
/// # Errors
/// A refusal in words for nobody at all, or for more people than the service is booked for.
pub(super) fn places(service: &Service, people: Option<u32>) -> Result<u32, Refusal> {
    if people == Some(0) {
        return Err(Refusal::new("party_size", phrases::how_many_people()));
    }
    match (people, service.largest_party()) {
        (Some(people), Some(most)) if people > most => {
            let mut refusal = Refusal::new("party_too_large", phrases::party_too_large(most));
            refusal.transfer_suggested = true;
            Err(refusal)
        }
        _ => Ok(service.places(people)),
    }
}
