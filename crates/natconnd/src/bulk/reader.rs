//! A stream of bytes to lines with their questions, and back to lines with their
//! answers.
//!
//! Holds no more than a line that is not complete yet; a line beyond [`MAX_LINE`] is
//! passed on as it comes and asks nothing. Pure: who calls it reads, asks and sends.

use std::borrow::Cow;

use model::Timestamp;

use super::columns::Absent;
use super::csv::{self, End, without_line_end};
use super::form::Form;
use super::item::{Item, What};
use super::mail::Mail;
use super::ndjson::Shape;
use super::question::{Question, Settings};
use super::table::Table;
use super::text;
use super::write::Writer;

/// The longest line or record that is read, in bytes.
pub const MAX_LINE: usize = 64 * 1024;

/// Reads lines.
#[derive(Debug)]
pub struct Reader {
    settings: Settings,
    buffer: Vec<u8>,
    /// How much of the buffer has been read.
    start: usize,
    /// Whether no more will come.
    is_all: bool,
    /// Whether something has come since no line was complete that may complete one.
    has_news: bool,
    /// Whether the begin of a line that is too long has been passed on.
    is_in_long_line: bool,
    state: State,
    /// Whether any line has said a time.
    has_times: bool,
    /// Whether any line asks, or says why it does not.
    has_asked: bool,
    /// Whether it is a text with lines of which none does.
    is_unasked: bool,
    /// Questions of a mail that has ended, the last one first.
    waiting: Vec<Item>,
    /// Whether the last line had no line break.
    is_last_line_open: bool,
}

/// What is known of the input.
#[derive(Debug)]
enum State {
    Unknown,
    Csv(Table),
    Ndjson(Shape),
    Text,
    Mail(Box<Mail>),
}

