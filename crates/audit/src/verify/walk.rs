//! The walk along a chain, from its first file to its last.

use std::fs::File;
use std::io::{self, BufReader};

use serde::de::IgnoredAny;

use super::finding::{Fault, Finding};
use super::report::{Report, Span};
use super::trail::Trail;
use crate::chain::{BEFORE_ALL, FORMAT};
use crate::error::{Doing, FileError};
use crate::folder::Folder;
use crate::head::{End, Head};
use crate::line::{Kind, Line, Parts, TIME};
use crate::lines::{Found, Lines};

/// How much of a file is read at once.
const READ_AT_ONCE: usize = 256 << 10;

/// The walk along a chain.
pub(super) struct Walk<'a> {
    folder: &'a Folder,
    trail: Trail,
    /// The number of the last file that was read; zero before the first.
    last_file: u64,
    /// The last line that was read, and its time.
    last: Option<(Head, [u8; TIME])>,
    /// The number of the file before the first one that is there, and what that one says
    /// that it follows.
    before: Option<(u64, Head)>,
    /// The line that says that the file before the first was deleted, where it was read.
    removed: Option<Line>,
    /// What is remembered of the end.
    head: Known,
    /// What is known from elsewhere.
    anchor: Known,
    /// Whether the last file ends within a line.
    is_torn: bool,
    report: Report,
}

/// A line that is known from elsewhere.
#[derive(Clone, Copy, Debug)]
struct Known {
    head: Option<Head>,
    is_passed: bool,
}

impl Known {
    const fn new(head: Option<Head>) -> Self {
        Self {
            head,
            is_passed: false,
        }
    }

    /// Passes a line; returns what is known of it where it is another.
    fn pass(&mut self, here: Head) -> Option<Head> {
        let known = self.head.filter(|head| head.sequence == here.sequence)?;
        self.is_passed = true;
        (known != here).then_some(known)
    }

    /// What is known of a line that was not passed.
    fn missed(&self) -> Option<Head> {
        self.head.filter(|_| !self.is_passed)
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(folder: &'a Folder, head: Option<End>, anchor: Option<Head>) -> Self {
        Self {
            folder,
            trail: Trail::behind(BEFORE_ALL),
            last_file: 0,
            last: None,
            before: None,
            removed: None,
            head: Known::new(head.map(|end| end.head)),
            anchor: Known::new(anchor),
            is_torn: false,
            report: Report::default(),
        }
    }

    /// Notes that the end of the chain is not remembered.
    pub(super) fn no_head(&mut self, is_there: bool) {
        let fault = match is_there {
            true => Fault::UnreadableHead,
            false => Fault::NoHead,
        };
        self.report.find(Finding {
            file: Some("head".to_owned()),
            line: None,
            fault,
        });
    }

    /// Notes what else is in the folder.
    pub(super) fn others(&mut self, names: &[String]) {
        for name in names.iter().filter(|name| *name != "head") {
            let name = name.escape_debug();
            self.report.note(format!("{name} is no part of the chain"));
        }
    }

    fn find(&mut self, file: u64, line: Option<u64>, fault: Fault) {
        self.report.find(Finding {
            file: Some(Folder::name(file)),
            line,
            fault,
        });
    }

    /// Reads a file.
    pub(super) fn file(&mut self, number: u64, is_last: bool) -> Result<(), FileError> {
        let path = self.folder.file(number);
        let file = match File::open(&path) {
            // Its time was over just now, and the next one is the first.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.last_file == 0 => {
                return Ok(());
            }
            opened => opened.doing("open", &path)?,
        };
        let next = self.last_file + 1;
        if number > next && self.last_file > 0 {
            let (first, last) = (next, number - 1);
            self.find(first, None, Fault::MissingFiles { first, last });
        }
        let mut lines = Lines::new(BufReader::with_capacity(READ_AT_ONCE, file), 0);
        let mut line_number = 0;
        while let Some(found) = lines.next().doing("read", &path)? {
            let bytes = match found {
                Found::Line(bytes) => bytes,
                Found::TooLong => &[],
                Found::Torn(bytes) => {
                    self.torn(number, is_last, bytes.len() as u64);
                    break;
                }
            };
            line_number += 1;
            if line_number == 1 {
                self.begin(number, bytes);
            }
            self.line(number, line_number, bytes);
        }
        if line_number == 0 {
            self.find(number, None, Fault::NoBeginning);
        }
        self.report.files += 1;
        self.report.bytes += lines.offset();
        self.last_file = number;
        Ok(())
    }

    /// Notes that a file ends within a line. At the end of the chain that is a line that
    /// is just being written, or that a crash has left.
    fn torn(&mut self, number: u64, is_last: bool, bytes: u64) {
        match is_last {
            true => self.is_torn = true,
            false => self.find(number, None, Fault::Torn { bytes }),
        }
    }

