//! One connection's requests: who asks, what for, and who answers.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use hyper::body::Incoming;
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode};

use super::allow::Verdict;
use super::body::Body;
use super::counters::add;
use super::problem::{Refused, problem, to_response, unknown_path, wrong_method};
use super::refusal::refuse;
use super::response::{JSON, TEXT, full, ok};
use super::route::Route;
use super::state::State;
use super::{
    connections, events, forward_auth, health, history, lookup, lookups, metrics, openapi, pages,
    query, records, usage,
};

/// The requests of one connection.
pub(super) struct Requests {
    state: Arc<State>,
    /// The peer and what the allow list says of it, which may have been
    /// replaced since it connected; `None` over a unix socket, whose file
    /// mode says it all.
    peer: Option<(IpAddr, Cell<Verdict>)>,
    /// When the request came that is answered now: of one connection one at a time
    /// is.
    began: Cell<Instant>,
}

/// A response, now or later. Lookups are answered on the spot, without the
/// allocation that a boxed future costs.
pub(super) enum Reply {
    Now(Option<Response<Body>>),
    Later(Pin<Box<dyn Future<Output = Response<Body>> + Send>>),
}

impl Future for Reply {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Now(response) => {
                let response = response.take();
                Poll::Ready(Ok(response.expect("a finished future is not polled")))
            }
            Self::Later(response) => response.as_mut().poll(context).map(Ok),
        }
    }
}

impl Requests {
    pub(super) fn new(state: Arc<State>, peer: Option<IpAddr>) -> Self {
        let peer = peer.map(|address| (address, Cell::new(state.allow.judge(address))));
        Self {
            state,
            peer,
            began: Cell::new(Instant::now()),
        }
    }

    fn is_allowed(&self) -> bool {
        let Some((address, verdict)) = &self.peer else {
            return true;
        };
        if !self.state.allow.still_holds(verdict.get()) {
            verdict.set(self.state.allow.judge(*address));
        }
        verdict.get().is_allowed
    }

    /// Answers what needs no waiting; `None` where the route does.
    fn at_once(
        &self,
        route: Route,
        request: &Request<Incoming>,
    ) -> Option<Refused<Response<Body>>> {
        let state = &self.state;
        let query = request.uri().query();
        Some(match route {
            Route::Events => events::respond(state, query),
            Route::Status => status(state, query),
            Route::Healthz => Ok(healthz(state)),
            Route::OpenApi => Ok(ok(JSON, openapi::openapi())),
            Route::Unknown => Err(unknown_path(request.uri().path())),
            Route::Lookup
            | Route::Lookups
            | Route::ForwardAuth
            | Route::Connections
            | Route::Records
            | Route::Health
            | Route::Usage
            | Route::Ports
            | Route::Metrics
            | Route::History
            | Route::HistoryGaps
            | Route::HistoryVerify
            | Route::HistoryExpired
            | Route::HistoryHolds
            | Route::HistoryHold
            | Route::DeskPage
            | Route::LivePage
            | Route::HostPage
            | Route::PortsPage
            | Route::HealthPage
            | Route::DocsPage
            | Route::Asset
            | Route::Pynatconnd => return None,
        })
    }

    fn counted(&self, route: Route, response: Response<Body>) -> Reply {
        let counters = &self.state.counters;
        counters.answered(route, response.status());
        counters.took(route, self.began.get().elapsed());
        Reply::Now(Some(response))
    }

