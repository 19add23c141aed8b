//! What was asked and told, written down before the answer goes out.
//!
//! A handler notes in its response what the answer tells ([`State::note`]); here that becomes
//! a line of the audit, and the response waits for it. `list` and `verify` answer those who
//! may read the audit.

pub(super) mod list;
pub(super) mod verify;

use std::sync::Arc;

use audit::{Entry, Outcome};
use hyper::{Response, StatusCode};
use model::{Answer, Coverage, Lookup};

use super::body::Body;
use super::inquiry::{Inquiry, Purpose};
use super::permission::role_of;
use super::problem::problem;
use super::refusal::told;
use super::route::Route;
use super::state::State;
use crate::api::Problem;
use crate::config::Role;
use crate::trail::{Trail, Unwritten};
use crate::web;

/// What an answer tells, as far as it is written down.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Told {
    /// How many connections it names; `None` where that is not known yet.
    pub matches: Option<u64>,
    /// How many hosts fit.
    pub verdict: Option<&'static str>,
    /// Whether nothing can be missing.
    pub coverage: Option<&'static str>,
    /// The role that it took, where the endpoint does not say it.
    pub role: Option<Role>,
    /// The question, where the request's address does not say it.
    pub question: Option<String>,
    /// Whether there is more of the answer to come.
    pub goes_on: bool,
    /// Whether its lines are written already, one for each question.
    pub is_written: bool,
}

impl Told {
    /// What a list tells.
    pub fn rows(count: usize, coverage: &Coverage) -> Self {
        Self {
            matches: Some(count as u64),
            coverage: Some(word(coverage)),
            ..Self::default()
        }
    }

    /// What an answer to a question tells.
    pub fn answer(question: &Lookup, answer: &Answer) -> Self {
        Self {
            verdict: Some(answer.verdict.name()),
            role: Some(role_of(question)),
            ..Self::rows(answer.matches.len(), &answer.coverage)
        }
    }

    /// That an answer begins whose end is not known.
    pub fn begun() -> Self {
        Self {
            goes_on: true,
            ..Self::default()
        }
    }

    /// That each question has its line already.
    pub fn written() -> Self {
        Self {
            is_written: true,
            ..Self::default()
        }
    }

    /// Writes it into a line.
    fn fill(&self, entry: &mut Entry) {
        if let Some(role) = self.role {
            entry.role = Some(role.name().to_owned());
        }
        entry.matches = self.matches;
        entry.verdict = self.verdict.map(str::to_owned);
        entry.coverage = self.coverage.map(str::to_owned);
        if let Some(question) = &self.question {
            entry.question = Some(question.clone());
        }
    }
}

const fn word(coverage: &Coverage) -> &'static str {
    match coverage.is_complete() {
        true => "complete",
        false => "gaps",
    }
}

/// A request whose answer is written down.
#[derive(Clone, Debug)]
pub(super) struct Audited {
    trail: Arc<Trail>,
    route: Route,
    entry: Entry,
}

impl Audited {
    /// A request for `target`; `None` where what it asks for is not written down.
    pub fn of(state: &State, route: Route, inquiry: &Inquiry, target: &str) -> Option<Self> {
        let trail = state.trail.as_ref()?;
        if !route.is_personal() || (route == Route::ForwardAuth && !trail.has_forward_auth()) {
            return None;
        }
        let caller = &inquiry.caller;
        let mut entry = Entry::new(route.name(), Outcome::Answered);
        entry.caller = Some(caller.name.to_string());
        entry.credential = Some(caller.credential.name().to_owned());
        entry.from = Some(caller.peer.to_string());
        entry.listener = Some(caller.listener.to_string());
        entry.role = route.only_role().map(|role| role.name().to_owned());
        entry.question = Some(target.to_owned());
        entry.case = given(&inquiry.purpose.case);
        entry.reason = given(&inquiry.purpose.reason);
        Some(Self {
            trail: Arc::clone(trail),
            route,
            entry,
        })
    }

    /// What the question is asked for, where that became known later.
    pub fn set_purpose(&mut self, purpose: &Purpose) {
        self.entry.case = given(&purpose.case);
        self.entry.reason = given(&purpose.reason);
    }

    /// Notes that a link of another site led there: whoever made it has chosen the question,
    /// and what it says it is for.
    pub fn is_led_there(&mut self) {
        self.entry.note = Some("a page of another site led there".to_owned());
    }

    /// Writes the answer down, and gives it back where that was possible.
    pub async fn record(mut self, mut response: Response<Body>) -> Response<Body> {
        let noted = response.extensions_mut().remove::<Told>();
        if noted.as_ref().is_some_and(|noted| noted.is_written) {
            return response;
        }
        // A question that was refused or not understood has told nobody anything.
        if noted.is_none() && !response.status().is_success() {
            return response;
        }
        let noted = noted.unwrap_or_default();
        noted.fill(&mut self.entry);
        if noted.goes_on {
            self.entry.outcome = Outcome::Begun;
        }
        match self.trail.record(vec![self.entry]).await {
            Ok(()) => response,
            Err(unwritten) => {
                let problem = of_unwritten(unwritten);
                told(self.route, &problem, web::Refusal::not_written)
            }
        }
    }

    /// Writes lines for questions of one request, each with what it was told.
    pub async fn record_each(&self, told: Vec<(String, Told)>) -> Result<(), Unwritten> {
        let entries = told.into_iter().map(|(question, told)| {
            let mut entry = self.entry.clone();
            told.fill(&mut entry);
            entry.question = Some(question);
            entry
        });
        self.trail.record(entries.collect()).await
    }

    /// Writes down that something begins which cannot be undone where it turns out that it
    /// cannot be written down.
    pub async fn record_begin(&self) -> Result<(), Box<Problem>> {
        let mut entry = self.entry.clone();
        entry.outcome = Outcome::Begun;
        self.trail.record(vec![entry]).await.map_err(of_unwritten)
    }

    /// Writes down how an answer that was begun has ended: after so many connections, whole
    /// or not.
    pub async fn record_end(&self, matches: u64, is_whole: bool) {
        let outcome = match is_whole {
            true => Outcome::Ended,
            false => Outcome::BrokeOff,
        };
        self.record_outcome(Some(matches), outcome).await;
    }

    /// Writes down what became of something that was begun.
    pub async fn record_outcome(&self, matches: Option<u64>, outcome: Outcome) {
        let mut entry = self.entry.clone();
        entry.matches = matches;
        entry.outcome = outcome;
        self.trail.record_end(entry).await;
    }

    /// Refuses what could not be written down, before anything is asked.
    pub fn require_writable(&self) -> Result<(), Box<Problem>> {
        match self.trail.may_answer() {
            true => Ok(()),
            false => Err(of_unwritten(Unwritten)),
        }
    }
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The trail, or 404 where there is none.
fn open(state: &State) -> Result<Arc<Trail>, Box<Problem>> {
    state.trail.clone().ok_or_else(|| {
        let detail = "read the audit: there is none; hint: set audit.folder";
        problem(StatusCode::NOT_FOUND, detail)
    })
}

/// 503: who asks could not be written down.
pub(super) fn of_unwritten(unwritten: Unwritten) -> Box<Problem> {
    problem(StatusCode::SERVICE_UNAVAILABLE, unwritten.to_string())
}

impl State {
    /// Notes in a response what it tells, where that is written down.
    pub(super) fn note(&self, response: &mut Response<Body>, told: impl FnOnce() -> Told) {
        if self.trail.is_some() {
            response.extensions_mut().insert(told());
        }
    }
}
