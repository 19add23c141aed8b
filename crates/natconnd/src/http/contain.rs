//! A request whose answer panics: 500 for that one, and the connection goes on.
//!
//! The panic is logged and counted by [`panics`](crate::panics). What goes wrong later, while a
//! body is made, cannot become a status any more: its task ends, and the body that lacks its end
//! says so (see [`Chunk`](super::body::Chunk)).

use std::future::Future;

use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::{problem, to_response};
use crate::panics::{self, Part};

/// What an answer becomes that panicked.
fn fault() -> Response<Body> {
    let detail = "answer: natconnd has a fault, which its log tells of; other requests go on";
    to_response(&problem(StatusCode::INTERNAL_SERVER_ERROR, detail))
}

/// The answer, or 500 where it panics.
pub(super) async fn answered(answer: impl Future<Output = Response<Body>>) -> Response<Body> {
    let contained = panics::contained(Part::Http, answer).await;
    contained.unwrap_or_else(|_| fault())
}

/// What `answer` returns, or what `otherwise` makes of 500 where it panics: for what is
/// answered on the spot.
pub(super) fn answered_now<T>(
    answer: impl FnOnce() -> T,
    otherwise: impl FnOnce(Response<Body>) -> T,
) -> T {
    panics::caught(Part::Http, answer).unwrap_or_else(|_| otherwise(fault()))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use http_body_util::BodyExt;
    use hyper::service::service_fn;
    use hyper::{Request, body::Incoming};
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::super::response::{TEXT, ok};
    use super::*;
    use crate::api::Problem;

    async fn problem_of(response: Response<Body>) -> Problem {
        assert_eq!(response.status(), 500);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_itself_or_a_problem() {
        let whole = answered(async { ok(TEXT, "whole") }).await;
        assert_eq!(whole.status(), 200);
        let broken = answered(async {
            tokio::task::yield_now().await;
            panic!("made up");
        });
        let problem = problem_of(broken.await).await;
        assert!(problem.detail.contains("fault"), "{problem:?}");
        // Nothing of what the panic said, which may be of others.
        assert!(!problem.detail.contains("made up"), "{problem:?}");

        let whole = answered_now(|| ok(TEXT, "whole"), |response| response);
        assert_eq!(whole.status(), 200);
        let broken = answered_now(|| panic!("made up"), |response| response);
        problem_of(broken).await;
    }

    /// Over a connection, as `accept` serves one.
    #[tokio::test]
    async fn the_connection_goes_on_after_a_panic() {
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let service = service_fn(|request: Request<Incoming>| async move {
            let is_broken = request.uri().path() == "/broken";
            let answer = async move {
                assert!(!is_broken, "made up");
                ok(TEXT, "whole")
            };
            Ok::<_, Infallible>(answered(answer).await)
        });
        let http = hyper::server::conn::http1::Builder::new();
        tokio::spawn(http.serve_connection(TokioIo::new(server), service));
        for (path, status) in [("/", "200"), ("/broken", "500"), ("/", "200")] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
            client.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            let is_whole = |answer: &str| {
                let (head, body) = answer.split_once("\r\n\r\n")?;
                let length = head.split_once("content-length: ")?.1;
                let length: usize = length.split("\r\n").next()?.parse().ok()?;
                (body.len() == length).then_some(())
            };
            while is_whole(&answer).is_none() {
                let mut piece = [0; 4096];
                let read = tokio::time::timeout(Duration::from_secs(5), client.read(&mut piece));
                let length = read.await.expect("an answer in time").unwrap();
                assert_ne!(length, 0, "the connection was closed: {answer}");
                answer.push_str(std::str::from_utf8(&piece[..length]).unwrap());
            }
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}")),
                "{answer}"
            );
        }
    }
}