/// Why an input cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// It is no text that is read here.
    #[error("read the lines: they are {0}")]
    NoText(&'static str),
    /// A column that is named is not there.
    #[error(transparent)]
    Absent(#[from] Absent),
    /// Columns are named for lines that have none.
    #[error("find the named columns: {0} has no columns")]
    NoColumns(Form),
    /// The first record of CSV is no header.
    #[error("read the header: \"{0}\" is an address, so the first row is no header")]
    NoHeader(String),
    /// No name says which column is the NAT endpoint.
    #[error("find the NAT endpoint's column: no name of {} says it", .0.join(", "))]
    NoSubject(Vec<String>),
}

impl Reader {
    /// Reads nothing yet.
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            buffer: Vec::new(),
            start: 0,
            is_all: false,
            has_news: false,
            is_in_long_line: false,
            state: State::Unknown,
            has_times: false,
            has_asked: false,
            is_unasked: false,
            waiting: Vec::new(),
            is_last_line_open: false,
        }
    }

    /// Takes note of the time, by which dates without a year are read.
    pub const fn set_now(&mut self, now: Timestamp) {
        self.settings.clock.now = now;
    }

    /// How lines are read.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
        // Byte by byte, a long line would else be looked through as often as it has bytes.
        self.has_news |= bytes.contains(&b'\n') || self.buffer.len() > MAX_LINE;
    }

    /// Takes note that no more bytes will come.
    pub const fn finish(&mut self) {
        self.is_all = true;
        self.has_news = true;
    }

    /// The form of the lines, as soon as enough has come to tell it.
    ///
    /// # Errors
    ///
    /// Where they cannot be read at all.
    pub fn begin(&mut self) -> Result<Option<Form>, BeginError> {
        if let State::Unknown = self.state {
            if !self.has_news {
                return Ok(None);
            }
            match self.first_line() {
                Some(first) => {
                    let first = first.into_owned();
                    self.state = self.begin_with(&first)?;
                }
                // Nor is there room for more of nothing.
                None if self.is_all || self.buffer.len() > MAX_LINE => self.state = State::Text,
                None => {
                    self.has_news = false;
                    return Ok(None);
                }
            }
        }
        Ok(Some(match self.state {
            State::Csv(_) => Form::Csv,
            State::Ndjson(_) => Form::Ndjson,
            State::Mail(_) => Form::Mail,
            State::Text | State::Unknown => self.settings.form.unwrap_or(Form::Text),
        }))
    }

    /// The first line that is not empty, once it is there or there is no room for
    /// more of it.
    fn first_line(&self) -> Option<Cow<'_, str>> {
        let lines = self.buffer.split_inclusive(|byte| *byte == b'\n');
        let mut lines = lines.filter(|line| !line.trim_ascii().is_empty());
        let line = lines.next()?;
        let is_whole = line.ends_with(b"\n") || self.is_all || line.len() > MAX_LINE;
        is_whole.then(|| String::from_utf8_lossy(line))
    }

    fn begin_with(&self, first: &str) -> Result<State, BeginError> {
        match &*self.buffer {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(BeginError::NoText("UTF-16")),
            [0x1f, 0x8b, ..] => return Err(BeginError::NoText("compressed by gzip")),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => return Err(BeginError::NoText("compressed by zstd")),
            [b'P', b'A', b'R', b'1', ..] => return Err(BeginError::NoText("Parquet")),
            _ => {}
        }
        let named = &self.settings.columns;
        let form = match self.settings.form {
            Some(form) => form,
            // Who names columns has some.
            None if !named.is_empty() && !first.trim_start().starts_with('{') => Form::Csv,
            None => Form::of_first_line(first),
        };
        Ok(match form {
            Form::Csv => State::Csv(Table::begin(first, &self.settings.columns)?),
            Form::Ndjson => State::Ndjson(Shape::default()),
            form if !named.is_empty() => return Err(BeginError::NoColumns(form)),
            Form::Text => State::Text,
            Form::Mail => State::Mail(Box::default()),
        })
    }

    /// The next line that is complete. `None` where more bytes must come, or after the
    /// last line.
    pub fn next_item(&mut self) -> Option<Item> {
        if let Some(item) = self.waiting.pop() {
            return Some(item);
        }
        if let State::Unknown = self.state {
            return None;
        }
        let rest = &self.buffer[self.start..];
        if rest.is_empty() {
            if self.is_all && self.is_in_long_line {
                // All of it was passed on before anybody knew that this was its end.
                return Some(self.item(Vec::new(), Vec::new(), false, false));
            }
            return self.after_last();
        }
        if !self.has_news {
            return None;
        }
        let is_full = self.is_all || rest.len() > MAX_LINE;
        let end = match &self.state {
            State::Csv(table) if !self.is_in_long_line => {
                csv::end_of_record(rest, table.delimiter, is_full)
            }
            _ => match rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => End::At(end + 1),
                None if is_full => End::At(rest.len()),
                None => End::Open,
            },
        };
        let (length, is_broken) = match end {
            End::At(length) => (length, false),
            End::Broken(length) => (length, true),
            End::Open => {
                self.has_news = false;
                return None;
            }
        };
        let (line, line_end) = without_line_end(&rest[..length]);
        let (line, line_end) = (line.to_vec(), line_end.to_vec());
        self.start += length;
        let is_last = self.is_all && self.start == self.buffer.len();
        let goes_on = line_end.is_empty() && !is_last;
        Some(self.item(line, line_end, goes_on, is_broken))
    }

    fn item(&mut self, line: Vec<u8>, line_end: Vec<u8>, goes_on: bool, is_broken: bool) -> Item {
        let was_long = std::mem::replace(&mut self.is_in_long_line, goes_on);
        let is_blank = line.trim_ascii().is_empty();
        self.is_last_line_open = line_end.is_empty();
        let what = if goes_on {
            What::Nothing
        } else if was_long || line.len() > MAX_LINE {
            What::error(format!("the line is longer than {MAX_LINE} bytes"))
        } else if is_blank {
            What::Nothing
        } else {
            let what = self.what(&line, is_broken).checked(&self.settings);
            let what = self.timely(what);
            self.has_asked |= what.asked().is_some();
            self.is_unasked = matches!(self.state, State::Text) && !self.has_asked;
            what
        };
        let mut item = Item {
            line,
            line_end,
            what,
        };
        match &self.state {
            // Its begin cannot be written before it is known what it is.
            State::Ndjson(_) if goes_on => item.line = Vec::new(),
            State::Ndjson(_) if was_long => item.line = b"a line that is too long".to_vec(),
            State::Mail(_) => {
                item.what = What::Nothing;
                if !goes_on && !was_long {
                    return self.line_of_mail(item);
                }
            }
            _ => {}
        }
        item
    }

    /// The same, unless it says no time where others before it did: it is not about now.
    fn timely(&mut self, what: What) -> What {
        let Some(question) = what.question() else {
            return what;
        };
        let has_time = question.asked.period.is_some();
        self.has_times |= has_time;
        if self.has_times && !has_time {
            return What::error("no time in the line, and others have one");
        }
        what
    }

    /// Takes a line of a mail; where it begins the next mail, what the one before asks
    /// comes first.
    fn line_of_mail(&mut self, item: Item) -> Item {
        let State::Mail(mail) = &mut self.state else {
            return item;
        };
        let text = String::from_utf8_lossy(&item.line);
        let ended = (Mail::is_next(&text) && !mail.is_empty()).then(|| mail.finish(&self.settings));
        mail.line(&text, &self.settings);
        self.is_last_line_open = item.line_end.is_empty();
        let Some(ended) = ended else { return item };
        self.waiting.push(item.clone());
        self.wait_for(ended);
        self.waiting.pop().unwrap_or(item)
    }

    fn what(&mut self, line: &[u8], is_broken: bool) -> What {
        let text = String::from_utf8_lossy(line);
        let settings = &self.settings;
        match &mut self.state {
            State::Csv(table) => {
                if std::mem::take(&mut table.has_header) {
                    return What::Names;
                }
                table.what(line, is_broken, settings)
            }
            State::Ndjson(shape) => What::Answer {
                question: shape.question(&text, settings),
                filler: String::new(),
            },
            State::Text => {
                // Also one that is refused, or has no address beside it: what stands
                // behind it is not about now.
                self.has_times |= text::says_time(&text);
                match text::of_line(&text, settings) {
                    Some(question) => What::Answer {
                        question,
                        filler: String::new(),
                    },
                    None => What::Nothing,
                }
            }
            State::Mail(_) | State::Unknown => What::Nothing,
        }
    }

    /// The questions of the last mail, where there is one; that there are none in a text.
    fn after_last(&mut self) -> Option<Item> {
        if self.is_all && std::mem::take(&mut self.is_unasked) {
            self.wait_for(vec![Err("no address in the text".to_owned())]);
            return self.waiting.pop();
        }
        let State::Mail(mail) = &mut self.state else {
            return None;
        };
        if !self.is_all || mail.is_empty() {
            return None;
        }
        let ended = mail.finish(&self.settings);
        self.wait_for(ended);
        self.waiting.pop()
    }

    /// Puts the questions of a mail on lines of their own behind it.
    fn wait_for(&mut self, questions: Vec<Result<Question, String>>) {
        let is_open = std::mem::take(&mut self.is_last_line_open);
        let questions = questions.into_iter().enumerate().rev();
        let settings = &self.settings;
        let items = questions.map(|(index, question)| Item {
            line: match is_open && index == 0 {
                true => b"\nnatconnd:".to_vec(),
                false => b"natconnd:".to_vec(),
            },
            line_end: b"\n".to_vec(),
            what: What::Answer {
                question,
                filler: String::new(),
            }
            .checked(settings),
        });
        self.waiting.extend(items);
    }

    /// How the answers are written.
    pub const fn writer(&self) -> Writer {
        match &self.state {
            State::Csv(table) => Writer::Csv {
                delimiter: table.delimiter,
                has_our_names: table.has_our_names,
            },
            State::Ndjson(_) => Writer::Ndjson,
            State::Text | State::Mail(_) | State::Unknown => Writer::Text,
        }
    }
}
