//! A browser on the gateway, and what a person does with one.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};

use lab::{Lab, Running};
use serde_json::{Value, json};

use crate::gateway::eventually;
use crate::look::Look;
use crate::webdriver::{ELEMENT, Refused, Session};

/// Chromium without a window. Dropping it ends chromedriver; the browser itself
/// ends with the test's process namespace at the latest.
pub struct Browser {
    pub(crate) session: Session,
    _driver: Running,
}

/// When set to 1, a test that cannot have a browser fails.
const REQUIRE: &str = "NATCONND_REQUIRE_BROWSER_TESTS";

/// Whether there is a browser for a test called `name`; says so where there is none.
///
/// # Panics
///
/// When there is none although `NATCONND_REQUIRE_BROWSER_TESTS=1`.
pub fn is_there(name: &str) -> bool {
    let is_missing = |program: &&str| {
        let mut command = lab::command(&[program, "--version"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        !command.status().is_ok_and(|status| status.success())
    };
    let Some(program) = ["chromium", "chromedriver"].into_iter().find(is_missing) else {
        return true;
    };
    let is_required = std::env::var(REQUIRE).is_ok_and(|value| value == "1");
    assert!(!is_required, "{name} must not be skipped: no {program}");
    // Not `eprintln!`: the test runner hides what that prints when a test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {name}: there is no {program}");
    false
}

/// What a browser finds beyond itself.
#[derive(Clone, Copy, Default, Debug)]
pub struct World<'a> {
    /// Names and where they lead, as Chromium's `--host-resolver-rules` has them.
    pub names: &'a str,
    /// The certificate of an authority that is trusted.
    pub trusted: Option<&'a Path>,
}

/// Something on the page. Out of date once the page has changed.
pub struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

/// A key without a letter.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Tab,
    Enter,
    /// Tab with Shift held down.
    BackTab,
}

impl Browser {
    /// Starts a browser with a fresh profile on the gateway, in this look.
    pub fn open(lab: &Lab, look: Look) -> Self {
        Self::open_in(lab, look, &World::default())
    }

    /// The same in a world that is not as it usually is.
    pub fn open_in(lab: &Lab, look: Look, world: &World<'_>) -> Self {
        static OPENED: AtomicU16 = AtomicU16::new(0);
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let port = 9515 + number;
        let home = format!("/run/browser-{number}");
        fs::create_dir_all(&home).unwrap();
        if let Some(authority) = world.trusted {
            trust(lab, &home, authority);
        }
        let mut command = lab::command(&["chromedriver", &format!("--port={port}")]);
        command.arg("--log-level=OFF");
        command.env("HOME", &home).env("TMPDIR", &home);
        command.stdout(Stdio::null());
        let running = lab.gateway().spawn_command(&mut command).unwrap();
        let driver = SocketAddr::from(([127, 0, 0, 1], port));
        eventually(|| TcpStream::connect(driver).map_err(|error| error.to_string()));
        let session = Session::begin(driver, &capabilities(&home, world.names));
        let browser = Self {
            session,
            _driver: running,
        };
        browser.take(look);
        // A page weighs the same however often it was opened.
        let without = json!({ "cacheDisabled": true });
        browser
            .session
            .devtools("Network.setCacheDisabled", &without);
        // What the browser's own first page wrote and loaded is nobody's concern.
        browser.forget();
        browser
    }

    /// Opens a page and waits until it is loaded.
    pub fn go(&self, url: &str) {
        self.session.post("url", &json!({ "url": url }));
    }

    /// Where it is.
    pub fn url(&self) -> String {
        text(self.session.get("url"))
    }

    /// Waits until its address ends so.
    pub fn await_url(&self, end: &str) {
        eventually(|| {
            let url = self.url();
            url.ends_with(end).then_some(()).ok_or(url)
        });
    }

    /// A cookie that it keeps for the page: value and rules.
    pub fn cookie(&self, name: &str) -> Value {
        self.session.get(&format!("cookie/{name}"))
    }

    /// What stands in the title bar.
    pub fn title(&self) -> String {
        text(self.session.get("title"))
    }

