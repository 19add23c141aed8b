//! JSON as Python prints it with an indent of 4.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;

const INDENT: &[u8] = b"    ";

/// One value, without a line end after it.
pub(super) fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let formatter = PrettyFormatter::with_indent(INDENT);
    value
        .serialize(&mut Serializer::with_formatter(&mut out, formatter))
        .expect("what is written here has no map with other keys than strings");
    out
}

/// An object that is written member by member.
pub(super) struct Members {
    out: Vec<u8>,
    is_empty: bool,
}

impl Members {
    pub(super) fn new() -> Self {
        Self {
            out: b"{".to_vec(),
            is_empty: true,
        }
    }

    /// Adds a member; `name` needs no escaping.
    pub(super) fn push(&mut self, name: &str, value: &impl Serialize) {
        let separator: &[u8] = if self.is_empty { b"\n" } else { b",\n" };
        self.is_empty = false;
        self.out.extend_from_slice(separator);
        self.out.extend_from_slice(INDENT);
        self.out
            .extend_from_slice(format!("\"{name}\": ").as_bytes());
        for (index, line) in pretty(value).split(|byte| *byte == b'\n').enumerate() {
            if index > 0 {
                self.out.push(b'\n');
                self.out.extend_from_slice(INDENT);
            }
            self.out.extend_from_slice(line);
        }
    }

    /// How many bytes are written and not taken.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Takes what is written so far.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Closes the object and returns what is not taken.
    pub(super) fn end(mut self) -> Vec<u8> {
        let end: &[u8] = if self.is_empty { b"}" } else { b"\n}" };
        self.out.extend_from_slice(end);
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn members_are_written_as_the_whole_object_would_be() {
        let object = json!({"1": {"a": [1, "b"], "c": {}}, "2": {"d": null}});
        let Value::Object(map) = &object else {
            panic!("an object")
        };
        let mut members = Members::new();
        for (name, value) in map {
            members.push(name, value);
        }
        assert_eq!(members.end(), pretty(&object));
        assert_eq!(Members::new().end(), b"{}");
    }
}
