//! How a route gets into the router: with a handler whose first argument says who may ask, or not at all. Keeps what each
//! said, for the document. Knows no particular route.

use std::convert::Infallible;
use std::marker::PhantomData;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};

use super::access::{Least, ORG, OneOrg, Pass, WholeServer};
use super::app::App;

/// The arguments of a handler that may be routed.
pub(super) trait Judged {
    type Reach;
    const LEAST: Least;
}

macro_rules! judged {
    ($($other:ident)*) => {
        // How axum writes the arguments of a handler; the first stands for how the last is read.
        impl<M, P: Pass, $($other),*> Judged for (M, P, $($other),*) {
            type Reach = P::Reach;
            const LEAST: Least = P::LEAST;
        }
    };
}

judged!();
judged!(A);
judged!(A B);
judged!(A B C);
judged!(A B C D);
judged!(A B C D E);

/// One operation of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Door {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) least: Least,
}

/// The handlers of one path, one for each method.
pub(super) struct Methods<Reach> {
    handlers: MethodRouter<App, Infallible>,
    leasts: Vec<(&'static str, Least)>,
    reach: PhantomData<Reach>,
}

macro_rules! methods {
    ($($method:ident $filter:ident),*) => {
        $(
            /// Begins the handlers of a path.
            #[allow(dead_code, reason = "which of them are used changes with the routes")]
            pub(super) fn $method<H, T>(handler: H) -> Methods<T::Reach>
            where
                H: Handler<T, App>,
                T: Judged + 'static,
            {
                Methods { handlers: MethodRouter::new(), leasts: Vec::new(), reach: PhantomData }
                    .$method(handler)
            }
        )*

        impl<Reach> Methods<Reach> {
            $(
                /// Adds a handler.
                #[allow(dead_code, reason = "which of them are used changes with the routes")]
                pub(super) fn $method<H, T>(mut self, handler: H) -> Self
                where
                    H: Handler<T, App>,
                    T: Judged<Reach = Reach> + 'static,
                {
                    self.handlers = self.handlers.on(MethodFilter::$filter, handler);
                    self.leasts.push((stringify!($method), T::LEAST));
                    self
                }
            )*
        }
    };
}

methods!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

/// Whether paths name an org.
pub(super) trait Reach {
    const NAMES_ORG: bool;
}

impl Reach for OneOrg {
    const NAMES_ORG: bool = true;
}

impl Reach for WholeServer {
    const NAMES_ORG: bool = false;
}

/// Routes of one reach.
pub(super) struct Routes<R> {
    pub(super) router: Router<App>,
    pub(super) doors: Vec<Door>,
    reach: PhantomData<R>,
}

impl<R: Reach> Routes<R> {
    pub(super) fn new() -> Self {
        Self { router: Router::new(), doors: Vec::new(), reach: PhantomData }
    }

    /// Adds a path.
    ///
    /// # Panics
    /// If a path that names an org is given to the routes of the whole server, where nobody is judged for it, or the
    /// reverse; and, as axum does, if the path is there already.
    pub(super) fn route(mut self, path: &'static str, methods: Methods<R>) -> Self {
        let names_org = path.split('/').any(|part| {
            part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) == Some(ORG)
        });
        assert_eq!(names_org, R::NAMES_ORG, "{path} stands among routes of another reach");
        let doors = methods.leasts.iter().map(|&(method, least)| Door { method, path, least });
        self.doors.extend(doors);
        self.router = self.router.route(path, methods.handlers);
        self
    }
}
