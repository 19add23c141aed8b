//! docs/api.md: the document for people, made of the document for programs.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Writes the reference of the API, in markdown.
pub fn api_reference() -> String {
    let document: Value = serde_json::from_str(super::openapi()).unwrap_or_default();
    let reference = Reference {
        document: &document,
    };
    reference.write()
}

struct Reference<'a> {
    document: &'a Value,
}

/// Refusals that every operation may answer with, or most: they are said once.
const COMMON: [(u16, &str); 7] = [
    (400, "BadRequest"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (421, "Misdirected"),
    (429, "TooMany"),
    (500, "BrokeOff"),
    (503, "NotWritten"),
];

/// Parameters of whoever asks, which many operations read: they are said once, too.
const PURPOSE: [&str; 4] = ["Natconn-Case", "Natconn-Reason", "case", "reason"];

const ABOUT_PURPOSE: &str = "Where an answer says who talked to whom, the question may say what it \
is asked for: with the headers `Natconn-Case` and `Natconn-Reason`, percent-encoded, or with the \
parameters `case` and `reason`. The audit has both, and where `audit.require-reason` has the role \
that is asked with, there must be a reason.";

/// Where to begin, before what is made of the document.
const HEAD: &str = "# API

Made of [openapi.json](openapi.json), which natconnd gives at `/openapi.json`; programs and generators of clients read that. Everything is
answered over TCP and over the unix socket:

```
curl 'http://127.0.0.1:8080/api/v1/lookup?nat=203.0.113.7:40123&remote=198.51.100.1:443'
curl --unix-socket /run/natconnd/natconnd.sock http://localhost/api/v1/status
```

";

impl<'a> Reference<'a> {
    fn write(&self) -> String {
        let mut out = HEAD.to_owned();
        // The first paragraph says what natconnd is for.
        let about = text(&self.document["info"]["description"]);
        let about = about.split_once("\n\n").map_or("", |(_, rest)| rest);
        let _ = writeln!(out, "{about}\n");
        out.push_str("Each may also answer:\n\n| status | content | says |\n|---|---|---|\n");
        for (status, name) in COMMON {
            let response = &self.document["components"]["responses"][name];
            let says = text(&response["description"]);
            let _ = writeln!(
                out,
                "| {status} | {} | {says} |",
                keys(&response["content"])
            );
        }
        let _ = writeln!(out, "\n{ABOUT_PURPOSE}\n");
        for tag in members(&self.document["tags"]) {
            let name = text(&tag["name"]);
            let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
            let _ = writeln!(out, "## {title}\n\n{}\n", text(&tag["description"]));
            for (path, item) in entries(&self.document["paths"]) {
                for (method, operation) in entries(item) {
                    if members(&operation["tags"]).any(|tag| tag == name) {
                        self.operation(&mut out, method, path, operation);
                    }
                }
            }
        }
        self.values(&mut out);
        self.objects(&mut out);
        out
    }

    fn operation(&self, out: &mut String, method: &str, path: &str, operation: &'a Value) {
        let method = method.to_uppercase();
        let _ = writeln!(out, "### {method} {path}\n");
        let _ = writeln!(out, "{}\n", text(&operation["summary"]));
        let _ = writeln!(out, "{}\n", text(&operation["description"]));
        let parameters = members(&operation["parameters"]);
        let parameters: Vec<&Value> = parameters.filter(|it| !is_of_purpose(it)).collect();
        if !parameters.is_empty() {
            out.push_str("| parameter | is | meaning | example |\n|---|---|---|---|\n");
        }
        for parameter in &parameters {
            let place = match &parameter["in"] {
                place if place == "header" => " (header)",
                place if place == "path" => " (in the path)",
                _ if parameter["required"] == true => " (must be given)",
                _ => "",
            };
            let _ = writeln!(
                out,
                "| `{}`{place} | {} | {} | `{}` |",
                text(&parameter["name"]),
                self.kind(&parameter["schema"]),
                cell(text(&parameter["description"])),
                cell(&shown(&parameter["example"])),
            );
        }
        let body = &operation["requestBody"];
        if body.is_object() {
            let kinds = keys(&body["content"]);
            let about = text(&body["description"]);
            let _ = writeln!(out, "\nThe body is {kinds}. {about}");
        }
        out.push_str("\n| status | content | says |\n|---|---|---|\n");
        for (status, response) in entries(&operation["responses"]) {
            let name = name_of(response);
            if COMMON.iter().any(|(_, common)| name == Some(common)) {
                continue;
            }
            let response = self.resolved(response);
            let content = match entries(&response["content"]).next() {
                Some(_) => keys(&response["content"]),
                None => "–".to_owned(),
            };
            let mut says = cell(text(&response["description"]));
            let headers: Vec<String> = entries(&response["headers"])
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            if !headers.is_empty() {
                let _ = write!(says, " Headers: {}.", headers.join(", "));
            }
            let of = match entries(&response["content"]).find_map(|(_, it)| self.object(it)) {
                Some(name) if !status.starts_with('4') && !status.starts_with('5') => {
                    format!(" A {}.", link(name))
                }
                _ => String::new(),
            };
            let _ = writeln!(out, "| {status} | {content} | {says}{of} |");
        }
        out.push('\n');
    }

    /// What values of parameters look like.
    fn values(&self, out: &mut String) {
        out.push_str("## Values\n\n| value | is | examples |\n|---|---|---|\n");
        for (name, schema) in entries(&self.document["components"]["schemas"]) {
            if !schema["properties"].is_null() || !schema["allOf"].is_null() {
                continue;
            }
            let examples = members(&schema["examples"]).chain(members(&schema["enum"]));
            let examples: Vec<String> = examples
                .map(|example| format!("`{}`", cell(&shown(example))))
                .collect();
            let mut about = cell(text(&schema["description"]));
            if let (Some(first), Some(last)) =
                (schema["minimum"].as_u64(), schema["maximum"].as_u64())
            {
                let _ = write!(about, " From {first} to {last}.");
            }
            let _ = writeln!(out, "| {name} | {about} | {} |", examples.join(", "));
        }
        out.push('\n');
    }

    /// The members of objects.
    fn objects(&self, out: &mut String) {
        out.push_str("## Objects\n\n");
        for (name, schema) in entries(&self.document["components"]["schemas"]) {
            let mut rows = String::new();
            let parts = members(&schema["allOf"]).chain([schema]);
            for part in parts {
                if let Some(base) = name_of(part) {
                    let _ = writeln!(rows, "| all of {} | | |", link(base));
                }
                for (member, value) in entries(&part["properties"]) {
                    let about = value.pointer("/oneOf/0").unwrap_or(value);
                    let _ = writeln!(
                        rows,
                        "| `{member}` | {} | {} |",
                        self.kind(value),
                        cell(text(&about["description"])),
                    );
                }
            }
            if !rows.is_empty() {
                let about = text(&schema["description"]);
                let _ = write!(
                    out,
                    "### {name}\n\n{about}\n\n| member | is | meaning |\n|---|---|---|\n{rows}\n"
                );
            }
        }
    }

    /// What a schema is, in a word or a link.
    fn kind(&self, schema: &'a Value) -> String {
        if let Some(name) = name_of(schema) {
            let is_object = !self.resolved(schema)["properties"].is_null()
                || !self.resolved(schema)["allOf"].is_null();
            return match is_object {
                true => link(name),
                false => name.to_owned(),
            };
        }
        if let Some(one) = schema.pointer("/oneOf/0") {
            return format!("{} or null", self.kind(one));
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
            one => text(one).to_owned(),
        };
        match &*types {
            "array" => format!("list of {}", self.kind(&schema["items"])),
            _ if schema["format"] == "date-time" => types.replace("string", "time"),
            "" => "anything".to_owned(),
            _ => types,
        }
    }

    /// The object that some content is.
    fn object(&self, content: &'a Value) -> Option<&'a str> {
        let schema = &content["schema"];
        let name = name_of(schema).or_else(|| name_of(&schema["items"]))?;
        let of_it = &self.document["components"]["schemas"][name];
        let is_object = !of_it["properties"].is_null() || !of_it["allOf"].is_null();
        is_object.then_some(name)
    }

    fn resolved(&self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
        target
            .and_then(|path| self.document.pointer(path))
            .unwrap_or(value)
    }
}

/// Whether a parameter is one that is said once: a path has a case of its own.
fn is_of_purpose(parameter: &Value) -> bool {
    parameter["in"] != "path" && PURPOSE.contains(&text(&parameter["name"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn members(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map_or(&[][..], Vec::as_slice).iter()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let map: Option<&Map<String, Value>> = value.as_object();
    map.into_iter()
        .flatten()
        .map(|(name, value)| (&**name, value))
}

fn keys(content: &Value) -> String {
    let kinds: Vec<String> = entries(content)
        .map(|(kind, _)| format!("`{kind}`"))
        .collect();
    kinds.join(", ")
}

fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn link(name: &str) -> String {
    format!("[{name}](#{})", name.to_lowercase())
}

/// A value as it stands in a question.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}

/// Text that can stand in a table.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