    fn counted_later<F>(&self, route: Route, response: F) -> Reply
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let counters = Arc::clone(&self.state.counters);
        let began = self.began.get();
        Reply::Later(Box::pin(async move {
            let response = response.await;
            counters.answered(route, response.status());
            counters.took(route, began.elapsed());
            response
        }))
    }
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Reply;

    fn call(&self, request: Request<Incoming>) -> Reply {
        self.began.set(Instant::now());
        let state = &self.state;
        let path = request.uri().path();
        let route = Route::of_path(path, state.pynatconnd.is_some());
        if !self.is_allowed() {
            add(&state.counters.refused, 1);
            return Reply::Now(Some(refuse(state, route)));
        }
        if let (Route::Pynatconnd, Some(pynatconnd)) = (route, &state.pynatconnd) {
            let response = pynatconnd.respond(state, request.method(), path);
            return self.counted_later(route, response);
        }
        let is_known = route != Route::Unknown;
        let is_asking = matches!(*request.method(), Method::GET | Method::HEAD);
        let is_allowed = match route {
            Route::Lookups => request.method() == Method::POST,
            // Proxies ask with the method of the request that they serve.
            Route::ForwardAuth => true,
            Route::HistoryHold => matches!(*request.method(), Method::PUT | Method::DELETE),
            Route::DeskPage => is_asking || request.method() == Method::POST,
            _ => is_asking,
        };
        if is_known && !is_allowed {
            let refused = wrong_method(request.method(), path, route.methods());
            return self.counted(route, refused);
        }
        if route == Route::Lookups {
            return self.counted_later(route, lookups::respond(Arc::clone(state), request));
        }
        if route.is_page() {
            return self.counted_later(route, pages::respond(Arc::clone(state), route, request));
        }
        if route == Route::ForwardAuth {
            return match forward_auth::respond(state, request.uri().query(), request.headers()) {
                Ok(response) => self.counted(route, response),
                Err(later) => {
                    let response = forward_auth::respond_later(Arc::clone(state), later);
                    self.counted_later(route, response)
                }
            };
        }
        if route == Route::Lookup {
            return match lookup::respond(state, request.uri().query()) {
                Ok(Ok(response)) => self.counted(route, response),
                Ok(Err(question)) => {
                    let response = lookup::respond_later(Arc::clone(state), question);
                    self.counted_later(route, response)
                }
                Err(problem) => self.counted(route, to_response(&problem)),
            };
        }
        match self.at_once(route, &request) {
            Some(response) => {
                let response = response.unwrap_or_else(|problem| to_response(&problem));
                self.counted(route, response)
            }
            None if route == Route::Health => {
                let query = request.uri().query();
                self.counted_later(route, health::respond(Arc::clone(state), query))
            }
            None if matches!(route, Route::Usage | Route::Ports) => {
                let query = request.uri().query().map(str::to_owned);
                let state = Arc::clone(state);
                if route == Route::Usage {
                    self.counted_later(route, usage::respond(state, query))
                } else {
                    self.counted_later(route, usage::respond_ports(state, query))
                }
            }
            None if route == Route::Metrics => {
                let is_plain = metrics::wants_plain(request.headers());
                self.counted_later(route, metrics::respond(Arc::clone(state), is_plain))
            }
            None if route == Route::Records => {
                self.counted_later(route, records::respond(state, &request))
            }
            None if route == Route::Connections => {
                self.counted_later(route, connections::respond(state, &request))
            }
            None if route == Route::HistoryHold => {
                let changed = history::change_holds(
                    Arc::clone(state),
                    request.method().clone(),
                    path.to_owned(),
                    request.uri().query().map(str::to_owned),
                    self.peer.is_none(),
                );
                self.counted_later(route, changed)
            }
            None => {
                let query = request.uri().query().map(str::to_owned);
                self.counted_later(route, history::respond(Arc::clone(state), route, query))
            }
        }
    }
}

fn status(state: &State, query: Option<&str>) -> Refused<Response<Body>> {
    query::read_nothing(query)?;
    let body = serde_json::to_vec(&state.answers.status()).map_err(|error| {
        let detail = format!("write the status: {error}");
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })?;
    Ok(ok(JSON, body))
}

fn healthz(state: &State) -> Response<Body> {
    if state.answers.status().ready {
        return ok(TEXT, "ok\n");
    }
    let starting = "starting: the kernel's table has not been read to the end\n";
    full(StatusCode::SERVICE_UNAVAILABLE, TEXT, starting)
}
