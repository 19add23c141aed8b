//! Lookups over TLS, against the same lookups of the same natconnd without.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::lookups::{Target, questions_for, tabulate};
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::Client;
use crate::reader::Running;
use crate::readers::Natconnd;
use crate::report::{Bound, Report};
use crate::samples::Samples;
use crate::tool;

/// Live connections.
const CONNECTIONS: u64 = 5_000;

/// Where TLS is spoken.
pub(super) const PORT: u16 = 8443;

/// Asks natconnd for one live connection, in turn over TLS and without.
pub fn tls(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let what = "lookups/s over TLS / without, the same connections kept alive";
    let Some(natconnd) = natconnd else {
        report.promise(what, Bound::AtLeast(0.7), Samples::default(), 2);
        return Ok(());
    };
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    let daemon = natconnd.launch_with(&gateway, folder, &listener(folder)?)?;
    Generator::new().send(&gateway, Load::Count(CONNECTIONS))?;
    let mut client = Client::connect(gateway.namespace(), daemon.port())?;
    let question = questions_for(&gateway, &mut client, "received")?.exact;
    let length = client.get(&question)?.body.len();
    let plain = format!("http://127.0.0.1:{}{question}", daemon.port());
    let secure = format!("https://127.0.0.1:{PORT}{question}");
    let mut targets = [
        Target::new("natconnd", plain, daemon.process()),
        Target::new("natconnd, over TLS", secure, daemon.process()),
    ];
    let time = plan.round.min(Duration::from_secs(5));
    for number in 1..=plan.rounds {
        for target in &mut targets {
            eprintln!("tls, round {number} of {}", plan.rounds);
            target.measure(&gateway, folder, time)?;
        }
    }
    let [plain, secure] = &targets;
    let rate = |target: &Target| target.samples(|load| load.rate);
    let ratio = Samples::ratio(&rate(secure), &rate(plain));
    report.promise(what, Bound::AtLeast(0.7), ratio, 2);
    tabulate(&targets, length, report);
    Ok(())
}

/// Makes a certificate, and the lines of configuration with which it is served.
pub(super) fn listener(folder: &Path) -> Result<String> {
    let (certificate, key) = (folder.join("tls.crt"), folder.join("tls.key"));
    let (certificate, key) = (certificate.display(), key.display());
    tool::run(&format!(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
         -subj /CN=natconnd-bench -addext subjectAltName=IP:127.0.0.1 -keyout {key} \
         -out {certificate}"
    ))?;
    Ok(format!(
        "[listener.tls]\nlisten = [\"127.0.0.1:{PORT}\"]\ncertificate = \"{certificate}\"\n\
         key = \"{key}\"\nroles = [\"lookup\"]\n"
    ))
}
