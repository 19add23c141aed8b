//! What the values of parameters look like, under names of their own in the document.
//!
//! Each is a pattern of what is taken. A regular expression cannot say all: that a range
//! runs forwards, or that a day is of its month. Where it cannot, `format` has a name of
//! ours, and the description says the rest.

use std::borrow::Cow;

use model::TranslationKind;
use serde_json::{Value, json};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::lookup::CENSUS_KEPT;

/// Declares types that are nothing but a named schema.
macro_rules! values {
    ($($(#[$about:meta])* $name:ident = $schema:expr;)*) => {$(
        $(#[$about])*
        pub(super) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object($schema))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

values! {
    /// An endpoint or a part of it.
    EndpointPattern = text(
        "An endpoint or a part of it: `ADDR`, `ADDR:PORT`, `:PORT`, `[V6]:PORT`, \
         `ADDR/BITS`; `FIRST-LAST` in the port's place too. In the port's place stand the id \
         of ICMP and the key of GRE.",
        &endpoint(),
        &[json!("100.64.2.1:40123"), json!("[2001:db8::7]:443"), json!("192.168.248.0/24"),
            json!(":1024-2047")],
    ).format(ours("endpoint")).build();

    /// A moment.
    Time = text(
        "A moment: RFC 3339 with an offset from UTC, Unix seconds with or without a fraction, \
         or `24/Nov/2026:13:55:36 +0000` as nginx's `$time_local` has it. It may lie in the \
         future by no more than the tolerance.",
        &time(),
        &[json!("2026-11-24T13:55:36Z"), json!("1795528536.25"),
            json!("24/Nov/2026:14:55:36 +0100")],
    ).format(ours("moment")).build();

    /// How long.
    Duration = text(
        "A whole number with `ms`, `s`, `m`, `h`, `d` or `w`, or `0`.",
        r"^(0|\d{1,10} ?(ms|s|m|h|d|w))$",
        &[json!("2s"), json!("500ms"), json!("1h")],
    ).build();

    /// A transport protocol.
    Protocol = text(
        "A transport protocol: its name, or its number.",
        &format!("^(tcp|udp|icmp|icmpv6|sctp|dccp|gre|udplite|{BYTE})$"),
        &[json!("tcp"), json!("47")],
    ).build();

    /// A transport protocol with ports.
    ProtocolWithPorts = text(
        "A transport protocol with ports: its name, or its number.",
        "^(tcp|udp|sctp|dccp|udplite|6|17|132|33|136)$",
        &[json!("tcp"), json!("17")],
    ).build();

    /// A port.
    PortNumber = number("A port.", 0, 65_535, 443);

    /// How many of each.
    Top = number("How many of each at most.", 1, CENSUS_KEPT, 20);

    /// An address.
    Address = text(
        "An IPv4 or IPv6 address.",
        &format!(r"^({BYTE}(\.{BYTE}){{3}}|[0-9A-Fa-f]{{0,4}}(:[0-9A-Fa-f]{{0,4}}){{2,7}})$"),
        &[json!("100.64.2.1"), json!("2001:db8::7")],
    ).format(ours("address")).build();

    /// Words.
    Words = text(
        "Up to eight words with spaces between them: an endpoint or a part of it, written as an \
         EndpointPattern, or a protocol's name.",
        r"^([a-z]{2,8}|[0-9A-Fa-f:./\[\]-]{1,64}|)( +([a-z]{2,8}|[0-9A-Fa-f:./\[\]-]{1,64})){0,7} *$",
        &[json!("192.168.248.2 :443 tcp")],
    ).format(ours("words")).build();

    /// A kind of translation.
    Kind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(TranslationKind::ALL.map(TranslationKind::name)))
        .description(Some("A kind of translation: `source` (SNAT, masquerade) or `destination` \
            (DNAT, port forward, redirect)."))
        .examples([json!("source")])
        .build();

    /// A conntrack zone.
    ZoneNumber = number("A conntrack zone, 0 by default.", 0, 65_535, 0);

    /// How many.
    Limit = number("How many rows at most.", 1, 10_000, 100);

    /// Where a list goes on.
    Cursor = cursor("Where a list goes on: `next_cursor` of the page before, unchanged.",
        "cursor", super::examples::cursor());

    /// Where records go on.
    RecordsCursor = cursor("Where records go on: `next_cursor` of the page before, unchanged.",
        "records-cursor", super::examples::records_cursor());

    /// A case that records are held for.
    Case = text(
        "The name of a case: 1 to 100 letters, digits, `-`, `_` and `.`, which is not the first.",
        "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$",
        &[json!("2026-117")],
    ).build();

    /// What a column is for.
    NamedColumn = text(
        "`FIELD=COLUMN`: which column, or member, is for what, with the column's name or its \
         number from 1. Nothing behind the `=` where no column is for it.",
        "^(nat_address|nat|nat_port|remote_address|remote|remote_port|internal_address|\
         internal|protocol|kind|zone|at|time_of_day|from|to)=[^,]{0,200}$",
        &[json!("nat_address=src_ip")],
    ).format(ours("named-column")).build();

    /// Lines of CSV.
    CsvLines = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_media_type("text/csv")
        .format(ours("csv-lines"))
        .description(Some("Rows under a header, with `,`, `;`, tab or a bar between columns. Its \
            names, or `columns`, say where the NAT endpoint is."))
        .examples([json!(super::examples::ASKED_CSV)])
        .build();

    /// A file.
    ParquetFile = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_media_type("application/vnd.apache.parquet")
        .description(Some("A Parquet file with the columns of docs/history-files.md."))
        .build();

    /// A zone of times.
    Timezone = text(
        "`UTC`, an offset, or a name of the time zone database that this machine has.",
        r"^(UTC|Z|[+-]([01]\d|2[0-4]):?[0-5]\d|[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2})$",
        &[json!("Europe/Berlin"), json!("+01:00")],
    ).format(ours("timezone")).build();
}

fn text(about: &str, pattern: &str, examples: &[Value]) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
        .description(Some(about))
        .examples(examples.iter().cloned())
}

fn cursor(about: &str, format: &str, example: String) -> Object {
    text(about, "^([0-9a-f]{2}){8,128}$", &[json!(example)])
        .format(ours(format))
        .build()
}

fn number(about: &str, first: usize, last: usize, example: usize) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(first))
        .maximum(Some(last))
        .description(Some(about))
        .examples([json!(example)])
        .build()
}

