//! The language in which a caller is spoken to. A tool runs within its org's language, so that no function
//! on the way to a sentence has to pass it on; outside of any, and in what is only for the agent's model or
//! an operator, it is English (R23).

use std::future::Future;

use hookswitch_storage::Locale;

tokio::task_local! {
    static SPOKEN: Locale;
}

/// The language that is spoken here.
#[must_use]
pub fn spoken() -> Locale {
    SPOKEN.try_with(|locale| *locale).unwrap_or_default()
}

/// Runs something within a language. What it spawns is outside of it.
pub async fn speaking<F: Future>(locale: Locale, run: F) -> F::Output {
    SPOKEN.scope(locale, run).await
}

/// As [`speaking`], for what does not wait.
pub fn say_in<T>(locale: Locale, say: impl FnOnce() -> T) -> T {
    SPOKEN.sync_scope(locale, say)
}

/// Functions that say the same in every language: each is in the module of every language, or this does
/// not compile. `NAMES` are theirs.
macro_rules! in_every_language {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $kind:ty),* $(,)?) -> $said:ty;)+) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name($($argument: $kind),*) -> $said {
                match $crate::booking::locale::spoken() {
                    ::hookswitch_storage::Locale::En => en::$name($($argument),*),
                    ::hookswitch_storage::Locale::Es => es::$name($($argument),*),
                }
            }
        )+

        /// What is said in every language.
        #[cfg(test)]
        pub(in crate::booking) const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

pub(crate) use in_every_language;
