//! Being told by the provider: its promise to post is asked for, kept with its secret sealed, made anew
//! before it ends, and given back; also one whose answer was lost, which is why it is written down that it
//! is asked for.

use std::time::{Duration, Instant};

use hookswitch_storage::{KeptWatch, Secret, StoreError, SyncState};
use uuid::Uuid;

use super::WATCH_SECRET_FIELD;
use super::look::{Eyes, Trouble};
use crate::bounds::{PROVIDER_WRITE, WATCH_AGAIN, WATCH_MARGIN};
use crate::ports::{ProviderError, Watch, WatchTarget};

/// Sees to the watch of a connection that is to have one at `url`, or none. Gives when to come again.
/// Whether `state` changed shows in it.
pub(super) async fn keep(
    eyes: &Eyes<'_>,
    state: &mut SyncState,
    url: Option<String>,
) -> Result<Duration, Trouble> {
    let now = eyes.shared.clock.now();
    let left = |watch: &KeptWatch| {
        let left = watch.expires_at.map(|end| Duration::try_from(end.duration_since(now)));
        left.map(Result::unwrap_or_default)
    };
    let good = state.watch.as_ref().filter(|watch| {
        url.as_ref() == Some(&watch.url) && left(watch).is_none_or(|left| left > WATCH_MARGIN)
    });
    if let Some(good) = good {
        return Ok(next(left(good)));
    }
    let mut made = None;
    if let Some(url) = url {
        let (connection, store) = (eyes.connection, &eyes.shared.store);
        if state.asking.as_ref() != Some(&url) {
            state.asking = Some(url.clone());
            store.keep_sync(&connection.org, &connection.id, state.clone(), None).await?;
        }
        let asked = eyes.provider.watch(target(&url), Instant::now() + PROVIDER_WRITE).await;
        if asked.as_ref().is_err_and(is_clear) {
            state.asking = None;
            store.keep_sync(&connection.org, &connection.id, state.clone(), None).await?;
        }
        if let Some(watch) = asked? {
            let secret = store.seal(&connection.org, WATCH_SECRET_FIELD, watch.secret.expose());
            let (id, expires_at) = (watch.id, watch.expires_at);
            made = Some(KeptWatch { id, url, secret, expires_at });
        }
    }
    let pause = made.as_ref().map_or(WATCH_AGAIN, |watch| next(left(watch)));
    let old = std::mem::replace(&mut state.watch, made);
    state.asking = None;
    // On disk before the old one goes: one too many does no harm.
    let connection = eyes.connection;
    eyes.shared.store.keep_sync(&connection.org, &connection.id, state.clone(), None).await?;
    if let Some(old) = old.filter(|old| state.watch.as_ref().is_none_or(|new| new.id != old.id)) {
        give_back(eyes, &old, PROVIDER_WRITE).await?;
    }
    Ok(pause)
}

/// What a provider is asked for, under a secret that cannot be guessed: 244 random bits.
fn target(url: &str) -> WatchTarget {
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    WatchTarget { url: url.to_owned(), secret: Secret::new(secret.into_bytes()) }
}

/// Whether a provider that says so has surely not promised anything.
fn is_clear(error: &ProviderError) -> bool {
    !matches!(error, ProviderError::Unavailable { .. } | ProviderError::Unknown)
}

/// Sees to it that the provider posts no more, whatever is known of its promise.
pub(super) async fn end(
    eyes: &Eyes<'_>,
    state: &SyncState,
    within: Duration,
) -> Result<(), StoreError> {
    if let Some(watch) = &state.watch {
        give_back(eyes, watch, within).await?;
    }
    let Some(url) = &state.asking else { return Ok(()) };
    // Who is asked again gives the promise that there is, or makes another in its place.
    let until = Instant::now() + within;
    match eyes.provider.watch(target(url), until).await {
        Ok(Some(watch)) => told_off(eyes, eyes.provider.unwatch(watch, until).await),
        Ok(None) => {}
        Err(error) if is_clear(&error) => {}
        Err(error) => told_off(eyes, Err(error)),
    }
    Ok(())
}

/// When to come again to a watch that lasts so long.
fn next(left: Option<Duration>) -> Duration {
    left.map_or(WATCH_MARGIN, |left| (left / 2).min(WATCH_MARGIN))
}

/// Asks the provider to post no more. That it does not hear it does no harm but to itself.
pub(super) async fn give_back(
    eyes: &Eyes<'_>,
    old: &KeptWatch,
    within: Duration,
) -> Result<(), StoreError> {
    let secret = eyes.shared.store.unseal(&eyes.connection.org, WATCH_SECRET_FIELD, &old.secret)?;
    let watch = Watch { id: old.id.clone(), secret, expires_at: old.expires_at };
    told_off(eyes, eyes.provider.unwatch(watch, Instant::now() + within).await);
    Ok(())
}

fn told_off(eyes: &Eyes<'_>, answer: Result<(), ProviderError>) {
    match answer {
        Ok(()) | Err(ProviderError::NotFound) => {}
        Err(error) => tracing::warn!(
            connection.id = %eyes.connection.id, %error,
            "the provider may go on posting; remove the webhook there"
        ),
    }
}
