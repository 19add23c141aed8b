//! `[ident]`.

use super::{Section, key};
use crate::config::form::{
    FilePath, IdentWord, List, ListenAddress, Network, One, Optional, UserName,
};

pub(super) const SECTION: Section = Section {
    path: "ident",
    meaning: "RFC 1413: remotes ask who has their connection, and are told how to name \
              the host in a complaint. Nobody is answered unless `listen` is set; \
              docs/ident.md says what that needs.",
    keys: &[
        key!(
            "ident.listen", List<ListenAddress>, ident.listen, live: false,
            "Where remotes may ask: [\"[::]:113\"] for every address, [\"0.0.0.0:113\"] for those of \
             IPv4. Remotes look for it at the NAT address, port 113. Empty switches it off."
        ),
        key!(
            "ident.allow", List<Network>, ident.allow, live: false,
            "The addresses and networks that may ask; connections of others are closed. Whoever asks \
             learns of their own connections only."
        ),
        key!(
            "ident.reply", One<IdentWord>, ident.reply, live: false,
            "What a remote is told of a host. \"host\": its address. \"hash\": a hash of its address, \
             which `natconn ident` turns back into the address, and nobody can without the key. \
             \"name\": `name`, for all."
        ),
        key!(
            "ident.name", Optional<UserName>, ident.name, live: false,
            example: "\"nat\"",
            "What all hosts are called where `reply` is \"name\"."
        ),
        key!(
            "ident.key-file", One<FilePath>, ident.key_file, live: false,
            "The key of hashes; it is made when it is needed and not there. Whoever has it can turn \
             hashes into addresses, and without it nobody can."
        ),
    ],
    named: None,
};
