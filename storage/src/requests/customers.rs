//! Requests about customers.

/// How a customer is looked for, always within one org.
#[derive(Clone, PartialEq, Eq)]
pub enum CustomerQuery {
    /// By E.164 number, exactly.
    Phone(String),
    /// By e-mail address, whatever the case.
    Email(String),
    /// By full name, whatever case and spaces; if nobody has it, by names in which every
    /// word of the query begins a word.
    Name(String),
}

impl std::fmt::Debug for CustomerQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The value is personal data; only the kind may reach a log.
        f.write_str(match self {
            Self::Phone(_) => "Phone(..)",
            Self::Email(_) => "Email(..)",
            Self::Name(_) => "Name(..)",
        })
    }
}
