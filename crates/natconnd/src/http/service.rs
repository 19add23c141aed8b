//! One connection's requests: who asks, what for, and who answers.

use std::borrow::Cow;
use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HOST, HeaderValue};
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode, Version};

use super::audit::Audited;
use super::body::Body;
use super::counters::add;
use super::forward_auth::Unanswered;
use super::inquiry::{Inquiry, Purpose, without_purpose};
use super::problem::{Refused, problem, to_response, unknown_path, wrong_method};
use super::refusal::{NotAnswered, count, is_cross_site, is_of_other_site, refuse, unreadable};
use super::response::{JSON, TEXT, full, ok};
use super::route::Route;
use super::state::State;
use super::{
    audit, connections, contain, events, forward_auth, health, history, lookup, lookups, metrics,
    openapi, pages, query, records, usage,
};
use crate::access::{Caller, Refusal, Standing, Turn, Visitor, has_token};
use crate::config::{Role, Roles};

/// The requests of one connection.
pub(super) struct Requests {
    state: Arc<State>,
    /// Who is at the other end.
    visitor: Visitor,
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

impl Reply {
    /// The same, but that a stream is cut once its caller may no longer ask for it.
    fn cut_with(self, standing: Option<Standing>) -> Self {
        let Some(standing) = standing else {
            return self;
        };
        match self {
            Self::Now(response) => {
                Self::Now(response.map(|it| it.map(|body| body.cut_with(standing))))
            }
            Self::Later(response) => Self::Later(Box::pin(async move {
                let response = response.await;
                response.map(|body| body.cut_with(standing))
            })),
        }
    }
}

impl Requests {
    pub(super) fn new(state: Arc<State>, visitor: Visitor) -> Self {
        Self {
            state,
            visitor,
            began: Cell::new(Instant::now()),
        }
    }

    /// Whose a request is and what for, where it may be answered as far as its endpoint
    /// tells.
    fn admit(
        &self,
        route: Route,
        request: &Request<Incoming>,
    ) -> Result<(Arc<Caller>, Option<Turn>), NotAnswered> {
        let headers = request.headers();
        let bytes = |name| headers.get(name).map(HeaderValue::as_bytes);
        let host = host_of(request)?;
        let caller = match route {
            // Proxies pass on what their clients say: credentials for somebody else.
            Route::ForwardAuth => {
                let token = bytes(AUTHORIZATION).filter(|it| has_token(it));
                match token.map(|token| self.of_proxy(token)) {
                    Some(Ok(caller)) => Ok(caller),
                    _ => self.visitor.caller(None, host),
                }
            }
            _ if is_cross_site(request) => return Err(NotAnswered::CrossSite),
            // What refusals look like too, whoever they are told.
            Route::Asset => self.visitor.caller(None, None),
            _ => self.visitor.caller(bytes(AUTHORIZATION), host),
        };
        let caller = caller.map_err(NotAnswered::Nobody)?;
        if let Some(needed) = route.roles()
            && !caller.roles.meets(needed)
        {
            return Err(NotAnswered::NoRole(caller, needed));
        }
        // Proxies have no reasons of their own. Where others must say why, only a proxy that is
        // known by name need not.
        if route == Route::ForwardAuth
            && caller.needs_reason.contains(Role::Lookup)
            && !caller.is_named
        {
            return Err(NotAnswered::NoRole(caller, Roles::NONE.with(Role::Lookup)));
        }
        let turn = match route {
            Route::Asset => Ok(None),
            _ => caller.admit().map_err(NotAnswered::TooMuch),
        };
        Ok((caller, turn?))
    }

    /// Whose a proxy's request is, by a token that it or its client shows. One that is
    /// not known is as good as none, but somebody may want to know.
    fn of_proxy(&self, token: &[u8]) -> Result<Arc<Caller>, Refusal> {
        let caller = self.visitor.caller(Some(token), None);
        if let Err(Refusal::UnknownToken) = caller {
            add(&self.state.counters.unidentified, 1);
        }
        caller
    }

