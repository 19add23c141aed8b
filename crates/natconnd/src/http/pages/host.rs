//! `/hosts/ADDR`: everything a host has and had.
//!
//! What it has comes from the live table at once, and is sent at once. What it had comes
//! from history, as `/api/v1/records` has it, which may take longer: it follows on the
//! same page.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::{Response, StatusCode};
use model::{EndpointPattern, EndpointSet, Filter, Lookup, Match, Period, Timestamp};

use super::super::audit::{Audited, Told};
use super::super::body::{Body, Chunk, chunks};
use super::super::problem::{Refused, bad_value, problem};
use super::super::query::{Plus, decode};
use super::super::state::State;
use super::super::when::When;
use super::super::{connections, cursor, records};
use super::desk::in_words;
use super::visit::Visit;
use super::{form, page, page_of, render, trouble};
use crate::lookup::{Order, Page, PastQuestion, SortKey, Wanted};
use crate::web::{Host, HostForm, PLACE_OF_PAST, Past, Row, Section, gap_in_words};

/// How many rows a page has, of either kind.
const SHOWN: usize = 50;

/// How many of the newest connections are counted by NAT address and by remote.
const COUNTED: usize = 1000;

/// How far back is looked where nobody says.
const USUAL: Duration = Duration::from_secs(24 * 3600);

/// Newest first.
const ORDER: Order = Order {
    key: SortKey::StartedAt,
    descending: true,
};

/// What is asked of a host.
struct Asked {
    host: IpAddr,
    form: HostForm,
    /// The last row of the page before.
    after: Option<Match>,
}

pub(super) async fn respond(
    state: &Arc<State>,
    visit: &Visit,
    path: &str,
    query: Option<&str>,
) -> Response<Body> {
    let shown = match read(path, query) {
        Ok(asked) => show(state, visit, asked).await,
        Err(problem) => Err(problem),
    };
    shown.unwrap_or_else(|problem| trouble(state, visit, Section::Live, &problem))
}

fn read(path: &str, query: Option<&str>) -> Refused<Asked> {
    let host = address(path.strip_prefix("/hosts/").unwrap_or_default())?;
    let form = HostForm::of_fields(form::fields(query.unwrap_or_default())?);
    let after = match &*form.cursor {
        "" => None,
        value => match connections::read_cursor(value)? {
            (ORDER, after) => Some(after),
            _ => {
                let cause = "it belongs to a list in another order";
                let expected = "the cursor of a page of this host";
                return Err(bad_value("cursor", value, cause, expected));
            }
        },
    };
    Ok(Asked { host, form, after })
}

fn address(text: &str) -> Refused<IpAddr> {
    let read = decode(text, Plus::IsPlus).and_then(|text| text.parse().ok());
    read.map(|address: IpAddr| address.to_canonical())
        .ok_or_else(|| {
            let cause = format!(
                "\"{}\" is no IP address",
                super::super::problem::shortened(text)
            );
            bad_value("host", text, cause, "an IPv4 or IPv6 address")
        })
}

async fn show(state: &Arc<State>, visit: &Visit, asked: Asked) -> Refused<Response<Body>> {
    let Asked { host, form, after } = asked;
    let pattern = EndpointPattern {
        addresses: Some(host.into()),
        ports: None,
    };
    let wanted = Wanted::from(Filter {
        internal: EndpointSet(vec![pattern.clone()]),
        ..Filter::default()
    });
    let scanned = state.scan(move |answers| answers.list(&wanted, ORDER, after.as_ref(), COUNTED));
    let list = scanned.await.ok_or_else(|| {
        let detail = "list the connections: the scan of the table broke off";
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })?;
    let question = question(&form, pattern, state.answers.now());
    let question = question.and_then(|(question, after)| {
        visit
            .inquiry
            .within_period(question.period, question.tolerance)?;
        Ok((question, after))
    });
    let mut shown = Host {
        frame: visit.frame(state, Section::Live),
        host,
        form,
        rows: list.matches.iter().take(SHOWN).map(Row::new).collect(),
        total: list.total,
        gaps: list.coverage.gaps().iter().map(gap_in_words).collect(),
        next: next(&list),
        counted: 0,
        nat: Vec::new(),
        remotes: Vec::new(),
        refused: None,
        has_history: state.answers.history().is_some(),
    };
    shown.count(&list.matches);
    match question {
        Ok((question, after)) => {
            if shown.form.from.is_empty() {
                shown.form.from = seconds(question.period.from);
            }
            let is_later = !shown.form.past.is_empty();
            let audited = visit.audited.clone();
            let mut response = in_two(state, &shown, audited, question, after, is_later);
            state.note(&mut response, Told::begun);
            Ok(response)
        }
        Err(problem) => {
            shown.refused = Some(in_words(&problem));
            let mut response = page(StatusCode::BAD_REQUEST, &shown);
            // What it has is told all the same.
            state.note(&mut response, || {
                Told::rows(shown.rows.len(), &list.coverage)
            });
            Ok(response)
        }
    }
}

/// The cursor after the rows that are shown.
fn next(list: &Page) -> Option<String> {
    let last = list.matches.get(SHOWN - 1)?;
    (list.has_more || list.matches.len() > SHOWN).then(|| cursor::encode(ORDER, last))
}

/// A time to the second, in UTC.
fn seconds(time: Timestamp) -> String {
    let text = time.to_string();
    text.get(..19).unwrap_or(&text).to_owned()
}

