//! What a response carries: bytes at once, or a stream of chunks.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::HeaderMap;
use hyper::body::{Bytes, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::room;
use crate::access::Standing;

/// The body of a response.
pub(super) enum Body {
    /// All of it; its length is announced.
    Full(Bytes),
    /// Chunks from a [`ChunkSender`]; the first is on its way out.
    Chunks(Bytes, mpsc::Receiver<Chunk>),
    /// The same, cut once its caller may no longer ask for it.
    Permitted(Box<(Self, Standing)>),
}

/// How much is given to hyper at once, in bytes. It copies heads and bodies
/// into one buffer (see `accept`), which shall not grow with the longest body
/// that a connection ever had.
const PIECE: usize = 16 * 1024;

/// A part of a streamed body.
pub(super) enum Chunk {
    /// Some bytes.
    Bytes(Vec<u8>),
    /// Some bytes, and the room that they take until the last of them is on its way.
    Held(Vec<u8>, OwnedSemaphorePermit),
    /// Headers behind the body, before its end.
    Trailers(HeaderMap),
    /// Nothing is missing. A stream that closes without it is cut, and the
    /// client is made to see that by a broken chunked encoding.
    End,
}

/// Where the chunks of a streamed body go. A send waits while the client is
/// slow and fails once it is gone.
pub(super) type ChunkSender = mpsc::Sender<Chunk>;

/// The sender of a streamed body ended before the body did.
#[derive(Debug, thiserror::Error)]
#[error("write response: the stream was cut")]
pub(super) struct Cut;

/// A streamed body, and where its chunks go. One chunk may wait.
pub(super) fn chunks() -> (ChunkSender, Body) {
    chunks_waiting(1)
}

/// The same, of which so many chunks may wait.
pub(super) fn chunks_waiting(count: usize) -> (ChunkSender, Body) {
    let (sender, receiver) = mpsc::channel(count);
    (sender, Body::Chunks(Bytes::new(), receiver))
}

impl Body {
    /// The same, which is cut, if it is a stream, once its caller may no longer ask for it.
    pub(super) fn cut_with(self, standing: Standing) -> Self {
        match self {
            Self::Full(_) => self,
            stream => Self::Permitted(Box::new((stream, standing))),
        }
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Full(text.into())
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        loop {
            match &mut *self {
                Self::Full(bytes) | Self::Chunks(bytes, _) if !bytes.is_empty() => {
                    let piece = bytes.split_to(bytes.len().min(PIECE));
                    return Poll::Ready(Some(Ok(Frame::data(piece))));
                }
                Self::Full(_) => return Poll::Ready(None),
                Self::Permitted(both) => {
                    let (body, standing) = &mut **both;
                    let frame = ready!(Pin::new(body).poll_frame(context));
                    return Poll::Ready(match standing.holds() {
                        true => frame,
                        false => Some(Err(Cut)),
                    });
                }
                Self::Chunks(bytes, receiver) => match ready!(receiver.poll_recv(context)) {
                    Some(Chunk::Bytes(chunk)) => *bytes = chunk.into(),
                    Some(Chunk::Held(chunk, room)) => {
                        *bytes = room::keep_with(chunk, room);
                    }
                    Some(Chunk::Trailers(trailers)) => {
                        return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                    }
                    Some(Chunk::End) => return Poll::Ready(None),
                    None => return Poll::Ready(Some(Err(Cut))),
                },
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Full(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Chunks(..) | Self::Permitted(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use hyper::body::Body as _;

    async fn collected(body: Body) -> Result<Vec<u8>, Cut> {
        Ok(body.collect().await?.to_bytes().to_vec())
    }

    #[tokio::test]
    async fn long_bodies_go_out_in_pieces_and_whole() {
        let bytes: Vec<u8> = (0..PIECE * 2 + 1).map(|n| n as u8).collect();
        let mut body = Body::Full(bytes.clone().into());
        assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64));
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(first.len(), PIECE);
        assert_eq!(collected(body).await.unwrap(), &bytes[PIECE..]);
    }

    #[tokio::test]
    async fn a_stream_is_whole_only_with_its_end() {
        for is_whole in [true, false] {
            let (sender, body) = chunks();
            let send = async move {
                sender.send(Chunk::Bytes(vec![1])).await.unwrap();
                sender.send(Chunk::Bytes(vec![2])).await.unwrap();
                if is_whole {
                    sender.send(Chunk::End).await.unwrap();
                }
            };
            let (received, ()) = tokio::join!(collected(body), send);
            assert_eq!(received.ok(), is_whole.then(|| vec![1, 2]));
        }
    }
}
