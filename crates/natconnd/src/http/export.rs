//! Records as a Parquet file: written to a file without a name first, because its
//! end says where everything is, then sent.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use rustix::fs::{Mode, OFlags};

use super::audit::Told;
use super::body::{Body, Chunk, ChunkSender, chunks};
use super::connections::{COVERAGE, coverage_word};
use super::problem::{problem, to_response};
use super::records::{CUT, boolean};
use super::response::{PARQUET, response};
use super::state::{EXPORT_FILES, State};
use crate::lookup::PastQuestion;

const NO_HISTORY: &str = "there is no history, natconn history status tells why";

/// How much of the file is read at once, in bytes.
const PIECE: usize = 256 * 1024;

/// Where files without a name are made; the variable `TMPDIR` names another folder.
const FOLDER: &str = "/var/tmp";

/// Tells whoever works for a client that it is gone, when this is dropped.
struct Waits(Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// All that a question finds, as a file.
pub(super) async fn respond(state: &Arc<State>, question: PastQuestion) -> Option<Response<Body>> {
    let Ok(file_permit) = Arc::clone(&state.export_files).try_acquire_owned() else {
        let detail = format!("export the records: {EXPORT_FILES} files are being read, try again");
        let mut response = to_response(&problem(StatusCode::SERVICE_UNAVAILABLE, detail));
        let soon = HeaderValue::from_static("1");
        response.headers_mut().insert(RETRY_AFTER, soon);
        return Some(response);
    };
    let permit = Arc::clone(&state.exports).acquire_owned().await.ok()?;
    let has_caught_up = state.catch_up_with(&question).await;
    let answers = Arc::clone(&state.answers);
    let is_awaited = Arc::new(AtomicBool::new(true));
    // Dropped with this future, when the client goes away before its answer.
    let _waits = Waits(Arc::clone(&is_awaited));
    let write = move || {
        let _permit = permit;
        let file = nameless().map_err(|cause| cause.to_string())?;
        let goes_on = || is_awaited.load(Ordering::Relaxed);
        let Some(written) = answers.export(&question, &file, goes_on) else {
            return Ok(None);
        };
        let exported = written.map_err(|cause| cause.to_string())?;
        Ok::<_, String>(Some((file, exported)))
    };
    let refused = |status, cause: &str| {
        let detail = format!("export the records: {cause}");
        Some(to_response(&problem(status, detail)))
    };
    let (file, mut exported) = match tokio::task::spawn_blocking(write).await.ok()? {
        Ok(Some(written)) => written,
        Ok(None) => return refused(StatusCode::NOT_FOUND, NO_HISTORY),
        Err(cause) => return refused(StatusCode::INTERNAL_SERVER_ERROR, &cause),
    };
    if !has_caught_up {
        exported.coverage = exported.coverage.with(state.answers.lag());
    }
    let (sender, body) = chunks();
    tokio::spawn(async move {
        // A body that lacks its end says what there is to say.
        let _ = send(Arc::new(file), &sender).await;
        drop(file_permit);
    });
    let mut response = response(StatusCode::OK, PARQUET, body);
    let headers = response.headers_mut();
    headers.insert(COVERAGE, coverage_word(&exported.coverage));
    headers.insert(CUT, boolean(exported.is_cut));
    state.note(&mut response, || Told {
        matches: Some(exported.records),
        ..Told::rows(0, &exported.coverage)
    });
    Some(response)
}

fn nameless() -> io::Result<File> {
    let folder = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from(FOLDER), PathBuf::from);
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = rustix::fs::open(&folder, flags, Mode::RUSR | Mode::WUSR);
    file.map(File::from)
        .map_err(|error| io::Error::other(format!("make a file in {}: {error}", folder.display())))
}

async fn send(file: Arc<File>, sender: &ChunkSender) -> Option<()> {
    let mut offset = 0_u64;
    loop {
        let file = Arc::clone(&file);
        let read = move || {
            let mut piece = vec![0; PIECE];
            let length = file.read_at(&mut piece, offset)?;
            piece.truncate(length);
            Ok::<_, io::Error>(piece)
        };
        let piece = tokio::task::spawn_blocking(read).await.ok()?.ok()?;
        if piece.is_empty() {
            return sender.send(Chunk::End).await.ok();
        }
        offset += piece.len() as u64;
        sender.send(Chunk::Bytes(piece)).await.ok()?;
    }
}
