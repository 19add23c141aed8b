//! Some lines, asked together.

use model::{Gap, Timestamp};

use super::answer::{of_error, of_question};
use super::item::{Item, What};
use super::question::Question;
use super::reader::Reader;
use super::write::Writer;
use crate::lookup::{Answered, Answers, Asked};

/// The most lines of a batch.
const MAX_ITEMS: usize = 4096;

/// The bytes of lines from which on a batch is full.
const MAX_BYTES: usize = 256 * 1024;

/// Questions that may each take seconds, of which a batch has few: who waits for answers shall
/// see some.
const MAX_BROAD: usize = 8;

/// Matches that the answers of a batch may have together, if each has as many as `limit` allows:
/// all of them are in memory until the last one is written.
const MAX_MATCHES: usize = 200_000;

/// Some lines that were read, to be answered together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    items: Vec<Item>,
    bytes: usize,
    /// Questions that may each take long.
    broad: usize,
    questions: usize,
    /// Questions from which on it is full.
    most_questions: usize,
    writer: Writer,
}

/// How many lines were answered, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Lines and mails' questions that were answered or could not be asked.
    pub lines: u64,
    /// One internal host fits.
    pub one: u64,
    /// Several fit.
    pub several: u64,
    /// None fits.
    pub none: u64,
    /// Nothing could be asked.
    pub errors: u64,
}

impl Tally {
    /// This and another.
    pub fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.one += other.one;
        self.several += other.several;
        self.none += other.none;
        self.errors += other.errors;
    }

    fn count(&mut self, verdict: Option<&str>) {
        self.lines += 1;
        let counter = match verdict {
            Some("one") => &mut self.one,
            Some("several") => &mut self.several,
            Some(_) => &mut self.none,
            None => &mut self.errors,
        };
        *counter += 1;
    }
}

impl Batch {
    /// Takes what the reader has, up to a full batch. Each answer will have at most `limit`
    /// matches.
    pub fn take(reader: &mut Reader, limit: usize) -> Self {
        let mut batch = Self {
            items: Vec::new(),
            bytes: 0,
            broad: 0,
            questions: 0,
            most_questions: (MAX_MATCHES / limit.max(1)).max(1),
            writer: reader.writer(),
        };
        batch.take_more(reader);
        batch
    }

    /// Takes what the reader has by now as well.
    pub fn take_more(&mut self, reader: &mut Reader) {
        while !self.is_full()
            && let Some(item) = reader.next_item()
        {
            self.bytes += item.line.len();
            let question = item.what.question();
            self.broad += usize::from(question.is_some_and(|it| it.asked.takes_long()));
            self.questions += usize::from(question.is_some());
            self.items.push(item);
        }
    }

    /// Whether it takes no more lines.
    pub const fn is_full(&self) -> bool {
        self.items.len() >= MAX_ITEMS
            || self.bytes >= MAX_BYTES
            || self.broad >= MAX_BROAD
            || self.questions >= self.most_questions
    }

    /// Whether there is nothing to be written.
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether any line asks about a time after this one, or about now.
    pub fn asks_about_after(&self, time: Timestamp) -> bool {
        let mut questions = self.items.iter().filter_map(|item| item.what.question());
        questions.any(|question| reaches_beyond(&question.asked, time))
    }

    /// Takes away the questions that may not be asked, and says so beside their lines.
    pub fn refuse(&mut self, mut permit: impl FnMut(&Asked) -> Result<(), String>) {
        for item in &mut self.items {
            let refused = item.what.question().map(|question| permit(&question.asked));
            if let (Some(Err(cause)), What::Answer { question, .. }) = (refused, &mut item.what) {
                *question = Err(cause);
            }
        }
    }

    /// Asks, and writes the lines with their answers, each of which `told` is shown. Stops once `goes_on` says false:
    /// nobody is left to read them. `lag` is what answers may lack about the time after it
    /// began, because the table did not catch up.
    ///
    /// May take seconds, so it belongs where blocking is allowed.
    pub fn answer(
        &self,
        answers: &Answers,
        limit: usize,
        lag: Option<Gap>,
        goes_on: impl Fn() -> bool,
        mut told: impl FnMut(&Question, &Answered),
    ) -> (Vec<u8>, Tally) {
        let questions: Vec<Asked> = self
            .items
            .iter()
            .filter_map(|item| Some(item.what.question()?.asked.clone()))
            .collect();
        let mut answered = answers.lookup_many(&questions, limit, goes_on).into_iter();
        let mut out = Vec::new();
        let mut tally = Tally::default();
        for item in &self.items {
            let answer = match &item.what {
                What::Nothing | What::Names => None,
                What::Answer {
                    question: Ok(question),
                    ..
                } => match answered.next() {
                    Some(mut answered) => {
                        let lag = lag.filter(|lag| reaches_beyond(&question.asked, lag.from));
                        if let Some(lag) = lag {
                            let coverage = std::mem::take(&mut answered.answer.coverage);
                            answered.answer.coverage = coverage.with(lag);
                        }
                        told(question, &answered);
                        Some(of_question(question, &answered))
                    }
                    None => break,
                },
                What::Answer {
                    question: Err(error),
                    ..
                } => Some(of_error(error)),
            };
            if let Some(answer) = &answer {
                tally.count(answer.verdict.as_deref());
            }
            self.writer.write(&mut out, item, answer.as_ref());
        }
        (out, tally)
    }
}

/// Whether a question is about a time after this one, or about now.
fn reaches_beyond(asked: &Asked, time: Timestamp) -> bool {
    asked
        .period
        .is_none_or(|period| period.to.plus(asked.tolerance) > time)
}
