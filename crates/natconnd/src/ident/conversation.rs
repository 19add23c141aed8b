//! One connection: lines in, lines out.

use std::net::SocketAddr;
use std::time::Duration;

use audit::{Entry, Outcome};
use model::{Endpoint, EndpointPattern, Lookup, Protocol};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep, timeout};

use super::Ident;
use super::question::{LONGEST, Question};
use super::reply::{Owner, to_mistake, to_question};

/// Questions of one connection.
const QUESTIONS: usize = 64;

/// How long a line may take to come.
const LINE: Duration = Duration::from_secs(30);

/// How long a whole connection may last.
const WHOLE: Duration = Duration::from_secs(180);

/// How long a reply may take to go out.
const REPLY: Duration = Duration::from_secs(10);

/// How long a question waits until what was told before it is applied.
const PATIENCE: Duration = Duration::from_secs(1);

/// Matches that are looked at: more than one host is none.
const MATCHES: usize = 8;

/// Why a connection ended otherwise than its peer wished.
#[derive(Debug, thiserror::Error)]
pub(super) enum Cut {
    #[error("read a question: no line came in time")]
    Slow,
    #[error("read a question: its line is longer than {LONGEST} bytes")]
    TooLong,
    #[error("talk: {0}")]
    System(#[from] std::io::Error),
}

/// The two ends of a connection: a NAT address and port 113, and who asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub local: SocketAddr,
    pub peer: SocketAddr,
}

/// Answers questions until there are no more.
pub(super) async fn converse<S>(ident: &Ident, stream: S, ends: Ends) -> Result<(), Cut>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let talk = talk(ident, stream, ends);
    timeout(WHOLE, talk).await.unwrap_or(Err(Cut::Slow))
}

async fn talk<S>(ident: &Ident, mut stream: S, ends: Ends) -> Result<(), Cut>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut lines = Lines::default();
    for _ in 0..QUESTIONS {
        let line = timeout(LINE, lines.next(&mut stream)).await;
        let Some(line) = line.map_err(|_| Cut::Slow)?? else {
            return Ok(());
        };
        let question = Question::read(&line);
        let (reply, kind) = match question {
            Ok(question) => {
                let owner = owner(ident, ends, question).await;
                let owner = written_down(ident, ends, question, owner).await;
                to_question(question, owner, &ident.settings.naming)
            }
            Err(mistake) => to_mistake(mistake),
        };
        ident.counters.replied(kind);
        let sent = timeout(REPLY, stream.write_all(reply.as_bytes())).await;
        sent.map_err(|_| Cut::Slow)??;
        if question.is_err() {
            // Whoever speaks another protocol has nothing more to say.
            break;
        }
    }
    Ok(stream.shutdown().await?)
}

/// Who has the connection between the two ports of the two ends. Nobody can ask about
/// the connections of others: their addresses are those of this conversation.
async fn owner(ident: &Ident, ends: Ends, question: Question) -> Owner {
    let [local, peer] = [ends.local, ends.peer].map(|end| end.ip().to_canonical());
    let nat = SocketAddr::new(local, question.nat_port);
    let remote = SocketAddr::new(peer, question.remote_port);
    let question = Lookup {
        protocol: Some(Protocol::TCP),
        nat: exactly(nat),
        remote: exactly(remote),
        ..Lookup::default()
    };
    let answers = &ident.answers;
    let told = answers.lookup(&question, MATCHES);
    if told.is_settled {
        return Owner::of(&told.answer);
    }
    let asked_at = answers.now();
    let deadline = Instant::now() + PATIENCE;
    while !answers.has_caught_up(asked_at) {
        if Instant::now() >= deadline {
            return Owner::Unknown;
        }
        sleep(Duration::from_millis(1)).await;
    }
    Owner::of(&answers.lookup(&question, MATCHES).answer)
}

/// Writes down what a remote is about to be told, where that is done; who has a connection
/// is not known where it cannot be.
async fn written_down(ident: &Ident, ends: Ends, question: Question, owner: Owner) -> Owner {
    let Some(trail) = &ident.trail else {
        return owner;
    };
    let [local, peer] = [ends.local, ends.peer].map(|end| end.ip().to_canonical());
    let nat = SocketAddr::new(local, question.nat_port);
    let remote = SocketAddr::new(peer, question.remote_port);
    let mut entry = Entry::new("ident", Outcome::Answered);
    entry.caller = Some(peer.to_string());
    entry.credential = Some("address".to_owned());
    entry.from = Some(peer.to_string());
    entry.listener = Some("ident".to_owned());
    entry.question = Some(format!("nat={nat}&remote={remote}&protocol=tcp"));
    entry.matches = Some(u64::from(matches!(owner, Owner::Host(..))));
    match trail.record(vec![entry]).await {
        Ok(()) => owner,
        Err(_) => Owner::Unknown,
    }
}

fn exactly(endpoint: SocketAddr) -> EndpointPattern {
    EndpointPattern::exactly(Endpoint::new(endpoint.ip(), endpoint.port()))
}

/// The lines of a connection.
#[derive(Default)]
struct Lines {
    /// What has come and was not asked yet.
    waiting: Vec<u8>,
}

impl Lines {
    /// The next line without its end; `None` at the end of the connection.
    async fn next<S: AsyncRead + Unpin>(&mut self, stream: &mut S) -> Result<Option<Vec<u8>>, Cut> {
        loop {
            if let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') {
                let rest = self.waiting.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.waiting, rest);
                line.pop();
                if line.len() >= LONGEST {
                    return Err(Cut::TooLong);
                }
                return Ok(Some(line));
            }
            if self.waiting.len() >= LONGEST {
                return Err(Cut::TooLong);
            }
            let mut piece = [0; LONGEST];
            let length = stream.read(&mut piece).await?;
            if length == 0 {
                // A last line may lack its end.
                let rest = std::mem::take(&mut self.waiting);
                return Ok((!rest.is_empty()).then_some(rest));
            }
            self.waiting.extend_from_slice(&piece[..length]);
        }
    }
}
