//! What must be so with every proxy.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::front::HTTPS;
use crate::site::Site;

/// One test for each scenario, or for each that is named, of a proxy that `$start`
/// starts.
macro_rules! scenarios {
    ($start:expr, $programs:expr) => {
        scenarios!($start, $programs, open,
            names_the_host_and_its_port,
            names_it_over_ipv6,
            removes_what_clients_make_up,
            follows_a_port_from_host_to_host,
            names_it_over_http_2,
            names_it_for_a_websocket,
            serves_a_thousand_clients,
        );
        scenarios!($start, $programs, open_as_shipped,
            serves_while_natconnd_is_killed,
            serves_while_natconnd_does_not_answer,
            serves_whatever_answers_in_natconnds_place,
        );
    };
    ($start:expr, $programs:expr, $open:ident, $($name:ident,)*) => {
        $(
            #[test]
            fn $name() {
                if crate::front::has(concat!(module_path!(), "::", stringify!($name)), &$programs) {
                    lab::in_gateway!(|lab| {
                        crate::scenario::$name(crate::site::Site::$open(lab, $start));
                    });
                }
            }
        )*
    };
}
pub(crate) use scenarios;

/// What an application is told of an internal host.
fn one<'a>(address: &'a str, port: &'a str) -> [Option<&'a str>; 3] {
    [Some(address), Some(port), Some("one")]
}

/// Nothing, of which nobody may be accused.
const NOTHING: [Option<&str>; 3] = [None; 3];

pub fn names_the_host_and_its_port(site: Site<'_>) {
    // The same port on both hosts: one of them gets another one from the NAT.
    let mut clients =
        [1, 2].map(|number| Client::connect(site.lab.host(number), 40123, site.http()));
    for (index, method) in ["GET", "POST", "HEAD", "DELETE"].into_iter().enumerate() {
        for (host, client) in clients.iter_mut().enumerate() {
            let path = format!("/named/{method}/{index}/{host}");
            let body = if method == "POST" { "a body" } else { "" };
            assert_eq!(client.request(method, &path, "", body), 200);
            let request = site.application.request(&path);
            let address = site.lab.host(host + 1).v4().to_string();
            assert_eq!(request.told(), one(&address, "40123"), "{request:?}");
            assert_eq!((&*request.method, &*request.body), (method, body));
            let line = site.front.access_log(&path);
            assert!(line.contains(&address) && line.contains("40123"), "{line}");
            assert!(line.contains("100.64.2.1"), "{line}");
        }
    }
    let mut own = Client::connect(site.lab.outside(), 0, site.http());
    assert_eq!(own.get("/own"), 200);
    let told = site.application.request("/own");
    assert_eq!(told.told(), [None, None, Some("not-nat")]);
}

pub fn names_it_over_ipv6(site: Site<'_>) {
    let proxy = site.lab.outside().at_v6(crate::front::HTTP);
    let mut client = Client::connect(site.lab.host(2), 40123, proxy);
    assert_eq!(client.get("/v6"), 200);
    let address = site.lab.host(2).v6().to_string();
    let request = site.application.request("/v6");
    assert_eq!(request.told(), one(&address, "40123"), "{request:?}");
    let line = site.front.access_log("/v6");
    assert!(line.contains(&address), "{line}");
}

pub fn removes_what_clients_make_up(mut site: Site<'_>) {
    let made_up = "X-Internal-Address: 192.168.248.99\r\nx-internal-port: 1\r\n\
                   X-INTERNAL-ADDRESS: 192.168.248.98\r\nX_Internal_Address: 192.168.248.97\r\n\
                   X-Nat-Verdict: one\r\nX_Nat-Verdict: one\r\nX-Internal_Port: 2\r\n\
                   X-Nat-Coverage: made-up\r\nX_Nat_Coverage: complete\r\n\
                   X-Real-IP: 100.64.2.1\r\nX-Real-Port: 1\r\nX-Real-Server-IP: 100.64.2.9\r\n\
                   X-Forwarded-For: 100.64.2.1:1\r\nForwarded: for=\"100.64.2.1:1\"\r\n";
    let mut client = Client::connect(site.lab.host(1), 40123, site.http());
    assert_eq!(client.request("GET", "/made-up", made_up, ""), 200);
    let request = site.application.request("/made-up");
    assert_eq!(request.told(), one("192.168.248.2", "40123"), "{request:?}");
    assert_eq!(request.header("x-nat-coverage"), Some("complete"));
    assert_eq!(request.names_of_ours().len(), 4, "{request:?}");

    let mut own = Client::connect(site.lab.outside(), 0, site.http());
    assert_eq!(own.request("GET", "/made-up-outside", made_up, ""), 200);
    let request = site.application.request("/made-up-outside");
    assert_eq!(request.told(), [None, None, Some("not-nat")]);
    let mut names = request.names_of_ours();
    names.sort_unstable();
    assert_eq!(names, ["x-nat-coverage", "x-nat-verdict"], "{request:?}");

    // More than natconnd takes: a proxy hands on none of them.
    let many: String = (0..150)
        .map(|number| format!("X-{number}: {:0>99}\r\n", 1))
        .collect();
    let mut client = Client::connect(site.lab.host(1), 40124, site.http());
    match client.request("GET", "/many-headers", &many, "") {
        // HAProxy itself takes a hundred.
        400 => assert!(site.application.requests("/many-headers").is_empty()),
        status => {
            assert_eq!(status, 200);
            let request = site.application.request("/many-headers");
            assert_eq!(request.told(), one("192.168.248.2", "40124"), "{request:?}");
        }
    }

    site.kill_natconnd();
    let mut client = Client::connect(site.lab.host(1), 0, site.http());
    assert_eq!(client.request("GET", "/made-up-alone", made_up, ""), 200);
    let request = site.application.request("/made-up-alone");
    assert_eq!(request.names_of_ours(), Vec::<&str>::new(), "{request:?}");
}

