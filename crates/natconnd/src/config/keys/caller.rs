//! `[caller.NAME]`.

use super::{Named, Section, named_key};
use crate::config::form::{
    CertificateText, Count, Group, HashOfToken, List, ListenerName, Optional, Period, RoleSet, User,
};

pub(super) const SECTION: Section = Section {
    path: "caller.NAME",
    meaning: "Who is known by name, and what they may do. NAME is what the audit file calls them, \
              at most 64 letters, digits, `-` and `_`. Any of their credentials will do.",
    keys: &[
        named_key!(
            "caller.NAME.token", List<HashOfToken>, callers[NAME].tokens, live: true,
            example: "[\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"]",
            "The hashes of their tokens; a token itself is in no file. `natconn token new` makes \
             both, `natconn token hash` the hash of a token."
        ),
        named_key!(
            "caller.NAME.certificate", List<CertificateText>, callers[NAME].certificates, live: true,
            example: "[\"desk.example.net\"]",
            "Their certificates, at listeners with `client-ca`: by a DNS name that is in it, or by \
             its fingerprint, sha256:HEX."
        ),
        named_key!(
            "caller.NAME.user", List<User>, callers[NAME].users, live: true,
            example: "[\"alice\", 1001]",
            "Users of this machine that they are, at unix sockets. Names are looked up in \
             /etc/passwd when the file is read."
        ),
        named_key!(
            "caller.NAME.group", List<Group>, callers[NAME].groups, live: true,
            example: "[\"adm\"]",
            "Groups of this machine whose members they are, at unix sockets. Names and members are \
             looked up in /etc/group when the file is read."
        ),
        named_key!(
            "caller.NAME.listener", List<ListenerName>, callers[NAME].listeners, live: true,
            example: "[\"desk\", \"unix\"]",
            "The listeners at which they are known: names of [listener.NAME], \"http\" for \
             `http.listen`, \"unix\" for `http.unix-socket`. All where the list is empty."
        ),
        named_key!(
            "caller.NAME.roles", RoleSet, callers[NAME].roles, live: true,
            example: "[\"lookup\"]",
            "What they may do, as in `http.roles`, and nothing besides. Needed."
        ),
        named_key!(
            "caller.NAME.requests-per-second",
            Optional<Count>, callers[NAME].limits.requests_per_second, live: true, example: "100",
            "How many requests they may send in a second. Any number where it is left out, as with \
             the next three."
        ),
        named_key!(
            "caller.NAME.requests-at-once",
            Optional<Count>, callers[NAME].limits.requests_at_once, live: true, example: "8",
            "How many of their requests are answered at once."
        ),
        named_key!(
            "caller.NAME.longest-period",
            Optional<Period>, callers[NAME].limits.longest_period, live: true,
            example: "\"7d\"",
            "How long a time one of their questions may be about, its tolerance on both sides \
             included."
        ),
        named_key!(
            "caller.NAME.most-questions",
            Optional<Count>, callers[NAME].limits.most_questions, live: true, example: "1000",
            "How many questions they may ask in one request."
        ),
    ],
    named: Some(Named {
        names: |config| config.callers.keys().map(String::as_str).collect(),
        add: |config, name| {
            config.callers.entry(name.to_owned()).or_default();
        },
        example: "abuse-desk",
        taken: &[],
    }),
};
