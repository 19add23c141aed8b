//! The story that the demo tells: from a line of the web server's log to the
//! host that made the request, asked twice and checked.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fault::Fault;
use crate::{daemon, traffic, web};

/// What is needed to ask, and to know whether the answer is right.
pub struct Question<'a> {
    /// The demo's folder.
    pub folder: &'a Path,
    /// natconnd's port at 127.0.0.1.
    pub port: u16,
    /// The `natconn` program.
    pub natconn: &'a Path,
    /// The host that made the traced request. natconnd is not told.
    pub host: IpAddr,
}

/// The web server, as the NAT endpoint's remote.
const WEB_SERVER: &str = "100.64.2.10:80";

const PICTURE: &str = "
A NAT gateway has been built in namespaces of its own:

    host1  192.168.248.2 ─┐
    host2  192.168.248.3 ─┼─ gateway ─ 100.64.2.1 ──── 100.64.2.10  web server
    host3  192.168.248.4 ─┘  natconnd                               (nginx)
";

/// Traces one line of the web server's log twice, and explains what is seen.
///
/// # Errors
///
/// When natconnd cannot be asked, or its answer is not the right host.
pub fn show(question: &Question<'_>) -> Result<(), Fault> {
    println!("{PICTURE}");
    println!(
        "The hosts browse, and all of them look like 100.64.2.1 to the web server.\n\
         host1 and host2 even connect from the same port, {}.\n\
         natconnd was started on the gateway with {}\n",
        traffic::SOURCE_PORT,
        daemon::config(question.folder).display()
    );
    let line = web::last_request(question.folder, traffic::TRACED)?;
    println!(
        "1. The web server logs where a request came from, as far as it can see:\n\n    {line}\n"
    );
    let nat = nat_endpoint(&line)?;

    let url = question.url(nat);
    println!(
        "2. Who was that? The web server's operator asks natconnd over HTTP:\n\n    $ curl '{url}'"
    );
    wait_until_healthy(question.port)?;
    let text = ask_http(&url)?;
    println!("{}\n", indented(&text));
    let answer = read(&text)?;
    judge(&answer, question.host)?;
    println!("{}\n", explained(&answer));

    let remote = WEB_SERVER;
    println!(
        "3. The same question with the command, on the gateway:\n\n    $ {} --socket {} lookup {nat} --remote {remote}",
        question.natconn.display(),
        daemon::socket(question.folder).display()
    );
    let said = ask_command(question, nat)?;
    println!("{}\n", indented(&said));
    if !said.contains(&question.host.to_string()) {
        return Err(Fault::new(format!(
            "check what natconn says: {} is not in it",
            question.host
        )));
    }
    println!("That is right: the request was made by {}.", question.host);
    Ok(())
}

/// Says what a curious user can do while everything runs.
pub fn show_what_to_try(question: &Question<'_>) {
    let port = question.port;
    let natconn = format!(
        "{} --socket {}",
        question.natconn.display(),
        daemon::socket(question.folder).display()
    );
    let log = web::access_log(question.folder);
    println!(
        "
Everything goes on until Ctrl-C. Try in another terminal:

    # what host1 is doing, and the port forward to host3
    curl 'http://127.0.0.1:{port}/api/v1/lookup?internal=192.168.248.2'
    curl 'http://127.0.0.1:{port}/api/v1/connections?kind=destination'

    # all connections, and those that begin and end
    {natconn} list
    {natconn} watch

    # take any line of the web server's log; it begins with what to look up
    tail -f {log}

    # what the kernel itself says
    sh {folder}/gateway conntrack -L
",
        log = log.display(),
        folder = question.folder.display(),
    );
}

impl Question<'_> {
    fn url(&self, nat: SocketAddr) -> String {
        format!(
            "http://127.0.0.1:{}/api/v1/lookup?nat={nat}&remote={WEB_SERVER}&protocol=tcp",
            self.port
        )
    }
}

