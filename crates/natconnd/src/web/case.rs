//! One question and its answer, in words that need no training.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use model::{EndpointPattern, Match, Period, TimeSource, Timed, Timestamp, Verdict};

use super::address::escape;
use super::words;
use crate::bulk::{Assumed, Question};
use crate::lookup::Answered;

/// How many matches are shown of each answer.
const SHOWN: usize = 20;

/// A question with its answer, or why there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// The line that it comes from; empty where there is none.
    pub line: String,
    /// The question in words; for a line that asks nothing, why.
    pub question: String,
    /// The question as the query of `/api/v1/lookup`; empty where there is none.
    pub query: String,
    /// The same as the query of `/desk/report`, with the line and what was assumed;
    /// empty where there is none.
    pub report: String,
    /// `one`, `several`, `none`, or `error`.
    pub verdict: &'static str,
    /// The answer in one sentence.
    pub answer: String,
    /// What would tell more, or what was assumed.
    pub advice: Vec<String>,
    /// Who fits, each host at least once where there is room.
    pub candidates: Vec<Candidate>,
    /// How many more fit, in words; empty where all are shown.
    pub more: String,
    /// What is not known of the time in question, or was not looked at; nothing where
    /// all is known.
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
        let found: Vec<(&Match, Duration)> = answer.matches.iter().zip(distances).collect();
        let (shown, hosts) = each_host_first(&found);
        let mut gaps: Vec<String> = answer.coverage.gaps().iter().map(words::gap).collect();
        if answer.is_cut {
            gaps.push(CUT.to_owned());
        }
        let was = match question.asked.period {
            None => "is",
            Some(_) => "was",
        };
        let first = found
            .first()
            .map(|(first, _)| first.translation.internal.address);
        let sentence = match (answer.verdict, first) {
            (Verdict::One, Some(host)) => {
                let apart = apart(&found, question.asked.period);
                only(was, host, apart, gaps.is_empty())
            }
            (Verdict::None, _) | (_, None) if gaps.is_empty() => {
                "Nobody. Nothing is missing from what is known of that time, so no translated \
                 connection of this gateway fits."
                    .to_owned()
            }
            (Verdict::None, _) | (_, None) => {
                "Nobody was found, but this proves nothing: something is missing, see below."
                    .to_owned()
            }
            (Verdict::Several, _) => {
                // Of those that were left out only the verdict tells.
                let (least, hosts) = match answer.is_cut {
                    true => ("at least ", hosts.max(2)),
                    false => ("", hosts),
                };
                format!(
                    "It {was} one of {least}{} hosts; the question does not tell which.",
                    words::number(hosts as u64)
                )
            }
        };
        let query = question.query();
        Self {
            report: report(&query, question.assumed, &line),
            line,
            question: in_words(question),
            query,
            verdict: answer.verdict.name(),
            answer: sentence,
            advice: advice(question, answer.verdict),
            more: more(found.len() - shown.len(), answer.is_cut),
            candidates: shown,
            gaps,
        }
    }

    /// Adds that no translation has the address that was asked about.
    pub fn is_about_stranger(&mut self, address: IpAddr) {
        self.advice.push(format!(
            "No translation of this gateway has the address {address} at the moment: check \
             that it is one of its NAT addresses."
        ));
    }

    /// What is shown of a line that asks nothing.
    pub fn refused(line: String, cause: &str) -> Self {
        Self {
            line,
            question: "This line could not be read.".to_owned(),
            query: String::new(),
            report: String::new(),
            verdict: "error",
            answer: format!("Nothing was asked: {cause}."),
            advice: Vec::new(),
            candidates: Vec::new(),
            more: String::new(),
            gaps: Vec::new(),
        }
    }

    /// The only host that fits, where one does.
    pub fn host(&self) -> Option<IpAddr> {
        let first = self.candidates.first()?;
        (self.verdict == "one").then_some(first.host)
    }
}

/// What is told where an answer was cut.
const CUT: &str = "Looking was cut short, because too much fits or it took too long: there may \
                   be others that fit. A question that says more is answered whole.";

/// What is shown of the matches: the nearest of each host before the others, as many
/// as there is room for; and how many hosts there are.
fn each_host_first(found: &[(&Match, Duration)]) -> (Vec<Candidate>, usize) {
    let mut hosts = HashSet::new();
    let (firsts, rest): (Vec<_>, Vec<_>) = found
        .iter()
        .partition(|(found, _)| hosts.insert(found.translation.internal.address));
    let shown = firsts.into_iter().chain(rest).take(SHOWN);
    let shown = shown.map(|(found, distance)| Candidate::new(found, distance));
    (shown.collect(), hosts.len())
}

