//! `/api/v1/forward-auth`: a proxy asks who sent the request that it is serving.
//!
//! The answer is a status and headers, which proxies understand. Whatever is amiss,
//! the status lets the request pass: a question that cannot be read, a client that
//! nobody knows, data with gaps. Only `require=one` refuses.
//!
//! Reading order: `asked` decides where the question stands and reads it, `fields`,
//! `node` and `forwarded` read single headers, `answer` writes. Left out: trust.
//! Whoever may ask may name any client; what clients themselves may have sent under
//! these names is the proxy's to remove.

mod answer;
mod asked;
mod fields;
mod forwarded;
#[cfg(any(test, fuzzing))]
pub(super) mod fuzzing;
mod node;
mod unreadable;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::{HeaderMap, Response};

use super::audit::Told;
use super::body::Body;
use super::counters::{Counters, add};
use super::state::State;
use crate::lookup::{Behind, Client, Identified};
use model::Verdict;

use asked::Asked;
#[cfg(test)]
pub(super) use asked::PARAMETERS;
use unreadable::{Fault, Unreadable};

/// How long an answer waits for what happened before the question: less than the
/// shipped proxies wait for the answer, which would otherwise come too late.
const PATIENCE: Duration = Duration::from_millis(100);

/// A question that cannot be answered at once.
pub(super) struct Later {
    client: Client,
    requires_one: bool,
}

/// Answers now what the table can answer now; `Err` gives the question back where
/// events are still waiting to be applied.
pub(super) fn respond(
    state: &State,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response<Body>, Later> {
    let Asked {
        client,
        requires_one,
    } = asked::read(query, headers);
    let client = match client {
        Ok(client) => client,
        Err(unreadable) => {
            add(&state.counters.unreadable_clients, 1);
            return Ok(answer::unreadable(&unreadable, requires_one));
        }
    };
    let began = Instant::now();
    let told = state.answers.identify(&client);
    if !told.is_settled {
        return Err(Later {
            client,
            requires_one,
        });
    }
    count(&state.counters, &told, began);
    Ok(identified(state, &client, &told, requires_one))
}

/// Says that nobody was looked for, because the proxy asks natconnd by a name that is not
/// its own, or too often. Its sites go on.
pub(super) fn unanswered(
    query: Option<&str>,
    headers: &HeaderMap,
    why: Unanswered,
) -> Response<Body> {
    let (name, fault) = match why {
        Unanswered::OtherHost => ("host", Fault::OtherHost),
        Unanswered::TooMany => ("requests", Fault::TooMany),
    };
    let requires_one = asked::read(query, headers).requires_one;
    answer::unreadable(&Unreadable { name, fault }, requires_one)
}

/// Why nobody was looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unanswered {
    /// The request asks for a host that this is not.
    OtherHost,
    /// The caller has asked too much.
    TooMany,
}

/// Answers a question that cannot be answered at once.
pub(super) async fn respond_later(state: Arc<State>, later: Later) -> Response<Body> {
    let began = Instant::now();
    let has_caught_up = state.catch_up_within(PATIENCE, state.answers.now()).await;
    let told = if has_caught_up {
        state.answers.identify(&later.client)
    } else {
        state.answers.identify_without_table(&later.client)
    };
    count(&state.counters, &told, began);
    identified(&state, &later.client, &told, later.requires_one)
}

fn identified(
    state: &State,
    client: &Client,
    told: &Identified,
    requires_one: bool,
) -> Response<Body> {
    let mut response = answer::identified(told, requires_one);
    state.note(&mut response, || Told {
        matches: Some(u64::from(matches!(told.behind, Behind::One(..)))),
        verdict: Some(answer::verdict(told.behind)),
        coverage: Some(answer::coverage(told)),
        question: Some(in_words(client)),
        ..Told::default()
    });
    response
}

/// A question as `/api/v1/lookup` has it, wherever it stood.
fn in_words(client: &Client) -> String {
    let mut words = format!("nat={}", client.endpoint);
    if !client.server.is_any() {
        words = format!("{words}&remote={}", client.server);
    }
    match client.protocol {
        Some(protocol) => format!("{words}&protocol={protocol}"),
        None => words,
    }
}

fn count(counters: &Counters, told: &Identified, began: Instant) {
    let took = began.elapsed();
    match told.behind {
        Behind::One(..) => counters.looked_up(Verdict::One, took),
        Behind::Several => counters.looked_up(Verdict::Several, took),
        Behind::Nobody => counters.looked_up(Verdict::None, took),
        Behind::NotNat => counters.found_not_nat(took),
    }
}
