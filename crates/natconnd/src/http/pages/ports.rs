//! `/ports`: who has which ports, and where they run out; `/ports/picture.png` is the
//! picture on it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{CACHE_CONTROL, HeaderValue};
use hyper::{Response, StatusCode};
use model::Protocol;

use super::super::body::Body;
use super::super::filter::{self, parse};
use super::super::problem::{Refused, problem};
use super::super::query;
use super::super::response::{PNG, ok};
use super::super::state::State;
use super::visit::Visit;
use super::{never_sniffed, page, trouble};
use crate::lookup::PortMap;
use crate::web::{self, Dot, Picture, Ports, Section, Usage};

const ADDRESS: &str = "an IPv4 or IPv6 address";
const PORT: &str = "a port from 0 to 65535";

/// How long the page waits for a census: a small table is counted by then, and for a large
/// one there is the one before.
const PATIENCE: Duration = Duration::from_millis(30);

/// What can be said of the page.
const OF_PAGE: &[&str] = &["nat", "protocol", "from"];

/// What can be said of the picture.
const OF_PICTURE: &[&str] = &["nat", "protocol", "hosts"];

pub(super) async fn respond(
    state: &Arc<State>,
    visit: &Visit,
    path: &str,
    query: Option<&str>,
) -> Response<Body> {
    let response = match path {
        "/ports/picture.png" => picture(state, query).await,
        _ => ports(state, visit, query).await,
    };
    response.unwrap_or_else(|problem| trouble(state, visit, Section::Ports, &problem))
}

#[derive(Default)]
struct Wanted {
    nat: Option<IpAddr>,
    protocol: Option<Protocol>,
    from: Option<u16>,
    hosts: Vec<IpAddr>,
}

fn read(query: Option<&str>, known: &'static [&'static str]) -> Refused<Wanted> {
    let mut wanted = Wanted::default();
    query::read(query, known, |name, value| {
        match name {
            "nat" => wanted.nat = Some(parse(name, value, ADDRESS)?),
            "protocol" => wanted.protocol = Some(filter::protocol(value)?),
            "from" => wanted.from = Some(parse(name, value, PORT)?),
            _ if value.is_empty() => {}
            _ => wanted.hosts = query::list(value, |item| parse(name, item, ADDRESS))?,
        }
        Ok(())
    })?;
    Ok(wanted)
}

async fn ports(state: &Arc<State>, visit: &Visit, query: Option<&str>) -> Refused<Response<Body>> {
    let wanted = read(query, OF_PAGE)?;
    let census = state.scan(|answers| answers.census_within(PATIENCE));
    let census = census.await.flatten();
    let fullest = || {
        let rows = census.as_ref()?.nat_addresses.iter();
        let row = rows
            .filter(|row| row.ports.is_some())
            .max_by_key(|row| row.ports)?;
        Some((row.address, row.protocol))
    };
    let shown = match wanted.nat {
        Some(nat) => Some((nat, wanted.protocol.unwrap_or(Protocol::TCP))),
        None => fullest(),
    };
    let map = match shown {
        Some((nat, protocol)) => Some(port_map(state, nat, protocol).await?),
        None => None,
    };
    let page_of_it = Ports {
        frame: visit.frame(state, Section::Ports),
        usage: census.map(|census| Usage::new(&census, shown)),
        picture: map.map(|map| Picture::new(&map, wanted.from)),
    };
    Ok(page(StatusCode::OK, &page_of_it))
}

async fn picture(state: &Arc<State>, query: Option<&str>) -> Refused<Response<Body>> {
    let wanted = read(query, OF_PICTURE)?;
    let Some(nat) = wanted.nat else {
        return Err(problem(
            StatusCode::BAD_REQUEST,
            "read nat: it is not given",
        ));
    };
    let map = port_map(state, nat, wanted.protocol.unwrap_or(Protocol::TCP)).await?;
    let mut dots = vec![Dot::Free; 1 << 16];
    let dot = web::dots(&wanted.hosts);
    for held in &map.held {
        dots[usize::from(held.port)] = dot(held);
    }
    let png = web::picture(|port| dots[usize::from(port)]).map_err(|error| {
        let detail = format!("draw the picture: {error}");
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })?;
    let mut response = ok(PNG, png);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(never_sniffed(response))
}

async fn port_map(state: &Arc<State>, nat: IpAddr, protocol: Protocol) -> Refused<PortMap> {
    let map = state.scan(move |answers| answers.ports(nat, protocol, &(0..=u16::MAX)));
    map.await.ok_or_else(|| {
        let detail = "the look at the ports broke off, see the log";
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}
