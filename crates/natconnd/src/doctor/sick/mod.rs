//! One patient for each finding, and what the doctor must say of them.

mod ailing;
mod cut_off;
mod unattended;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use ctnetlink::{ClockDiscipline, Drops, Settings};
use model::{Gap, GapCause, Timestamp};

use super::check::{By, CHECKS, health};
use super::facts::{
    ConfigurationFault, Earlier, Facts, Kept, Observer, OfCommand, OfDaemon, Unreachable,
};
use super::netlink::Netlink;
use crate::api::Finding;
use crate::api::Severity::{self, Failure, Note, Ok, Warning};
use crate::config::{Caller, Config, FileKind, Listener, Loaded, Role, Roles, Tls, TokenHash};
use crate::confine;
use crate::mirror::{Condition, State};
use crate::panics::{Part, Seen};
use crate::tls;

const NOW: Timestamp = Timestamp(1_795_474_020_123_000_000);

fn ago(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

/// A daemon and a machine that nothing ails.
fn healthy() -> Facts {
    let http = Config::default().http;
    Facts {
        at: NOW,
        observer: Observer::Daemon(OfDaemon {
            started_at: ago(7200),
            condition: Condition {
                state: State::Following,
                receive_buffer_wanted: 64 << 20,
                receive_buffer: 64 << 20,
                overruns: 0,
                last_overrun: None,
                last_event: Some(ago(1)),
                dying: 0,
                has_foreign_events: false,
                is_reliable: true,
            },
            gaps: vec![gap(GapCause::Starting, 7200, Some(7199))],
            listen: http.listen,
            allow: http.allow,
            config: audited(),
            tls: vec![("office".into(), certificate(300 * DAY))],
            earlier: Some(Earlier {
                at: ago(900),
                drops: Drops::default(),
            }),
            dying_for: Duration::ZERO,
            history: Some(Kept {
                folder: PathBuf::from("/h"),
                status: history::Status {
                    sealed_records: 1000,
                    bytes: 11_000,
                    is_recording: true,
                    ..history::Status::default()
                },
                room: Some((50 << 30, 100 << 30)),
            }),
            panics: Vec::new(),
            confinement: confine::State::Confined { abi: 6 },
        }),
        netlink: Netlink::Answers,
        settings: Settings {
            events: Some(2),
            timestamp: Some(1),
            acct: Some(0),
            count: Some(1000),
            max: Some(262_144),
            buckets: Some(262_144),
        },
        is_max_ours: true,
        receive_buffer_limit: Some(4 << 20),
        drops: Some(Drops::default()),
        has_net_admin: Some(true),
        is_in_initial_user_namespace: true,
        offloading_modules: Vec::new(),
        clock: Result::Ok(ClockDiscipline {
            is_synchronised: true,
            max_error: Duration::from_millis(12),
        }),
    }
}

/// The same machine, with a daemon that does not answer.
fn unattended() -> Facts {
    Facts {
        observer: Observer::Command(OfCommand {
            unreachable: Unreachable {
                message: "ask http://localhost/api/v1/health: connection refused".to_owned(),
                is_forbidden: false,
            },
            configuration: Result::Ok(Loaded {
                config: audited(),
                warnings: Vec::new(),
                kind: FileKind::Absent,
                path: None,
            }),
        }),
        ..healthy()
    }
}

/// The default configuration, but that who asks is written down.
fn audited() -> Config {
    let mut config = Config::default();
    config.audit.folder = Some(PathBuf::from("/a"));
    config
}

/// A day, in seconds.
const DAY: i64 = 24 * 3600;

/// A certificate that ends in so many seconds, or has ended so many ago.
fn certificate(seconds: i64) -> tls::Status {
    tls::Status {
        validity: tls::Validity {
            not_before: ago(400 * DAY as u64),
            not_after: Timestamp(NOW.0 + seconds * 1_000_000_000),
        },
        reloads: 0,
        reloads_refused: 0,
        refused: None,
    }
}

/// A listener beyond this machine that gives whoever is let in these roles.
fn listener(roles: &[Role]) -> Listener {
    Listener {
        listen: vec![([192, 0, 2, 1], 8443).into()],
        tls: Some(Tls::default()),
        roles: roles.iter().copied().collect(),
        ..Listener::default()
    }
}

/// A caller who has a token.
fn with_token() -> Caller {
    Caller {
        tokens: vec![TokenHash([0; 32])],
        ..Caller::default()
    }
}

fn gap(cause: GapCause, from: u64, to: Option<u64>) -> Gap {
    Gap {
        from: ago(from),
        to: to.map(ago),
        cause,
    }
}

fn panicked(part: Part, count: u64, last: u64) -> Seen {
    Seen {
        part,
        count,
        last_at: ago(last),
        last_place: "src/a.rs:7".to_owned(),
    }
}

fn daemon(facts: &mut Facts) -> &mut OfDaemon {
    match &mut facts.observer {
        Observer::Daemon(daemon) => daemon,
        Observer::Command(_) => panic!("it is the command that looks"),
    }
}

fn kept(facts: &mut Facts) -> &mut Kept {
    let kept = daemon(facts).history.as_mut();
    kept.expect("the patient records")
}

fn command(facts: &mut Facts) -> &mut OfCommand {
    match &mut facts.observer {
        Observer::Command(command) => command,
        Observer::Daemon(_) => panic!("it is the daemon that looks"),
    }
}

/// The check, how bad it must find it, and a piece of each text that it must
/// have: finding, hint and command.
type Expected = (
    &'static str,
    Severity,
    &'static str,
    &'static str,
    &'static str,
);

/// A patient whom one thing ails, or two that belong together.
type Patient = (Expected, fn(&mut Facts));

/// Patients, and what they would be without what ails them.
type Ward = (&'static [Patient], fn() -> Facts);

/// All patients.
const PATIENTS: &[Ward] = &[
    (cut_off::CUT_OFF, healthy),
    (ailing::AILING, healthy),
    (unattended::UNATTENDED, unattended),
];

/// What the check of this name finds.
fn found(check: &str, facts: &Facts) -> Finding {
    let findings = health(facts).findings;
    let found = findings.into_iter().find(|finding| finding.check == check);
    found.unwrap_or_else(|| panic!("{check} found nothing"))
}

/// Examines patients; returns what was found of them.
fn examined(patients: &[Patient], healthy: fn() -> Facts) -> BTreeSet<(&'static str, Severity)> {
    let mut seen = BTreeSet::new();
    for ((check, severity, finding, hint, command), ail) in patients {
        let mut facts = healthy();
        ail(&mut facts);
        let found = found(check, &facts);
        assert_eq!(found.severity, *severity, "{found:?}");
        assert!(found.finding.contains(finding), "{finding:?}: {found:?}");
        for (text, expected) in [(&found.hint, hint), (&found.command, command)] {
            assert_eq!(text.is_none(), expected.is_empty(), "{found:?}");
            let text = text.as_deref().unwrap_or_default();
            assert!(text.contains(expected), "{expected:?}: {found:?}");
        }
        seen.insert((*check, *severity));
    }
    seen
}

/// Whatever is promised in docs/doctor.md is found in somebody, and nothing
/// else.
#[test]
fn every_patient_gets_the_finding_that_fits() {
    let mut seen = BTreeSet::new();
    for (patients, healthy) in PATIENTS {
        seen.extend(examined(patients, *healthy));
    }
    seen.retain(|(_, severity)| *severity != Ok);
    let promised: BTreeSet<_> = CHECKS
        .iter()
        .flat_map(|check| {
            check
                .outcomes
                .iter()
                .map(|(severity, _)| (check.name, *severity))
        })
        .collect();
    assert_eq!(seen, promised);
}

#[test]
fn nothing_is_found_in_the_healthy() {
    let health = health(&healthy());
    assert_eq!(health.state, Ok, "{health:?}");
    assert_eq!(health.checked_by, "natconnd");
    assert_eq!(health.checked_at, NOW.to_string());
    assert!(
        health
            .findings
            .iter()
            .all(|it| it.hint.is_none() && it.command.is_none())
    );
}

#[test]
fn each_check_is_made_by_whom_it_says() {
    let made = |facts: &Facts| -> BTreeSet<String> {
        health(facts)
            .findings
            .into_iter()
            .map(|it| it.check)
            .collect()
    };
    let mut without_privilege = unattended();
    without_privilege.is_in_initial_user_namespace = false;
    let (by_daemon, by_command) = (made(&healthy()), made(&without_privilege));
    for check in CHECKS {
        let expected = match check.by {
            By::Both => (true, true),
            By::Daemon => (true, false),
            By::Command => (false, true),
        };
        let made = (
            by_daemon.contains(check.name),
            by_command.contains(check.name),
        );
        assert_eq!(made, expected, "{}", check.name);
    }
}

/// Words of findings keep to the rules of messages: one sentence, no full stop.
#[test]
fn findings_are_worded_like_messages() {
    for (patients, healthy) in PATIENTS {
        for (_, ail) in *patients {
            let mut facts = healthy();
            ail(&mut facts);
            for finding in health(&facts).findings {
                let texts = [
                    Some(finding.finding.clone()),
                    finding.hint.clone(),
                    finding.command.clone(),
                ];
                for text in texts.into_iter().flatten() {
                    assert!(!text.ends_with('.') && !text.contains('\n'), "{text:?}");
                    assert!(!text.contains("  "), "{text:?}");
                }
                assert!(!finding.finding.contains("failed to"), "{finding:?}");
            }
        }
    }
}
