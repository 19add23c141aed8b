//! `[history]`.

use super::{Section, key};
use crate::config::form::{DiskSize, Folder, Name, One, Optional, Period, RemoteWord};

pub(super) const SECTION: Section = Section {
    path: "history",
    meaning: "What is recorded of ended connections, and for how long. Nothing is unless \
              `folder` is set: records say who talked to whom, and how long they may be \
              kept is a matter of law.",
    keys: &[
        key!(
            "history.folder", Optional<Folder>, history.folder, live: false,
            example: "\"/var/lib/natconnd/history\"",
            "Where records are kept, in files that other programs can read; docs/history.md says \
             how. Nothing is recorded where it is left out."
        ),
        key!(
            "history.gateway", Optional<Name>, history.gateway, live: false,
            example: "\"gateway-1\"",
            "The name of this gateway in each record. The machine's host name where it is left out."
        ),
        key!(
            "history.keep-for", Optional<Period>, history.keep_for, live: false,
            example: "\"90d\"",
            "How long a record is kept after its end; whole files go, once their last record is \
             that old. For ever where it is left out."
        ),
        key!(
            "history.keep-bytes", Optional<DiskSize>, history.keep_bytes, live: false,
            example: "\"20GiB\"",
            "What all files may take together; the oldest go first. As much as there is where it \
             is left out. A gateway of 1000 connections a second writes about 1 GiB a day."
        ),
        key!(
            "history.remote", One<RemoteWord>, history.remote, live: false,
            "Whether remote endpoints are kept. \"omit\" leaves them out, as RFC 6888 asks of whoever \
             does not need them; hosts that had the same NAT endpoint at the same time cannot be \
             told apart then."
        ),
        key!(
            "history.fsync-every", One<Period>, history.fsync_every, live: false,
            "How long a record may wait for the disk: what a power cut can lose. A crash of natconnd \
             loses nothing that it had written."
        ),
        key!(
            "history.segment-age", One<Period>, history.segment_age, live: false,
            "After how long the journal becomes a file that other programs can read, at the latest."
        ),
    ],
    named: None,
};
