//! `/api/v1/events`: every change and every gap as it happens, as server-sent
//! events.
//!
//! A client that reads slower than changes come is told how many it missed,
//! and holds nothing up: the channel it reads from forgets the oldest.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hyper::{Response, StatusCode};
use model::Gap;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::audit::{Audited, Told};
use super::body::{Body, Chunk, ChunkSender, chunks};
use super::counters::{Open, add};
use super::problem::Refused;
use super::response::{EVENTS, response};
use super::state::{State, stopped};
use super::{filter, json, query, text};
use crate::lookup::{Change, Notice, Wanted};

/// The parameters: what is wanted and nothing else.
pub(super) const PARAMETERS: &[&str] = &filter::PARAMETERS;

/// Changes that came together go out together, up to about this many bytes.
const CHUNK_LENGTH: usize = 16 * 1024;

pub(super) fn respond(
    state: &Arc<State>,
    audited: Option<Audited>,
    query: Option<&str>,
) -> Refused<Response<Body>> {
    let wanted = read(query)?;
    // From here on nothing is missed unsaid: the client has not even seen
    // the head of the response.
    let notices = state.answers.follow();
    let (sender, body) = chunks();
    let of_task = Arc::clone(state);
    tokio::spawn(async move {
        let mut count = 0;
        send(of_task, notices, wanted, sender, &mut count).await;
        if let Some(audited) = audited {
            audited.record_end(count, true).await;
        }
    });
    let mut response = response(StatusCode::OK, EVENTS, body);
    state.note(&mut response, Told::begun);
    Ok(response)
}

pub(super) fn read(query: Option<&str>) -> Refused<Wanted> {
    let mut wanted = Wanted::default();
    query::read(query, PARAMETERS, |name, value| {
        filter::set(&mut wanted, name, value).map(drop)
    })?;
    Ok(wanted)
}

/// Sends changes until the client is gone, the daemon stops, or whoever makes
/// changes does.
async fn send(
    state: Arc<State>,
    mut notices: Receiver<Notice>,
    wanted: Wanted,
    sender: ChunkSender,
    count: &mut u64,
) {
    let _open = Open::new(&state.counters.followers_open);
    let missed = &state.counters.changes_missed;
    let mut stop = std::pin::pin!(stopped(state.shutdown.clone()));
    let mut chunk = b": following\n\n".to_vec();
    let coverage = state.answers.coverage();
    for gap in coverage.gaps().iter().filter(|gap| gap.to.is_none()) {
        write_gap(&mut chunk, gap);
    }
    loop {
        if !chunk.is_empty() {
            let bytes = std::mem::take(&mut chunk);
            tokio::select! {
                sent = sender.send(Chunk::Bytes(bytes)) => if sent.is_err() { return },
                () = &mut stop => break,
            }
        }
        tokio::select! {
            received = notices.recv() => match received {
                Ok(notice) => write_notice(&mut chunk, &wanted, &notice, count),
                Err(RecvError::Lagged(lost)) => write_missed(&mut chunk, missed, lost),
                Err(RecvError::Closed) => break,
            },
            () = tokio::time::sleep(state.limits.keep_alive) => {
                chunk.extend_from_slice(b": still here\n\n");
            }
            () = sender.closed() => return,
            () = &mut stop => break,
        }
        while chunk.len() < CHUNK_LENGTH {
            match notices.try_recv() {
                Ok(notice) => write_notice(&mut chunk, &wanted, &notice, count),
                Err(TryRecvError::Lagged(lost)) => write_missed(&mut chunk, missed, lost),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
    }
    // A clean end; a client that is gone does not need it.
    let _ = sender.send(Chunk::End).await;
}

/// Writes a notice, and counts it where it names a connection.
fn write_notice(out: &mut Vec<u8>, wanted: &Wanted, notice: &Notice, count: &mut u64) {
    match notice {
        Notice::Change(change) => {
            let length = out.len();
            write_change(out, wanted, change);
            *count += u64::from(out.len() > length);
        }
        Notice::Gap(gap) => write_gap(out, gap),
    }
}

/// A gap touches everything, whatever the filter.
fn write_gap(out: &mut Vec<u8>, gap: &Gap) {
    out.extend_from_slice(b"event: gap\ndata: ");
    json::gap(out, gap);
    out.extend_from_slice(b"\n\n");
}

fn write_change(out: &mut Vec<u8>, wanted: &Wanted, change: &Change) {
    if !wanted.matches(&change.found) {
        return;
    }
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(change.kind.name().as_bytes());
    out.extend_from_slice(b"\ndata: ");
    json::change(out, change);
    out.extend_from_slice(b"\n\n");
}

fn write_missed(out: &mut Vec<u8>, counter: &AtomicU64, count: u64) {
    add(counter, count);
    out.extend_from_slice(b"event: missed\ndata: {\"missed\":");
    text::decimal(out, count);
    out.extend_from_slice(b"}\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_changes_are_told_and_counted() {
        let counter = AtomicU64::new(1);
        let mut out = Vec::new();
        write_missed(&mut out, &counter, 41);
        assert_eq!(out, b"event: missed\ndata: {\"missed\":41}\n\n");
        assert_eq!(counter.into_inner(), 42);
    }
}
