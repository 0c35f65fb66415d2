//! The part of the assistant's instructions that follows from what the org can do (P080 to P083).

/// Role and booking instructions; `can_book` when at least one provider is connected.
#[must_use]
pub fn instructions(can_book: bool) -> String {
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
    lines.join("\n")
}
