//! What is written down of who asks.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::metric::{Metric, Unit};
use crate::trail::Trail;

type Row = Metric<Arc<Trail>>;

pub const METRICS: &[Row] = &[
    Row::counter("natconnd_audit_lines", "Lines written to the audit", |it| {
        it.audit().status().lines
    }),
    Row::gauge(
        "natconnd_audit_writable",
        "1 where the last attempt to write to the audit worked, else 0",
        |it| f64::from(u8::from(it.audit().status().is_writable)),
    ),
    Row::counter(
        "natconnd_audit_refused_requests",
        "Requests that were not answered because they could not be written down",
        |it| it.refused.load(Relaxed),
    ),
    Row::counter(
        "natconnd_audit_unwritten_requests",
        "Requests that were answered although they could not be written down",
        |it| it.unwritten.load(Relaxed),
    ),
    Row::gauge(
        "natconnd_audit_sequence",
        "Number of the audit's last line, from which on lines are counted without holes",
        |it| {
            it.audit()
                .status()
                .head
                .map_or(0.0, |head| head.sequence as f64)
        },
    ),
    Row::gauge(
        "natconnd_audit_file",
        "Length of the file that is written to",
        |it| it.audit().status().bytes as f64,
    )
    .of(Unit::Bytes),
];
