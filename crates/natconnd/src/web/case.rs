//! One question and its answer, in words that need no training.

use std::net::IpAddr;
use std::time::Duration;

use model::{EndpointPattern, Match, Period, TimeSource, Timed, Timestamp, Verdict};

use super::words;
use crate::bulk::Question;
use crate::lookup::Answered;

/// A question with its answer, or why there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// The line that it comes from; empty where there is none.
    pub line: String,
    /// The question in words; for a line that asks nothing, why.
    pub question: String,
    /// The question as the query of `/api/v1/lookup`; empty where there is none.
    pub query: String,
    /// `one`, `several`, `none`, or `error`.
    pub verdict: &'static str,
    /// The answer in one sentence.
    pub answer: String,
    /// What would tell more, or what was assumed.
    pub advice: Vec<String>,
    /// Who fits.
    pub candidates: Vec<Candidate>,
    /// Whether there were more of them.
    pub is_cut: bool,
    /// What is not known of the time in question; nothing where all is.
    pub gaps: Vec<String>,
}

/// One connection that fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The internal host.
    pub host: IpAddr,
    /// Its port.
    pub port: u16,
    /// The protocol.
    pub protocol: String,
    /// The NAT endpoint.
    pub nat: String,
    /// The remote endpoint.
    pub remote: String,
    /// When it began, and how that is known.
    pub began: String,
    /// When it ended, and how that is known.
    pub ended: String,
    /// How far it lies from the time that was asked about; empty where it does not.
    pub distance: String,
}

impl Case {
    /// What is shown of an answered question.
    pub fn answered(line: String, question: &Question, answered: &Answered) -> Self {
        let answer = &answered.answer;
        let distances = answered.distances.iter().copied();
        let distances = distances.chain(std::iter::repeat(Duration::ZERO));
        let candidates: Vec<Candidate> = answer
            .matches
            .iter()
            .zip(distances)
            .map(|(found, distance)| Candidate::new(found, distance))
            .collect();
        let gaps: Vec<String> = answer.coverage.gaps().iter().map(words::gap).collect();
        let was = match question.asked.period {
            None => "is",
            Some(_) => "was",
        };
        let first = candidates.first().map(|candidate| candidate.host);
        let hosts = distinct_hosts(&candidates);
        let sentence = match (answer.verdict, first) {
            (Verdict::One, Some(host)) if gaps.is_empty() => format!("It {was} {host}."),
            (Verdict::One, Some(host)) => {
                format!("It {was} {host}, as far as is known: something is missing, see below.")
            }
            (Verdict::None, _) | (_, None) if gaps.is_empty() && !answer.is_cut => {
                "Nobody. Nothing is missing from what is known of that time, so no translated \
                 connection of this gateway fits."
                    .to_owned()
            }
            (Verdict::None, _) | (_, None) => {
                "Nobody was found, but this proves nothing: something is missing, see below."
                    .to_owned()
            }
            (Verdict::Several, _) if answer.is_cut => {
                format!("It {was} one of {hosts} hosts or more; the question does not tell which.")
            }
            (Verdict::Several, _) => {
                format!("It {was} one of {hosts} hosts; the question does not tell which.")
            }
        };
        Self {
            line,
            question: in_words(question),
            query: question.query(),
            verdict: answer.verdict.name(),
            answer: sentence,
            advice: advice(question, answer.verdict),
            candidates,
            is_cut: answer.is_cut,
            gaps,
        }
    }

    /// What is shown of a line that asks nothing.
    pub fn refused(line: String, cause: &str) -> Self {
        Self {
            line,
            question: "This line could not be read.".to_owned(),
            query: String::new(),
            verdict: "error",
            answer: format!("Nothing was asked: {cause}."),
            advice: Vec::new(),
            candidates: Vec::new(),
            is_cut: false,
            gaps: Vec::new(),
        }
    }

    /// The only host that fits, where one does.
    pub fn host(&self) -> Option<IpAddr> {
        let first = self.candidates.first()?;
        (self.verdict == "one").then_some(first.host)
    }
}

impl Candidate {
    fn new(found: &Match, distance: Duration) -> Self {
        let translation = &found.translation;
        let remote = match translation.remote.is_omitted() {
            true => "not recorded".to_owned(),
            false => translation.remote.to_string(),
        };
        Self {
            host: translation.internal.address,
            port: translation.internal.port,
            protocol: found.protocol.to_string(),
            nat: translation.nat.to_string(),
            remote,
            began: known(found.started_at, "not known"),
            ended: known(found.ended_at, "has not ended"),
            distance: match distance {
                Duration::ZERO => String::new(),
                distance => format!("{:.1} s from the asked time", distance.as_secs_f64()),
            },
        }
    }
}

