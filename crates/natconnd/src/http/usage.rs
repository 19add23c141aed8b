//! `/api/v1/usage` and `/api/v1/ports`: who uses how many connections and ports.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use hyper::{Response, StatusCode};
use model::Protocol;
use serde::Serialize;

use super::body::Body;
use super::filter::{parse, protocol};
use super::problem::{Refused, bad_value, problem, shortened, to_response};
use super::query;
use super::response::{JSON, ok};
use super::state::State;
use crate::api::HostOrder;

/// The parameters of `/api/v1/usage`.
pub(super) const PARAMETERS: &[&str] = &["top", "sort"];

/// The parameters of `/api/v1/ports`.
pub(super) const PORTS_PARAMETERS: &[&str] = &["nat", "protocol", "from", "to"];

/// How many of each kind where `top` is absent.
const DEFAULT_TOP: usize = 20;

/// How many at most: as many as a census keeps.
pub(super) const MAX_TOP: usize = crate::lookup::CENSUS_KEPT;

/// What `/api/v1/usage` was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    pub top: usize,
    pub sort: HostOrder,
}

/// What `/api/v1/ports` was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct AskedPorts {
    pub nat: IpAddr,
    pub protocol: Protocol,
    pub ports: RangeInclusive<u16>,
}

/// Answers `/api/v1/usage`, where blocking is allowed: the first who asks waits
/// for the table to be counted.
pub(super) async fn respond(state: Arc<State>, query: Option<String>) -> Response<Body> {
    let Asked { top, sort } = match read(query.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return to_response(&problem),
    };
    let answers = Arc::clone(&state.answers);
    let counted = tokio::task::spawn_blocking(move || answers.usage(top, sort)).await;
    match counted {
        Ok(Some(usage)) => json(&usage),
        Ok(None) => to_response(&problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "count the table: it takes longer than usual, ask again in some seconds",
        )),
        Err(_) => broke_off("count the table: the counting broke off"),
    }
}

/// Answers `/api/v1/ports`.
pub(super) async fn respond_ports(state: Arc<State>, query: Option<String>) -> Response<Body> {
    let AskedPorts {
        nat,
        protocol,
        ports,
    } = match read_ports(query.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return to_response(&problem),
    };
    let held = state.scan(move |answers| json(&answers.port_usage(nat, protocol, &ports)));
    let held = held.await;
    held.unwrap_or_else(|| broke_off("look at the ports: the scan of the table broke off"))
}

pub(super) fn read(query: Option<&str>) -> Refused<Asked> {
    let mut asked = Asked {
        top: DEFAULT_TOP,
        sort: HostOrder::default(),
    };
    query::read(query, PARAMETERS, |name, value| {
        match name {
            "top" => asked.top = read_top(value)?,
            _ => asked.sort = read_sort(value)?,
        }
        Ok(())
    })?;
    Ok(asked)
}

pub(super) fn read_ports(query: Option<&str>) -> Refused<AskedPorts> {
    let (mut nat, mut by_protocol) = (None, None);
    let (mut from, mut to) = (0, u16::MAX);
    query::read(query, PORTS_PARAMETERS, |name, value| {
        match name {
            "nat" => {
                let address: IpAddr = parse("nat", value, "the NAT address, such as 203.0.113.7")?;
                nat = Some(address.to_canonical());
            }
            "protocol" => by_protocol = Some(read_protocol(value)?),
            "from" => from = read_port(name, value)?,
            _ => to = read_port(name, value)?,
        }
        Ok(())
    })?;
    let missing = |name: &str, expected: &str| bad_value(name, "", "it is missing", expected);
    if from > to {
        let cause = format!("the ports from {from} to {to} run backwards");
        return Err(bad_value(
            "to",
            &to.to_string(),
            cause,
            format!("{from} or more"),
        ));
    }
    Ok(AskedPorts {
        nat: nat.ok_or_else(|| missing("nat", "the NAT address"))?,
        protocol: by_protocol
            .ok_or_else(|| missing("protocol", "tcp, udp, sctp, dccp or udplite"))?,
        ports: from..=to,
    })
}

fn read_top(value: &str) -> Refused<usize> {
    let top = value.parse().ok();
    top.filter(|top| (1..=MAX_TOP).contains(top))
        .ok_or_else(|| {
            let expected = format!("a number from 1 to {MAX_TOP}");
            let cause = format!("\"{}\" is no number from 1 to {MAX_TOP}", shortened(value));
            bad_value("top", value, cause, expected)
        })
}

fn read_sort(value: &str) -> Refused<HostOrder> {
    let order = HostOrder::ALL.into_iter();
    let mut order = order.filter(|order| order.word() == value);
    order.next().ok_or_else(|| {
        let cause = format!("\"{}\" is no order", shortened(value));
        bad_value("sort", value, cause, "connections or ports")
    })
}

/// A protocol whose translations have ports: the id of ICMP and the key of GRE are
/// none.
fn read_protocol(value: &str) -> Refused<Protocol> {
    let protocol = protocol(value)?;
    if protocol.has_ports() {
        return Ok(protocol);
    }
    let cause = format!("{protocol} has no ports");
    let expected = "tcp, udp, sctp, dccp or udplite";
    Err(bad_value("protocol", value, cause, expected))
}

fn read_port(name: &'static str, value: &str) -> Refused<u16> {
    value.parse().map_err(|_| {
        let cause = format!("\"{}\" is no port from 0 to 65535", shortened(value));
        bad_value(name, value, cause, "a number from 0 to 65535")
    })
}

fn json(value: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(json) => ok(JSON, json),
        Err(error) => broke_off(&format!("write the answer: {error}")),
    }
}

fn broke_off(detail: &str) -> Response<Body> {
    to_response(&problem(StatusCode::INTERNAL_SERVER_ERROR, detail))
}
