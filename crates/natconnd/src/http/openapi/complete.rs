//! What is said of all schemas at once: which members are always there, which have one of
//! a few words, and which are times.
//!
//! The words come from the types that have them, so that a new one is in the document too.

use model::{ChangeKind, EndEvidence, GapCause, TimeSource, TranslationKind, Verdict};
use serde_json::{Value, json};
use utoipa::openapi::schema::{Object, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{KnownFormat, OpenApi, RefOr, Required};

use crate::lookup::State;

/// Schemas that leave members out. All others have null where there is nothing to say.
const WITH_OPTIONAL: [&str; 1] = ["Problem"];

/// Members that are times, in RFC 3339.
const TIMES: [&str; 10] = [
    "asked_at",
    "checked_at",
    "ended_at",
    "from",
    "oldest",
    "started_at",
    "taken_at",
    "time",
    "to",
    "verified_at",
];

/// Members that are ports or zones.
const SIXTEEN_BITS: [&str; 4] = ["internal_port", "nat_port", "remote_port", "zone"];

/// Members with one of a few words, in which schemas, and the words.
fn words() -> Vec<(&'static str, &'static [&'static str], Vec<&'static str>)> {
    let sources = [
        TimeSource::Kernel,
        TimeSource::Received,
        TimeSource::Estimated,
    ];
    let sources: Vec<_> = sources.map(TimeSource::name).into();
    let verdicts = [Verdict::None, Verdict::One, Verdict::Several];
    let changes = [ChangeKind::Started, ChangeKind::Ended];
    let rows: &[&str] = &["Row"];
    vec![
        (
            "kind",
            rows,
            TranslationKind::ALL.map(TranslationKind::name).into(),
        ),
        ("started_at_source", rows, sources.clone()),
        ("ended_at_source", rows, sources),
        (
            "end_evidence",
            rows,
            EndEvidence::ALL.map(EndEvidence::name).into(),
        ),
        ("cause", &["Gap"], GapCause::ALL.map(GapCause::name).into()),
        (
            "verdict",
            &["LookupAnswer", "LineAnswer"],
            verdicts.map(Verdict::name).into(),
        ),
        ("change", &["Change"], changes.map(ChangeKind::name).into()),
        ("state", &["Status"], State::ALL.map(State::name).into()),
        ("remote", &["History"], vec!["keep", "omit"]),
        ("checked_by", &["Health"], vec!["natconnd", "natconn"]),
    ]
}

/// Says of all schemas what they have in common.
pub(super) fn complete(document: &mut OpenApi) {
    let bodies = document
        .paths
        .paths
        .values_mut()
        .filter_map(|item| item.post.as_mut()?.request_body.as_mut());
    for body in bodies {
        // No lines are answered by none.
        if let RefOr::T(body) = body {
            body.required = Some(Required::False);
        }
    }
    let operations = document
        .paths
        .paths
        .values_mut()
        .filter_map(|item| item.get.as_mut());
    for operation in operations {
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter
                && let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema
                && may_be_null(&schema.schema_type)
            {
                // A header is there, or it is not.
                schema.schema_type = Type::String.into();
            }
        }
    }
    let words = words();
    let Some(components) = &mut document.components else {
        return;
    };
    for (name, schema) in &mut components.schemas {
        let RefOr::T(schema) = schema else { continue };
        for object in objects(schema) {
            if !WITH_OPTIONAL.contains(&&**name) {
                object.required = object.properties.keys().cloned().collect();
            }
            for (member, schema) in &mut object.properties {
                let RefOr::T(Schema::Object(member_schema)) = schema else {
                    continue;
                };
                if TIMES.contains(&&**member) && is_text(&member_schema.schema_type) {
                    let time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
                    member_schema.format = Some(time);
                }
                if SIXTEEN_BITS.contains(&&**member) {
                    member_schema.maximum = Some(65_535.into());
                }
                let its = |(of, schemas, _): &&(&str, &[&str], _)| {
                    of == member && schemas.contains(&&**name)
                };
                if let Some((_, _, words)) = words.iter().find(its) {
                    set_words(member_schema, words);
                }
            }
        }
    }
}

/// The objects that a schema is, or is made of.
fn objects(schema: &mut Schema) -> Vec<&mut Object> {
    match schema {
        Schema::Object(object) => vec![object],
        Schema::AllOf(all) => {
            let inner = all.items.iter_mut().filter_map(|item| match item {
                RefOr::T(Schema::Object(object)) => Some(object),
                _ => None,
            });
            inner.collect()
        }
        _ => Vec::new(),
    }
}

fn set_words(schema: &mut Object, words: &[&str]) {
    let mut values: Vec<Value> = words.iter().map(|word| json!(word)).collect();
    if may_be_null(&schema.schema_type) {
        values.push(Value::Null);
    }
    schema.enum_values = Some(values);
}

fn is_text(schema_type: &SchemaType) -> bool {
    match schema_type {
        SchemaType::Type(one) => *one == Type::String,
        SchemaType::Array(types) => types.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

fn may_be_null(schema_type: &SchemaType) -> bool {
    matches!(schema_type, SchemaType::Array(types) if types.contains(&Type::Null))
}
