//! Connections that have ended and cannot be forgotten yet.
//!
//! The kernel keeps a connection whose DESTROY did not fit into the buffer of a
//! listener that asked for reliable events, and tells it again later. No packet
//! finds it any more, but it counts as one of `nf_conntrack_max`.

use crate::dump::Dump;
use crate::error::Error;
use crate::request::Request;
use crate::uapi::{CT_GET_DYING, NLM_F_DUMP};

const ACTION: &str = "count dying connections";

/// How many connections of this network namespace are dying.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dying {
    /// Connections counted.
    pub connections: usize,
    /// Whether these are all, or there may be more.
    pub is_all: bool,
}

impl Dying {
    /// Counts the dying connections, and stops at the first part of the dump
    /// after which there are `at_most` of them or more.
    ///
    /// Nobody must count a long list to its end. For each part of the dump, some
    /// 200 connections, the kernel walks the list from its head to where the
    /// part before ended, and holds the lock meanwhile that every connection
    /// needs to get on the list (`ctnetlink_dump_dying`): the time grows with
    /// the square of the length. An empty list costs a few microseconds,
    /// 2000 connections a few milliseconds.
    ///
    /// A list that becomes shorter meanwhile may be counted short.
    ///
    /// # Errors
    ///
    /// The kernel refused the dump or broke it off.
    pub fn count(at_most: usize) -> Result<Self, Error> {
        let mut request = Request::new(CT_GET_DYING, NLM_F_DUMP, 1, libc::AF_UNSPEC);
        let mut dump = Dump::ask(ACTION, &mut request)?;
        let mut connections = 0;
        while connections < at_most {
            let Some(part) = dump.read()? else {
                return Ok(Self {
                    connections,
                    is_all: true,
                });
            };
            connections += part.connections();
        }
        Ok(Self {
            connections,
            is_all: false,
        })
    }
}
