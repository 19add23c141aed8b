//! What the next line of a chain may follow.
//!
//! As long as a chain is whole that is the line before it, and nothing else. Where a
//! line is wrong, it is not known what of it is: so what follows may follow any of what
//! it may have been, and one fault is one finding. Nothing passes as whole by that,
//! since there is a finding already.

use crate::hash::LineHash;
use crate::head::Head;
use crate::line::{ENDING, Parts};

use super::finding::Fault;

/// How much is remembered of lines that nothing has followed.
const MEMORY: usize = 16;

/// What the next line may follow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trail {
    /// The newest last. Without a hash where any will do.
    before: Vec<(u64, Option<LineHash>)>,
    /// The number of the line that comes next.
    next: u64,
}

impl Trail {
    /// Behind a line.
    pub(super) fn behind(head: Head) -> Self {
        Self {
            before: vec![(head.sequence, Some(head.hash))],
            next: head.sequence + 1,
        }
    }

    /// Goes on with a line, or what stands in its place; tells what is wrong with it.
    pub(super) fn go_on(&mut self, line: &[u8], parts: Option<&Parts<'_>>) -> Option<Fault> {
        let Some(parts) = parts else {
            let expected = self.next;
            self.suppose_unreadable(line);
            return Some(Fault::NoLine { expected });
        };
        let may_follow = |(sequence, hash): &(u64, Option<LineHash>)| {
            *sequence + 1 == parts.sequence && hash.is_none_or(|hash| parts.follows(hash))
        };
        if let Some(place) = self.before.iter().rposition(may_follow) {
            self.before.remove(place);
            self.suppose(parts.sequence, Some(parts.hash));
            self.next = parts.sequence + 1;
            return None;
        }
        let expected = self.next;
        let hash = self
            .newest()
            .map(|hash| LineHash::of_line(hash, parts.hashed));
        // Its number may be wrong, or its hash, or the end of the line between it and
        // another, which has the hash then.
        self.suppose(expected, Some(parts.hash));
        self.suppose(expected + 1, Some(parts.hash));
        if hash.is_some() {
            self.suppose(expected, hash);
        }
        self.suppose(parts.sequence, Some(parts.hash));
        self.next = parts.sequence + 1;
        Some(match hash {
            Some(hash) if parts.sequence == expected => Fault::Changed {
                sequence: expected,
                found: parts.hash,
                expected: hash,
            },
            _ => Fault::OutOfOrder {
                found: parts.sequence,
                expected,
            },
        })
    }

    /// What may follow something that is no line.
    fn suppose_unreadable(&mut self, line: &[u8]) {
        let (hashed, ending) = line.split_at(line.len().saturating_sub(ENDING));
        let digits = ending.get(9..).and_then(|rest| rest.get(..64));
        let stated = digits.and_then(LineHash::of_digits);
        let hash = self.newest().map(|hash| LineHash::of_line(hash, hashed));
        for sequence in [self.next - 1, self.next] {
            for hash in [stated, hash].into_iter().flatten() {
                self.suppose(sequence, Some(hash));
            }
        }
        self.suppose(self.next, None);
        self.next += 1;
    }

    fn newest(&self) -> Option<LineHash> {
        self.before.last().and_then(|(_, hash)| *hash)
    }

    fn suppose(&mut self, sequence: u64, hash: Option<LineHash>) {
        if self.before.len() == MEMORY {
            self.before.remove(0);
        }
        self.before.push((sequence, hash));
    }
}
