//! Finding a user's calendars (RFC 6764, 4791) and choosing those of a connection. Owns what was found
//! for as long as it is believed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_actors::ports::ProviderError;
use reqwest::Url;
use tokio::sync::Mutex;

use super::client::Client;
use super::refusal::{self, Asked, MAY_NOT_READ};
use super::settings::{MOST_CALENDARS, Options};
use super::xml::{self, Resource};

/// How long calendars are believed to be where they were.
const BELIEVED: Duration = Duration::from_secs(600);
/// Most homes of one user that are looked through.
const HOMES: usize = 5;
/// Most calendars that are named to an operator.
const NAMED: usize = 20;

/// A calendar on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    /// Its address, ending with a slash.
    pub(super) url: Url,
    /// Its name, or the end of its path if it has none.
    pub(super) name: String,
    /// False if the server says that we may not write into it.
    pub(super) writable: bool,
}

/// The calendars of a connection.
#[derive(Debug)]
pub(super) struct Chosen {
    /// All that count; bookings go into the first. Never empty.
    all: Vec<Calendar>,
}

impl Chosen {
    /// Where bookings go.
    pub(super) fn target(&self) -> &Calendar {
        &self.all[0]
    }

    pub(super) fn all(&self) -> &[Calendar] {
        &self.all
    }
}

/// What was found last.
#[derive(Default)]
pub(super) struct Directory {
    kept: Mutex<Option<(Instant, Arc<Chosen>)>>,
}

impl Directory {
    /// The calendars of a connection.
    ///
    /// # Errors
    /// What the operator is to do, or as the server.
    pub(super) async fn get(
        &self,
        client: &Client,
        options: &Options,
    ) -> Result<Arc<Chosen>, ProviderError> {
        let mut kept = self.kept.lock().await;
        if let Some((_, chosen)) = kept.as_ref().filter(|(at, _)| at.elapsed() < BELIEVED) {
            return Ok(Arc::clone(chosen));
        }
        let chosen = Arc::new(choose(client, options).await?);
        *kept = Some((Instant::now(), Arc::clone(&chosen)));
        Ok(chosen)
    }

    /// Looks again next time.
    pub(super) async fn forget(&self) {
        *self.kept.lock().await = None;
    }
}

async fn choose(client: &Client, options: &Options) -> Result<Chosen, ProviderError> {
    let found = find(client).await?;
    let mut all: Vec<Calendar> = Vec::new();
    for wanted in &options.calendars {
        let calendar = match named(&found, wanted) {
            Some(calendar) => calendar.clone(),
            None => outside(client, wanted).await?.ok_or_else(|| {
                ProviderError::NeedsHuman(format!(
                    "options.calendar_ids names a calendar that is not there; there are: {}",
                    names(&found)
                ))
            })?,
        };
        if !all.contains(&calendar) {
            all.push(calendar);
        }
    }
    if all.is_empty() {
        let mut writable = found.iter().filter(|calendar| calendar.writable);
        match (writable.next(), writable.next()) {
            (Some(only), None) => all.push(only.clone()),
            (Some(_), Some(_)) => {
                return Err(ProviderError::NeedsHuman(format!(
                    "there are several calendars; name the one for bookings in \
                     options.calendar_ids, then those whose events are in the way: {}",
                    names(&found)
                )));
            }
            (None, _) => {
                let problem = "the CalDAV server shows no calendar that this user may write into";
                return Err(ProviderError::NeedsHuman(problem.into()));
            }
        }
    }
    if !all[0].writable {
        return Err(ProviderError::NeedsHuman(
            "the first calendar of options.calendar_ids is read-only; bookings go into it".into(),
        ));
    }
    Ok(Chosen { all })
}

fn names(found: &[Calendar]) -> String {
    let names = found.iter().take(NAMED).map(|calendar| calendar.name.as_str());
    let names: Vec<String> = names.map(|name| name.chars().take(60).collect()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The calendar with this path, else the only one with this name.
fn named<'a>(found: &'a [Calendar], wanted: &str) -> Option<&'a Calendar> {
    let by_path = found.iter().find(|calendar| {
        let path = calendar.url.path().trim_end_matches('/');
        let wanted = wanted.trim_end_matches('/');
        wanted == path || wanted == calendar.url.as_str().trim_end_matches('/')
    });
    by_path.or_else(|| {
        let mut same = found
            .iter()
            .filter(|calendar| calendar.name == wanted || last_segment(&calendar.url) == wanted);
        same.next().filter(|_| same.next().is_none())
    })
}