pub fn follows_a_port_from_host_to_host(site: Site<'_>) {
    for (turn, number) in [1, 2, 3, 1].into_iter().enumerate() {
        let host = site.lab.host(number);
        let mut client = Client::connect(host, 40123, site.http());
        for request in 0..5 {
            let path = format!("/turn/{turn}/{request}");
            assert_eq!(client.get(&path), 200);
            let request = site.application.request(&path);
            let address = host.v4().to_string();
            assert_eq!(request.told(), one(&address, "40123"), "{request:?}");
        }
        drop(client);
        // The kernel would keep the NAT port for a while.
        site.lab
            .conntrack(&["-D", "-p", "tcp", "--orig-port-src", "40123"])
            .unwrap();
    }
}

pub fn names_it_over_http_2(site: Site<'_>) {
    let resolve = format!("site.example:{HTTPS}:{}", site.lab.outside().v4());
    for (number, path) in [(1, "/two/1"), (3, "/two/3")] {
        let host = site.lab.host(number);
        let url = format!("https://site.example{path}");
        let line = [
            "curl",
            "-sS",
            "--http2",
            "--insecure",
            "--resolve",
            &resolve,
            "--local-port",
            "40123",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_version} %{http_code}",
            &url,
        ];
        assert_eq!(host.run(&line).unwrap(), "2 200");
        let request = site.application.request(path);
        let address = host.v4().to_string();
        assert_eq!(request.told(), one(&address, "40123"), "{request:?}");
    }
    // Many streams of one connection at once.
    let url = format!("https://{}/streams", site.lab.outside().at(HTTPS));
    let line = ["h2load", "-n", "200", "-c", "2", "-m", "20", &url];
    let output = site.lab.host(2).run(&line).unwrap();
    assert!(output.contains("200 2xx, 0 3xx, 0 4xx, 0 5xx"), "{output}");
    let requests = site.application.requests("/streams");
    assert_eq!(requests.len(), 200);
    for request in requests {
        assert_eq!(request.told()[0], Some("192.168.248.3"), "{request:?}");
    }
}

pub fn names_it_for_a_websocket(site: Site<'_>) {
    let mut client = Client::connect(site.lab.host(3), 40123, site.http());
    assert_eq!(client.upgrade("/socket"), 101);
    let request = site.application.request("/socket");
    assert_eq!(request.told(), one("192.168.248.4", "40123"), "{request:?}");
    for turn in 0_u8..10 {
        let message = [0x82, 0x7e, 1, turn];
        assert_eq!(client.echo(&message), message);
    }
}

pub fn serves_a_thousand_clients(site: Site<'_>) {
    const CLIENTS: [usize; 3] = [334, 333, 333];
    const REQUESTS: usize = 5;
    let url = |host: usize| format!("http://{}/many/{host}", site.http());
    thread::scope(|scope| {
        for (host, clients) in CLIENTS.into_iter().enumerate() {
            let (url, lab) = (url(host), site.lab);
            scope.spawn(move || {
                let requests = (clients * REQUESTS).to_string();
                let clients = clients.to_string();
                // They keep their connections, and ask once a second, all at once.
                let line = [
                    "h2load", "--h1", "-n", &requests, "-c", &clients, "--rps", "1", &url,
                ];
                let output = lab.host(host + 1).run(&line).unwrap();
                let all = format!("{requests} 2xx, 0 3xx, 0 4xx, 0 5xx");
                assert!(output.contains(&all), "{output}");
            });
        }
    });
    for (host, clients) in CLIENTS.into_iter().enumerate() {
        let address = site.lab.host(host + 1).v4().to_string();
        let requests = site.application.requests(&format!("/many/{host}"));
        assert_eq!(requests.len(), clients * REQUESTS);
        for request in requests {
            assert_eq!(request.told()[0], Some(&*address), "{request:?}");
        }
    }
}

