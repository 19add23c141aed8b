//! Somebody logs in, says what for, and sees what they may.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use lab::{Authority, Error, Lab, Wanted};
use natconnd::access::Access;
use natconnd::config::{self, Caller, Config, Role, Roles, Tls, TokenHash};
use natconnd::http::{Listener, Socket};
use natconnd::tls::ServerTls;
use natconnd::token;
use serde_json::json;

use crate::browser::{Browser, World};
use crate::look::{DESKTOP, PHONE};
use crate::served::{Running, example};

/// What would do something on a page if it were not taken for text.
const HOSTILE: &str = "\"><script>document.title='ran'</script><img src=x onerror=alert(1)>";

/// The name of the gateway, which is in its certificate.
const NAME: &str = "gateway.example";

/// A server that wants a token and a reason, over TLS and without.
struct Gateway {
    server: Running,
    over_tls: SocketAddr,
    /// The token of somebody who may look at everything, and one who may ask only.
    tokens: [String; 2],
    authority: Authority,
}

impl Gateway {
    fn start() -> Result<Self, Error> {
        let folder = Path::new("/run/certificates");
        fs::create_dir_all(folder).unwrap();
        let authority = Authority::new(folder, "authority")?;
        let issued = authority.issue(&Wanted::default())?;
        let tls = Tls {
            certificate: issued.certificate,
            key: issued.key,
            client_ca: None,
        };
        let tokens = [(), ()].map(|()| token::make().unwrap());
        let config = rules(&tokens, &tls);
        let [plain, socket] = [(), ()].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let over_tls = socket.local_addr().unwrap();
        let listener = Listener {
            name: "tls".into(),
            socket: Socket::Tcp(socket),
            tls: Some(Arc::new(ServerTls::load(&tls).unwrap())),
        };
        let ruled = |server: &mut natconnd::http::Server| {
            server.access = Arc::new(Access::of(&config));
        };
        Ok(Self {
            server: Running::over(vec![Listener::tcp(plain), listener], vec![example()], ruled),
            over_tls,
            tokens,
            authority,
        })
    }

    fn open(&self, lab: &Lab) -> Browser {
        let trusted = self.authority.certificate();
        let world = World {
            names: "MAP *.example 127.0.0.1",
            trusted: Some(&trusted),
        };
        Browser::open_in(lab, DESKTOP, &world)
    }

    /// How its pages are addressed, without and over TLS.
    fn origins(&self) -> [(&'static str, String); 2] {
        let port = self.over_tls.port();
        [
            ("http", self.server.address.to_string()),
            ("https", format!("{NAME}:{port}")),
        ]
    }
}

fn rules(tokens: &[String; 2], tls: &Tls) -> Config {
    let mut config = Config::default();
    config.http.roles = Roles::NONE;
    config.audit.require_reason = Roles::NONE.with(Role::Browse);
    let listener = config::Listener {
        tls: Some(tls.clone()),
        ..config::Listener::default()
    };
    config.listeners.insert("tls".to_owned(), listener);
    let looking = Roles::NONE.with(Role::Lookup).with(Role::Browse);
    let asking = Roles::NONE.with(Role::Lookup);
    for (name, token, roles) in [(HOSTILE, &tokens[0], looking), ("bob", &tokens[1], asking)] {
        let caller = Caller {
            tokens: vec![TokenHash(token::hash(token))],
            roles,
            ..Caller::default()
        };
        config.callers.insert(name.to_owned(), caller);
    }
    config
}

#[test]
fn somebody_logs_in_and_says_what_for() {
    in_browser!(|lab| {
        let gateway = Gateway::start()?;
        for (scheme, origin) in gateway.origins() {
            let browser = gateway.open(lab);
            let token = &gateway.tokens[0];
            browser.go(&format!("{scheme}://x:{token}@{origin}/live?q=100.64.2.1"));
            browser.await_text("h1", "What is it asked for?");
            // It is refused, after all.
            let complaints = browser.complaints();
            assert!(complaints.concat().contains("403"), "{complaints:#?}");
            browser.take(PHONE);
            assert_eq!(browser.overhang(), 0);
            browser.assert_light("the form");
            browser.take(DESKTOP);
            browser.find("#case").write(HOSTILE);
            browser.find("#reason").write(HOSTILE);
            browser.find("button.main").click();

            browser.await_text("#count", "1 live translation");
            browser.await_url("/live?q=100.64.2.1");
            let said = format!("case {HOSTILE}, reason {HOSTILE}");
            browser.await_text(".asked-for", &said);
            browser.await_text("footer", &format!("You are {HOSTILE}, by token"));
            let cookie = browser.cookie("natconn-purpose");
            assert_eq!(cookie["httpOnly"], true);
            assert_eq!(cookie["sameSite"], "Strict");
            assert_eq!(cookie["secure"], scheme == "https");
            browser.assert_fit("the list with its purpose");
            // Changes are followed for the same reason.
            browser.find("#follow").click();
            browser.await_text("#connection", "Following");
            browser.assert_fit("the list that is followed");

            browser.find(".asked-for a").click();
            browser.find("button[name=forget]").click();
            browser.await_text("p[role=alert]", "With the role browse");
            assert_eq!(browser.texts(".asked-for"), [""; 0]);
            browser.forget();
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn pages_show_no_way_that_is_closed() {
    in_browser!(|lab| {
        let gateway = Gateway::start()?;
        let browser = gateway.open(lab);
        browser.forbid_scripts();
        let (scheme, origin) = &gateway.origins()[1];
        let token = &gateway.tokens[1];
        let asked = "/desk?q=100.64.2.1:40123";
        browser.go(&format!("{scheme}://x:{token}@{origin}{asked}"));
        browser.await_text(".answer", "It is 192.168.248.2");
        assert_eq!(browser.texts("nav a"), ["Desk", "Health", "Docs"]);
        let links = "a[href^='/hosts'], a[href^='/live'], a[href^='/ports']";
        assert_eq!(browser.texts(links), [""; 0]);
        browser.assert_fit("the desk for questions only");
        // The desk notes a reason where none is needed.
        browser.find("#reason").write("port scan");
        browser.find("button.main").click();
        browser.await_text(".asked-for", "port scan");
        browser.find("a[href^='/desk/report']").click();
        browser.await_text("dl.facts", "Reason for asking\nport scan");
        browser.await_text("dl.facts", "bob, by token");
        browser.assert_fit("the report");
        // Refused, in the looks of the other pages.
        browser.go(&format!("{scheme}://{origin}/live"));
        browser.await_text("h1", "This is not for you to see");
        let paper = browser.run(
            "return getComputedStyle(document.querySelector('.finding')).borderLeftWidth",
            &json!([]),
        );
        assert_eq!(paper, "4px");
        browser.take(PHONE);
        assert_eq!(browser.overhang(), 0);
        Ok::<(), Error>(())
    });
}