/// A calendar by its path that is in nobody's home, such as one that is shared.
async fn outside(client: &Client, wanted: &str) -> Result<Option<Calendar>, ProviderError> {
    if !wanted.starts_with('/') && !wanted.contains("://") {
        return Ok(None);
    }
    let Some(url) = client.follow(client.url(), wanted) else { return Ok(None) };
    match ask(client, &url, "0").await {
        Ok((from, resources)) => Ok(calendars(client, &from, &resources).into_iter().next()),
        Err(ProviderError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// All calendars that keep events: the one at the address, or those of the user who is logged in.
async fn find(client: &Client) -> Result<Vec<Calendar>, ProviderError> {
    let entered = client.url().clone();
    let well_known = entered.join("/.well-known/caldav").ok();
    let root = entered.join("/").ok();
    let mut is_shut = false;
    for start in std::iter::once(entered).chain(well_known).chain(root) {
        match from(client, &start).await {
            Ok(Some(found)) => return Ok(found),
            // That there is nothing here says nothing of the next place.
            Ok(None) | Err(ProviderError::NotFound) => {}
            Err(ProviderError::NeedsHuman(what)) => is_shut |= what == MAY_NOT_READ,
            Err(error) => return Err(error),
        }
    }
    if is_shut {
        return Err(ProviderError::NeedsHuman(MAY_NOT_READ.into()));
    }
    Err(ProviderError::NeedsHuman(
        "there are no calendars at this address; correct credentials.url to the server's CalDAV \
         address or to a calendar's own"
            .into(),
    ))
}

async fn from(client: &Client, start: &Url) -> Result<Option<Vec<Calendar>>, ProviderError> {
    let (url, resources) = ask(client, start, "0").await?;
    let itself = calendars(client, &url, &resources);
    if !itself.is_empty() {
        return Ok(Some(itself));
    }
    let mut homes = homes(client, &url, &resources);
    if homes.is_empty() {
        let principals = resources.iter().filter_map(|found| found.principal.as_deref());
        for principal in principals.take(1) {
            let Some(principal) = client.follow(&url, principal) else { continue };
            let (url, resources) = ask(client, &principal, "0").await?;
            homes = self::homes(client, &url, &resources);
        }
    }
    if homes.is_empty() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for home in homes.iter().take(HOMES) {
        let (url, resources) = ask(client, home, "1").await?;
        found.extend(calendars(client, &url, &resources));
    }
    found.truncate(MOST_CALENDARS * 20);
    Ok(Some(found))
}

async fn ask(
    client: &Client,
    url: &Url,
    depth: &'static str,
) -> Result<(Url, Vec<Resource>), ProviderError> {
    let (from, answer) = client.propfind(url, depth, &xml::who()).await?;
    if answer.status.as_u16() != 207 {
        return Err(match refusal::of(Asked::Read, &answer) {
            // A page that says hello.
            _ if answer.status.is_success() => ProviderError::NotFound,
            error => error,
        });
    }
    let read = xml::multistatus(&answer.body).ok_or_else(refusal::unreadable)?;
    Ok((from, read.resources))
}

fn homes(client: &Client, from: &Url, resources: &[Resource]) -> Vec<Url> {
    let homes = resources.iter().flat_map(|found| &found.homes);
    homes.filter_map(|home| client.follow(from, home)).collect()
}

fn calendars(client: &Client, from: &Url, resources: &[Resource]) -> Vec<Calendar> {
    let events = resources.iter().filter(|found| found.is_calendar && !found.no_events);
    let found = events.filter_map(|found| {
        let mut url = client.follow(from, &found.href)?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let name = found.name.clone().unwrap_or_else(|| last_segment(&url));
        Some(Calendar { url, name, writable: found.writable.unwrap_or(true) })
    });
    found.collect()
}

fn last_segment(url: &Url) -> String {
    let mut segments = url.path().trim_end_matches('/').rsplit('/');
    segments.next().unwrap_or_default().to_owned()
}
