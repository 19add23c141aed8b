//! `/api/v1/lookups`: many lines, and the internal endpoint beside each.
//!
//! The body is read in parts, answered in batches and sent on at once, so neither side holds
//! all of it. What is answered and not sent yet may take [`ROOM`] bytes; beyond that reading waits.
//! A client that sends all before it reads can therefore have as much answered, and one that
//! reads while it sends any amount. Nothing is read or asked for a client that is gone.

mod parameters;
mod refused;
mod room;

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, TRAILER};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use model::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::audit::{Audited, Told, of_unwritten};
use super::body::{Body, Chunk, ChunkSender, chunks_waiting};
use super::coding;
use super::inquiry::Inquiry;
use super::problem::{Refused, problem, to_response};
use super::response::{CSV, NDJSON, TEXT, response};
use super::state::{PATIENCE, State};
use crate::api::Problem;
use crate::bulk::{Batch, Form, Question, Reader, Tally};
use crate::lookup::{Answered, Asked};
use crate::trail::Unwritten;
use parameters::read;
use refused::unreadable;

#[cfg(test)]
pub(super) use parameters::PARAMETERS;
pub(super) use parameters::timezone;
pub(super) use refused::{busy, too_large};
pub(super) use room::{Room, Rooms};

/// Bytes of answers that may wait for the client to read them.
const ROOM: usize = 4 << 20;

/// Chunks that may wait: most are much larger than what this would leave for each.
const CHUNKS: usize = 1024;

/// How long to wait for more of the body before what has come is answered.
const PAUSE: Duration = Duration::from_millis(5);

/// How many lines were answered, and how, at the end of the body.
pub(super) const TALLY: HeaderName = HeaderName::from_static("natconnd-tally");

pub(super) async fn respond(
    state: Arc<State>,
    inquiry: Inquiry,
    audited: Option<Audited>,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut unread = Some(body);
    match begin(state, inquiry, audited, &head, &mut unread).await {
        Ok(response) => response,
        Err(problem) => {
            if let Some(body) = unread {
                tokio::spawn(drain(body));
            }
            let mut response = to_response(&problem);
            if response.status() == StatusCode::SERVICE_UNAVAILABLE {
                let soon = HeaderValue::from_static("1");
                response.headers_mut().insert(RETRY_AFTER, soon);
            }
            response
        }
    }
}

