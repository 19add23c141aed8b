//! Processor time per event, forwarded connections per second, lost events.

use std::path::Path;

use anyhow::Result;

use super::load::{Round, Stand};
use crate::arguments::Plan;
use crate::generator::Load;
use crate::past::place::Place;
use crate::reader::Reader;
use crate::readers::{Bare, Conntrack, Natconnd, Ulogd};
use crate::report::{Bound, Report};
use crate::samples::Samples;

/// Peers are far from the limits; a few rounds are enough for them.
const PEER_ROUNDS: usize = 2;

/// Connections per second of a gateway that is not at its limit.
const MODEST_RATE: u64 = 10_000;

/// A reader, or nobody, and its rounds.
struct Contender<'a> {
    name: &'a str,
    reader: Option<&'a dyn Reader>,
    is_peer: bool,
    rounds: Vec<Round>,
    modest: Option<Round>,
}

/// Lets all readers take turns at the same gateway.
pub fn events(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let mut stand = Stand::build(folder)?;
    let floor = Bare::default();
    let place = Place::take(None)?;
    let recording = natconnd.map(|natconnd| natconnd.recording(&place));
    let mut contenders = vec![
        Contender::new(None, false),
        Contender::new(Some(&floor), false),
    ];
    if let Some(natconnd) = natconnd {
        contenders.push(Contender::new(Some(natconnd), false));
    }
    if let Some(recording) = &recording {
        contenders.push(Contender::new(Some(recording), false));
    }
    // Peers last, so that in each round floor and natconnd are neighbours.
    contenders.push(Contender::new(Some(&Conntrack), true));
    contenders.push(Contender::new(Some(&Ulogd), true));
    for number in 1..=plan.rounds {
        for contender in &mut contenders {
            if contender.is_peer && number > PEER_ROUNDS {
                continue;
            }
            eprintln!(
                "events, round {number} of {}: {}",
                plan.rounds, contender.name
            );
            let load = Load::FullSpeed(plan.round);
            contender.rounds.push(stand.round(contender.reader, load)?);
        }
    }
    for contender in &mut contenders {
        if contender.reader.is_some() {
            eprintln!("events, {MODEST_RATE} connections/s: {}", contender.name);
            let load = Load::Rate(MODEST_RATE, plan.round);
            contender.modest = Some(stand.round(contender.reader, load)?);
        }
    }
    let mut long = Vec::new();
    let readers = natconnd.map(|natconnd| natconnd as &dyn Reader);
    let recording = recording.as_ref().map(|recording| recording as &dyn Reader);
    for reader in readers.into_iter().chain(recording) {
        eprintln!("events, long run of {:?}: {}", plan.long_run, reader.name());
        let round = stand.round(Some(reader), Load::FullSpeed(plan.long_run))?;
        long.push((reader.name(), round));
    }
    promise(&contenders, &long, plan, report);
    tabulate(&contenders, &long, report);
    Ok(())
}

impl<'a> Contender<'a> {
    fn new(reader: Option<&'a dyn Reader>, is_peer: bool) -> Self {
        let name = reader.map_or("nobody", Reader::name);
        Self {
            name,
            reader,
            is_peer,
            rounds: Vec::new(),
            modest: None,
        }
    }
}

fn promise(contenders: &[Contender], long: &[(&str, Round)], plan: &Plan, report: &mut Report) {
    let samples = |name: &str, value: fn(&Round) -> f64| -> Samples {
        let contender = contenders.iter().find(|contender| contender.name == name);
        contender
            .iter()
            .flat_map(|contender| &contender.rounds)
            .map(value)
            .collect()
    };
    let ratio = |name: &str, value: fn(&Round) -> f64| {
        Samples::ratio(&samples("natconnd", value), &samples(name, value))
    };
    let with_history = |value: fn(&Round) -> f64| {
        let recording = samples("natconnd, history on", value);
        Samples::ratio(&recording, &samples("floor", value))
    };
    let cpu: fn(&Round) -> f64 = |round| round.cpu_per_event;
    let rate: fn(&Round) -> f64 = |round| round.rate;
    report.promise(
        "CPU per event, natconnd / floor",
        Bound::AtMost(1.5),
        ratio("floor", cpu),
        2,
    );
    report.promise(
        "CPU per event, natconnd with history on / floor",
        Bound::AtMost(2.5),
        with_history(cpu),
        2,
    );
    report.promise(
        "CPU per event, natconnd / ulogd2",
        Bound::AtMost(0.2),
        ratio("ulogd2", cpu),
        3,
    );
    let what = "forwarded connections/s, with natconnd / with the floor";
    report.promise(what, Bound::AtLeast(0.95), ratio("floor", rate), 3);
    let what = "forwarded connections/s, with history on / with the floor";
    report.promise(what, Bound::AtLeast(0.95), with_history(rate), 3);
    for (name, round) in long {
        let seconds = plan.long_run.as_secs();
        let what = format!("lost events in {seconds} s at full load, {name}");
        let lost = [round.lost() as f64].into_iter().collect();
        report.promise(&what, Bound::AtMost(0.0), lost, 0);
    }
}

fn tabulate(contenders: &[Contender], long: &[(&str, Round)], report: &mut Report) {
    let head = [
        "reader",
        "connections/s",
        "ns per event",
        "core busy",
        "lost",
        "of",
        "dropped",
        "overruns",
        "live at the end",
    ];
    report.figures("Events at full load", &head);
    for contender in contenders {
        report.row(cells(contender.name, &contender.rounds));
    }
    for (name, round) in long {
        report.row(cells(
            &format!("{name}, long run"),
            std::slice::from_ref(round),
        ));
    }
    report.figures(&format!("Events at {MODEST_RATE} connections/s"), &head);
    for contender in contenders {
        if let Some(modest) = &contender.modest {
            report.row(cells(contender.name, std::slice::from_ref(modest)));
        }
    }
    for (name, round) in long {
        let title = format!("Processor time by thread, {name}, long run");
        report.figures(&title, &["thread", "share"]);
        let times = round.threads.iter().map(|(_, time)| time.as_secs_f64());
        let sum: f64 = times.sum();
        for (thread, time) in &round.threads {
            let share = 100.0 * time.as_secs_f64() / sum;
            report.row(vec![thread.clone(), format!("{share:.1} %")]);
        }
    }
}

fn cells(name: &str, rounds: &[Round]) -> Vec<String> {
    let samples = |value: fn(&Round) -> f64| rounds.iter().map(value).collect::<Samples>();
    let mut cells = vec![
        name.to_owned(),
        format!("{:.0}", samples(|round| round.rate)),
    ];
    if rounds.iter().all(|round| round.counted == 0) {
        cells.resize(8, "–".to_owned());
        cells.push(format!("{:.0}", samples(|round| round.left as f64)));
        return cells;
    }
    let sum = |value: fn(&Round) -> u64| rounds.iter().map(value).sum::<u64>().to_string();
    cells.extend([
        format!("{:.0}", samples(|round| round.cpu_per_event)),
        format!("{:.2}", samples(|round| round.busy)),
        sum(Round::lost),
        sum(|round| round.expected),
        sum(|round| round.dropped),
        sum(|round| round.overruns.unwrap_or(0)),
        format!("{:.0}", samples(|round| round.left as f64)),
    ]);
    cells
}
