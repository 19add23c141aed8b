//! Holding the daemon's answers against the truth.

use lab::Lab;
use natconnd::api::{Coverage, Gap};

use crate::client::in_query;
use crate::daemon::Daemon;
use crate::process::eventually;
use crate::truth::{Truth, of_rows, translations, verdict};

/// Holds a daemon's answers against the truth, and those of another one that
/// starts only then and knows everything from a dump; returns the truth, in
/// order.
///
/// # Panics
///
/// Where there are not `count` translations, or any answer differs.
pub fn agree(lab: &Lab, daemon: &Daemon, count: usize) -> Vec<Truth> {
    let by_events = agree_on_all(lab, daemon, count);
    let by_dump = agree_on_all(lab, &Daemon::start(lab, ""), count);
    assert_eq!(by_dump, by_events, "the traffic changes");
    by_events
}

/// Waits until the list is what the kernel has, then asks every lookup that
/// leads to one of its rows.
fn agree_on_all(lab: &Lab, daemon: &Daemon, count: usize) -> Vec<Truth> {
    let truth = agree_on_list(lab, daemon);
    assert_eq!(truth.len(), count, "{truth:#?}");
    let status = daemon.status();
    assert_eq!(status.translations, truth.len() as u64);
    assert_eq!(status.connections, connections(&truth));
    assert!(misses_nothing(&status.coverage), "{status:?}");
    for one in &truth {
        for (query, fits) in questions(one) {
            let expected: Vec<_> = truth.iter().filter(|other| fits(other)).cloned().collect();
            assert!(
                expected.contains(one),
                "the question {query} leads to {one:?}"
            );
            assert_answer(daemon, &query, &expected);
        }
    }
    truth
}

/// Waits until the list is what the kernel has, and returns it.
pub fn agree_on_list(lab: &Lab, daemon: &Daemon) -> Vec<Truth> {
    eventually(|| {
        let truth = translations(lab);
        let said = match truth.len() {
            // Few enough for pages of a few rows each.
            0..100 => of_rows(&daemon.list("")),
            _ => of_rows(&daemon.pages("", 1000)),
        };
        // Read twice: traffic may still be on its way.
        if said == truth && truth == translations(lab) {
            return Ok(truth);
        }
        Err(difference(&said, &truth))
    })
}

/// What one of two lists has that the other has not.
pub fn difference(said: &[Truth], truth: &[Truth]) -> String {
    let extra: Vec<_> = said.iter().filter(|one| !truth.contains(one)).collect();
    let missing: Vec<_> = truth.iter().filter(|one| !said.contains(one)).collect();
    format!(
        "natconnd lists {}, the kernel {}; it has too much {extra:#?}\nand misses {missing:#?}",
        said.len(),
        truth.len()
    )
}

/// Whether nothing is missing of what was ever to be had: what ended before the
/// daemon started, or is not to be tracked, has tests of its own.
pub fn misses_nothing(coverage: &Coverage) -> bool {
    let is_lost = |gap: &Gap| !["stopped", "filter"].contains(&&*gap.cause);
    !coverage.gaps.iter().any(is_lost)
}

/// Asks a lookup whose matches all live.
pub fn assert_answer(daemon: &Daemon, query: &str, expected: &[Truth]) {
    let answer = daemon.lookup(query);
    assert_eq!(of_rows(answer.rows()), expected, "{query}");
    assert_eq!(answer.verdict, verdict(expected), "{query}");
    assert!(misses_nothing(&answer.coverage), "{query}: {answer:?}");
    assert!(!answer.cut, "{query}: {answer:?}");
}

type Fits = Box<dyn Fn(&Truth) -> bool>;

/// Lookups that lead to a translation, and what else they lead to.
fn questions(one: &Truth) -> Vec<(String, Fits)> {
    let Truth {
        protocol,
        kind,
        internal,
        nat,
        remote,
        zone,
        ..
    } = one.clone();
    let [at_internal, at_nat, at_remote] = [internal, nat, remote].map(in_query);
    let nat_address = in_query(nat.ip());
    let mut questions: Vec<(String, Fits)> = vec![
        (
            format!("nat={at_nat}"),
            Box::new(move |other| other.nat == nat),
        ),
        (
            format!("nat={nat_address}"),
            Box::new(move |other| other.nat.ip() == nat.ip()),
        ),
        (
            format!("internal={at_internal}"),
            Box::new(move |other| other.internal == internal),
        ),
        (
            format!("remote={at_remote}"),
            Box::new(move |other| other.remote == remote),
        ),
        (
            format!("nat={at_nat}&kind={kind}&internal={at_internal}&zone={zone}"),
            Box::new(move |other| {
                other.nat == nat
                    && other.kind == kind
                    && other.internal == internal
                    && other.zone == zone
            }),
        ),
    ];
    // Protocol, NAT endpoint and remote endpoint: asked of the kernel itself.
    let exact = format!("protocol={protocol}&nat={at_nat}&remote={at_remote}");
    let fits = move |other: &Truth| {
        other.protocol == protocol && other.nat == nat && other.remote == remote
    };
    let fits_in_zone = fits.clone();
    questions.push((
        format!("{exact}&zone={zone}"),
        Box::new(move |other| fits_in_zone(other) && other.zone == zone),
    ));
    questions.push((exact, Box::new(fits)));
    questions
}

/// Connections that have these translations.
fn connections(truth: &[Truth]) -> u64 {
    let mut ids: Vec<u32> = truth.iter().map(|one| one.kernel_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len() as u64
}
