//! The part of the assistant's instructions that follows from what the org can do (P018, P080 to P083).

use hookswitch_storage::{NamingSet, Settings};

/// When to look a customer up, word for word from the founding document (P018).
const LOOK_UP: &str = "After collecting the customer's phone number, call the lookup_customer tool to \
    check for existing appointments and customer information. Use this context to provide \
    personalized assistance.";

/// Role and booking instructions; `can_book` when at least one provider is connected. With a customer
/// directory the agent is told to use it, where its tool is among those that are listed.
#[must_use]
pub fn instructions(settings: &Settings, can_book: bool) -> String {
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
            "- When a customer wants to book, use the check_availability tool",
            "- Always confirm the date, time, and customer name before creating a booking",
            "- After booking, provide the confirmation number to the customer",
        ]);
    }
    if settings.customerconnect.is_some() && settings.tool_names == NamingSet::Snake {
        lines.extend(["", LOOK_UP]);
    }
    lines.join("\n")
}
