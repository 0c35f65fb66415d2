//! What an operator sets for a CalDAV connection: where the server is and who we are there, and which
//! calendars count. Read and checked by the names of their fields. Knows no request.
//!
//! The address is one of the credentials, not of the options: whoever may change where we go without
//! knowing the password could have it sent to a server of their own.

use reqwest::Url;
use serde_json::{Map, Value, json};

use crate::outbound::{Forbidden, Outbound};
use crate::providers::Wrong;

/// Longest address, user name and password, characters.
const LONGEST: usize = 2_000;
/// Most calendars of one connection; each is asked at every look for free slots.
pub(super) const MOST_CALENDARS: usize = 10;

/// Where the server is and who we are there.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) url: Url,
    pub(super) username: String,
    pub(super) password: String,
}

impl Login {
    /// Reads credentials.
    ///
    /// # Errors
    /// By the field's name; no value is repeated.
    pub(super) fn read(given: &Map<String, Value>, outbound: &Outbound) -> Result<Self, Wrong> {
        const FIELDS: [&str; 3] = ["url", "username", "password"];
        if given.keys().any(|name| !FIELDS.contains(&name.as_str())) {
            let problem = "has fields beside `url`, `username` and `password`; remove them";
            return Err(Wrong::new("credentials", problem));
        }
        let url =
            text(given, "url", "is missing; it is the address of the server or of a calendar")?;
        Ok(Self {
            url: address(url.trim(), outbound)?,
            username: text(given, "username", "is missing")?.to_owned(),
            password: text(
                given,
                "password",
                "is missing; where the server has app passwords, make one for this",
            )?
            .to_owned(),
        })
    }

    /// The credentials as they are kept.
    pub(super) fn kept(&self) -> Map<String, Value> {
        let kept = [
            ("url", self.url.as_str()),
            ("username", &self.username),
            ("password", &self.password),
        ];
        kept.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
    }
}

fn text<'a>(given: &'a Map<String, Value>, name: &str, missing: &str) -> Result<&'a str, Wrong> {
    let wrong = |problem: &str| Wrong::new(format!("credentials.{name}"), problem);
    let text = match given.get(name) {
        Some(Value::String(text)) => text.as_str(),
        Some(_) => return Err(wrong("must be a text")),
        None => return Err(wrong(missing)),
    };
    if text.trim().is_empty() {
        return Err(wrong("must not be empty"));
    }
    if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return Err(wrong("is too long, or has line breaks or control characters in it"));
    }
    // It stands between the name and the password on the wire (RFC 7617).
    if name == "username" && text.contains(':') {
        return Err(wrong("must not contain a colon"));
    }
    Ok(text)
}

fn address(text: &str, outbound: &Outbound) -> Result<Url, Wrong> {
    let wrong = |problem: String| Wrong::new("credentials.url", problem);
    let url: Url = text.parse().map_err(|_| wrong(Forbidden::NoHttp.to_string()))?;
    outbound.check(&url).map_err(|forbidden| wrong(forbidden.to_string()))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must end with its path, without `?` and `#`".to_owned()));
    }
    Ok(url)
}

/// The options of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Calendars by name or path: bookings go into the first, events in all of them are in the way.
    pub(super) calendars: Vec<String>,
}

impl Options {
    /// Reads the options.
    ///
    /// # Errors
    /// The first that is wrong, by its name.
    pub(super) fn read(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut options = Self::default();
        for (name, value) in given {
            match name.as_str() {
                "calendar_ids" => options.calendars = calendars(value)?,
                _ => {
                    let problem = "is no option of a CalDAV connection; there is calendar_ids";
                    return Err(Wrong::new(format!("options.{name}"), problem));
                }
            }
        }
        Ok(options)
    }
}

fn calendars(value: &Value) -> Result<Vec<String>, Wrong> {
    let wrong = |problem: &str| Wrong::new("options.calendar_ids", problem);
    let list = value.as_array().ok_or_else(|| wrong("must be a list of calendars"))?;
    if list.len() > MOST_CALENDARS {
        return Err(wrong("has more than ten calendars"));
    }
    let read = |entry: &Value| {
        let text = entry.as_str().map(str::trim).filter(|text| !text.is_empty());
        let text = text.filter(|text| text.len() <= LONGEST && !text.contains(char::is_control));
        let problem = "must hold calendars by their names or paths, such as `/ann/work/`";
        text.map(str::to_owned).ok_or_else(|| wrong(problem))
    };
    list.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(given: &Value) -> Result<Login, Wrong> {
        let outbound = Outbound::new(&["127.0.0.1:5232".to_owned()]);
        Login::read(given.as_object().unwrap(), &outbound)
    }

    #[test]
    fn a_login_is_read_and_kept_as_it_was_given() {
        let given = json!({"url": "https://cal.example.com/ann/", "username": "ann",
            "password": "two words"});
        assert_eq!(Value::Object(read(&given).unwrap().kept()), given);
        let given = json!({"url": "http://127.0.0.1:5232", "username": "ann", "password": "x"});
        assert_eq!(read(&given).unwrap().url.as_str(), "http://127.0.0.1:5232/");
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field_and_never_repeated() {
        let good = json!({"url": "https://cal.example.com/", "username": "ann",
            "password": "s3cret"});
        let with = |name: &str, value: Value| {
            let mut given = good.clone();
            given[name] = value;
            given
        };
        for (given, field) in [
            (json!({}), "credentials.url"),
            (json!({"url": "https://cal.example.com/"}), "credentials.username"),
            (with("password", json!("")), "credentials.password"),
            (with("password", json!(7)), "credentials.password"),
            (with("password", json!("a\nb")), "credentials.password"),
            (with("username", json!("ann:x")), "credentials.username"),
            (with("token", json!("x")), "credentials"),
            (with("url", json!("cal.example.com")), "credentials.url"),
            (with("url", json!("ftp://cal.example.com/")), "credentials.url"),
            (with("url", json!("http://cal.example.com/")), "credentials.url"),
            (with("url", json!("https://ann:s3cret@cal.example.com/")), "credentials.url"),
            (with("url", json!("https://127.0.0.1/")), "credentials.url"),
            (with("url", json!("https://0x7f.1/")), "credentials.url"),
            (with("url", json!("http://localhost:5232/")), "credentials.url"),
            (with("url", json!("https://cal.example.com/?a=b")), "credentials.url"),
        ] {
            let wrong = read(&given).err().unwrap_or_else(|| panic!("{given} was taken"));
            assert_eq!(wrong.field, field, "{given}");
            assert!(!wrong.to_string().contains("s3cret"), "{wrong}");
        }
    }

    #[test]
    fn options_name_calendars_and_nothing_else() {
        let read = |given: Value| Options::read(given.as_object().unwrap());
        assert_eq!(read(json!({})).unwrap().calendars, Vec::<String>::new());
        let two = json!({"calendar_ids": ["Work", " /ann/home/ "]});
        assert_eq!(read(two).unwrap().calendars, ["Work", "/ann/home/"]);
        for (given, field) in [
            (json!({"calendar_ids": "Work"}), "options.calendar_ids"),
            (json!({"calendar_ids": [""]}), "options.calendar_ids"),
            (json!({"calendar_ids": vec!["a"; 11]}), "options.calendar_ids"),
            (json!({"calendar": "Work"}), "options.calendar"),
        ] {
            assert_eq!(read(given).unwrap_err().field, field);
        }
    }
}
