//! From a configuration back to text, and from the definitions to the
//! reference.

use std::fmt::Write as _;
use std::path::Path;

use super::keys::{Key, SECTIONS, Section};
use super::{Config, ConfigError, Loaded};

/// Writes a configuration as TOML that reads as the same configuration.
///
/// With `only_changed`, keys with their default value are left out. Keys that
/// are not set stand there commented out, with a value that could be set.
pub fn render_toml(config: &Config, only_changed: bool) -> String {
    let defaults = Config::default();
    sections(config, |key, name| {
        let value = (key.write)(config, name);
        if only_changed && value == (key.write)(&defaults, name) {
            return None;
        }
        Some(match value {
            Some(value) => format!("{} = {value}\n", key.name()),
            None => format!("# {} = {}\n", key.name(), key.example),
        })
    })
}

/// Reads a file of either kind and writes the TOML that does the same.
pub fn migrate(path: &Path) -> Result<String, ConfigError> {
    Config::load(path).map(|loaded| loaded.to_toml())
}

impl Loaded {
    /// Writes the TOML that does the same, with the file's name and what is to
    /// be said about it as comments.
    pub fn to_toml(&self) -> String {
        let mut text = String::from("# The configuration of natconnd");
        if let Some(path) = &self.path {
            text.push_str(", made from ");
            push_harmless(&mut text, &path.to_string_lossy());
        }
        text.push('\n');
        for warning in &self.warnings {
            for line in warning.to_string().lines() {
                text.push_str("# ");
                push_harmless(&mut text, line);
                text.push('\n');
            }
        }
        let body = render_toml(&self.config, true);
        if !body.is_empty() {
            text.push('\n');
            text.push_str(&body);
        }
        text
    }
}

/// Appends to a comment, without the control characters that would end it or
/// that TOML refuses in it.
fn push_harmless(comment: &mut String, text: &str) {
    comment.extend(text.chars().map(|letter| match letter {
        letter if letter.is_control() && letter != '\t' => '\u{fffd}',
        letter => letter,
    }));
}

/// The file that is shipped: every key with its meaning and its default,
/// commented out; sections whose name is to be chosen with an example.
pub fn example_file() -> String {
    let mut text = String::from(
        "# The configuration of natconnd.\n\
         #\n\
         # Every key stands here with its default, commented out; keys that are not set\n\
         # by default stand with an example. A changed file is read with SIGHUP; keys\n\
         # marked \"restart\" need a restart. natconnd --check finds mistakes beforehand.\n\
         # Sections whose name is yours to choose stand at the end, with an example.\n",
    );
    // Their headers are comments: a key that loses its comment sign alone must not end up in
    // a section that has a key of the same name.
    let (named, usual): (Vec<_>, Vec<_>) = SECTIONS.iter().partition(|it| it.named.is_some());
    for section in usual.into_iter().chain(named) {
        text.push_str("\n\n");
        text.push_str(&comment(section.meaning));
        let (name, header) = match &section.named {
            Some(named) => (
                named.example,
                format!("#[{}]", section.path_of(named.example)),
            ),
            None => ("", format!("[{}]", section.path)),
        };
        let _ = writeln!(text, "{header}");
        for key in section.keys {
            let restart = if key.is_live { "" } else { " (restart)" };
            let value = match key.example {
                "" => (key.write)(&Config::default(), name).unwrap_or_default(),
                example => example.to_owned(),
            };
            let meaning = comment(&format!("{}{restart}", key.meaning));
            let _ = write!(text, "\n{meaning}#{} = {value}\n", key.name());
        }
    }
    text
}

/// The reference of all keys, in Markdown.
pub fn reference() -> String {
    let mut text = String::from(INTRODUCTION);
    for section in SECTIONS {
        let _ = write!(
            text,
            "\n## `[{}]`\n\n{}\n\n\
             | key | value | default | SIGHUP | meaning |\n|---|---|---|---|---|\n",
            section.path, section.meaning
        );
        for key in section.keys {
            let default = match (key.write)(&Config::default(), "") {
                Some(value) => format!("`{value}`"),
                None => "not set".to_owned(),
            };
            let live = if key.is_live { "changes" } else { "restart" };
            let _ = writeln!(
                text,
                "| `{}` | {} | {default} | {live} | {} |",
                key.name(),
                (key.shape)(),
                key.meaning
            );
        }
    }
    text.push_str(PYNATCONND);
    text
}

