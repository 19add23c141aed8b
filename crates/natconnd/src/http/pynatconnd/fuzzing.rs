//! What a fuzzer calls: paths in pynatconnd's mode.

use super::object::Key;
use super::{Asked, bad_value, question};
use crate::config::KeyName;

/// A byte that chooses the key, and a path.
pub fn urls(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(path) = str::from_utf8(rest) else {
        return;
    };
    let name = KeyName::ALL[usize::from(*which) % KeyName::ALL.len()];
    match Asked::of(path, name) {
        Asked::Key(key) => {
            let text = key.to_string();
            assert_eq!(Key::read(name, &text), Ok(key.clone()));
            let again = Asked::of(&format!("/{name}/{text}"), name);
            assert!(matches!(again, Asked::Key(same) if same == key));
            let question = question(name, &key);
            let patterns = [&question.internal, &question.nat, &question.remote];
            let asked = patterns.into_iter().filter(|it| !it.is_any());
            assert_eq!(asked.collect::<Vec<_>>(), [&key.pattern()]);
        }
        Asked::BadValue(value) => {
            assert!(value.len() <= path.len());
            assert_eq!(bad_value(name, &value).status(), 400);
        }
        Asked::Absent => assert!(name.is_port()),
        Asked::Mismatch => assert!(path.matches('/').count() <= 2),
        Asked::Debug | Asked::Nagios | Asked::Nothing => {}
    }
}
