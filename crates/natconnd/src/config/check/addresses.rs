//! No two listeners in one place.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;

use super::Mistake;
use crate::config::Config;

/// Addresses and paths that stand there twice.
pub(super) fn check(config: &Config) -> Vec<Mistake> {
    let (mut addresses, mut paths) = (Places::default(), Places::default());
    let mut mistakes = Vec::new();
    let named = config.listeners.iter();
    let listeners =
        named.map(|(name, it)| (format!("listener.{name}"), &it.listen, &it.unix_socket));
    let http = (
        "http".to_owned(),
        &config.http.listen,
        &config.http.unix_socket,
    );
    let ident = ("ident".to_owned(), &config.ident.listen, &None);
    for (section, listen, unix_socket) in [http, ident].into_iter().chain(listeners) {
        let key = format!("{section}.listen");
        // The system chooses another port for each 0.
        for address in listen.iter().filter(|address| address.port() != 0) {
            mistakes.extend(addresses.take(address, &key, address));
        }
        if let Some(path) = unix_socket {
            let key = format!("{section}.unix-socket");
            mistakes.extend(paths.take(path, &key, path.display()));
        }
    }
    mistakes
}

/// Who is where.
struct Places<'c, T>(HashMap<&'c T, String>);

impl<T> Default for Places<'_, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'c, T: Eq + Hash> Places<'c, T> {
    fn take(&mut self, place: &'c T, key: &str, shown: impl Display) -> Option<Mistake> {
        let before = self.0.insert(place, key.to_owned())?;
        let (cause, hint) = match before == key {
            true => (format!("{shown} stands there twice"), "write it once"),
            false => (
                format!("{shown} is in {before} too"),
                "leave it out of one of them",
            ),
        };
        Some(Mistake::new(key, cause, hint))
    }
}
