//! Some lines, asked together.

use model::Gap;

use super::answer::{of_error, of_question};
use super::reader::{Item, Reader, What};
use super::write::Writer;
use crate::lookup::{Answers, Asked};

/// The most lines of a batch.
const MAX_ITEMS: usize = 4096;

/// The bytes of lines from which on a batch is full.
const MAX_BYTES: usize = 256 * 1024;

/// Some lines that were read, to be answered together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    items: Vec<Item>,
    bytes: usize,
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
    /// Takes what the reader has, up to a full batch.
    pub fn take(reader: &mut Reader) -> Self {
        let mut batch = Self {
            items: Vec::new(),
            bytes: 0,
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
            self.items.push(item);
        }
    }

    /// Whether it takes no more lines.
    pub const fn is_full(&self) -> bool {
        self.items.len() >= MAX_ITEMS || self.bytes >= MAX_BYTES
    }

    /// Whether there is nothing to be written.
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether any line asks about now, so that the table should have caught up.
    pub fn asks_about_now(&self) -> bool {
        let mut questions = self.items.iter().filter_map(|item| item.what.question());
        questions.any(|it| it.asked.period.is_none())
    }

    /// Asks, and writes the lines with their answers. Stops once `goes_on` says false:
    /// nobody is left to read them. `lag` is what answers about now may lack, because the
    /// table did not catch up.
    ///
    /// May take seconds, so it belongs where blocking is allowed.
    pub fn answer(
        &self,
        answers: &Answers,
        limit: usize,
        lag: Option<Gap>,
        goes_on: impl Fn() -> bool,
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
                        if let Some(lag) = lag.filter(|_| question.asked.period.is_none()) {
                            let coverage = std::mem::take(&mut answered.answer.coverage);
                            answered.answer.coverage = coverage.with(lag);
                        }
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
