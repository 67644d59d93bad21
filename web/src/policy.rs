//! Policies: who may use a route, on which object, with how large a body. A [`Route`] cannot be made without one, and
//! only routes become part of the router, so there is no page without a policy.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use crate::app::App;
use crate::files::BODY_BYTES;
use crate::gate;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// Whoever has signed in.
    SignedIn,
    /// The staff.
    Staff,
    /// Supervisors.
    Supervisor,
}

/// What a route is about, looked up before its handler runs. Somebody else's object looks like none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// Nothing that belongs to anybody.
    Nothing,
    /// The case `{case}`, which the visitor may see.
    Case,
    /// The task `{task}` of the case `{case}`, which the visitor may take.
    Task,
    /// The draft `{draft}`, which is the visitor's own.
    Draft,
    /// The file `{file}`, which the visitor sent.
    File,
}

/// The rule for one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Who.
    pub who: Who,
    /// On what.
    pub object: Object,
    /// Exists in the demonstration only.
    pub demo: bool,
    /// Largest body in bytes. Every body is a form with the token of its session.
    pub body_bytes: usize,
    /// Its form may bring files, which have limits of their own.
    pub files: bool,
}

/// Room for a long form with many rows.
const FORM_BYTES: usize = 256 * 1024;

impl Policy {
    /// For `who`, about `object`.
    pub const fn new(who: Who, object: Object) -> Policy {
        Policy { who, object, demo: false, body_bytes: FORM_BYTES, files: false }
    }

    /// The same, in the demonstration only.
    #[must_use]
    pub const fn demo(self) -> Policy {
        Policy { demo: true, ..self }
    }

    /// The same, and the form may bring files.
    #[must_use]
    pub const fn files(self) -> Policy {
        Policy { files: true, ..self }
    }

    /// The same, for small bodies.
    #[must_use]
    pub const fn body(self, bytes: usize) -> Policy {
        Policy { body_bytes: bytes, ..self }
    }
}

/// One way into the server: method, path, policy and what answers.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Who, on what.
    pub policy: Policy,
    service: MethodRouter<App>,
}

impl Route {
    /// A page.
    pub fn get<H, T>(path: &'static str, policy: Policy, handler: H) -> Route
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Route { method: Method::GET, path, policy, service: get(handler) }
    }

    /// A form that was sent.
    pub fn post<H, T>(path: &'static str, policy: Policy, handler: H) -> Route
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Route { method: Method::POST, path, policy, service: post(handler) }
    }
}

/// Puts the gate with its policy before every route.
pub fn router(app: &App, routes: Vec<Route>) -> Router<App> {
    routes.into_iter().fold(Router::new(), |router, route| {
        tracing::debug!(method = %route.method, path = route.path, policy = ?route.policy, "a route");
        let guarded = route.service.route_layer(from_fn_with_state((app.clone(), route.policy), gate::pass));
        // What is sent for a file is bounded here; without files the gate reads at most the body of a form.
        let most = if route.policy.files { BODY_BYTES } else { route.policy.body_bytes };
        router.route(route.path, guarded.layer(DefaultBodyLimit::max(most)))
    })
}