/// A format that the standard does not have: nobody checks it, and whoever makes values
/// knows that the pattern does not say all.
fn ours(name: &str) -> Option<SchemaFormat> {
    Some(SchemaFormat::Custom(name.to_owned()))
}

/// A number from 0 to 255.
const BYTE: &str = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";

fn endpoint() -> String {
    let v4 = format!(r"{BYTE}(\.{BYTE}){{3}}(/(3[0-2]|[12]?\d))?");
    let v6 = r"[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}(/(12[0-8]|1[01]\d|[1-9]?\d))?";
    let port = r"(6553[0-5]|655[0-2]\d|65[0-4]\d{2}|6[0-4]\d{3}|[1-5]\d{4}|\d{1,4})";
    let ports = format!("(:{port}(-{port})?)");
    format!(r"^({v4}{ports}?|{v6}|\[{v6}\]{ports}?|{ports})$")
}

fn time() -> String {
    let clock = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d{1,9})?";
    let day = r"(0[1-9]|[12]\d|3[01])";
    let month = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    let rfc_3339 =
        format!(r"\d{{4}}-(0[1-9]|1[0-2])-{day}[Tt ]{clock}([Zz]| UTC| GMT|[+-]\d\d:?\d\d)");
    let log = format!(r"{day}/{month}/\d{{4}}:{clock} [+-]\d{{4}}");
    format!(r"^({rfc_3339}|\d{{9,10}}(\.\d{{1,9}})?|{log})$")
}
