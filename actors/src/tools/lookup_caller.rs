//! Who is calling: `lookupCaller`, on our own customer records. Another customer's details are
//! given only as far as the caller proves to be that customer (R10).

use hookswitch_storage::{CallEvent, Customer, CustomerQuery, CustomerSummary, NamingSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{read_back, refused, same_names};
use super::{Face, Given, Listing, Needs, ToolContext, ToolOutcome};
use crate::booking::{Effects, Refusal, people, phrases, storage_down, tell_kept};

pub(super) fn faces() -> Vec<Face> {
    vec![
        Face::new(
            "lookupCaller",
            Listing::Set(NamingSet::Camel),
            "Search for an existing customer. Call this when the customer says that they have been \
         here before or that you should have their information.",
            lookup,
        )
        .needing(Needs::Nothing),
    ]
}

/// Arguments of `lookupCaller` (P177).
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LookupCaller {
    /// Phone number, e-mail address or full name
    search_key: String,
    /// What searchKey is
    search_type: SearchType,
}

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SearchType {
    Phone,
    Name,
    Email,
}

/// Fields of P178.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallerText {
    success: bool,
    found: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_data: Option<CustomerText>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_back: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerText {
    id: String,
    name: String,
    phone: Option<String>,
    email: Option<String>,
    last_visit: Option<String>,
}

async fn lookup(context: ToolContext, arguments: LookupCaller) -> ToolOutcome {
    let mut effects = Effects::default();
    let country = &context.org.settings().country;
    let key = &arguments.search_key;
    let searched = arguments.search_type;
    let query = match searched {
        _ if key.trim().is_empty() => None,
        SearchType::Phone => people::phone(key, country).map(CustomerQuery::Phone),
        SearchType::Email => people::email(key).map(CustomerQuery::Email),
        SearchType::Name => people::person(key).map(CustomerQuery::Name),
    };
    let Some(query) = query else {
        let what = match searched {
            SearchType::Phone => "phone number",
            SearchType::Email => "e-mail address",
            SearchType::Name => "name",
        };
        let refusal = Refusal::new("invalid_search_key", phrases::unreadable(what));
        return refused(&refusal, same_names, effects);
    };
    let found = match context.shared.store.find_customers(context.org.id(), &query, 2).await {
        Ok(found) => found,
        Err(error) => {
            let refusal = storage_down(&context, &error, &mut effects);
            return refused(&refusal, same_names, effects);
        }
    };
    let own = context.state().await.caller.number.clone();
    let kept = tell_kept(&context, &mut effects).await;
    let mut body = match found.as_slice() {
        [] => not_found("I don't have a customer record for that."),
        [customer] => {
            let summary = context.shared.summary_of(customer).await;
            let is_caller = own.is_some() && own == customer.phone;
            if is_caller {
                let customer = summary.clone();
                effects.events.push(CallEvent::CustomerIdentified { customer });
            }
            let trusted = is_caller || context.facts.direct || context.operator.is_some();
            let is_named = matches!(&query, CustomerQuery::Name(name)
                if people::same_person(name, &customer.name));
            describe(customer, summary, trusted, is_named)
        }
        _ => not_found("I have more than one customer by that. Please ask for the phone number."),
    };
    if let Some(kept) = kept {
        body.message = format!("{}. {kept}", body.message.trim_end_matches('.'));
    }
    let key = Some(key.as_str());
    let (name, phone, email) = match searched {
        SearchType::Name => (key, None, None),
        SearchType::Phone => (None, key, None),
        SearchType::Email => (None, None, key),
    };
    let body = CallerText { read_back: read_back(&context, name, phone, email), ..body };
    ToolOutcome::new(Given::json(&body, true), effects)
}

fn not_found(message: &str) -> CallerText {
    CallerText {
        success: true,
        found: false,
        customer_data: None,
        message: message.to_owned(),
        read_back: None,
    }
}

/// Whoever is not calling from the customer's own number gets what they know themselves: that
/// there is a record, and the name if they gave it in full.
fn describe(
    customer: &Customer,
    mut summary: CustomerSummary,
    own: bool,
    is_named: bool,
) -> CallerText {
    if !own && !is_named {
        summary.name = initials(&summary.name);
    }
    let masked = |text: Option<String>, mask: fn(&str) -> String| {
        if own { text } else { text.map(|text| mask(&text)) }
    };
    CallerText {
        success: true,
        found: true,
        message: format!("Customer found: {}", summary.name),
        read_back: None,
        customer_data: Some(CustomerText {
            id: customer.id.to_string(),
            name: summary.name,
            phone: masked(summary.phone, people::masked_phone),
            email: masked(summary.email, people::masked_email),
            last_visit: summary.last_visit.filter(|_| own).map(|date| date.to_string()),
        }),
    }
}

/// `Ann Ruiz` becomes `A. R.`.
fn initials(name: &str) -> String {
    let letters: Vec<String> = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .map(|letter| format!("{letter}."))
        .collect();
    letters.join(" ")
}