const INTRODUCTION: &str = "\
# Configuration

<!-- Generated from crates/natconnd/src/config; `BLESS=1 cargo test -p natconnd --test config_reference` rewrites it. -->

natconnd reads `/etc/natconnd/natconnd.toml`, or the file named with `-c`. Without a file everything
is as by default. The format is TOML. Unknown keys and bad values are refused, all of them at once,
with the line, the key and what was expected. `natconnd --check` only checks, `natconnd
--print-config` prints every key with the value it has. On the command line `-l LEVEL`, `-i ADDR` and
`-p PORT` take precedence over `log.level` and `http.listen`.

- **Durations** are a whole number and a unit: `ms`, `s`, `m`, `h`, `d` or `w`, such as `\"90s\"`.
- **Sizes** are a whole number and a unit: `B`, `KiB`, `MiB` or `GiB`. `k`, `M` and `MB` are refused,
  because they mean 1000 to some and 1024 to others.
- **Endpoints** are `ADDR`, `ADDR/BITS`, `ADDR:PORT`, `:PORT` or `[V6]:PORT`; a port may be a range,
  `:1024-2047`.
- **Names**: a section with `NAME` can be there any number of times, each with a name of its own.

SIGHUP reads the file again. Keys marked *changes* take effect at once, keys marked *restart* with the
next start.
";

const PYNATCONND: &str = "
## pynatconnd's file

natconnd reads pynatconnd's file unchanged, and `/etc/pynatconnd.conf` by itself where there is no
`/etc/natconnd/natconnd.toml`. It is known by its sections. `natconn config migrate FILE` prints the
TOML that does the same.

| pynatconnd | natconnd |
|---|---|
| `[filter]` `src_ip`, `src_port` | `track.filter.internal` |
| `[filter]` `nat_ip`, `nat_port` | `track.filter.nat` |
| `[filter]` `dst_ip`, `dst_port` | `track.filter.original-destination` |
| its names in general | `track.filter.kind = \"source\"`: they describe masqueraded connections |
| `[data]` `key_name` | `pynatconnd.key-name`; required |
| `[data]` `del_delay` | `track.keep-ended` |
| `[data]` `life_span`, `garbage_cleaner_interval` | no effect: live connections are never dropped |
| `[http_server]` `host`, `port` | `http.listen`; ports below 1024 are all right |
| `[http_server]` `ip_acl` | `http.allow`; required. Whoever is in it may ask all that they could: `http.hosts` is `[\"*\"]`, `http.unprotected` is true |
| `[syslog]` `debug_level` | `log.level`: 0 to 4 is `info`, 5 to 7 `debug`, 8 to 10 `trace` |
| `[syslog]` `local_facility` | no effect: the log goes to standard error |
| `[threading]` `join_timeout` | no effect |

Keys and sections that pynatconnd did not know it ignored; natconnd says so in a warning. Values of the
wrong type are refused.
";

/// Writes the sections that `line` has something for, and all those whose names were
/// chosen: that they are there says something.
fn sections(config: &Config, line: impl Fn(&Key, &str) -> Option<String>) -> String {
    let each = |section: &'static Section| {
        let names = section.names(config).into_iter();
        names.map(move |name| (section, name))
    };
    let mut text = String::new();
    for (section, name) in SECTIONS.iter().flat_map(each) {
        let lines = section.keys.iter().filter_map(|key| line(key, name));
        let lines: String = lines.collect();
        if lines.is_empty() && section.named.is_none() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = write!(text, "[{}]\n{lines}", section.path_of(name));
    }
    text
}

/// Wraps at 80 columns, behind `# `.
fn comment(sentence: &str) -> String {
    let mut text = String::new();
    let mut line = String::from("#");
    for word in sentence.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 80 {
            text.push_str(&line);
            text.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
    text
}