fn known(time: Option<Timed>, nothing: &str) -> String {
    match time {
        None => nothing.to_owned(),
        Some(Timed { at, source }) => {
            let at = words::exact_time(at);
            match source {
                TimeSource::Kernel | TimeSource::Received => at,
                TimeSource::Estimated => format!("at or before {at}"),
            }
        }
    }
}

fn distinct_hosts(candidates: &[Candidate]) -> usize {
    let mut hosts: Vec<IpAddr> = candidates.iter().map(|it| it.host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts.len()
}

/// A question in words.
fn in_words(question: &Question) -> String {
    let lookup = &question.asked.lookup;
    let is_past = question.asked.period.is_some();
    let was = if is_past { "was" } else { "is" };
    let mut text = if !lookup.nat.is_any() {
        format!("Who {was} behind {}", pattern(&lookup.nat))
    } else if !lookup.internal.is_any() {
        format!("What connections did {} have", pattern(&lookup.internal))
    } else {
        format!("Who {was} talking to {}", pattern(&lookup.remote))
    };
    if !lookup.nat.is_any() && !lookup.internal.is_any() {
        text += &format!(", as {}", pattern(&lookup.internal));
    }
    let has_remote = !lookup.remote.is_any();
    if has_remote && !(lookup.nat.is_any() && lookup.internal.is_any()) {
        text += &format!(", talking to {}", pattern(&lookup.remote));
    }
    if let Some(protocol) = lookup.protocol {
        text += &format!(", over {}", protocol.to_string().to_uppercase());
    }
    match question.asked.period {
        None => text += ", now",
        Some(Period { from, to }) if from == to => {
            text += &format!(", at {}", words::exact_time(from));
        }
        Some(Period { from, to }) => {
            if from != Timestamp::MIN {
                text += &format!(", from {}", words::exact_time(from));
            }
            if to != Timestamp::MAX {
                text += &format!(", until {}", words::exact_time(to));
            }
        }
    }
    if is_past && !question.asked.tolerance.is_zero() {
        let seconds = question.asked.tolerance.as_secs_f64();
        text += &format!(", give or take {seconds} s");
    }
    text + "?"
}

/// An endpoint or a part of one: `203.0.113.7 port 40123`.
fn pattern(pattern: &EndpointPattern) -> String {
    let ports = pattern.ports.as_ref().map(|ports| {
        let (first, last) = (ports.start(), ports.end());
        match first == last {
            true => format!("port {first}"),
            false => format!("ports {first} to {last}"),
        }
    });
    let address = pattern.address().map_or_else(
        || pattern.addresses.map(|network| network.to_string()),
        |address| Some(address.to_string()),
    );
    match (address, ports) {
        (Some(address), Some(ports)) => format!("{address} {ports}"),
        (Some(address), None) => address,
        (None, Some(ports)) => format!("{ports} of any address"),
        (None, None) => "anybody".to_owned(),
    }
}

/// What would tell more, and what was assumed.
fn advice(question: &Question, verdict: Verdict) -> Vec<String> {
    let lookup = &question.asked.lookup;
    let mut advice: Vec<&str> = Vec::new();
    let assumed = question.assumed;
    if assumed.zone {
        advice.push(
            "The text names no time zone, so the one in the form was taken. If it is another, \
             the answer is about another time.",
        );
    }
    if assumed.year {
        advice.push("The text names no year, so the latest that fits was taken.");
    }
    if question.asked.period.is_none() && verdict != Verdict::None {
        advice.push(
            "The text names no time, so this is about the present. About any other time the answer \
             may be another host.",
        );
    }
    if verdict == Verdict::Several {
        if lookup.nat.port().is_none() {
            advice.push(
                "Ask for the source port that the other side saw: many hosts share the address \
                 at the same time.",
            );
        }
        if lookup.remote.endpoint().is_none() {
            advice.push(
                "Ask which address and port were contacted: a NAT port can serve several hosts \
                 at the same time, each for another remote.",
            );
        }
        if lookup.protocol.is_none() {
            advice.push("Ask whether it was TCP or UDP: each has ports of its own.");
        }
        if question.asked.period.is_some() {
            advice.push("A more exact time, with a smaller tolerance, may leave fewer hosts.");
        }
    }
    if verdict == Verdict::None {
        advice.push("Check the address, the port, the time and its zone for mistakes.");
    }
    advice.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use model::{Answer, Coverage, Endpoint, Gap, GapCause, Translation, TranslationKind};

    use super::*;
    use crate::bulk::Assumed;
    use crate::lookup::Asked;

    fn question(nat: &str, remote: &str) -> Question {
        let mut asked = Asked::default();
        if !nat.is_empty() {
            asked.lookup.nat = nat.parse().unwrap();
        }
        if !remote.is_empty() {
            asked.lookup.remote = remote.parse().unwrap();
        }
        Question {
            asked,
            assumed: Assumed::default(),
        }
    }

    fn at(mut question: Question, time: &str) -> Question {
        question.asked.period = Some(Period::at(time.parse().unwrap()));
        question.asked.tolerance = Duration::from_secs(2);
        question
    }

    fn answered(verdict: Verdict, hosts: &[&str], gaps: Vec<Gap>) -> Answered {
        let found = |host: &&str| Match {
            protocol: model::Protocol::TCP,
            translation: Translation {
                kind: TranslationKind::Source,
                internal: Endpoint::new(host.parse().unwrap(), 7),
                nat: Endpoint::new("203.0.113.7".parse().unwrap(), 40123),
                remote: Endpoint::new("198.51.100.9".parse().unwrap(), 443),
            },
            original_destination: Endpoint::new("198.51.100.9".parse().unwrap(), 443),
            zone: model::Zone::default(),
            kernel_id: None,
            started_at: None,
            ended_at: None,
            end_evidence: None,
            traffic: None,
            mark: None,
        };
        Answered {
            answer: Answer {
                matches: hosts.iter().map(found).collect(),
                verdict,
                coverage: Coverage::of_gaps(gaps),
                ..Answer::default()
            },
            distances: Vec::new(),
        }
    }

    #[test]
    fn questions_read_as_they_would_be_asked() {
        let cases = [
            (
                question("203.0.113.7:40123", ""),
                "Who is behind 203.0.113.7 port 40123, now?",
            ),
            (
                at(
                    question("203.0.113.7", "198.51.100.9:443"),
                    "2026-11-24T17:58:40Z",
                ),
                "Who was behind 203.0.113.7, talking to 198.51.100.9 port 443, at 2026-11-24 \
                 17:58:40, give or take 2 s?",
            ),
            (
                question("", "198.51.100.0/24:443"),
                "Who is talking to 198.51.100.0/24 port 443, now?",
            ),
        ];
        for (question, expected) in cases {
            assert_eq!(in_words(&question), expected);
        }
        let mut hosts = question("", "");
        hosts.asked.lookup.internal = "10.0.0.2".parse().unwrap();
        hosts.asked.lookup.protocol = Some(model::Protocol::UDP);
        let expected = "What connections did 10.0.0.2 have, over UDP, now?";
        assert_eq!(in_words(&hosts), expected);
    }

    #[test]
    fn nobody_is_named_where_several_fit() {
        let asked = question("203.0.113.7", "");
        let answered = answered(Verdict::Several, &["10.0.0.2", "10.0.0.3"], Vec::new());
        let case = Case::answered(String::new(), &asked, &answered);
        assert_eq!(case.host(), None);
        assert!(
            case.answer.starts_with("It is one of 2 hosts"),
            "{}",
            case.answer
        );
        assert!(case.advice[0].contains("the present"), "{:?}", case.advice);
        assert!(case.advice[1].contains("source port"), "{:?}", case.advice);
    }

    #[test]
    fn an_incomplete_answer_says_so_first() {
        let gap = Gap {
            from: Timestamp(0),
            to: None,
            cause: GapCause::ReceiveBuffer,
        };
        let asked = question("203.0.113.7:40123", "198.51.100.9:443");
        let one = answered(Verdict::One, &["10.0.0.2"], vec![gap]);
        let case = Case::answered(String::new(), &asked, &one);
        assert!(
            case.answer.contains("as far as is known"),
            "{}",
            case.answer
        );
        assert_eq!(case.gaps.len(), 1);
        let none = answered(Verdict::None, &[], vec![gap]);
        let case = Case::answered(String::new(), &asked, &none);
        assert!(case.answer.contains("proves nothing"), "{}", case.answer);
        let none = answered(Verdict::None, &[], Vec::new());
        let case = Case::answered(String::new(), &asked, &none);
        assert!(case.answer.starts_with("Nobody. Nothing is missing"));
    }
}
