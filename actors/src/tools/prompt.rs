//! The assistant's instructions, put together from three parts: rules of ours that nobody changes,
//! what follows from what the org can do (P018, P080 to P083), and the operator's own words. Called
//! by whoever shows the prompt or sends it to Vapi; knows nothing of Vapi's form.

mod authority;

#[cfg(test)]
mod tests;

use hookswitch_storage::{NamingSet, Settings};

pub use authority::authority;

/// The tool that [`LOOK_UP`] names.
const LOOK_UP_TOOL: &str = "lookup_customer";

/// When to look a customer up, word for word from the founding document (P018).
const LOOK_UP: &str = "After collecting the customer's phone number, call the lookup_customer tool to \
    check for existing appointments and customer information. Use this context to provide \
    personalized assistance.";

/// The whole of our part of the system prompt: [`authority()`], then [`instructions`], then the org's
/// own words, then the agent's (P193). `can_book` when at least one provider is connected.
#[must_use]
pub fn compose(settings: &Settings, can_book: bool, agent: Option<&str>) -> String {
    let own = [settings.prompt.as_deref(), agent];
    let own = own.into_iter().flatten().map(str::trim).filter(|words| !words.is_empty());
    let mut parts = vec![authority(settings, can_book), instructions(settings, can_book)];
    parts.extend(own.map(str::to_owned));
    parts.join("\n\n")
}

/// Role and booking instructions; `can_book` when at least one provider is connected. With a customer
/// directory the agent is told to use it, where its tool is among those that are listed.
#[must_use]
pub fn instructions(settings: &Settings, can_book: bool) -> String {
    let check = names(settings.tool_names).check;
    let can_check = has(settings, check);
    let use_check = format!("- When a customer wants to book, use the {check} tool");
    let mut lines = vec!["Your role is to:", "- Answer questions helpfully and professionally"];
    if can_book {
        lines.push("- Assist with scheduling and appointments when asked");
    }
    lines.push("- Take messages when appropriate");
    if can_book {
        lines.extend([
            "",
            "Booking Capabilities:",
            "- You can check availability and book appointments for customers",
        ]);
        lines.extend(can_check.then_some(use_check.as_str()));
        lines.extend([
            "- Always confirm the date, time, and customer name before creating a booking",
            "- After booking, provide the confirmation number to the customer",
        ]);
    }
    let looks_up = settings.tool_names == NamingSet::Snake && has(settings, LOOK_UP_TOOL);
    if settings.customerconnect.is_some() && looks_up {
        lines.extend(["", LOOK_UP]);
    }
    lines.join("\n")
}

/// Whether the org has not switched a tool off.
fn has(settings: &Settings, tool: &str) -> bool {
    !settings.disabled_tools.contains(tool)
}

/// What the tools that the prompt speaks of are called.
struct Names {
    check: &'static str,
    book: &'static str,
    transfer: &'static str,
    end: &'static str,
    call_back: &'static str,
}

fn names(set: NamingSet) -> Names {
    match set {
        NamingSet::Snake => Names {
            check: "check_availability",
            book: "create_booking",
            transfer: "transfer_call",
            end: "end_call",
            call_back: "request_callback",
        },
        NamingSet::Camel => Names {
            check: "checkAvailability",
            book: "bookClinicAppointment",
            transfer: "transferCall",
            end: "endCall",
            call_back: "requestCallback",
        },
    }
}
