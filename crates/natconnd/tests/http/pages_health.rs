//! The page about what ails natconnd, and how it has fared.

use std::sync::Arc;

use model::Timestamp;
use natconnd::api::{Finding, Health, Severity};
use natconnd::samples::{Sample, Samples};

use crate::server::Running;

/// A server with a finding and an hour of samples, of which 40 events came every
/// second.
fn server() -> Running {
    Running::start(
        Vec::new(),
        |server| {
            server.report_health = Arc::new(|| {
                let finding = Finding {
                    check: "overruns".to_owned(),
                    severity: Severity::Warning,
                    finding: "the receive buffer was <full>".to_owned(),
                    hint: Some("make it larger".to_owned()),
                    command: Some("sudo sysctl -w net.core.rmem_max=1".to_owned()),
                };
                Health::of_findings(String::new(), "natconnd", vec![finding])
            });
            let samples = Samples::default();
            let now = Timestamp(jiff::Timestamp::now().as_nanosecond() as i64);
            for number in 0..=360_u64 {
                let ago = std::time::Duration::from_secs(10 * (360 - number));
                samples.add(Sample {
                    at: now.minus(ago),
                    events: 400 * number,
                    lookups: 0,
                    translations: number,
                    kernel_count: Some(number),
                    kernel_max: Some(1000),
                    history: None,
                });
            }
            server.samples = Arc::new(samples);
        },
        None,
    )
}

#[test]
fn what_is_amiss_is_told_with_what_helps() {
    let html = server().get("/health").body;
    for told in [
        "1 warning;",
        "the receive buffer was &#60;full&#62;.",
        "make it larger.",
        "<pre>sudo sysctl -w net.core.rmem_max=1</pre>",
        "href=\"/docs/delivery\"",
        "Nothing was missed.",
    ] {
        assert!(html.contains(told), "{told}: {html}");
    }
}

#[test]
fn values_have_charts_and_their_numbers_beside_them() {
    let server = server();
    for (path, values) in [("/health", 361), ("/health?span=day", 13)] {
        let html = server.get(path).body;
        assert!(
            html.contains("<title>Events from the kernel: 40 events a second."),
            "{path}: {html}"
        );
        assert!(html.contains("<span class=\"big\">40</span>"), "{html}");
        assert!(html.contains("36 %</span>"), "{html}");
        let curve = html.split("class=\"curve\" d=\"M").nth(2).unwrap();
        let curve = curve.split('"').next().unwrap();
        assert_eq!(curve.split('L').count(), values, "{path}: {curve}");
        // Much smaller than what a page may weigh.
        assert!(html.len() < 60_000, "{path}: {}", html.len());
    }
}

#[test]
fn a_span_that_is_none_is_refused_on_the_page() {
    let server = server();
    let reply = server.get("/health?span=year");
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("hour or day"), "{}", reply.body);
    assert_eq!(server.get("/health?spam=hour").status, 400);
}

#[test]
fn without_samples_there_is_a_page_all_the_same() {
    let reply = Running::with(Vec::new()).get("/health");
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("The first values come"), "{reply:?}");
}
