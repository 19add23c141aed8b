//! Many questions at once, about now and about the past.
//!
//! History reads each of its files once for all questions that name a NAT endpoint. The others
//! may find any number of records, so they are asked one by one: nobody holds what all of
//! them find.

use std::time::Duration;

use history::{Completeness, Effort};
use model::{Answer, Lookup, Period};

use super::Answers;
use super::past::{Looked, Merged, PastQuestion};

/// What many questions about the past may cost together before they are cut.
const EFFORT: Effort = Effort {
    time: Duration::from_secs(60),
};

/// A question, perhaps about the past.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// What must fit.
    pub lookup: Lookup,
    /// When it must have lived; now where `None`.
    pub period: Option<Period>,
    /// By how much the clock that `period` was measured with may differ from
    /// this machine's.
    pub tolerance: Duration,
}

/// What comes back for an [`Asked`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// For each match how far its life is from the period; zero where the question is
    /// about now.
    pub distances: Vec<Duration>,
}

impl Asked {
    /// The question about the past that it is, if it is one.
    pub fn about_the_past(&self) -> Option<PastQuestion> {
        Some(PastQuestion {
            lookup: self.lookup.clone(),
            period: self.period?,
            tolerance: self.tolerance,
        })
    }

    /// Whether it may find any number of records of the past: it names no NAT endpoint.
    pub fn is_broad(&self) -> bool {
        self.period.is_some() && self.lookup.nat.endpoint().is_none()
    }
}

impl Asked {
    /// Whether all there is may have to be looked through: nothing is known of it that few
    /// have.
    pub fn takes_long(&self) -> bool {
        let Lookup { nat, internal, .. } = &self.lookup;
        let is_live = self.period.is_none();
        let is_indexed = nat.endpoint().is_some() || (is_live && internal.address().is_some());
        !is_indexed
    }
}

impl Answers {
    /// Answers questions with at most `limit` matches each, in their order: what asking
    /// one by one would answer, with the work shared.
    ///
    /// Gives up once `goes_on` says false, with the answers up to there. May take seconds,
    /// and minutes for broad questions, so it belongs where blocking is allowed.
    pub fn lookup_many(
        &self,
        questions: &[Asked],
        limit: usize,
        goes_on: impl Fn() -> bool,
    ) -> Vec<Answered> {
        let narrow: Vec<PastQuestion> = questions
            .iter()
            .filter(|question| !question.is_broad())
            .filter_map(Asked::about_the_past)
            .collect();
        let mut narrow = self.past_many(&narrow, limit).into_iter();
        let mut answered = Vec::with_capacity(questions.len());
        for question in questions {
            let next = match question.about_the_past() {
                None => {
                    if question.takes_long() && !goes_on() {
                        break;
                    }
                    self.answer_now(question, limit)
                }
                Some(past) if question.is_broad() => {
                    if !goes_on() {
                        break;
                    }
                    let past = self.past(&past, limit);
                    Answered {
                        answer: past.answer,
                        distances: past.distances,
                    }
                }
                Some(_) => match narrow.next() {
                    Some(next) => next,
                    None => break,
                },
            };
            answered.push(next);
        }
        answered
    }

    fn answer_now(&self, question: &Asked, limit: usize) -> Answered {
        let answer = self.lookup(&question.lookup, limit).answer;
        Answered {
            distances: vec![Duration::ZERO; answer.matches.len()],
            answer,
        }
    }

    /// Answers questions about the past; history reads each file once for all.
    fn past_many(&self, questions: &[PastQuestion], limit: usize) -> Vec<Answered> {
        let asked = self.moment();
        let questions: Vec<_> = questions.iter().map(|it| it.until(asked.at)).collect();
        let mut completeness = Completeness::default();
        let mut found: Vec<(Merged, bool)> = questions
            .iter()
            .map(|question| {
                let mut merged = Merged::new(question.period, question.tolerance, limit);
                let is_whole = self.live_in(question, asked.at, |row| merged.add(row));
                (merged, is_whole)
            })
            .collect();
        if let Some(history) = self.history() {
            let asked: Vec<_> = questions
                .iter()
                .map(|question| history::Question {
                    lookup: question.lookup.clone(),
                    period: question.period.widened(question.tolerance),
                })
                .collect();
            completeness = history.find_many(&asked, EFFORT, |index, row| {
                if let Some((merged, _)) = found.get_mut(index) {
                    merged.add(row);
                }
            });
        }
        let questions = questions.iter().zip(found);
        questions
            .map(|(question, (merged, is_all_live))| {
                let looked = Looked {
                    is_whole: is_all_live && !completeness.is_cut,
                    gaps: &completeness.gaps,
                };
                let past = self.conclude(question, asked, merged, looked);
                Answered {
                    answer: past.answer,
                    distances: past.distances,
                }
            })
            .collect()
    }
}