/// What is asked about the past, and the last row of the page before.
fn question(
    form: &HostForm,
    internal: EndpointPattern,
    now: Timestamp,
) -> Refused<(PastQuestion, Option<Match>)> {
    let mut when = When {
        tolerance: Some(Duration::ZERO),
        ..When::default()
    };
    for (name, value) in [("from", &form.from), ("to", &form.to)] {
        if !value.is_empty() {
            when.set(name, &with_zone(value))?;
        }
    }
    if when.from.is_none() {
        when.from = Some(when.to.unwrap_or(now).minus(USUAL));
    }
    when.check()?;
    let lookup = Lookup {
        internal,
        ..Lookup::default()
    };
    let after = match &*form.past {
        "" => None,
        value => Some(records::read_cursor(value)?),
    };
    Ok((when.question(lookup, now)?, after))
}

/// A time as the field of a form has it, which is in UTC; any other as it is.
fn with_zone(value: &str) -> String {
    let is_of_field = value.bytes().all(|byte| b"0123456789-:T.".contains(&byte))
        && value.as_bytes().get(10) == Some(&b'T');
    match (is_of_field, value.len()) {
        (true, 16) => format!("{value}:00Z"),
        (true, _) => format!("{value}Z"),
        (false, _) => value.to_owned(),
    }
}

/// The page up to the past at once, and the rest once that is known.
fn in_two(
    state: &Arc<State>,
    shown: &Host,
    audited: Option<Audited>,
    question: PastQuestion,
    after: Option<Match>,
    is_later: bool,
) -> Response<Body> {
    let html = match render(shown) {
        Ok(html) => html,
        Err(broken) => return page_of(StatusCode::INTERNAL_SERVER_ERROR, broken),
    };
    let (head, tail) = html.split_once(PLACE_OF_PAST).unwrap_or((&html, ""));
    let (head, tail) = (head.to_owned(), tail.to_owned());
    let (sender, body) = chunks();
    let (state, host) = (Arc::clone(state), shown.host);
    let mut told = shown.rows.len();
    tokio::spawn(async move {
        let rest = async {
            // Where the browser is gone there is nobody to be told.
            sender.send(Chunk::Bytes(head.into())).await.ok()?;
            let past = past(&state, host, &question, after, is_later).await;
            told += past.rows.len();
            let past = render(&past).unwrap_or_else(|broken| broken);
            sender
                .send(Chunk::Bytes((past + &tail).into()))
                .await
                .ok()?;
            sender.send(Chunk::End).await.ok()
        };
        let is_whole = rest.await.is_some();
        if let Some(audited) = audited {
            audited.record_end(told as u64, is_whole).await;
        }
    });
    page_of(StatusCode::OK, body)
}

async fn past(
    state: &Arc<State>,
    host: IpAddr,
    question: &PastQuestion,
    after: Option<Match>,
    is_later: bool,
) -> Past {
    let period: Period = question.period;
    let found = records::page(state, question, after, SHOWN).await;
    let mut past = Past {
        host,
        period: Past::in_words(period),
        rows: Vec::new(),
        next: None,
        is_later,
        is_cut: false,
        gaps: Vec::new(),
        trouble: None,
    };
    let Some(found) = found else {
        let told = "Looking back broke off; the log of natconnd says why.";
        past.trouble = Some(told.to_owned());
        return past;
    };
    let next = found.next.as_ref().map(cursor::encode_record);
    past.next = next.map(|next| Past::page_after(host, period, &next));
    past.rows = found.matches.iter().map(Row::new).collect();
    past.is_cut = found.is_cut;
    past.gaps = found.coverage.gaps().iter().map(gap_in_words).collect();
    past
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_528_536_000_000_000);

    fn asked(from: &str, to: &str) -> Refused<Period> {
        let form = HostForm {
            from: from.to_owned(),
            to: to.to_owned(),
            ..HostForm::default()
        };
        Ok(question(&form, EndpointPattern::default(), NOW)?.0.period)
    }

    #[test]
    fn a_day_is_looked_back_unless_somebody_says() {
        let usual = asked("", "").unwrap();
        assert_eq!((usual.from, usual.to), (NOW.minus(USUAL), Timestamp::MAX));
        let until = asked("", "2026-11-24T13:55:36").unwrap();
        assert_eq!((until.from, until.to), (NOW.minus(USUAL), NOW));
        let of_field = asked("2026-11-24T12:55", "2026-11-24T13:55:36").unwrap();
        assert_eq!(of_field.from.to_string(), "2026-11-24T12:55:00.000Z");
        let with_offset = asked("2026-11-24T14:55:36+01:00", "").unwrap();
        assert_eq!(with_offset.from, NOW);
        for bad in [
            "yesterday",
            "2026-11-24",
            "2026-13-24T00:00",
            "2030-01-01T00:00",
        ] {
            assert!(asked(bad, "").is_err(), "{bad}");
        }
        assert!(asked("2026-11-24T13:55", "2026-11-24T13:54").is_err());
    }

    #[test]
    fn addresses_are_read_as_paths_have_them() {
        for (text, expected) in [
            ("192.168.248.2", "192.168.248.2"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001%3Adb8%3a%3A1", "2001:db8::1"),
            ("::ffff:192.168.248.2", "192.168.248.2"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        for bad in [
            "",
            "nobody",
            "192.168.248.2:1",
            "192.168.248.2/",
            "%zz",
            "192.168.248.0/24",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