    /// The first element that a CSS selector fits.
    pub fn find(&self, selector: &str) -> Element<'_> {
        self.try_find(selector)
            .unwrap_or_else(|refused| panic!("find {selector}: {refused}"))
    }

    /// The same where there may be none.
    pub fn try_find(&self, selector: &str) -> Result<Element<'_>, Refused> {
        let by = json!({ "using": "css selector", "value": selector });
        let found = self.session.try_post("element", &by)?;
        Ok(self.element(&found))
    }

    /// Waits until a CSS selector fits something whose text contains `part`.
    pub fn await_text(&self, selector: &str, part: &str) {
        eventually(|| {
            let texts: Vec<String> = self.texts(selector);
            let is_there = texts.iter().any(|text| text.contains(part));
            is_there
                .then_some(())
                .ok_or_else(|| format!("{part:?} is not in {selector}: {texts:?}"))
        });
    }

    /// The texts of all elements that a CSS selector fits, read in one step.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(it => it.innerText)";
        let texts = self.run(script, &json!([selector]));
        serde_json::from_value(texts).expect("a list of texts")
    }

    /// What has the focus: where a key that is pressed goes.
    pub fn focused(&self) -> Element<'_> {
        self.element(&self.session.get("element/active"))
    }

    /// Presses a key and lets it go.
    pub fn press(&self, key: Key) {
        let keys = match key {
            Key::BackTab => vec!['\u{e008}', '\u{e004}'],
            key => vec![key.code()],
        };
        let down = keys
            .iter()
            .map(|it| json!({"type": "keyDown", "value": it}));
        let up = keys.iter().rev();
        let up = up.map(|it| json!({"type": "keyUp", "value": it}));
        let actions: Vec<Value> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.session
            .post("actions", &json!({ "actions": [keyboard] }));
    }

    /// Presses Tab until the focus is where a CSS selector fits.
    ///
    /// # Panics
    ///
    /// When it gets there by no reasonable number of keys.
    pub fn tab_to(&self, selector: &str) {
        let is_there = |_: &i32| {
            self.press(Key::Tab);
            self.focused().fits(selector)
        };
        let there = (0..300).find(is_there);
        assert!(there.is_some(), "no way to {selector} by Tab");
    }

    /// Runs a script in the page and returns what it returns.
    pub fn run(&self, script: &str, arguments: &Value) -> Value {
        let call = json!({ "script": script, "args": arguments });
        self.session.post("execute/sync", &call)
    }

    fn element(&self, found: &Value) -> Element<'_> {
        let id = found[ELEMENT].as_str().expect("an element has an id");
        Element {
            browser: self,
            id: id.to_owned(),
        }
    }
}

impl Element<'_> {
    /// What a person reads there.
    pub fn text(&self) -> String {
        text(self.get("text"))
    }

    /// An attribute of the document, or the current value of a field.
    pub fn property(&self, name: &str) -> Value {
        self.get(&format!("property/{name}"))
    }

    /// Whether a CSS selector fits it.
    pub fn fits(&self, selector: &str) -> bool {
        let script = "return arguments[0].matches(arguments[1])";
        let this = json!({ ELEMENT: self.id });
        self.browser.run(script, &json!([this, selector])) == true
    }

    /// Clicks into its middle.
    pub fn click(&self) {
        self.post("click", &json!({}));
    }

    /// Types into it.
    pub fn write(&self, text: &str) {
        self.post("value", &json!({ "text": text }));
    }

    fn get(&self, what: &str) -> Value {
        self.browser.session.get(&self.path(what))
    }

    fn post(&self, command: &str, parameters: &Value) {
        self.browser.session.post(&self.path(command), parameters);
    }

    fn path(&self, command: &str) -> String {
        format!("element/{}/{command}", self.id)
    }
}

impl Key {
    /// The protocol's character for it.
    const fn code(self) -> char {
        match self {
            Self::Tab | Self::BackTab => '\u{e004}',
            Self::Enter => '\u{e007}',
        }
    }
}

/// Has whatever browser lives in a folder trust an authority.
fn trust(lab: &Lab, home: &str, authority: &Path) {
    let folder = format!("{home}/.pki/nssdb");
    fs::create_dir_all(&folder).unwrap();
    let database = format!("sql:{folder}");
    let certutil = |arguments: &[&str]| {
        let command = ["certutil", "-d", &database];
        let command = [&command[..], arguments].concat();
        lab.gateway().run(&command).unwrap();
    };
    certutil(&["-N", "--empty-password"]);
    let file = authority.to_str().expect("a path in UTF-8");
    certutil(&["-A", "-n", "authority", "-t", "C,,", "-i", file]);
}

/// What the browser shall be and log.
fn capabilities(home: &str, names: &str) -> Value {
    let names = format!("--host-resolver-rules={names}");
    let profile = format!("--user-data-dir={home}/profile");
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": {
            "binary": "/usr/bin/chromium",
            "args": [
                "--headless",
                // The sandbox needs namespaces of its own, or root outside of any. What
                // is opened here is natconnd's and nobody else's.
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                // Nothing that looks for the world.
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                names,
                profile,
            ],
        },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}

fn text(value: Value) -> String {
    value.as_str().expect("a text").to_owned()
}
