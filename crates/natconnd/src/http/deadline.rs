//! A time limit for clients that do not read.
//!
//! hyper limits how long a request's head may take, but a client that never
//! reads its response would keep its connection, and what waits to be
//! written, for ever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How much a client must take within the limit, in bytes: one that takes a byte now and
/// then does not read either.
const LEAST: usize = 64 * 1024;

/// A stream whose writes fail when hardly anything could be written for some time.
///
/// The timer exists only while something is left to write: a client that has read all
/// costs nothing, and is in no hurry.
pub(super) struct WriteDeadline<S> {
    stream: S,
    limit: Duration,
    waiting: Option<Waiting>,
}

/// Something that the client has not taken.
struct Waiting {
    timer: Pin<Box<Sleep>>,
    /// Bytes that it has taken since the timer began.
    taken: usize,
}

impl<S> WriteDeadline<S> {
    pub(super) fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            limit,
            waiting: None,
        }
    }

    /// Passes a finished write on; starts or checks the timer for one that waits.
    ///
    /// A write may have taken a part of what there is. Only a flush says that nothing is
    /// left.
    fn limited(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(done) = written {
            if let (Ok(length), Some(waiting)) = (&done, &mut self.waiting) {
                waiting.taken += length;
                if waiting.taken >= LEAST {
                    self.waiting = None;
                }
            }
            return Poll::Ready(done);
        }
        self.still_waits(context).map(Err)
    }

    /// Starts or checks the timer; ready with an error once it is over.
    fn still_waits(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let limit = self.limit;
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            timer: Box::pin(tokio::time::sleep(limit)),
            taken: 0,
        });
        ready!(waiting.timer.as_mut().poll(context));
        Poll::Ready(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client does not read",
        ))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteDeadline<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteDeadline<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limited(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.limited(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_flush(context) {
            Poll::Ready(flushed) => {
                self.waiting = None;
                Poll::Ready(flushed)
            }
            Poll::Pending => self.still_waits(context).map(Err),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    /// Writes `length` bytes, flushed, to somebody who takes `step` bytes every 10 s.
    async fn written(length: usize, step: usize) -> io::Result<()> {
        let (near, mut far) = tokio::io::duplex(LEAST / 2);
        tokio::spawn(async move {
            let mut bytes = vec![0; step];
            loop {
                tokio::time::sleep(LIMIT / 6).await;
                if step > 0 && far.read(&mut bytes).await.is_err() {
                    return;
                }
            }
        });
        let mut stream = WriteDeadline::new(near, LIMIT);
        stream.write_all(&vec![0; length]).await?;
        stream.flush().await
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_next_to_nothing_is_cut_off() {
        for step in [0, 1, 100] {
            let cut = written(1 << 20, step).await.unwrap_err();
            assert_eq!(cut.kind(), io::ErrorKind::TimedOut, "{step}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_slow_gets_it_all() {
        // As much as is asked of a client, for twenty times as long.
        written(20 * LEAST, 2 * LEAST / 6).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_between_answers_counts_for_nothing() {
        let (near, mut far) = tokio::io::duplex(64);
        tokio::spawn(async move {
            let mut bytes = [0; 64];
            while far.read(&mut bytes).await.is_ok_and(|length| length > 0) {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let mut stream = WriteDeadline::new(near, LIMIT);
        for _ in 0..10 {
            stream.write_all(&[0; 512]).await.unwrap();
            stream.flush().await.unwrap();
            tokio::time::sleep(2 * LIMIT).await;
        }
    }
}