pub fn serves_while_natconnd_is_killed(mut site: Site<'_>) {
    let is_over = AtomicBool::new(false);
    let (lab, http) = (site.lab, site.http());
    thread::scope(|scope| {
        let requests = scope.spawn(|| {
            let mut client = Client::connect(lab.host(1), 40123, http);
            let mut served = 0;
            while !is_over.load(Ordering::Relaxed) {
                assert_eq!(client.get(&format!("/kept/{served}")), 200);
                let mut fresh = Client::connect(lab.host(2), 0, http);
                assert_eq!(fresh.get(&format!("/fresh/{served}")), 200);
                served += 1;
                sleep(Duration::from_millis(2));
            }
            served
        });
        sleep(Duration::from_millis(300));
        site.kill_natconnd();
        sleep(Duration::from_millis(700));
        is_over.store(true, Ordering::Relaxed);
        let served = requests.join().unwrap();
        assert!(served > 50, "{served} turns in a second");
        let told = |path: String| {
            let request = site.application.request(&path);
            request.told().map(|value| value.map(str::to_owned))
        };
        assert_eq!(
            told("/fresh/0".to_owned())[0].as_deref(),
            Some("192.168.248.3")
        );
        assert_eq!(told(format!("/fresh/{}", served - 1))[0], None);
    });
    site.restart_natconnd("100.64.2.10");
    await_a_name(&site, "/again");
}

/// Asks until the proxy asks natconnd again; every request is served meanwhile.
fn await_a_name(site: &Site<'_>, prefix: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    for turn in 0.. {
        let path = format!("{prefix}/{turn}");
        let mut client = Client::connect(site.lab.host(1), 0, site.http());
        assert_eq!(client.get(&path), 200);
        if site.application.request(&path).told()[0].is_some() {
            return;
        }
        assert!(Instant::now() < deadline, "no host is named any more");
        sleep(Duration::from_millis(50));
    }
}

pub fn serves_while_natconnd_does_not_answer(mut site: Site<'_>) {
    const CLIENTS: usize = 4;
    const REQUESTS: usize = 50;
    site.natconnd.as_mut().unwrap().halt();
    let held_up = AtomicUsize::new(0);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (site, held_up) = (&site, &held_up);
            scope.spawn(move || {
                for turn in 0..REQUESTS {
                    let took = ask_halted(site, &format!("/halted/{client}/{turn}"), turn % 2 == 0);
                    let is_held_up = took > Duration::from_millis(250);
                    held_up.fetch_add(usize::from(is_held_up), Ordering::Relaxed);
                }
            });
        }
    });
    // After some that waited in vain it is not asked for a while.
    let held_up = held_up.into_inner();
    assert!(
        held_up < CLIENTS * REQUESTS / 2,
        "{held_up} of {}",
        CLIENTS * REQUESTS
    );
    site.natconnd.as_mut().unwrap().signal("CONT");
    await_a_name(&site, "/awake");
}

/// Asks the proxy while natconnd stands still, and says how long that took.
fn ask_halted(site: &Site<'_>, path: &str, is_get: bool) -> Duration {
    let (method, body) = if is_get {
        ("GET", "")
    } else {
        ("POST", "a body")
    };
    let asked = Instant::now();
    let mut client = Client::connect(site.lab.host(1), 0, site.http());
    assert_eq!(client.request(method, path, "", body), 200);
    let took = asked.elapsed();
    let request = site.application.request(path);
    assert_eq!(request.told(), NOTHING, "{request:?}");
    assert_eq!(request.body, body);
    took
}

pub fn serves_whatever_answers_in_natconnds_place(mut site: Site<'_>) {
    // Who is not allowed to ask gets 403.
    site.restart_natconnd("192.168.248.9");
    let mut client = Client::connect(site.lab.host(1), 0, site.http());
    assert_eq!(client.get("/refused"), 200);
    assert_eq!(site.application.request("/refused").told(), NOTHING);

    let answers: [&[u8]; 6] = [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut",
    ];
    let listener = site.take_natconnds_place();
    thread::spawn(move || {
        for (stream, answer) in listener.incoming().flatten().zip(answers.iter().cycle()) {
            let mut stream = stream;
            let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
            // Whatever the proxy makes of it.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        }
    });
    for turn in 0..60 {
        let path = format!("/nonsense/{turn}?a=b%20c&d");
        let mut client = Client::connect(site.lab.host(1), 0, site.http());
        assert_eq!(client.get(&path), 200, "{turn}");
        assert_eq!(site.application.request(&path).told()[..2], NOTHING[..2]);
    }
}