/// Reads on for a while what nobody needs: a connection that is closed before is reset, and
/// the client does not see why it was refused.
async fn drain(mut body: Incoming) {
    const PATIENCE: Duration = Duration::from_secs(2);
    const MOST: usize = 4 << 20;
    let read = async {
        let mut left = MOST;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    // Whoever goes on sending has had the time to read.
    let _ = tokio::time::timeout(PATIENCE, read).await;
}

/// The begin of the answers; leaves the body where it refuses.
async fn begin(
    state: Arc<State>,
    inquiry: Inquiry,
    audited: Option<Audited>,
    head: &Parts,
    unread: &mut Option<Incoming>,
) -> Refused<Response<Body>> {
    let now = state.answers.now();
    let (mut settings, limit) = read(head.uri.query(), now)?;
    // Each line of it will be asked by itself; whoever may ask none learns it at once.
    inquiry.permit_any()?;
    if let Some(audited) = &audited {
        audited.require_writable()?;
    }
    coding::check(&head.headers)?;
    if settings.form.is_none() {
        let kind = head.headers.get(CONTENT_TYPE);
        settings.form = kind.and_then(|kind| Form::of_content_type(kind.to_str().ok()?));
    }
    let most = state.limits.max_body;
    let length = unread.as_ref().map_or(0, |body| body.size_hint().lower());
    if length > most {
        return Err(too_large(length, most));
    }
    let room = state.bulk.take(&inquiry)?;
    let Some(body) = unread.take() else {
        return Err(problem(
            StatusCode::BAD_REQUEST,
            "read the body: there is none",
        ));
    };
    let mut lines = Lines {
        body,
        left: most,
        patience: state.limits.body_timeout,
        reader: Reader::new(settings),
        limit,
        is_all: false,
    };
    let form = loop {
        match lines.reader.begin() {
            Ok(Some(form)) => break form,
            Ok(None) => {
                if let Err(cut) = lines.read(None).await {
                    *unread = Some(lines.body);
                    return Err(cut.problem(most));
                }
            }
            Err(error) => {
                *unread = Some(lines.body);
                return Err(unreadable(&error));
            }
        }
    };
    let (sender, body) = chunks_waiting(CHUNKS);
    tokio::spawn(async move {
        // A client that is gone needs no end. One that is still there sees that there is
        // none.
        if let Err(cut) = answer(&state, inquiry, audited, lines, limit, &sender).await {
            tracing::debug!(cause = %cut, "many lookups in one request were cut");
        }
        drop(room);
    });
    let kind = match form {
        Form::Csv => CSV,
        Form::Ndjson => NDJSON,
        Form::Text | Form::Mail => TEXT,
    };
    let mut response = response(StatusCode::OK, kind, body);
    let headers = response.headers_mut();
    headers.insert(TRAILER, HeaderValue::from_static("natconnd-tally"));
    response.extensions_mut().insert(Told::written());
    Ok(response)
}

/// Why a body was not read or answered to its end.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("read the body: {0}")]
    Read(#[from] hyper::Error),
    #[error("read the body: nothing came for {} s", .0.as_secs())]
    Silent(Duration),
    #[error("read the body: it is longer than allowed")]
    TooLarge,
    #[error("send the answers: the client is gone")]
    Gone,
    #[error("look up: it broke off, see the log")]
    Broken,
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
}

impl Cut {
    /// What the client is told, where it can be told anything.
    fn problem(&self, most: u64) -> Box<Problem> {
        match self {
            Self::TooLarge => too_large(most + 1, most),
            Self::Silent(_) => problem(StatusCode::REQUEST_TIMEOUT, self.to_string()),
            Self::Unwritten(unwritten) => of_unwritten(*unwritten),
            Self::Broken => problem(StatusCode::INTERNAL_SERVER_ERROR, self.to_string()),
            Self::Read(_) | Self::Gone => problem(StatusCode::BAD_REQUEST, self.to_string()),
        }
    }
}

/// The lines of a body.
struct Lines {
    body: Incoming,
    /// Bytes that may still come.
    left: u64,
    patience: Duration,
    reader: Reader,
    /// Matches of each answer.
    limit: usize,
    is_all: bool,
}

impl Lines {
    /// Reads the next bytes of the body; not for longer than `pause` where there is one:
    /// false where nothing has come by then.
    async fn read(&mut self, pause: Option<Duration>) -> Result<bool, Cut> {
        let patience = pause.unwrap_or(self.patience);
        let frame = match tokio::time::timeout(patience, self.body.frame()).await {
            Ok(frame) => frame.transpose()?,
            Err(_) if pause.is_some() => return Ok(false),
            Err(_) => return Err(Cut::Silent(patience)),
        };
        let Some(frame) = frame else {
            self.is_all = true;
            self.reader.finish();
            return Ok(true);
        };
        let data = frame.into_data().unwrap_or_else(|_| Bytes::new());
        let length = data.len() as u64;
        self.left = self.left.checked_sub(length).ok_or(Cut::TooLarge)?;
        self.reader.feed(&data);
        Ok(true)
    }

    /// The next lines to answer. Empty only once all are answered.
    async fn batch(&mut self, now: Timestamp) -> Result<Batch, Cut> {
        self.reader.set_now(now);
        let mut batch = Batch::take(&mut self.reader, self.limit);
        while !self.is_all && !batch.is_full() {
            let pause = (!batch.is_empty()).then_some(PAUSE);
            if !self.read(pause).await? {
                break;
            }
            batch.take_more(&mut self.reader);
        }
        Ok(batch)
    }
}

async fn answer(
    state: &Arc<State>,
    inquiry: Inquiry,
    audited: Option<Audited>,
    mut lines: Lines,
    limit: usize,
    sender: &ChunkSender,
) -> Result<(), Cut> {
    let room = Arc::new(Semaphore::new(ROOM));
    let mut tally = Tally::default();
    let mut asked_so_far = 0;
    loop {
        let mut batch = tokio::select! {
            batch = lines.batch(state.answers.now()) => batch?,
            () = sender.closed() => return Err(Cut::Gone),
        };
        if batch.is_empty() {
            break;
        }
        batch.refuse(|asked| permit_one_more(&inquiry, &mut asked_so_far, asked));
        let (bytes, answered) = answer_batch(state, audited.as_ref(), batch, limit, sender).await?;
        tally.add(answered);
        let held = hold(&room, bytes.len()).await?;
        let sent = sender.send(Chunk::Held(bytes, held)).await;
        sent.map_err(|_| Cut::Gone)?;
    }
    let sent = sender.send(Chunk::Trailers(trailers(&tally))).await;
    sent.map_err(|_| Cut::Gone)?;
    sender.send(Chunk::End).await.map_err(|_| Cut::Gone)
}

/// Refuses what its caller may not ask, in words for people.
pub(super) fn permit_one_more(
    inquiry: &Inquiry,
    so_far: &mut usize,
    asked: &Asked,
) -> Result<(), String> {
    let most = inquiry.caller.limits.most_questions;
    if let Some(most) = most.filter(|most| *so_far >= *most) {
        return Err(format!(
            "this caller may ask {most} questions in one request"
        ));
    }
    *so_far += 1;
    let when = asked.period.map(|period| (period, asked.tolerance));
    let permitted = inquiry.permit(&asked.lookup, when);
    permitted.map(drop).map_err(|problem| problem.detail)
}

async fn answer_batch(
    state: &Arc<State>,
    audited: Option<&Audited>,
    batch: Batch,
    limit: usize,
    sender: &ChunkSender,
) -> Result<(Vec<u8>, Tally), Cut> {
    let now = state.answers.now();
    // The table is never that far behind without a gap.
    let is_of_now = batch.asks_about_after(now.minus(PATIENCE));
    let lag = match is_of_now && !state.catch_up(now).await {
        true => Some(state.answers.lag()),
        false => None,
    };
    let client = sender.clone();
    let is_audited = audited.is_some();
    let answered = state.look_for_many(move |answers| {
        let goes_on = || !client.is_closed();
        let began = Instant::now();
        let mut all_told = Vec::new();
        let tell = |question: &Question, answered: &Answered| {
            if is_audited {
                let told = Told::answer(&question.asked.lookup, &answered.answer);
                all_told.push((question.query(), told));
            }
        };
        let (bytes, tally) = batch.answer(answers, limit, lag, goes_on, tell);
        (bytes, tally, all_told, began.elapsed())
    });
    let (bytes, tally, all_told, took) = answered.await.ok_or(Cut::Broken)?;
    if let Some(audited) = audited {
        audited.record_each(all_told).await?;
    }
    state.counters.looked_up_many(&tally, took);
    if sender.is_closed() {
        return Err(Cut::Gone);
    }
    Ok((bytes, tally))
}

/// Room for bytes that wait, once there is any. A chunk that is larger than all of it has
/// all of it.
async fn hold(room: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, Cut> {
    let bytes = u32::try_from(bytes.min(ROOM)).unwrap_or(u32::MAX);
    let held = Arc::clone(room).acquire_many_owned(bytes).await;
    held.map_err(|_| Cut::Gone)
}

fn trailers(tally: &Tally) -> HeaderMap {
    let Tally {
        lines,
        one,
        several,
        none,
        errors,
    } = tally;
    let text = format!("lines={lines}, one={one}, several={several}, none={none}, errors={errors}");
    let mut trailers = HeaderMap::new();
    if let Ok(text) = HeaderValue::try_from(text) {
        trailers.insert(TALLY, text);
    }
    trailers
}
