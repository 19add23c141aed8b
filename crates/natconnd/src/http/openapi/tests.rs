//! The document says all there is to say, and of nothing that is not there.

use super::super::{
    audit, connections, events, forward_auth, history, lookup, lookups, records, usage,
};
use serde_json::Value;

fn parameters(path: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(super::openapi()).unwrap();
    let item = &document["paths"][path];
    let asked = item["get"].as_object().or(item["post"].as_object());
    let declared = asked.unwrap()["parameters"].as_array();
    let mut names: Vec<String> = declared
        .unwrap_or_else(|| panic!("{path} is in the document and has parameters"))
        .iter()
        .filter(|parameter| parameter["in"] == "query" && !is_of_all(parameter))
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Whether a parameter is read before an endpoint reads its own.
fn is_of_all(parameter: &Value) -> bool {
    let about = parameter["description"].as_str().unwrap();
    about.ends_with("for the audit.") || about.contains("audit.require-reason")
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_document_names_the_parameters_that_are_read() {
    assert_eq!(parameters("/api/v1/lookup"), sorted(lookup::PARAMETERS));
    assert_eq!(parameters("/api/v1/lookups"), sorted(lookups::PARAMETERS));
    let asked = sorted(forward_auth::PARAMETERS);
    assert_eq!(parameters("/api/v1/forward-auth"), asked);
    let listed = sorted(connections::PARAMETERS);
    assert_eq!(parameters("/api/v1/connections"), listed);
    assert_eq!(parameters("/api/v1/records"), sorted(records::PARAMETERS));
    assert_eq!(parameters("/api/v1/events"), sorted(events::PARAMETERS));
    assert_eq!(parameters("/api/v1/usage"), sorted(usage::PARAMETERS));
    let ports = sorted(usage::PORTS_PARAMETERS);
    assert_eq!(parameters("/api/v1/ports"), ports);
    let gaps = sorted(history::GAPS_PARAMETERS);
    assert_eq!(parameters("/api/v1/history/gaps"), gaps);
    let lines = sorted(audit::list::PARAMETERS);
    assert_eq!(parameters("/api/v1/audit"), lines);
    let anchor = sorted(audit::verify::PARAMETERS);
    assert_eq!(parameters("/api/v1/audit/verify"), anchor);
}

#[test]
fn the_document_names_paths_that_exist() {
    use super::super::route::Route;
    let document: Value = serde_json::from_str(super::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 21);
    for (path, item) in paths {
        assert_ne!(Route::of_path(path, false), Route::Unknown, "{path}");
        for (method, operation) in item.as_object().unwrap() {
            for status in ["401", "403"] {
                let refusal = &operation["responses"][status];
                assert!(refusal.is_object(), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn each_operation_says_who_may_ask() {
    let document: Value = serde_json::from_str(super::openapi()).unwrap();
    let (mut without, mut of_role) = (0, std::collections::BTreeMap::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let about = operation["description"].as_str().unwrap();
            let security = operation["security"].as_array().unwrap();
            let Some(roles) = operation["x-roles"].as_array() else {
                assert!(security.is_empty(), "{method} {path}");
                assert!(about.ends_with("Nobody needs a role for it."), "{about}");
                without += 1;
                continue;
            };
            assert_eq!(security.len(), 4, "{method} {path}");
            assert!(security[0].as_object().unwrap().is_empty());
            let words = about.rsplit("\n\n").next().unwrap();
            assert!(words.starts_with("Needs "), "{method} {path}: {words}");
            for role in roles.iter().filter(|_| roles.len() < 4) {
                let role = role.as_str().unwrap();
                assert!(
                    words.contains(&format!("`{role}`")),
                    "{method} {path}: {words}"
                );
                *of_role.entry(role.to_owned()).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(without, 2);
    let schemes = document["components"]["securitySchemes"].as_object();
    assert_eq!(schemes.unwrap().len(), 3);
    let roles: Vec<&str> = of_role.keys().map(String::as_str).collect();
    assert_eq!(roles, ["admin", "browse", "lookup", "metrics"]);
}

#[test]
fn what_is_personal_can_say_what_for() {
    let document: Value = serde_json::from_str(super::openapi()).unwrap();
    let names = |path: &str, method: &str| {
        let parameters = document["paths"][path][method]["parameters"].as_array();
        let names = parameters.into_iter().flatten();
        let names = names.map(|it| it["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let of_purpose = ["Natconn-Case", "Natconn-Reason", "case", "reason"];
    for (path, method) in [
        ("/api/v1/lookup", "get"),
        ("/api/v1/lookups", "post"),
        ("/api/v1/connections", "get"),
        ("/api/v1/history/holds/{case}", "put"),
    ] {
        let names = names(path, method);
        for name in of_purpose {
            let count = names.iter().filter(|known| *known == name).count();
            assert_eq!(count, 1, "{path} {name}");
        }
    }
    for path in ["/api/v1/forward-auth", "/api/v1/status", "/metrics"] {
        let names = names(path, "get");
        assert!(!names.iter().any(|name| name == "reason"), "{path}");
    }
}

/// What a reference stands for.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => value,
    }
}

fn says(value: &Value, member: &str) -> bool {
    value[member].as_str().is_some_and(|text| !text.is_empty())
}

/// What is missing from the media types of a request or a response.
fn gaps_of_content(content: &Value, place: &str) -> Vec<String> {
    let kinds = content.as_object().into_iter().flatten();
    let without = kinds.filter(|(kind, content)| {
        let has_example = !content["example"].is_null() || !content["examples"].is_null();
        // A file is no text.
        let is_binary = kind.ends_with("parquet");
        content["schema"].is_null() || !(has_example || is_binary)
    });
    without
        .map(|(kind, _)| format!("{place} {kind}: no schema or no example"))
        .collect()
}

/// What is missing from an operation.
fn gaps_of_operation(document: &Value, operation: &Value) -> Vec<String> {
    let id = operation["operationId"].as_str().unwrap_or("?");
    let mut gaps = Vec::new();
    for member in ["operationId", "summary", "description"] {
        if !says(operation, member) {
            gaps.push(format!("{id}: no {member}"));
        }
    }
    for tag in operation["tags"].as_array().unwrap() {
        let tags = document["tags"].as_array().unwrap();
        if !tags.iter().any(|known| known["name"] == *tag) {
            gaps.push(format!("{id}: nothing says what {tag} is"));
        }
    }
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let is_shown = !parameter["example"].is_null() && !parameter["schema"].is_null();
        if !is_shown || !says(parameter, "description") {
            gaps.push(format!("{id}: something is missing from {parameter}"));
        }
    }
    gaps.extend(gaps_of_content(&operation["requestBody"]["content"], id));
    for (status, response) in operation["responses"].as_object().unwrap() {
        let response = resolved(document, response);
        let is_empty = status == "204";
        if !says(response, "description") || (response["content"].is_null() && !is_empty) {
            gaps.push(format!("{id}: no description or content of {status}"));
        }
        let place = format!("{id} {status}");
        gaps.extend(gaps_of_content(&response["content"], &place));
    }
    gaps
}

#[test]
fn nothing_is_left_unsaid() {
    let document: Value = serde_json::from_str(super::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|item| item.as_object().unwrap().values());
    let mut gaps: Vec<String> = operations
        .flat_map(|operation| gaps_of_operation(&document, operation))
        .collect();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        let parts = schema["allOf"]
            .as_array()
            .map_or(vec![schema], |all| all.iter().collect());
        for (member, value) in parts
            .iter()
            .flat_map(|it| it["properties"].as_object())
            .flatten()
        {
            let value = value.pointer("/oneOf/0").unwrap_or(value);
            if !says(value, "description") && value["$ref"].is_null() {
                gaps.push(format!("{name}.{member}: no description"));
            }
        }
    }
    assert!(gaps.is_empty(), "{gaps:#?}");
}

#[test]
fn what_is_left_unsaid_is_found() {
    let document: Value = serde_json::from_str(super::openapi()).unwrap();
    let mut operation = document["paths"]["/api/v1/lookup"]["get"].clone();
    operation["summary"] = Value::Null;
    operation["parameters"][0]["example"] = Value::Null;
    operation["responses"]["200"]["content"]["application/json"]["examples"] = Value::Null;
    operation["tags"] = serde_json::json!(["lookup"]);
    assert_eq!(gaps_of_operation(&document, &operation).len(), 4);
}