    /// Answers what needs no waiting; `None` where the route does.
    fn at_once(
        &self,
        route: Route,
        audited: Option<&Audited>,
        request: &Request<Incoming>,
    ) -> Option<Refused<Response<Body>>> {
        let state = &self.state;
        let query = request.uri().query();
        Some(match route {
            Route::Events => events::respond(state, audited.cloned(), query),
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
            | Route::Audit
            | Route::AuditVerify
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

    /// What a request gets that is not answered.
    fn refused(&self, route: Route, request: &Request<Incoming>, why: &NotAnswered) -> Reply {
        let unanswered = match (route, why) {
            (Route::ForwardAuth, NotAnswered::Nobody(Refusal::WrongHost)) => Unanswered::OtherHost,
            (Route::ForwardAuth, NotAnswered::TooMuch(_)) => Unanswered::TooMany,
            _ => return self.counted(route, refuse(&self.state, route, why)),
        };
        count(&self.state.counters, why);
        let (query, headers) = (request.uri().query(), request.headers());
        self.counted(route, forward_auth::unanswered(query, headers, unanswered))
    }

    fn counted(&self, route: Route, response: Response<Body>) -> Reply {
        let counters = &self.state.counters;
        counters.answered(route, response.status());
        counters.took(route, self.began.get().elapsed());
        Reply::Now(Some(response))
    }

    /// The same, for an answer that is perhaps written down before it goes out.
    fn replied(&self, route: Route, audited: Option<Audited>, response: Response<Body>) -> Reply {
        match audited {
            None => self.counted(route, response),
            Some(audited) => self.counted_later(route, audited.record(response)),
        }
    }

    fn replied_later<F>(
        &self,
        route: Route,
        audited: Option<Audited>,
        inquiry: Inquiry,
        response: F,
    ) -> Reply
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        self.counted_later(route, async move {
            let response = response.await;
            let response = match audited {
                None => response,
                Some(audited) => audited.record(response).await,
            };
            drop(inquiry);
            response
        })
    }

    fn counted_later<F>(&self, route: Route, response: F) -> Reply
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let counters = Arc::clone(&self.state.counters);
        let began = self.began.get();
        Reply::Later(Box::pin(async move {
            let response = contain::answered(response).await;
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
        let path = request.uri().path();
        let route = Route::of_path(path, self.state.pynatconnd.is_some());
        contain::answered_now(
            || self.reply(route, request),
            |fault| self.counted(route, fault),
        )
    }
}

impl Requests {
    fn reply(&self, route: Route, mut request: Request<Incoming>) -> Reply {
        let state = &self.state;
        let (caller, turn) = match self.admit(route, &request) {
            Ok(admitted) => admitted,
            Err(why) => return self.refused(route, &request, &why),
        };
        let purpose = match Purpose::of(route, &request) {
            Ok(purpose) => purpose,
            Err(problem) => return self.counted(route, unreadable(route, &problem)),
        };
        if route != Route::Audit
            && let Some(uri) = without_purpose(request.uri())
        {
            *request.uri_mut() = uri;
        }
        let inquiry = Inquiry {
            caller,
            purpose,
            turn: turn.map(Arc::new),
        };
        if let Some(refused) = wrong_method_for(route, &request) {
            return self.counted(route, refused);
        }
        // A proxy has no reasons of its own.
        if route != Route::ForwardAuth
            && let Some(role) = route.only_role()
            && let Err(problem) = inquiry.require(role)
        {
            let response = match route.is_page() {
                true => pages::ask_purpose(state, inquiry, &request, role),
                false => to_response(&problem),
            };
            return self.counted(route, response);
        }
        let standing = self.standing(route, &inquiry, &request);
        self.answer(route, inquiry, request).cut_with(standing)
    }

    /// By what an answer may go on, where it may take long.
    fn standing(
        &self,
        route: Route,
        inquiry: &Inquiry,
        request: &Request<Incoming>,
    ) -> Option<Standing> {
        let authorization = request.headers().get(AUTHORIZATION);
        let authorization = authorization.map(HeaderValue::as_bytes);
        let takes_long = matches!(
            route,
            Route::Events | Route::Lookups | Route::Connections | Route::Records
        );
        takes_long.then(|| {
            let (caller, turn) = (&inquiry.caller, inquiry.turn.clone());
            Standing::new(&self.visitor, authorization, caller, turn)
        })
    }

    /// Answers what its caller may ask.
    fn answer(&self, route: Route, inquiry: Inquiry, request: Request<Incoming>) -> Reply {
        let state = &self.state;
        let target = request.uri().path_and_query();
        let target = target.map_or("", |it| it.as_str());
        let target = match route {
            // The same address is held and given up.
            Route::HistoryHold => Cow::Owned(format!("{} {target}", request.method())),
            _ => Cow::Borrowed(target),
        };
        let mut audited = Audited::of(state, route, &inquiry, &target);
        if let Some(audited) = audited
            .as_mut()
            .filter(|_| is_of_other_site(request.headers()))
        {
            audited.is_led_there();
        }
        let query = request.uri().query();
        match route {
            Route::Lookup => match lookup::respond(state, &inquiry, query) {
                Ok(Ok(response)) => self.replied(route, audited, response),
                Ok(Err(question)) => {
                    let response = lookup::respond_later(Arc::clone(state), question);
                    self.replied_later(route, audited, inquiry, response)
                }
                Err(problem) => self.counted(route, to_response(&problem)),
            },
            Route::ForwardAuth => match forward_auth::respond(state, query, request.headers()) {
                Ok(response) => self.replied(route, audited, response),
                Err(later) => {
                    let response = forward_auth::respond_later(Arc::clone(state), later);
                    self.replied_later(route, audited, inquiry, response)
                }
            },
            _ => match self.at_once(route, audited.as_ref(), &request) {
                Some(response) => {
                    let response = response.unwrap_or_else(|problem| to_response(&problem));
                    self.replied(route, audited, response)
                }
                None => {
                    let response = later(
                        Arc::clone(state),
                        route,
                        inquiry.clone(),
                        audited.clone(),
                        request,
                    );
                    self.replied_later(route, audited, inquiry, response)
                }
            },
        }
    }
}

/// Answers what needs waiting.
async fn later(
    state: Arc<State>,
    route: Route,
    inquiry: Inquiry,
    audited: Option<Audited>,
    request: Request<Incoming>,
) -> Response<Body> {
    let query = request.uri().query();
    match route {
        Route::Pynatconnd => {
            let (method, path) = (request.method(), request.uri().path());
            match &state.pynatconnd {
                Some(pynatconnd) => pynatconnd.respond(&state, &inquiry, method, path).await,
                None => to_response(&unknown_path(path)),
            }
        }
        Route::Lookups => lookups::respond(state, inquiry, audited, request).await,
        route if route.is_page() => pages::respond(state, route, inquiry, audited, request).await,
        Route::Health => health::respond(state, query).await,
        Route::Usage => usage::respond(state, query.map(str::to_owned)).await,
        Route::Ports => usage::respond_ports(state, query.map(str::to_owned)).await,
        Route::Metrics => {
            let is_plain = metrics::wants_plain(request.headers());
            metrics::respond(state, is_plain).await
        }
        Route::Audit => {
            let listed = audit::list::respond(&state, query).await;
            listed.unwrap_or_else(|problem| to_response(&problem))
        }
        Route::AuditVerify => {
            let verified = audit::verify::respond(&state, query).await;
            verified.unwrap_or_else(|problem| to_response(&problem))
        }
        Route::Records => records::respond(&state, &inquiry, audited, &request).await,
        Route::Connections => connections::respond(&state, audited, &request).await,
        Route::HistoryHold => {
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let query = query.map(str::to_owned);
            history::change_holds(state, audited, method, path, query).await
        }
        route => history::respond(state, route, &inquiry, query.map(str::to_owned)).await,
    }
}

/// What a method gets that an endpoint does not answer; `None` where it does.
fn wrong_method_for(route: Route, request: &Request<Incoming>) -> Option<Response<Body>> {
    let method = request.method();
    let is_asking = matches!(*method, Method::GET | Method::HEAD);
    let is_answered = match route {
        // Proxies ask with the method of the request that they serve, and pynatconnd has
        // refusals of its own.
        Route::ForwardAuth | Route::Pynatconnd | Route::Unknown => true,
        Route::Lookups => *method == Method::POST,
        Route::HistoryHold => matches!(*method, Method::PUT | Method::DELETE),
        Route::DeskPage => is_asking || *method == Method::POST,
        _ => is_asking,
    };
    (!is_answered).then(|| wrong_method(method, request.uri().path(), route.methods()))
}

/// The host that a request asks for; `None` where it says none, as HTTP/1.0 may.
///
/// Refuses what two programs could read in two ways: several hosts, none where one is due
/// (RFC 9112 section 3.2), and a target with another host than the header's.
fn host_of(request: &Request<Incoming>) -> Result<Option<&[u8]>, NotAnswered> {
    let mut said = request.headers().get_all(HOST).iter();
    let header = said.next().map(HeaderValue::as_bytes);
    let of_target = request.uri().authority().map(|it| it.as_str().as_bytes());
    let is_due = request.version() >= Version::HTTP_11;
    match (header, of_target) {
        _ if said.next().is_some() => Err(NotAnswered::UnclearHost),
        (None, _) if is_due => Err(NotAnswered::UnclearHost),
        (Some(header), Some(target)) if !header.eq_ignore_ascii_case(target) => {
            Err(NotAnswered::UnclearHost)
        }
        (header, target) => Ok(target.or(header)),
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
