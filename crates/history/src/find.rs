//! Finding records wherever they are.

use std::path::PathBuf;

use model::Match;

use crate::archive::{Archive, Sources};
use crate::deadline::Deadline;
use crate::page::Page;
use crate::segment::{Segment, SegmentError};
use crate::{Completeness, Effort, Question, holds};

/// Records between two looks at the clock.
const AT_ONCE: u64 = 256;

/// Visits what fits: newest first, what is held for cases last.
pub(crate) fn find(
    archive: &Archive,
    question: &Question,
    effort: Effort,
    mut visit: impl FnMut(Match) -> bool,
) -> Completeness {
    let deadline = Deadline::of(effort);
    let mut visited: u64 = 0;
    let mut visit = |record| {
        visited += 1;
        (!visited.is_multiple_of(AT_ONCE) || !deadline.is_over()) && visit(record)
    };
    let mut completeness = Completeness::default();
    let sources = archive.sources();
    for generation in sources.generations.iter().rev() {
        if deadline.is_over() || !generation.find(question, &deadline, &mut visit) {
            completeness.is_cut = true;
            return completeness;
        }
    }
    for sealed in sources.segments.iter().rev() {
        if !sealed.touches(&question.period) {
            continue;
        }
        if deadline.is_over() {
            completeness.is_cut = true;
            return completeness;
        }
        let outcome = archive.readers.get(sealed);
        let outcome = outcome.and_then(|segment| segment.find(question, &deadline, &mut visit));
        match outcome {
            Ok(true) => {}
            Ok(false) => {
                completeness.is_cut = true;
                return completeness;
            }
            Err(error) => archive.could_not_read(sealed, &error, &mut completeness),
        }
    }
    for path in relevant_holds(archive, question) {
        let outcome = Segment::open(&path);
        let outcome = outcome.and_then(|segment| segment.find(question, &deadline, &mut visit));
        note_hold(path, outcome, &mut completeness);
    }
    completeness
}

/// Answers many questions, each source once.
pub(crate) fn find_many(
    archive: &Archive,
    questions: &[Question],
    effort: Effort,
    mut visit: impl FnMut(usize, Match),
) -> Completeness {
    let deadline = Deadline::of(effort);
    let mut completeness = Completeness::default();
    let sources = archive.sources();
    for generation in sources.generations.iter().rev() {
        for (index, question) in questions.iter().enumerate() {
            if index.is_multiple_of(64) && deadline.is_over() {
                completeness.is_cut = true;
                return completeness;
            }
            let is_all = generation.find(question, &deadline, &mut |record| {
                visit(index, record);
                true
            });
            if !is_all {
                completeness.is_cut = true;
                return completeness;
            }
        }
    }
    let mut which = Vec::with_capacity(questions.len());
    for sealed in sources.segments.iter().rev() {
        if deadline.is_over() {
            completeness.is_cut = true;
            return completeness;
        }
        which.clear();
        let fits = |index: &usize| sealed.touches(&questions[*index].period);
        which.extend((0..questions.len()).filter(fits));
        if which.is_empty() {
            continue;
        }
        let outcome = archive.readers.get(sealed);
        let outcome =
            outcome.and_then(|segment| segment.find_many(questions, &which, &deadline, &mut visit));
        match outcome {
            Ok(true) => {}
            Ok(false) => {
                completeness.is_cut = true;
                return completeness;
            }
            Err(error) => archive.could_not_read(sealed, &error, &mut completeness),
        }
    }
    let old = |index: &usize| reaches_back(archive, &questions[*index]);
    let which: Vec<usize> = (0..questions.len()).filter(old).collect();
    if !which.is_empty() {
        for path in holds::files(archive) {
            let outcome = Segment::open(&path);
            let outcome = outcome
                .and_then(|segment| segment.find_many(questions, &which, &deadline, &mut visit));
            note_hold(path, outcome, &mut completeness);
        }
    }
    completeness
}

/// Fills a page. Sources whose records began first come first, because then little of
/// the others is needed. What is given up is what comes last: no record is missing before
/// one that is given.
pub(crate) fn page(
    archive: &Archive,
    question: &Question,
    after: Option<&Match>,
    limit: usize,
    deadline: &Deadline,
) -> (Vec<Match>, Completeness) {
    let mut page = Page::new(question, after, limit);
    let mut completeness = Completeness::default();
    let mut visited: u64 = 0;
    let Sources {
        generations,
        mut segments,
    } = archive.sources();
    let mut add =
        |page: &mut Page, question: &Question, deadline: &Deadline, source: &mut Source| {
            source(question, deadline, &mut |record| {
                page.add(record);
                visited += 1;
                !visited.is_multiple_of(AT_ONCE) || !deadline.is_over()
            })
        };
    let period = page.question().period;
    segments.sort_by_cached_key(|sealed| sealed.first_start(&period));
    for sealed in &segments {
        let asked = page.question();
        if !sealed.touches(&asked.period) {
            continue;
        }
        let mut source = |question: &Question, deadline: &Deadline, visit: &mut Visit| {
            let segment = archive.readers.get(sealed)?;
            segment.find(question, deadline, visit)
        };
        let outcome = match deadline.is_over() {
            true => Ok(false),
            false => add(&mut page, &asked, deadline, &mut source),
        };
        match outcome {
            Ok(true) => {}
            Ok(false) => {
                completeness.is_cut = true;
                // What this one and those after it have begins no earlier.
                page.keep_before(sealed.first_start(&period));
                break;
            }
            Err(error) => archive.could_not_read(sealed, &error, &mut completeness),
        }
    }
    for path in relevant_holds(archive, question) {
        let mut source = |question: &Question, deadline: &Deadline, visit: &mut Visit| {
            Segment::open(&path)?.find(question, deadline, visit)
        };
        let asked = page.question();
        let outcome = match deadline.is_over() {
            true => Ok(false),
            false => add(&mut page, &asked, deadline, &mut source),
        };
        if matches!(outcome, Ok(false)) {
            // What it has may begin at any time.
            page.keep_before(i64::MIN);
        }
        note_hold(path.clone(), outcome, &mut completeness);
    }
    for generation in &generations {
        let mut source = |question: &Question, deadline: &Deadline, visit: &mut Visit| {
            Ok(generation.find(question, deadline, visit))
        };
        let asked = page.question();
        // It is in memory, so it takes no long time; without it nothing would be known.
        add(&mut page, &asked, &Deadline::never(), &mut source).ok();
    }
    (page.into_records(), completeness)
}

type Visit<'a> = dyn FnMut(Match) -> bool + 'a;
type Source<'a> = dyn FnMut(&Question, &Deadline, &mut Visit) -> Result<bool, SegmentError> + 'a;

/// Whether a question reaches back to where records may have expired, so that only a
/// hold still has them.
fn reaches_back(archive: &Archive, question: &Question) -> bool {
    question.period.from < archive.since()
}

fn relevant_holds(archive: &Archive, question: &Question) -> Vec<PathBuf> {
    if reaches_back(archive, question) {
        holds::files(archive)
    } else {
        Vec::new()
    }
}

fn note_hold(path: PathBuf, outcome: Result<bool, SegmentError>, completeness: &mut Completeness) {
    match outcome {
        Ok(true) => {}
        Ok(false) => completeness.is_cut = true,
        // Released since it was listed.
        Err(SegmentError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
        }
        // What only a hold still has is of a time beyond history, in every answer.
        Err(error) if error.is_damage() => completeness.damaged.push(path),
        Err(_) => {}
    }
}
