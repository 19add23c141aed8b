//! pynatconnd's URLs, answered as that program did.
//!
//! `/{key_name}/{value}`, `/debug` and `/nagios`; statuses, content types and
//! bodies are as its users know them. Only source translations exist here:
//! that program knew no other. What differs on purpose: address keys work, a
//! value that is no port is a 400 and not a 500, and where several
//! connections share a key the newest live one is shown.

#[cfg(any(test, fuzzing))]
pub(super) mod fuzzing;
mod json;
mod nagios;
mod object;

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, Response, StatusCode};
use jiff::tz::TimeZone;
use model::{Filter, Lookup, Match, TranslationKind};

use self::nagios::Requests;
use self::object::{Key, KeyError};
use super::audit::Told;
use super::body::{Body, Chunk, ChunkSender, chunks};
use super::inquiry::Inquiry;
use super::permission::role_of;
use super::problem::{shortened, to_response};
use super::query::{self, MAX_LIMIT, Plus};
use super::response::{HTML, JSON, full, ok, response};
use super::state::State;
use crate::config::{KeyName, Role};
use crate::lookup::{Answers, Order, SortKey, Wanted};

/// How many matches of a key are looked at for the newest one.
const MATCHES: usize = MAX_LIMIT;

/// The mode in which pynatconnd's URLs are answered.
pub(super) struct Pynatconnd {
    key: KeyName,
    requests: Arc<Requests>,
}

impl Pynatconnd {
    pub(super) fn new(key: KeyName) -> Self {
        Self {
            key,
            requests: Arc::default(),
        }
    }

    /// Counts a request from outside the allow list.
    pub(super) fn count_refused(&self) {
        self.requests.count(StatusCode::FORBIDDEN);
    }

    pub(super) fn respond(
        &self,
        state: &Arc<State>,
        inquiry: &Inquiry,
        method: &Method,
        path: &str,
    ) -> impl Future<Output = Response<Body>> + Send + 'static {
        let state = Arc::clone(state);
        let requests = Arc::clone(&self.requests);
        let asked = Asked::of(path, self.key);
        let refused = wrong_method(method).filter(|_| !matches!(asked, Asked::Nothing));
        let key = self.key;
        let permitted = match &asked {
            Asked::Debug => inquiry.require(Role::Browse),
            Asked::Nagios => inquiry.require(Role::Metrics),
            Asked::Key(wanted) => inquiry.permit(&question(key, wanted), None),
            Asked::Nothing | Asked::Absent | Asked::BadValue(_) | Asked::Mismatch => {
                Ok(Role::Lookup)
            }
        };
        async move {
            if let Some(mut refused) = refused {
                state.note(&mut refused, Told::written);
                return refused;
            }
            if let Err(problem) = permitted {
                requests.count(StatusCode::FORBIDDEN);
                return to_response(&problem);
            }
            let response = match asked {
                Asked::Nothing => {
                    full(StatusCode::NOT_FOUND, JSON, r#"{"title": "404 Not Found"}"#)
                }
                // Looking at the counters does not move them.
                Asked::Nagios => {
                    let mut report = ok(JSON, requests.report(&state.answers.status()));
                    // They are about nobody.
                    state.note(&mut report, Told::written);
                    return report;
                }
                Asked::Debug => debug(state, key).await,
                Asked::Mismatch => full(StatusCode::BAD_REQUEST, HTML, "Mismatch"),
                Asked::BadValue(value) => bad_value(key, &value),
                Asked::Absent => not_found(),
                Asked::Key(wanted) => look_up(&state, key, wanted).await,
            };
            requests.count(response.status());
            response
        }
    }
}

/// What a path asks for.
enum Asked {
    Key(Key),
    /// The value is a number, but can be no port.
    Absent,
    /// The value is none of its kind.
    BadValue(String),
    /// The key name is another one, or none at all.
    Mismatch,
    Debug,
    Nagios,
    Nothing,
}

impl Asked {
    fn of(path: &str, key: KeyName) -> Self {
        let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
        match (segments.next(), segments.next(), segments.next()) {
            (Some("debug"), None, None) => Self::Debug,
            (Some("nagios"), None, None) => Self::Nagios,
            (Some(name), Some(value), None) if !name.is_empty() && !value.is_empty() => {
                if name != key.name() {
                    return Self::Mismatch;
                }
                let Some(value) = query::decode(value, Plus::IsPlus) else {
                    return Self::BadValue(value.to_owned());
                };
                match Key::read(key, &value) {
                    Ok(key) => Self::Key(key),
                    Err(KeyError::OutOfRange) => Self::Absent,
                    Err(KeyError::NoSuchValue) => Self::BadValue(value.into_owned()),
                }
            }
            _ => Self::Nothing,
        }
    }
}

fn wrong_method(method: &Method) -> Option<Response<Body>> {
    let (status, body, allowed) = match *method {
        Method::GET => return None,
        Method::OPTIONS => (StatusCode::OK, "", "GET"),
        _ => (
            StatusCode::METHOD_NOT_ALLOWED,
            r#"{"title": "405 Method Not Allowed"}"#,
            "GET, OPTIONS",
        ),
    };
    let mut response = full(status, JSON, body);
    let allowed = HeaderValue::from_static(allowed);
    response.headers_mut().insert(ALLOW, allowed);
    Some(response)
}

fn not_found() -> Response<Body> {
    full(StatusCode::NOT_FOUND, HTML, "Not found")
}

