//! Lookups while the gateway is under load, about packets that have just left.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use super::judge::{Judgement, judge};
use super::question::Kind;
use super::sink::Sink;
use super::tally::Tally;
use super::time;
use crate::gateway::Gateway;
use crate::http::Client;
use crate::{process, sys};

/// One in so many questions leaves the remote out.
const BY_NAT_EVERY: u64 = 4;

/// How long a packet that nobody sent may go on being nobody's.
const TRIES: u32 = 500;

/// What was found under load.
#[derive(Debug, Default)]
pub struct Found {
    /// Questions with everything in them.
    pub exact: Tally,
    /// Questions without the remote.
    pub by_nat: Tally,
    /// Of the missing: packets whose sender was told when it was asked again,
    /// and how long after the packet that was, in nanoseconds.
    pub late: Vec<i64>,
    /// How old the packets were when natconnd was asked, in nanoseconds.
    pub ages: Vec<i64>,
}

/// Asks about the newest packet of `sink`, again and again, until `is_over`.
///
/// Shares a core with natconnd and stands behind it.
pub fn ask(
    gateway: &Gateway,
    port: u16,
    sink: &Sink,
    is_over: &AtomicBool,
    lateness: i64,
) -> Result<Found> {
    sys::pin(process::CORE).context("pin the asking thread to a core")?;
    sys::lower_priority().context("lower the priority of the asking thread")?;
    let mut client = Client::connect(gateway.namespace(), port)?;
    let mut found = Found::default();
    let mut asked = 0;
    while !is_over.load(Ordering::Relaxed) {
        let Some(packet) = sink.take_fresh() else {
            std::thread::sleep(Duration::from_micros(200));
            continue;
        };
        let kind = match asked % BY_NAT_EVERY {
            0 => Kind::ByNat,
            _ => Kind::Exact,
        };
        asked += 1;
        found.ages.push(time::now() - packet.at);
        let answer = kind.recently().ask(&mut client, &packet)?;
        let tally = match kind {
            Kind::Exact => &mut found.exact,
            Kind::ByNat => &mut found.by_nat,
        };
        tally.questions += 1;
        if tally.judge(&packet, &answer, lateness) == Judgement::Missing {
            for _ in 0..TRIES {
                std::thread::sleep(Duration::from_millis(1));
                let again = kind.recently().ask(&mut client, &packet)?;
                if judge(&packet, &again, lateness) == Judgement::Right {
                    found.late.push(time::now() - packet.at);
                    break;
                }
            }
        }
    }
    Ok(found)
}
