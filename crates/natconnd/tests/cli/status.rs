//! `natconn status`.

use crate::answers::{complete, gap, text};
use crate::command::{Run, ask};
use crate::server::json;
use natconnd::api::{Coverage, Gap};

/// What `/api/v1/status` sends.
fn status(ready: bool, lost: u64, coverage: &Coverage) -> String {
    let coverage = text(coverage);
    let state = if ready { "following" } else { "starting" };
    let (recording, trouble) = match ready {
        true => ("true", "null"),
        false => ("false", "\"disk full\""),
    };
    format!(
        r#"{{"version":"0.1.0","started_at":"2026-11-23T22:46:56.000Z","ready":{ready},"state":"{state}","connections":12344,"translations":12345,"ended":17,"changes_started":20000,"changes_ended":7655,"events":1234567,"lost":{lost},"receive_buffer":8388608,"kernel_timestamps":{ready},"recording":{recording},"recording_trouble":{trouble},"coverage":{coverage}}}"#
    )
}

fn shown(status: &str) -> Run {
    ask(json(status), &["status"])
}

#[test]
fn all_is_well() {
    assert_eq!(
        shown(&status(true, 0, &complete())),
        Run {
            code: 0,
            out: "\
version            0.1.0
running since      2026-11-23 22:46:56 UTC
ready              yes
state              following: every event is seen
live connections   12344
live translations  12345
just ended         17
events read        1234567
events lost        never
receive buffer     8.00 MiB
kernel timestamps  yes
history            recorded
coverage           complete
"
            .to_owned(),
            err: String::new(),
        }
    );
}

#[test]
fn what_is_amiss_is_said() {
    let mut coverage = gap();
    coverage.gaps.push(Gap {
        from: "2026-11-23T22:46:56.000Z".to_owned(),
        to: None,
        cause: "starting".to_owned(),
    });
    let run = shown(&status(false, 3, &coverage));
    assert_eq!(run.code, 1);
    assert_eq!(
        run.out,
        "\
version            0.1.0
running since      2026-11-23 22:46:56 UTC
ready              no, the kernel's table is still being read
state              starting: the kernel's table is being read
live connections   12344
live translations  12345
just ended         17
events read        1234567
events lost        3 times, events were dropped
receive buffer     8.00 MiB
kernel timestamps  no, times are those of receipt (sysctl net.netfilter.nf_conntrack_timestamp)
history            NOT recorded: disk full
coverage           events were lost from 2026-11-23 11:58:40 to 12:01:12 UTC (receive-buffer)
                   natconnd is reading the kernel's table since 2026-11-23 22:46:56 UTC (starting)
"
    );
}

#[test]
fn either_is_enough_to_report() {
    assert_eq!(shown(&status(false, 0, &complete())).code, 1);
    assert_eq!(shown(&status(true, 0, &gap())).code, 1);
    let unrecorded =
        status(true, 0, &complete()).replace("\"recording\":true", "\"recording\":false");
    assert_eq!(shown(&unrecorded).code, 1);
    // Nothing is to be recorded.
    let live = status(true, 0, &complete()).replace("\"recording\":true", "\"recording\":null");
    assert_eq!(shown(&live).code, 0);
    // Lost and read again since: nothing is missing now.
    assert_eq!(shown(&status(true, 1, &complete())).code, 0);
}

#[test]
fn json_is_the_apis_own_bytes() {
    for (coverage, code) in [(complete(), 0), (gap(), 1)] {
        let status = status(true, 0, &coverage).replace(':', " : ");
        let status = status
            .replace(" : 46 : 56", ":46:56")
            .replace(" : 58 : 40", ":58:40");
        let status = status.replace(" : 01 : 12", ":01:12");
        let run = ask(json(&status), &["status", "--json"]);
        assert_eq!(run.err, "");
        assert_eq!((run.code, run.out), (code, format!("{status}\n")));
    }
}
