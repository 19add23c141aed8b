//! From the answer to a question to what stands beside its line.

use std::net::IpAddr;

use model::Verdict;

use super::question::Question;
use crate::api::LineAnswer;
use crate::lookup::Answered;

/// What stands beside a line that could be asked about.
pub fn of_question(question: &Question, answered: &Answered) -> LineAnswer {
    let answer = &answered.answer;
    let first = (answer.verdict == Verdict::One)
        .then(|| answer.matches.first())
        .flatten();
    let distance = first.and(answered.distances.first());
    let is_past = question.asked.period.is_some();
    let time = |time: Option<model::Timed>| time.map(|time| time.at.to_string());
    LineAnswer {
        internal_address: first.map(|found| found.translation.internal.address),
        internal_port: first.map(|found| found.translation.internal.port),
        verdict: Some(answer.verdict.name().to_owned()),
        matches: Some(answer.matches.len()),
        candidates: if answer.verdict == Verdict::Several {
            hosts(answered)
        } else {
            Vec::new()
        },
        started_at: first.and_then(|found| time(found.started_at)),
        ended_at: first.and_then(|found| time(found.ended_at)),
        distance_ms: distance
            .filter(|_| is_past)
            .map(|distance| u64::try_from(distance.as_millis()).unwrap_or(u64::MAX)),
        coverage: Some(coverage(answered)),
        question: Some(question.query()),
        assumed: match question.assumed.words() {
            "" => None,
            words => Some(words.to_owned()),
        },
        error: None,
    }
}

/// What stands beside a line that could not be asked about.
pub fn of_error(error: &str) -> LineAnswer {
    LineAnswer {
        error: Some(error.to_owned()),
        ..LineAnswer::default()
    }
}

/// The internal hosts in the order of their first match.
fn hosts(answered: &Answered) -> Vec<IpAddr> {
    let mut hosts = Vec::new();
    for found in &answered.answer.matches {
        let host = found.translation.internal.address;
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

fn coverage(answered: &Answered) -> String {
    let answer = &answered.answer;
    let mut causes: Vec<&str> = Vec::new();
    if answer.is_cut {
        causes.push("cut");
    }
    for gap in answer.coverage.gaps() {
        if !causes.contains(&gap.cause.name()) {
            causes.push(gap.cause.name());
        }
    }
    match &causes[..] {
        [] => "complete".to_owned(),
        causes => causes.join(" "),
    }
}
