//! A JSON object on each line: its members as columns, and one member more.

use serde_json::{Map, Value};

use super::columns::Columns;
use super::question::{Question, Settings, of_row};
use crate::api::LineAnswer;

/// How deep a member may lie to be a column: `source.ip` lies two deep.
const DEPTH: usize = 4;

/// The member that is added.
pub const MEMBER: &str = "natconnd";

/// Remembers which members the line before had: those of one file are alike.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    names: Vec<String>,
    columns: Columns,
}

impl Shape {
    /// The question of a line; the error is for people.
    pub fn question(&mut self, line: &str, settings: &Settings) -> Result<Question, String> {
        let object: Map<String, Value> = serde_json::from_str(line.trim())
            .map_err(|error| format!("no JSON object in the line: {error}"))?;
        let mut members = Vec::new();
        flatten(&object, "", DEPTH, &mut members);
        let is_alike = members.len() == self.names.len()
            && members
                .iter()
                .zip(&self.names)
                .all(|(it, name)| it.0 == *name);
        if !is_alike {
            self.names.clear();
            let names: Vec<String> = members.iter().map(|(name, _)| name.clone()).collect();
            self.columns =
                Columns::named(&names, &settings.columns).map_err(|error| error.to_string())?;
            self.names = names;
        }
        if !self.columns.has_subject() {
            return Err("no member of the line is known to hold an endpoint".to_owned());
        }
        of_row(
            &self.columns,
            |at| members.get(at).map(|(_, text)| text.as_str()),
            |at| self.names.get(at).cloned().unwrap_or_default(),
            settings,
        )
    }
}

/// The texts of an object's members; those of objects within it have its name before
/// theirs. What is no text, number or boolean is left out.
fn flatten(
    object: &Map<String, Value>,
    before: &str,
    depth: usize,
    out: &mut Vec<(String, String)>,
) {
    for (name, value) in object {
        let name = match before {
            "" => name.clone(),
            before => format!("{before}.{name}"),
        };
        match value {
            Value::String(text) => out.push((name, text.clone())),
            Value::Number(number) => out.push((name, number.to_string())),
            Value::Bool(is) => out.push((name, is.to_string())),
            Value::Null => out.push((name, String::new())),
            Value::Object(inner) if depth > 1 => flatten(inner, &name, depth - 1, out),
            // Some write the one address that they have as a list.
            Value::Array(items) => {
                if let [Value::String(text)] = &items[..] {
                    out.push((name, text.clone()));
                }
            }
            Value::Object(_) => {}
        }
    }
}

/// Writes a line, without its line break, with the answer as one member more.
///
/// All of the line stays as it is. What is no object becomes the member `line` of one, and
/// a member that natconnd had added before is replaced.
pub fn write(out: &mut Vec<u8>, line: &[u8], answer: &LineAnswer) {
    let object: Option<Map<String, Value>> = serde_json::from_slice(line).ok();
    let member = serde_json::to_string(answer).expect("an answer is texts and numbers");
    let Some(mut object) = object else {
        let line = serde_json::to_string(&String::from_utf8_lossy(line)).expect("it is text");
        let whole = format!("{{\"line\":{line},\"{MEMBER}\":{member}}}");
        return out.extend_from_slice(whole.as_bytes());
    };
    if object.remove(MEMBER).is_some() {
        let rest = serde_json::to_vec(&object).expect("it was read as JSON");
        return write(out, &rest, answer);
    }
    // What was read as an object ends in a brace.
    let end = line.iter().rposition(|byte| *byte == b'}').unwrap_or(0);
    let comma = if object.is_empty() { "" } else { "," };
    out.extend_from_slice(&line[..end]);
    out.extend_from_slice(format!("{comma}\"{MEMBER}\":{member}").as_bytes());
    out.extend_from_slice(&line[end..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, line.as_bytes(), &LineAnswer::default());
        let text = String::from_utf8(out).unwrap();
        let member = serde_json::to_string(&LineAnswer::default()).unwrap();
        text.replace(&member, "ANSWER")
    }

    #[test]
    fn the_line_stays_as_it_is() {
        assert_eq!(
            written(" { \"b\":1.50, \"a\" : 12345678901234567890123 } "),
            " { \"b\":1.50, \"a\" : 12345678901234567890123 ,\"natconnd\":ANSWER} "
        );
        assert_eq!(written("{}"), "{\"natconnd\":ANSWER}");
        assert_eq!(written("[1]"), "{\"line\":\"[1]\",\"natconnd\":ANSWER}");
        assert_eq!(written("a\"b"), "{\"line\":\"a\\\"b\",\"natconnd\":ANSWER}");
        assert_eq!(
            written("{\"a\":1,\"natconnd\":{\"verdict\":\"one\"}}"),
            "{\"a\":1,\"natconnd\":ANSWER}"
        );
    }
}
