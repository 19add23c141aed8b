//! pynatconnd's URLs, byte for byte.

use natconnd::config::Config;

use crate::client::{Client, Reply};
use crate::server::{Running, at, endpoint, example, letting_in, masqueraded};

/// The time of [`example`] where the tests run.
fn local_time(seconds: i64) -> String {
    let nanoseconds = i128::from(at(seconds).unwrap().at.0);
    let time = jiff::Timestamp::from_nanosecond(nanoseconds).unwrap();
    let local = time.to_zoned_datetime(jiff::tz::TimeZone::system());
    local.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn object() -> String {
    let time = local_time(0);
    format!(
        r#"{{
    "dst_ip": "100.64.2.10",
    "dst_port": 443,
    "nat_ip": "100.64.2.1",
    "nat_port": 40123,
    "protocol": [
        "ipv4",
        "tcp"
    ],
    "sig_type": "new",
    "src_ip": "192.168.248.2",
    "src_port": 40123,
    "time": "{time}"
}}"#
    )
}

fn assert_reply(reply: &Reply, status: u16, kind: &str, body: &str) {
    assert_eq!(reply.body, body);
    assert_eq!(reply.status, status, "{body}");
    assert_eq!(reply.header("content-type"), Some(kind), "{body}");
}

const JSON: &str = "application/json";
const HTML: &str = "text/html";

#[test]
fn every_recorded_request_is_answered_as_recorded() {
    let server = Running::as_pynatconnd("nat_port", vec![example()]);
    let get = |target: &str| server.get(target);
    assert_reply(&get("/nat_port/40123"), 200, JSON, &object());
    assert_reply(&get("/nat_port/40124"), 404, HTML, "Not found");
    assert_reply(&get("/src_ip/192.168.248.2"), 400, HTML, "Mismatch");
    let bad =
        r#"{"title": "400 Bad Request", "description": "nat_port is \"abc\", expected a port"}"#;
    assert_reply(&get("/nat_port/abc"), 400, JSON, bad);
    let nothing = r#"{"title": "404 Not Found"}"#;
    for path in [
        "/",
        "/nope",
        "/nat_port",
        "/nat_port/",
        "/nat_port/1/2",
        "/debug/",
    ] {
        assert_reply(&get(path), 404, JSON, nothing);
    }
    let indented = object().replace('\n', "\n    ");
    let debug = format!("{{\n    \"40123\": {indented}\n}}");
    assert_reply(&get("/debug"), 200, JSON, &debug);
    for path in ["/nat_port/40123", "/debug", "/nagios", "/src_ip/1"] {
        for method in ["POST", "HEAD"] {
            let reply = server.request(method, path, "");
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.header("allow"), Some("GET, OPTIONS"));
        }
    }
}

#[test]
fn nagios_counts_as_it_did() {
    let mut ended = example();
    ended.ended_at = at(1);
    let server = Running::as_pynatconnd("nat_port", vec![example(), ended]);
    for target in ["/nat_port/40123", "/nat_port/40124", "/src_ip/1", "/debug"] {
        server.get(target);
    }
    server.access.replace(&letting_in(&[]));
    assert_reply(&server.get("/nat_port/40123"), 403, HTML, "Forbidden");
    server.access.replace(&Config::default());
    let reply = server.get("/nagios");
    let started_at = reply.json()["prgm_start_time"].to_string();
    let expected = r#"{
    "expired_data": 0,
    "http_stat": {
        "bad_requests": 1,
        "no_of_requests": 5,
        "successful_replies": 2,
        "unauthorized_requests": 1,
        "unsuccessful_replies": 1
    },
    "number_of_created_items": 2,
    "number_of_deleted_items": 1,
    "prgm_start_time": 1795474016.337,
    "queue_size": 0,
    "shared_data_size": 2,
    "threads_stat": {
        "QueueWorker": {
            "alive_time": 0.0,
            "is_alive": true
        }
    }
}"#
    .replace("1795474016.337", &started_at);
    assert_reply(&reply, 200, JSON, &expected);
    assert!(started_at.parse::<f64>().unwrap() > 1.7e9, "{started_at}");
}

