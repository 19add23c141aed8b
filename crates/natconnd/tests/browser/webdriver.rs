//! The WebDriver protocol, as far as it is needed: JSON over HTTP to chromedriver.
//!
//! <https://www.w3.org/TR/webdriver2/>, and chromedriver's own `goog/cdp/execute`,
//! which hands a command of the DevTools protocol to the browser.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

/// How long the browser may take for one command.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key under which an element's id stands in JSON.
pub const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session: one browser with one window.
pub struct Session {
    driver: SocketAddr,
    path: String,
}

/// Why a command was not carried out: the protocol's word for it, such as `no such
/// element`, and what chromedriver says about it.
pub type Refused = String;

impl Session {
    /// Has chromedriver start a browser with these capabilities.
    pub fn begin(driver: SocketAddr, capabilities: &Value) -> Self {
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let begun = exchange(driver, "POST", "/session", Some(&wanted))
            .unwrap_or_else(|refused| panic!("start a browser: {refused}"));
        let id = begun["sessionId"].as_str().expect("a session has an id");
        Self {
            driver,
            path: format!("/session/{id}"),
        }
    }

    /// Carries out a command, which stands behind the session in the path.
    pub fn try_post(&self, command: &str, parameters: &Value) -> Result<Value, Refused> {
        let path = format!("{}/{command}", self.path);
        exchange(self.driver, "POST", &path, Some(parameters))
    }

    /// The same of a command that must work.
    pub fn post(&self, command: &str, parameters: &Value) -> Value {
        self.try_post(command, parameters)
            .unwrap_or_else(|refused| panic!("{command} {parameters}: {refused}"))
    }

    /// Asks for something.
    pub fn get(&self, what: &str) -> Value {
        let path = format!("{}/{what}", self.path);
        exchange(self.driver, "GET", &path, None)
            .unwrap_or_else(|refused| panic!("{what}: {refused}"))
    }

    /// Hands the browser a command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let parameters = json!({ "cmd": command, "params": parameters });
        self.post("goog/cdp/execute", &parameters)
    }
}

/// Sends one request and reads its answer.
fn exchange(
    driver: SocketAddr,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Refused> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let answer = speak(driver, method, path, &body)
        .unwrap_or_else(|error| panic!("{method} {path} to chromedriver: {error}"));
    let mut answer: Value = serde_json::from_str(&answer)
        .unwrap_or_else(|error| panic!("{method} {path}: {error}: {answer}"));
    let value = answer["value"].take();
    let word = |name: &str| value[name].as_str().map(str::to_owned);
    match word("error") {
        Some(error) => Err(format!("{error}: {}", word("message").unwrap_or_default())),
        None => Ok(value),
    }
}

/// One request over a connection of its own; returns the body of what comes.
fn speak(driver: SocketAddr, method: &str, path: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(driver)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {driver}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    let mut line = String::new();
    // Chromedriver keeps the connection open, so the length has to be read.
    while stream.read_line(&mut line)? > 2 {
        let header = line.trim_end().to_ascii_lowercase();
        if let Some(found) = header.strip_prefix("content-length:") {
            length = found.trim().parse().map_err(io::Error::other)?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    String::from_utf8(body).map_err(io::Error::other)
}