/// The NAT endpoint at the beginning of a log line.
fn nat_endpoint(line: &str) -> Result<SocketAddr, Fault> {
    let word = line.split(' ').next().unwrap_or_default();
    word.parse()
        .map_err(|cause| Fault::new(format!("read ADDRESS:PORT {word:?} from the log: {cause}")))
}

fn wait_until_healthy(port: u16) -> Result<(), Fault> {
    let url = format!("http://127.0.0.1:{port}/healthz");
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match output(&["curl", "-sS", "--fail-with-body", "--max-time", "5", &url]) {
            Ok(_) => return Ok(()),
            Err(fault) if Instant::now() > deadline => return Err(fault),
            Err(_) => sleep(Duration::from_millis(50)),
        }
    }
}

fn ask_http(url: &str) -> Result<String, Fault> {
    output(&["curl", "-sS", "--fail-with-body", "--max-time", "5", url])
}

fn read(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text)
        .map_err(|cause| Fault::new(format!("read the answer as JSON: {cause}: {text}")))
}

fn ask_command(question: &Question<'_>, nat: SocketAddr) -> Result<String, Fault> {
    output(&[
        &question.natconn.display().to_string(),
        "--socket",
        &daemon::socket(question.folder).display().to_string(),
        "lookup",
        &nat.to_string(),
        "--remote",
        WEB_SERVER,
    ])
}

/// Runs a program of the user's, here and not on the gateway.
fn output(line: &[&str]) -> Result<String, Fault> {
    let output = lab::command(line)
        .output()
        .map_err(|cause| Fault::system(format!("start {}", line[0]), cause))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(Fault::new(format!(
        "run {}: {}\n{stdout}{stderr}",
        line.join(" "),
        output.status
    )))
}

/// Checks that exactly the right host is in the answer.
fn judge(answer: &Value, host: IpAddr) -> Result<(), Fault> {
    let wrong = |what: String| Fault::new(format!("check the answer: {what}"));
    if answer["verdict"] != "one" {
        return Err(wrong(format!(
            "verdict is {}, expected \"one\"",
            answer["verdict"]
        )));
    }
    let found = &answer["matches"][0]["internal_address"];
    if *found != host.to_string() {
        return Err(wrong(format!(
            "internal_address is {found}, expected \"{host}\""
        )));
    }
    Ok(())
}

/// Says in words what stands in the answer.
fn explained(answer: &Value) -> String {
    let found = &answer["matches"][0];
    let address = found["internal_address"].as_str().unwrap_or_default();
    let coverage = if answer["coverage"]["complete"] == true {
        "complete: natconnd missed nothing, so there is no other host"
    } else {
        "not complete: natconnd has missed something, and says when"
    };
    format!(
        "   verdict   one: exactly one internal host fits\n   \
            internal  {address} is the host, {} the port that it used itself\n   \
            coverage  {coverage}",
        found["internal_port"]
    )
}

fn indented(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    format!("    {}", lines.join("\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_one_match_of_the_right_host_will_do() {
        let host = IpAddr::from([192, 168, 248, 3]);
        let answer = |verdict, address| {
            json!({
                "verdict": verdict,
                "matches": [{ "internal_address": address, "internal_port": 40123 }],
            })
        };
        assert!(judge(&answer("one", "192.168.248.3"), host).is_ok());
        assert!(judge(&answer("several", "192.168.248.3"), host).is_err());
        assert!(judge(&answer("one", "192.168.248.2"), host).is_err());
        assert!(judge(&json!({ "verdict": "none", "matches": [] }), host).is_err());
    }

    #[test]
    fn a_log_line_begins_with_the_nat_endpoint() {
        let line = "100.64.2.1:1042 \"GET /orders/4711 HTTP/1.1\" 200";
        assert_eq!(nat_endpoint(line).unwrap().port(), 1042);
        let line = "[fd00:2::1]:1042 \"GET /held HTTP/1.1\" 200";
        assert_eq!(nat_endpoint(line).unwrap().port(), 1042);
        assert!(nat_endpoint("").is_err());
    }
}
