//! A file on its way to natconnd, read piece by piece in a thread of its own.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::mpsc;

use super::error::Error;

/// How much is read at once, in bytes.
const PIECE: usize = 64 * 1024;

/// What is known of a file on its way.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Bytes that were taken from it and sent.
    sent: AtomicU64,
    /// Whether the next bytes are being waited for.
    is_waiting: AtomicBool,
}

impl Progress {
    /// Bytes on their way.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Whether whoever writes the file lets us wait.
    pub fn is_idle(&self) -> bool {
        self.is_waiting.load(Ordering::Relaxed)
    }
}

/// The body of a request that comes from a file.
pub(super) struct Input {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    progress: Arc<Progress>,
    failure: Arc<std::sync::Mutex<Option<io::Error>>>,
}

/// A file that is being read.
pub(super) struct Source {
    path: PathBuf,
    /// Its length, where it is one with an end.
    pub length: Option<u64>,
    /// How far it is on its way.
    pub progress: Arc<Progress>,
    failure: Arc<std::sync::Mutex<Option<io::Error>>>,
}

impl Source {
    /// Opens a file, `-` for standard input, and begins to read it.
    pub fn open(path: &Path) -> Result<(Self, Input), Error> {
        let is_stdin = path == Path::new("-");
        let name = if is_stdin {
            Path::new("standard input")
        } else {
            path
        };
        let error = |cause| Error::ReadFile {
            path: name.to_owned(),
            cause,
        };
        let (reader, length): (Box<dyn Read + Send>, _) = if is_stdin {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(error)?;
            let metadata = file.metadata().map_err(error)?;
            if metadata.is_dir() {
                return Err(error(io::ErrorKind::IsADirectory.into()));
            }
            let length = metadata.is_file().then_some(metadata.len());
            (Box::new(file), length)
        };
        let progress = Arc::new(Progress::default());
        let (sender, pieces) = mpsc::channel(1);
        let of_reader = Arc::clone(&progress);
        // Ends with the file, or once nobody takes its pieces. Not joined: standard input may
        // never say another word.
        std::thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || read(reader, &of_reader, &sender))
            .map_err(Error::Start)?;
        let failure = Arc::default();
        let source = Self {
            path: name.to_owned(),
            length,
            progress: Arc::clone(&progress),
            failure: Arc::clone(&failure),
        };
        let input = Input {
            pieces,
            progress,
            failure,
        };
        Ok((source, input))
    }

    /// Why reading it went wrong, where it did.
    pub fn failure(&self) -> Option<Error> {
        let failure = self.failure.lock().ok()?.take()?;
        Some(Error::ReadFile {
            path: self.path.clone(),
            cause: failure,
        })
    }
}

fn read(
    mut reader: Box<dyn Read + Send>,
    progress: &Progress,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) {
    loop {
        let mut piece = vec![0; PIECE];
        progress.is_waiting.store(true, Ordering::Relaxed);
        let length = loop {
            match reader.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                length => break length,
            }
        };
        progress.is_waiting.store(false, Ordering::Relaxed);
        let piece = match length {
            Ok(0) => return,
            Ok(length) => {
                piece.truncate(length);
                Ok(Bytes::from(piece))
            }
            Err(error) => Err(error),
        };
        let is_last = piece.is_err();
        if sender.blocking_send(piece).is_err() || is_last {
            return;
        }
    }
}

impl Body for Input {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.pieces.poll_recv(context).map(|piece| match piece? {
            Ok(piece) => {
                let length = piece.len() as u64;
                self.progress.sent.fetch_add(length, Ordering::Relaxed);
                Some(Ok(Frame::data(piece)))
            }
            Err(error) => {
                let kind = error.kind();
                if let Ok(mut failure) = self.failure.lock() {
                    *failure = Some(error);
                }
                Some(Err(kind.into()))
            }
        })
    }
}