fn more(untold: usize, is_cut: bool) -> String {
    match (words::number(untold as u64), is_cut) {
        (_, false) if untold == 0 => String::new(),
        (_, true) if untold == 0 => "There may be more.".to_owned(),
        (number, false) => format!("{number} more fit and are not shown."),
        (number, true) => format!("At least {number} more fit and are not shown."),
    }
}

/// The nearest match where none was there at the asked time: how far away it was, and
/// what it was then.
fn apart(found: &[(&Match, Duration)], period: Option<Period>) -> Option<(String, &'static str)> {
    let period = period?;
    let (found, distance) = found.iter().min_by_key(|(_, distance)| *distance)?;
    if distance.is_zero() {
        return None;
    }
    let is_after = found.started_at.is_some_and(|it| it.at > period.to);
    let is_before = found.ended_at.is_some_and(|it| it.at < period.from);
    let how = match (is_after, is_before) {
        (true, _) => "its connection began {} after the asked time",
        (_, true) => "its connection ended {} before the asked time",
        _ => "its connection was {} away from the asked time",
    };
    Some((words::seconds(*distance), how))
}

/// The sentence that names the only host.
fn only(
    was: &str,
    host: IpAddr,
    apart: Option<(String, &'static str)>,
    is_complete: bool,
) -> String {
    match (apart, is_complete) {
        (None, true) => format!("It {was} {host}."),
        (None, false) => {
            format!("It {was} {host}, as far as is known: something is missing, see below.")
        }
        (Some((apart, how)), true) => {
            let how = how.replace("{}", &apart);
            format!("It {was} {host}, if the clocks differ by {apart}: {how}.")
        }
        (Some((apart, how)), false) => {
            let how = how.replace("{}", &apart);
            format!(
                "It {was} {host}, as far as is known and if the clocks differ by {apart}: {how}. \
                 Something is missing, see below."
            )
        }
    }
}

/// The query of a report: what was asked, what was assumed, and of which line.
fn report(query: &str, assumed: Assumed, line: &str) -> String {
    let mut report = query.to_owned();
    let assumed = match (assumed.zone, assumed.year) {
        (true, true) => "&assumed=zone,year",
        (true, false) => "&assumed=zone",
        (false, true) => "&assumed=year",
        (false, false) => "",
    };
    report += assumed;
    if !line.is_empty() {
        report += "&line=";
        escape(&mut report, line);
    }
    report
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
                distance => format!("{} from the asked time", words::seconds(distance)),
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
            text += &format!(", at {} UTC", words::exact_time(from));
        }
        Some(Period { from, to }) => {
            if from != Timestamp::MIN {
                text += &format!(", from {} UTC", words::exact_time(from));
            }
            if to != Timestamp::MAX {
                text += &format!(", until {} UTC", words::exact_time(to));
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
                 17:58:40 UTC, give or take 2 s?",
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

    #[test]
    fn where_looking_was_cut_nothing_is_complete() {
        let asked = question("203.0.113.7:40123", "198.51.100.9:443");
        for (verdict, hosts) in [(Verdict::None, &[][..]), (Verdict::One, &["10.0.0.2"])] {
            let mut cut = answered(verdict, hosts, Vec::new());
            cut.answer.is_cut = true;
            let case = Case::answered(String::new(), &asked, &cut);
            assert!(case.answer.contains("see below"), "{}", case.answer);
            assert_eq!(case.gaps, [CUT]);
        }
    }

    #[test]
    fn a_host_that_only_came_near_is_named_with_its_condition() {
        let asked = at(question("203.0.113.7:40123", ""), "2026-11-24T17:58:40Z");
        let timed = |text: &str| {
            Some(Timed {
                at: text.parse().unwrap(),
                source: TimeSource::Kernel,
            })
        };
        let mut near = answered(Verdict::One, &["10.0.0.2"], Vec::new());
        near.distances = vec![Duration::from_millis(900)];
        near.answer.matches[0].started_at = timed("2026-11-24T17:58:40.9Z");
        let sentence = |near: &Answered| Case::answered(String::new(), &asked, near).answer;
        let told = "It was 10.0.0.2, if the clocks differ by 0.9 s: its connection began 0.9 s \
                    after the asked time.";
        assert_eq!(sentence(&near), told);
        near.answer.is_cut = true;
        assert!(sentence(&near).starts_with("It was 10.0.0.2, as far as is known and if"));
        near.answer.is_cut = false;
        near.answer.matches[0].started_at = None;
        near.answer.matches[0].ended_at = timed("2026-11-24T17:58:39.1Z");
        assert!(sentence(&near).contains("its connection ended 0.9 s before"));
        // Another of its connections was there.
        let other = near.answer.matches[0];
        near.answer.matches.push(other);
        near.distances.push(Duration::ZERO);
        assert_eq!(sentence(&near), "It was 10.0.0.2.");
    }
}
