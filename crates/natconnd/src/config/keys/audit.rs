//! `[audit]`.

use super::{Section, key};
use crate::config::form::{FailureWord, Flag, Folder, One, Optional, Period, RoleSet, Size};

pub(super) const SECTION: Section = Section {
    path: "audit",
    meaning: "What is written down of who asked what, in files that show when they were \
              changed. Nothing is unless `folder` is set.",
    keys: &[
        key!(
            "audit.folder", Optional<Folder>, audit.folder, live: false,
            example: "\"/var/lib/natconnd/audit\"",
            "Where audit files are kept. Nothing is audited where it is left out."
        ),
        key!(
            "audit.on-failure", One<FailureWord>, audit.on_failure, live: true,
            "What becomes of a question that cannot be written down, because the disk is full. \
             \"refuse\": it is not answered. \"answer\": it is answered all the same."
        ),
        key!(
            "audit.require-reason", RoleSet, audit.require_reason, live: true,
            "The roles whose use asks for a reason: [\"lookup\", \"browse\"]. Questions without one \
             are refused. Proxies (/forward-auth) have none of their own: where lookup is among the \
             roles, only a proxy that is a caller with a name may ask there. Needs `folder`."
        ),
        key!(
            "audit.forward-auth", One<Flag>, audit.forward_auth, live: false,
            "Whether the answers to proxies that ask for each of their requests (/forward-auth) are \
             audited. Where they are not, whoever has the role lookup can ask there unseen, and not \
             only proxies: give it to those alone who may."
        ),
        key!(
            "audit.rotate-bytes", One<Size>, audit.rotate_bytes, live: false,
            "After how many bytes the next file is begun."
        ),
        key!(
            "audit.keep-for", Optional<Period>, audit.keep_for, live: false,
            example: "\"365d\"",
            "How long files are kept; that one is deleted is written down too. For ever where it is \
             left out."
        ),
    ],
    named: None,
};
