//! The user's calendars: what is in them, in which version, and what changed when. Knows no request.

use std::collections::BTreeMap;

use super::Setup;
use super::object::{self, Kept};

/// What became of wanting to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// There was nothing; its version.
    Made(String),
    /// There was something; the new version.
    Changed(String),
    /// The condition does not hold.
    Refused,
    /// Its UID is at another path.
    SameUid(String),
    /// There is no such calendar.
    NoCalendar,
    /// It is no event.
    NoEvent,
}

/// The user's calendars.
pub struct Account {
    pub(super) setup: Setup,
    objects: BTreeMap<String, Object>,
    /// When something was removed at a path.
    removed: BTreeMap<String, u64>,
    revision: u64,
    /// Tokens before this are no longer known.
    known_from: u64,
}

struct Object {
    text: String,
    revision: u64,
}

impl Account {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            setup,
            objects: BTreeMap::new(),
            removed: BTreeMap::new(),
            revision: 1,
            known_from: 0,
        }
    }

    pub(super) fn home(&self) -> String {
        format!("/dav/{}/", self.setup.username)
    }

    /// The path of a calendar by its name.
    pub(super) fn calendar(&self, name: &str) -> String {
        format!("{}{}/", self.home(), name.to_lowercase())
    }

    /// The name of the calendar at a path.
    pub(super) fn calendar_at(&self, path: &str) -> Option<&str> {
        let names = self.setup.calendars.iter();
        let mut found = names
            .filter(|name| self.calendar(name).trim_end_matches('/') == path.trim_end_matches('/'));
        found.next().map(String::as_str)
    }

    pub(super) fn set_password(&mut self, password: &str) {
        password.clone_into(&mut self.setup.password);
    }

    /// What is in a calendar, by path; with the version of each.
    pub(super) fn within(&self, calendar: &str) -> Vec<(Kept, String)> {
        let inside = self.objects.iter().filter(|(path, _)| path.starts_with(calendar));
        inside.map(|(path, object)| (kept(path, object), version(object))).collect()
    }

    pub(super) fn all(&self) -> Vec<Kept> {
        self.objects.iter().map(|(path, object)| kept(path, object)).collect()
    }

    pub(super) fn get(&self, path: &str) -> Option<(Kept, String)> {
        self.objects.get(path).map(|object| (kept(path, object), version(object)))
    }

    /// Writes on a condition: `Some("*")` of `absent`, or a version.
    pub(super) fn put(
        &mut self,
        path: &str,
        text: &str,
        absent: bool,
        version: Option<&str>,
    ) -> Written {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if self.calendar_at(folder).is_none() {
            return Written::NoCalendar;
        }
        let there = self.objects.get(path).map(self::version);
        if absent && there.is_some() && self.setup.keeps_if_none_match {
            return Written::Refused;
        }
        if version.is_some_and(|version| there.as_deref() != Some(version)) {
            return Written::Refused;
        }
        if !object::is_event(text) {
            return Written::NoEvent;
        }
        let uid = object::property(text, "UID");
        let other = self.objects.iter().find(|(other, object)| {
            other.starts_with(folder)
                && other.as_str() != path
                && object::property(&object.text, "UID") == uid
        });
        if let Some((other, _)) = other {
            return Written::SameUid(other.clone());
        }
        let version = self.write(path, text);
        if there.is_some() { Written::Changed(version) } else { Written::Made(version) }
    }

    fn write(&mut self, path: &str, text: &str) -> String {
        self.revision += 1;
        self.removed.remove(path);
        let object = Object { text: text.to_owned(), revision: self.revision };
        let version = version(&object);
        self.objects.insert(path.to_owned(), object);
        version
    }

    /// Removes on the condition that it has this version; `None` if there is nothing.
    pub(super) fn remove(&mut self, path: &str, version: Option<&str>) -> Option<bool> {
        let there = self.objects.get(path).map(self::version)?;
        if version.is_some_and(|version| there != version) {
            return Some(false);
        }
        self.delete(path);
        Some(true)
    }

    pub(super) fn enter(&mut self, calendar: &str, name: &str, text: &str) -> String {
        let path = format!("{}{name}.ics", self.calendar(calendar));
        self.write(&path, text);
        path
    }

    pub(super) fn edit(&mut self, path: &str, change: impl FnOnce(&str) -> String) -> bool {
        let Some(text) = self.objects.get(path).map(|object| change(&object.text)) else {
            return false;
        };
        self.write(path, &text);
        true
    }

    pub(super) fn delete(&mut self, path: &str) -> bool {
        let there = self.objects.remove(path).is_some();
        if there {
            self.revision += 1;
            self.removed.insert(path.to_owned(), self.revision);
        }
        there
    }

    pub(super) fn forget_tokens(&mut self) {
        self.revision += 1;
        self.known_from = self.revision;
    }

    /// Where a client stands that knows everything.
    pub(super) fn token(&self) -> String {
        format!("urn:stand-in:sync:{}", self.revision)
    }

    /// What changed in a calendar since a token: what is there now, and the paths of what is not; `None`
    /// if the token is not known.
    pub(super) fn since(&self, calendar: &str, token: &str) -> Option<Since> {
        let from: u64 = match token {
            "" => 0,
            token => token.strip_prefix("urn:stand-in:sync:")?.parse().ok()?,
        };
        if !token.is_empty() && (from < self.known_from || from > self.revision) {
            return None;
        }
        let changed = self
            .objects
            .iter()
            .filter(|(path, object)| path.starts_with(calendar) && object.revision > from);
        let removed = self
            .removed
            .iter()
            .filter(|(path, at)| path.starts_with(calendar) && **at > from && from > 0);
        Some(Since {
            changed: changed.map(|(path, object)| (kept(path, object), version(object))).collect(),
            removed: removed.map(|(path, _)| path.clone()).collect(),
        })
    }
}

/// What changed.
pub(super) struct Since {
    pub(super) changed: Vec<(Kept, String)>,
    pub(super) removed: Vec<String>,
}

fn kept(path: &str, object: &Object) -> Kept {
    Kept { path: path.to_owned(), text: object.text.clone() }
}

fn version(object: &Object) -> String {
    format!("\"v{}\"", object.revision)
}