/// 400 in the shape that program's framework gave its other errors.
fn bad_value(key: KeyName, value: &str) -> Response<Body> {
    let kind = if key.is_port() { "port" } else { "IP address" };
    let description = format!("{key} is \"{}\", expected a {kind}", shortened(value));
    let body = format!(
        r#"{{"title": "400 Bad Request", "description": {}}}"#,
        serde_json::Value::from(description)
    );
    full(StatusCode::BAD_REQUEST, JSON, body)
}

async fn look_up(state: &Arc<State>, name: KeyName, key: Key) -> Response<Body> {
    let role = role_of(&question(name, &key));
    let newest = newest(state, name, &key).await;
    let newest = match newest {
        // What the initiator wrote as destination differs from the remote
        // endpoint in a hairpin, which only a scan can find.
        None if matches!(name, KeyName::DstIp | KeyName::DstPort) => {
            let scanned = state.scan(move |answers| {
                let mut newest = None;
                let filter = object::destination_filter(&key);
                for_all(answers, &filter, |found| keep_newer(&mut newest, found));
                newest
            });
            scanned.await.flatten()
        }
        newest => newest,
    };
    match newest {
        Some(found) => {
            let object = object::of(&found, &TimeZone::system());
            let mut response = ok(JSON, json::pretty(&object));
            state.note(&mut response, || told(role, 1));
            response
        }
        None => {
            let mut response = not_found();
            state.note(&mut response, || told(role, 0));
            response
        }
    }
}

/// So many, asked for under a role.
fn told(role: Role, count: u64) -> Told {
    Told {
        matches: Some(count),
        role: Some(role),
        ..Told::default()
    }
}

fn question(name: KeyName, key: &Key) -> Lookup {
    let mut question = Lookup {
        kind: Some(TranslationKind::Source),
        ..Lookup::default()
    };
    match name {
        KeyName::SrcIp | KeyName::SrcPort => question.internal = key.pattern(),
        KeyName::NatIp | KeyName::NatPort => question.nat = key.pattern(),
        KeyName::DstIp | KeyName::DstPort => question.remote = key.pattern(),
    }
    question
}

/// The newest live match of a key, or the newest that ended a moment ago.
async fn newest(state: &Arc<State>, name: KeyName, key: &Key) -> Option<Match> {
    let began = Instant::now();
    let answer = state.lookup(question(name, key), MATCHES).await?;
    state.counters.looked_up(answer.verdict, began.elapsed());
    let mut newest = None;
    for found in answer.matches {
        if Key::of(name, &found) == *key {
            keep_newer(&mut newest, &found);
        }
    }
    newest
}

fn keep_newer(newest: &mut Option<Match>, found: &Match) {
    let rank = |found: &Match| {
        (
            found.ended_at.is_none(),
            found.started_at.map(|time| time.at),
        )
    };
    if newest
        .as_ref()
        .is_none_or(|newest| rank(newest) <= rank(found))
    {
        *newest = Some(*found);
    }
}

/// Calls `see` with every match of a filter, page by page.
fn for_all(answers: &Answers, filter: &Filter, mut see: impl FnMut(&Match)) {
    let order = Order {
        key: SortKey::StartedAt,
        descending: false,
    };
    let wanted = Wanted::from(filter.clone());
    let mut after = None;
    loop {
        let page = answers.list(&wanted, order, after.as_ref(), MAX_LIMIT);
        page.matches.iter().for_each(&mut see);
        after = page.matches.last().copied();
        if after.is_none() || !page.has_more {
            return;
        }
    }
}

/// `/debug`: the newest live connection of each key.
async fn debug(state: Arc<State>, key: KeyName) -> Response<Body> {
    let scanned = state.scan(move |answers| {
        let mut newest = std::collections::BTreeMap::new();
        let filter = Filter {
            kind: Some(TranslationKind::Source),
            ..Filter::default()
        };
        for_all(answers, &filter, |found| {
            if found.ended_at.is_none() {
                keep_newer(newest.entry(Key::of(key, found)).or_default(), found);
            }
        });
        let count = newest.len() as u64;
        let objects = newest.into_iter();
        (
            objects.filter_map(|(key, found)| Some((key, found?))),
            count,
        )
    });
    let Some((objects, count)) = scanned.await else {
        let body = r#"{"title": "500 Internal Server Error"}"#;
        return full(StatusCode::INTERNAL_SERVER_ERROR, JSON, body);
    };
    let (sender, body) = chunks();
    tokio::spawn(async move {
        // Where the client is gone there is nobody to be told.
        let _ = send_objects(objects, &sender).await;
    });
    let mut response = response(StatusCode::OK, JSON, body);
    state.note(&mut response, || told(Role::Browse, count));
    response
}

async fn send_objects(
    objects: impl Iterator<Item = (Key, Match)>,
    sender: &ChunkSender,
) -> Option<()> {
    const CHUNK_LENGTH: usize = 64 * 1024;
    let zone = TimeZone::system();
    let mut members = json::Members::new();
    for (key, found) in objects {
        members.push(&key.to_string(), &object::of(&found, &zone));
        if members.len() >= CHUNK_LENGTH {
            sender.send(Chunk::Bytes(members.take())).await.ok()?;
        }
    }
    sender.send(Chunk::Bytes(members.end())).await.ok()?;
    sender.send(Chunk::End).await.ok()
}
