//! One request and its answer, over HTTP/1.1.
//!
//! Each request has a connection of its own: a command asks once, and a list
//! of many pages spends its time elsewhere.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, RETRY_AFTER, TE, USER_AGENT};
use hyper::http::request;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::daemon::Daemon;
use super::error::{AskError, Error, printable};
use super::foreign;
use super::introduction::Introduction;
use super::query::Query;
use super::refused::Refusal;
use super::tls::Security;
use super::tls_fault::Fault;

/// The longest answer that is held in memory; natconnd's own end below 6 MB.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Asks one daemon.
pub(super) struct Client {
    daemon: Daemon,
    introduction: Introduction,
    timeout: Duration,
}

/// An answer whose body is still coming.
pub(super) struct Answer {
    question: String,
    headers: HeaderMap,
    trailers: Option<HeaderMap>,
    body: Incoming,
}

impl Client {
    /// Asks `daemon`, and gives up where nothing comes for `timeout`.
    pub const fn new(daemon: Daemon, introduction: Introduction, timeout: Duration) -> Self {
        Self {
            daemon,
            introduction,
            timeout,
        }
    }

    /// Asks for JSON and waits for all of it.
    pub async fn json(&self, query: &Query) -> Result<Bytes, Error> {
        let question = self.question(query);
        self.in_time(&question, async {
            let response = self.send(query, "application/json").await?;
            read(response.into_body(), MAX_ANSWER).await
        })
        .await
    }

    /// Asks for a change and waits for what has become of it.
    pub async fn change(&self, method: Method, query: &Query) -> Result<Bytes, Error> {
        let question = self.question(query);
        self.in_time(&question, async {
            let request = self
                .request(method, query)
                .body(Empty::<Bytes>::new())
                .expect(IS_REQUEST);
            let response = self.exchange(request).await?;
            read(response.into_body(), MAX_ANSWER).await
        })
        .await
    }

    /// Asks, and hands the answer over as soon as its head is there.
    pub async fn stream(&self, query: &Query, accept: &'static str) -> Result<Answer, Error> {
        let question = self.question(query);
        let response = self.in_time(&question, self.send(query, accept)).await?;
        let (head, body) = response.into_parts();
        Ok(Answer {
            question,
            headers: head.headers,
            trailers: None,
            body,
        })
    }