    /// Looks at the first line of a file, beside what holds for any line.
    fn begin(&mut self, number: u64, bytes: &[u8]) {
        let line = Line::of(number, bytes);
        let line = line.filter(|line| line.text("format") == Some(FORMAT));
        let Some((line, previous)) = line.and_then(|line| {
            let previous = line.previous()?;
            Some((line, previous))
        }) else {
            self.find(number, Some(1), Fault::NoBeginning);
            return;
        };
        let says = line.number("file").unwrap_or(0);
        if says != number {
            self.find(number, Some(1), Fault::Renamed { says });
        }
        if self.last_file == 0 && number > 1 {
            self.before = Some((number - 1, previous));
            self.anchor.is_passed = self.anchor.head == Some(previous);
        }
        if says != number || number != self.last_file + 1 {
            // Whether it follows what is missing, nobody can tell.
            self.trail = Trail::behind(previous);
        }
    }

    /// Looks at a line.
    fn line(&mut self, file: u64, number: u64, bytes: &[u8]) {
        self.report.lines += 1;
        let parts = Parts::of(bytes);
        let fault = self.trail.go_on(bytes, parts.as_ref());
        let is_wrong = fault.is_some();
        if let Some(fault) = fault {
            self.find(file, Some(number), fault);
        }
        let Some(parts) = parts else { return };
        let here = parts.head();
        let first = &mut self.report.first;
        first.get_or_insert_with(|| Span::new(here, parts.timestamp()));
        self.last = Some((here, *parts.time));
        if let Some(expected) = self.head.pass(here) {
            let found = here;
            self.find(file, Some(number), Fault::OtherThanHead { found, expected });
        }
        if let Some(anchor) = self.anchor.pass(here) {
            let found = here;
            self.find(file, Some(number), Fault::OtherThanAnchor { found, anchor });
        }
        if is_wrong {
            return;
        }
        // Without the first, the bytes of texts are not looked at.
        let text = str::from_utf8(bytes).ok();
        let is_json = |text| serde_json::from_str::<IgnoredAny>(text).is_ok();
        if !text.is_some_and(is_json) || parts.timestamp().is_none() {
            let sequence = parts.sequence;
            self.find(file, Some(number), Fault::Malformed { sequence });
        } else if parts.kind != Kind::Request {
            self.event(file, number, bytes);
        }
    }

    /// Looks at what is told of the audit itself.
    fn event(&mut self, file: u64, number: u64, bytes: &[u8]) {
        let Some(line) = Line::of(file, bytes) else {
            return;
        };
        let text = |name| line.text(name).unwrap_or("-").escape_debug().to_string();
        let count = |name| line.number(name).unwrap_or(0);
        match line.kind {
            Kind::Removed => {
                let told = (count("file"), count("last_sequence"), text("last_hash"));
                let is_before = |(file, head): (u64, Head)| {
                    (file, head.sequence, head.hash.to_string()) == told
                };
                if self.before.is_some_and(is_before) {
                    self.removed = Some(line);
                }
            }
            Kind::Recovered if line.flag("loss") != Some(false) => {
                let says = text("found");
                self.find(file, Some(number), Fault::Loss { says });
            }
            Kind::Recovered => {
                let note = format!(
                    "{}: a crash was recovered from: {}",
                    line.time,
                    text("found")
                );
                self.report.note(note);
            }
            Kind::Failed => {
                let note = format!(
                    "{} to {}: nothing could be written ({}): {} entries are not recorded, {} \
                     requests were answered nevertheless, {} refused",
                    text("since"),
                    line.time,
                    text("error"),
                    count("unrecorded"),
                    count("answered"),
                    count("refused"),
                );
                self.report.note(note);
            }
            _ => {}
        }
    }

    /// Looks at what can only be told when all is read.
    pub(super) fn finish(mut self) -> Report {
        if let Some((head, time)) = self.last {
            self.report.last = Some(Span::new(head, crate::line::timestamp(&time)));
        }
        let last = self.last.map_or(0, |(head, _)| head.sequence);
        // One that was passed by is missing among others, which is found already.
        if let Some(head) = self.head.missed().filter(|head| head.sequence > last) {
            self.report.find(Finding {
                file: (self.last_file > 0).then(|| Folder::name(self.last_file)),
                line: None,
                fault: Fault::ShortOfHead { last, head },
            });
        } else if self.is_torn {
            let name = Folder::name(self.last_file);
            let note = format!("{name} ends within a line that was never acknowledged");
            self.report.note(note);
        }
        if let Some((file, before)) = self.before {
            self.gone_before(file, before);
        }
        if let Some(anchor) = self.anchor.missed() {
            let first = self.report.first.map(|first| first.head.sequence);
            self.report.find(Finding {
                file: None,
                line: None,
                fault: Fault::NoAnchor {
                    anchor,
                    there: first.map(|first| (first, last)),
                },
            });
        }
        self.report
    }

    /// Tells of the files before the first.
    fn gone_before(&mut self, file: u64, before: Head) {
        match &self.removed {
            Some(line) => {
                let note = format!(
                    "{}: the files up to number {file}, sequence {}, were deleted: their time was \
                     over",
                    line.time, before.sequence
                );
                self.report.note(note);
            }
            None => self.find(
                1,
                None,
                Fault::MissingFiles {
                    first: 1,
                    last: file,
                },
            ),
        }
    }
}
