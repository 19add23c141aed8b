//! History against a naive one: all that was ever told, in a list.

use std::collections::BTreeMap;

use model::{EndEvidence, Match, TimeSource, Timed};
use proptest::prelude::*;

use super::{TestFolder, all, at, begun, settings};
use crate::{History, Recorder, RemotePolicy, failpoint, open};

/// What can happen.
#[derive(Clone, Debug)]
enum Step {
    Begin(u32),
    End(u32),
    Tick,
    /// Stopped in order and started again, or crashed after a tick and so many steps
    /// of sealing.
    Restart {
        crash: Option<usize>,
        gone: u32,
    },
    Settle,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0_u32..12).prop_map(Step::Begin),
        8 => (0_u32..12).prop_map(Step::End),
        2 => Just(Step::Tick),
        1 => (proptest::option::of(0_usize..12), any::<u32>()).prop_map(|(crash, gone)| Step::Restart { crash, gone }),
        1 => Just(Step::Settle),
    ]
}

struct Naive {
    /// What the kernel has.
    live: BTreeMap<u32, Match>,
    /// What has ended while nobody looked, and is not settled.
    gone: Vec<Match>,
    ended: Vec<Match>,
}

fn time(milliseconds: i64, source: TimeSource) -> Option<Timed> {
    Some(Timed {
        at: at(milliseconds),
        source,
    })
}

fn settle(recorder: &mut Recorder, naive: &mut Naive, now: i64) {
    let live: Vec<Match> = naive.live.values().copied().collect();
    recorder
        .settle(at(now), |open| {
            live.iter().any(|one| one.started_at == open.started_at)
        })
        .unwrap();
    for mut gone in naive.gone.drain(..) {
        gone.ended_at = time(now, TimeSource::Estimated);
        gone.end_evidence = Some(EndEvidence::Restart);
        naive.ended.push(gone);
    }
}

fn check(steps: &[Step], remote: RemotePolicy) {
    let folder = TestFolder::new();
    let mut settings = settings(&folder);
    settings.segment_records = 3;
    settings.remote = remote;
    let mut recorder = open(settings.clone(), at(0)).unwrap();
    let mut naive = Naive {
        live: BTreeMap::new(),
        gone: Vec::new(),
        ended: Vec::new(),
    };
    for (now, step) in (1_i64..).zip(steps) {
        let now = now * 10;
        match step {
            // The kernel has one of a kind at a time, and events come after a restart
            // is settled.
            Step::Begin(number) if naive.live.contains_key(number) || !naive.gone.is_empty() => {}
            Step::Begin(number) => {
                let mut record = begun(*number);
                record.started_at = time(now, TimeSource::Kernel);
                recorder.record(&[record], at(now)).unwrap();
                naive.live.insert(*number, record);
            }
            Step::End(number) => {
                if let Some(mut record) = naive.live.remove(number) {
                    record.ended_at = time(now, TimeSource::Kernel);
                    record.end_evidence = Some(EndEvidence::Event);
                    recorder.record(&[record], at(now)).unwrap();
                    naive.ended.push(record);
                }
            }
            Step::Tick => recorder.tick(at(now)).unwrap(),
            Step::Restart { crash, gone } => {
                match crash {
                    Some(steps) => {
                        failpoint::allow(&folder.path(), *steps);
                        // Sealing may be tried again, and not come to its end.
                        let _ = recorder.tick(at(now));
                        drop(recorder);
                        failpoint::allow_all(&folder.path());
                    }
                    None => recorder.close(at(now)).unwrap(),
                }
                recorder = open(settings.clone(), at(now)).unwrap();
                let is_gone = |number: &u32| gone >> number & 1 == 1;
                let (dead, live) = std::mem::take(&mut naive.live)
                    .into_iter()
                    .partition(|(number, _)| is_gone(number));
                naive.live = live;
                let dead: BTreeMap<u32, Match> = dead;
                naive.gone.extend(dead.into_values());
                assert_eq!(
                    recorder.has_unsettled(),
                    !(naive.live.is_empty() && naive.gone.is_empty())
                );
            }
            Step::Settle => settle(&mut recorder, &mut naive, now),
        }
    }
    settle(&mut recorder, &mut naive, 100_000);
    assert!(!recorder.has_unsettled());
    if remote == RemotePolicy::Omit {
        for record in &mut naive.ended {
            record.translation.remote = model::Endpoint::OMITTED;
            record.original_destination = model::Endpoint::OMITTED;
        }
    }
    naive.ended.sort_by(History::order);
    assert_eq!(all(recorder.history()), naive.ended);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_that_ended_is_there_once(steps in proptest::collection::vec(step(), 0..60)) {
        check(&steps, RemotePolicy::Keep);
    }

    #[test]
    fn so_it_is_without_remotes(steps in proptest::collection::vec(step(), 0..60)) {
        check(&steps, RemotePolicy::Omit);
    }
}