    /// Sends a body, and hands the answer over as soon as its head is there: both go on
    /// at once. Gives up where nothing comes for `patience`, unless `is_idle` says that there
    /// is nothing to answer yet.
    pub async fn upload<B>(
        &self,
        query: &Query,
        body: B,
        patience: Duration,
        is_idle: impl Fn() -> bool,
    ) -> Result<Answer, Error>
    where
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let question = self.question(query);
        let request = self
            .request(Method::POST, query)
            .header(TE, "trailers")
            .body(body)
            .expect(IS_REQUEST);
        let mut sent = std::pin::pin!(self.exchange(request));
        let response = loop {
            match tokio::time::timeout(patience, sent.as_mut()).await {
                Ok(response) => break response,
                Err(_) if is_idle() => {}
                Err(_) => break Err(AskError::TimedOut(patience)),
            }
        };
        let response = response.map_err(|cause| Error::Ask {
            question: question.clone(),
            cause: Box::new(cause),
        })?;
        let (head, body) = response.into_parts();
        Ok(Answer {
            question,
            headers: head.headers,
            trailers: None,
            body,
        })
    }

    /// Reads what [`Self::json`] brought.
    pub fn parse<T: DeserializeOwned>(&self, query: &Query, json: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(json).map_err(|error| self.unreadable(query, json, error))
    }

    /// The error for an answer that is not what the API promises.
    pub fn unreadable(&self, query: &Query, json: &[u8], cause: impl Display) -> Error {
        Error::Ask {
            question: self.question(query),
            cause: Box::new(unreadable(json, cause)),
        }
    }

    /// Whether the daemon to ask is this machine's.
    pub fn is_local(&self) -> bool {
        self.daemon.is_local()
    }

    /// How long to wait for the next piece of an answer.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    fn question(&self, query: &Query) -> String {
        self.daemon.question(query.path())
    }

    async fn in_time<T>(
        &self,
        question: &str,
        work: impl Future<Output = Result<T, AskError>>,
    ) -> Result<T, Error> {
        let done = match tokio::time::timeout(self.timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(AskError::TimedOut(self.timeout)),
        };
        done.map_err(|cause| Error::Ask {
            question: question.to_owned(),
            cause: Box::new(cause),
        })
    }

    /// The response, where it is a good one.
    async fn send(&self, query: &Query, accept: &str) -> Result<Response<Incoming>, AskError> {
        let request = self
            .request(Method::GET, query)
            .header(ACCEPT, accept)
            .body(Empty::<Bytes>::new())
            .expect(IS_REQUEST);
        self.exchange(request).await
    }

    fn request(&self, method: Method, query: &Query) -> request::Builder {
        let mut request = Request::builder();
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(self.introduction.headers());
        }
        request
            .method(method)
            .uri(self.daemon.path(&query.target()))
            .header(HOST, self.daemon.authority())
            .header(USER_AGENT, concat!("natconn/", env!("CARGO_PKG_VERSION")))
    }

    async fn exchange<B>(&self, request: Request<B>) -> Result<Response<Incoming>, AskError>
    where
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let mut sender = match &self.daemon {
            Daemon::Socket(path) => {
                let stream = UnixStream::connect(path).await;
                open(stream.map_err(AskError::Connect)?).await?
            }
            Daemon::Tcp { host, port, .. } => {
                let found = tokio::net::lookup_host((&**host, *port)).await;
                let addresses: Vec<_> = found
                    .map_err(|cause| AskError::Name {
                        host: host.clone(),
                        cause,
                    })?
                    .collect();
                let stream = TcpStream::connect(&*addresses).await;
                let stream = stream.map_err(AskError::Connect)?;
                match self.introduction.security() {
                    Some(security) => open(security.connect(stream).await?).await?,
                    None => open(stream).await?,
                }
            }
        };
        let sent = sender.send_request(request).await;
        let response = sent.map_err(|error| self.broken_off(error))?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(self.refused(response).await)
        }
    }

    /// Why an exchange did not come to its end. In TLS 1.3 the handshake is over for
    /// the client before it learns what is thought of its certificate.
    fn broken_off(&self, error: hyper::Error) -> AskError {
        let ca = self.introduction.security().map(Security::ca);
        match ca.and_then(|ca| Fault::of(&error, ca)) {
            Some(fault) => AskError::Tls(fault),
            None => AskError::Exchange(error),
        }
    }

    async fn refused(&self, response: Response<Incoming>) -> AskError {
        let status = response.status();
        let headers = response.headers();
        let text = |name| headers.get(name)?.to_str().ok();
        let is_problem =
            text(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/problem+json"));
        let retry_after = text(RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        let body = match read(response.into_body(), MAX_ANSWER).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        let problem = is_problem.then(|| serde_json::from_slice(&body).ok());
        AskError::Refused(Refusal {
            status,
            problem: problem.flatten().map(Box::new),
            text: foreign::gist(&String::from_utf8_lossy(&body)),
            retry_after,
            shown: self.introduction.shown,
        })
    }
}

/// Why a request is always one.
const IS_REQUEST: &str = "the target is percent-encoded and the host comes from a URL";

/// What a body's error may be for hyper.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

async fn open<S, B>(stream: S) -> Result<SendRequest<B>, AskError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let opened = handshake(TokioIo::new(stream)).await;
    let (sender, connection) = opened.map_err(AskError::Exchange)?;
    // What goes wrong with the connection is also told to those who wait for
    // the response and its body, and is reported there.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, AskError> {
    let expected = body.size_hint().lower().min(limit as u64);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame.map_err(AskError::Exchange)?.data_ref() {
            if bytes.len() + data.len() > limit {
                return Err(AskError::TooLong(limit));
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes.into())
}

/// Why `found` is not what the API promises.
pub(super) fn unreadable(found: &[u8], cause: impl Display) -> AskError {
    let beginning = &found[..found.len().min(80)];
    AskError::Unreadable {
        found: printable(&String::from_utf8_lossy(beginning)),
        cause: cause.to_string(),
    }
}

impl Answer {
    /// The headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers behind the body, once that was read to its end, where there are any.
    pub const fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_ref()
    }

    /// The next piece; `None` at the clean end. Waits at most for `patience`
    /// and gives [`AskError::Silent`] then.
    pub async fn next(&mut self, patience: Duration) -> Result<Option<Bytes>, Error> {
        loop {
            let frame = match tokio::time::timeout(patience, self.body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(self.fault(AskError::Exchange(error))),
                Ok(None) => return Ok(None),
                Err(_) => return Err(self.fault(AskError::Silent(patience))),
            };
            match frame.into_data() {
                Ok(data) => return Ok(Some(data)),
                Err(frame) => self.trailers = frame.into_trailers().ok(),
            }
        }
    }

    /// The error that tells what was asked and what happened.
    pub fn fault(&self, cause: AskError) -> Error {
        Error::Ask {
            question: self.question.clone(),
            cause: Box::new(cause),
        }
    }
}
