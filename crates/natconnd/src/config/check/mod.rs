//! What no single key can know: keys that do not go together.
//!
//! Pure functions of a configuration. Where a key stands in the file is the
//! reader's to know.

mod addresses;
mod callers;
mod exposure;
mod listeners;

use super::keys;
use super::{Config, IdentReply};

pub(super) use exposure::{is_beyond_loopback, is_everybody};

/// A mistake of several keys, told at one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mistake {
    /// The key where it is told, `listener.desk.certificate`, or its section.
    pub key: String,
    /// What does not go together.
    pub cause: String,
    /// What to write instead.
    pub hint: String,
}

impl Mistake {
    fn new(key: impl Into<String>, cause: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            cause: cause.into(),
            hint: hint.into(),
        }
    }
}

/// A configuration as it was read, and what stands in its file.
pub(super) struct Written<'w> {
    /// What was read.
    pub config: &'w Config,
    /// Whether a key was given, of use or not.
    pub is_given: &'w dyn Fn(&str) -> bool,
    /// Whether a mistake in a key has been told already; it then has its default.
    pub is_faulty: &'w dyn Fn(&str) -> bool,
}

/// All mistakes of a configuration, in no order.
pub(super) fn all(written: &Written<'_>) -> Vec<Mistake> {
    let mut mistakes = of_addresses(written);
    mistakes.extend(listeners::check(written));
    mistakes.extend(callers::check(written));
    mistakes.extend(reason(written));
    mistakes.extend(receive_buffer(written));
    mistakes.extend(ident_name(written));
    mistakes
}

/// The mistakes that other addresses to listen on can make.
pub(super) fn of_addresses(written: &Written<'_>) -> Vec<Mistake> {
    let mut mistakes = addresses::check(written.config);
    mistakes.extend(exposure::check(written));
    mistakes
}

fn ident_name(written: &Written<'_>) -> Option<Mistake> {
    let ident = &written.config.ident;
    // A name that is there and of no use has been told of.
    let is_missing = ident.name.is_none() && !(written.is_given)("ident.name");
    (ident.reply == IdentReply::Name && is_missing).then(|| {
        Mistake::new(
            "ident.reply",
            "reply is \"name\", and there is no name",
            "write name = \"nat\"",
        )
    })
}

fn reason(written: &Written<'_>) -> Option<Mistake> {
    let audit = &written.config.audit;
    let is_unheard = audit.folder.is_none() && !(written.is_given)("audit.folder");
    (is_unheard && !audit.require_reason.is_empty()).then(|| {
        Mistake::new(
            "audit.require-reason",
            "asks for reasons, and there is no folder to write them down in",
            "write folder = \"/var/lib/natconnd/audit\"",
        )
    })
}

fn receive_buffer(written: &Written<'_>) -> Option<Mistake> {
    let track = &written.config.track;
    if track.receive_buffer <= track.receive_buffer_max {
        return None;
    }
    let (small, large) = ("track.receive-buffer", "track.receive-buffer-max");
    let value = |path| keys::find(path).and_then(|key| (key.write)(written.config, ""));
    let (at_start, at_most) = (value(small)?, value(large)?);
    // Point at the key that was written; one of them is not the default.
    let key = if (written.is_given)(large) {
        large
    } else {
        small
    };
    Some(Mistake::new(
        key,
        format!("receive-buffer is {at_start}, receive-buffer-max only {at_most}"),
        format!("write receive-buffer-max = {at_start} or more"),
    ))
}