#[test]
fn all_six_keys_work_for_both_families() {
    let v6 = masqueraded("[fd00::2]:7", "[2001:db8::1]:8", "[2001:db8::9]:80");
    for (key, value, v6_value) in [
        ("src_ip", "192.168.248.2", "fd00::2"),
        ("src_port", "40123", "7"),
        ("nat_ip", "100.64.2.1", "2001:db8::1"),
        ("nat_port", "40123", "8"),
        ("dst_ip", "100.64.2.10", "2001%3adb8::9"),
        ("dst_port", "443", "80"),
    ] {
        let server = Running::as_pynatconnd(key, vec![v6, example()]);
        let reply = server.get(&format!("/{key}/{value}"));
        assert_reply(&reply, 200, JSON, &object());
        let shown = server.get(&format!("/{key}/{v6_value}")).json();
        assert_eq!(shown["src_ip"], "fd00::2", "{key}");
        assert_eq!(shown["protocol"][0], "ipv6");
    }
}

#[test]
fn the_newest_live_connection_of_a_key_is_shown() {
    let of_host = |host: u8, begin: i64| {
        let internal = format!("192.168.248.{host}:1");
        let mut found = masqueraded(&internal, "100.64.2.1:40123", "100.64.2.10:443");
        found.started_at = at(begin);
        found
    };
    let mut newest_but_ended = of_host(4, 9);
    newest_but_ended.ended_at = at(10);
    let mut forwarded = of_host(5, 20);
    forwarded.translation.kind = model::TranslationKind::Destination;
    let matches = vec![of_host(2, 1), of_host(3, 5), newest_but_ended, forwarded];
    let server = Running::as_pynatconnd("nat_port", matches);
    let shown = server.get("/nat_port/40123").json();
    assert_eq!(shown["src_ip"], "192.168.248.3");
    assert_eq!(shown["time"], local_time(5));
    let debug = server.get("/debug").json();
    assert_eq!(debug.as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(debug["40123"]["src_ip"], "192.168.248.3");

    // Kept for a while after its end, as `del_delay` has it.
    server.answers.set_matches(vec![newest_but_ended]);
    let shown = server.get("/nat_port/40123").json();
    assert_eq!(shown["src_ip"], "192.168.248.4");
    assert_eq!(server.get("/debug").body, "{}");
}

#[test]
fn debug_is_sorted_as_python_sorted_it() {
    let port = |port: u16| {
        masqueraded(
            &format!("10.0.0.1:{port}"),
            &format!("100.64.2.1:{port}"),
            "10.9.9.9:1",
        )
    };
    let server = Running::as_pynatconnd("nat_port", vec![port(40123), port(9), port(100)]);
    let body = server.get("/debug").body;
    let places = ["\"9\": {", "\"100\": {", "\"40123\": {"].map(|key| body.find(key));
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
}

/// The destination as the initiator wrote it is not the remote endpoint.
#[test]
fn a_hairpin_is_found_by_its_original_destination() {
    let mut hairpin = masqueraded("192.168.248.2:1", "203.0.113.7:2", "192.168.248.3:8080");
    hairpin.original_destination = endpoint("203.0.113.7:80");
    let server = Running::as_pynatconnd("dst_port", vec![hairpin]);
    let shown = server.get("/dst_port/80").json();
    assert_eq!(shown["dst_ip"], "203.0.113.7");
    assert_eq!(server.get("/dst_port/8080").status, 404);
}

#[test]
fn the_api_answers_beside_it() {
    let server = Running::as_pynatconnd("nat_port", vec![example()]);
    let mut client = Client::connect(server.address);
    let answer = client.get("/api/v1/lookup?nat=:40123").json();
    assert_eq!(answer["verdict"], "one");
    assert_eq!(client.get("/healthz").status, 200);
    assert_eq!(client.get("/api/v1/nope").status, 404);
}
