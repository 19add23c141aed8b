//! The thread that records.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use history::News;
use model::{Gap, GapCause};
use tracing::{error, info, warn};

use super::{Archive, scope};
use crate::mirror::{FedSince, Intake, Learned, Mirror, now};

/// How long to wait for something to record before looking after other things.
const BEAT: Duration = Duration::from_millis(100);

/// How long to let changes gather: one wake-up then serves many.
const GATHER: Duration = Duration::from_millis(20);

/// How long to wait before a history that could not be opened is tried again.
const REOPEN: Duration = Duration::from_secs(10);

/// How much later than the last sign of life of the process before this one its last
/// look at the kernel may be.
const HAND_OVER: Duration = Duration::from_secs(2);

/// Gaps that are remembered while there is no history to write them to.
const MISSED_GAPS: usize = 1000;

/// How often at most the log says that something could not be written.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// The thread's own state.
pub(super) struct Recorder {
    intake: Intake,
    mirror: Arc<Mirror>,
    archive: Arc<Archive>,
    writer: Option<history::Recorder>,
    /// Whether something was learned while there was no history to write it to.
    has_missed: bool,
    /// Gaps that were learned meanwhile.
    missed_gaps: Vec<Gap>,
    next_open: Instant,
    next_complaint: Instant,
    is_stopping: Arc<AtomicBool>,
}

impl Recorder {
    pub(super) fn new(
        intake: Intake,
        mirror: Arc<Mirror>,
        archive: Arc<Archive>,
        is_stopping: Arc<AtomicBool>,
    ) -> Self {
        Self {
            intake,
            mirror,
            archive,
            writer: None,
            has_missed: false,
            missed_gaps: Vec::new(),
            next_open: Instant::now(),
            next_complaint: Instant::now(),
            is_stopping,
        }
    }

    /// Runs until it is told to stop. A panic is a fault of natconnd, after which the
    /// history is opened anew.
    pub(super) fn run_whatever_happens(&mut self) {
        while catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            error!("the recording thread panicked; opening the history anew");
            self.archive.faults.fetch_add(1, Relaxed);
            self.archive.set_history(None);
            self.writer = None;
            self.has_missed = true;
            self.next_open = Instant::now() + REOPEN;
        }
    }

    fn run(&mut self) {
        // What the reader thread told before it stopped is recorded, too.
        while !self.is_stopping.load(Relaxed) {
            if self.writer.is_none() && Instant::now() >= self.next_open {
                self.open();
            }
            // Looked at first: what was told until then is recorded when it is used.
            let is_whole = self.mirror.is_ready() && self.mirror.lasting_gap().is_none();
            let mut told_until = now();
            match self.intake.take_within(BEAT) {
                Ok(learned) => {
                    thread::sleep(GATHER);
                    told_until = now();
                    self.record(learned);
                    self.drain();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            }
            self.note_dropped();
            if self.writer.is_some() {
                self.archive.set_recorded_until(told_until);
            }
            if is_whole {
                self.settle();
            }
            self.tick();
        }
        self.drain();
        self.note_dropped();
        self.close();
    }

    /// Opens the history, or says why it cannot be opened.
    pub(super) fn open(&mut self) {
        let settings = self.archive.settings().clone();
        let folder = settings.folder.display().to_string();
        match history::open(settings, now()) {
            Ok(writer) => {
                let status = writer.history().status();
                info!(
                    folder,
                    records = status.sealed_records + status.journal_records,
                    bytes = status.bytes,
                    "history is open",
                );
                self.archive.set_history(Some(Arc::clone(writer.history())));
                self.archive.set_trouble(None);
                self.writer = Some(writer);
                self.note_hole();
            }
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                self.archive.set_trouble(Some(error.clone()));
                self.complain(&error);
                self.next_open = Instant::now() + REOPEN;
            }
        }
    }

    /// Notes the time in which nothing was recorded: since history was last written.
    fn note_hole(&mut self) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        let (until, cause, slack) = match (self.has_missed, self.mirror.fed_since()) {
            (true, _) => (now(), GapCause::Unrecorded, Duration::ZERO),
            (false, FedSince::Start(start)) => (start, GapCause::Stopped, Duration::ZERO),
            // The process before this one wrote what it had read.
            (false, FedSince::HandOver(end)) => (end, GapCause::Unrecorded, HAND_OVER),
        };
        let missed = std::mem::take(&mut self.missed_gaps);
        self.has_missed = false;
        let mut noted = Ok(());
        // Before its first day there is no gap: history had not begun.
        if let Some(from) = writer.last_alive()
            && from.plus(slack) < until
        {
            let to = Some(until);
            noted = writer.note_gap(Gap { from, to, cause });
        }
        for gap in missed {
            noted = noted.and(note_gap(writer, gap));
        }
        self.judge(noted);
        self.note_scope();
    }

    /// Notes the time in which less was tracked than is now.
    fn note_scope(&mut self) {
        let folder = &self.archive.settings().folder;
        let gap = match scope::changed(folder, self.mirror.filter(), now()) {
            Ok(gap) => gap,
            Err(error) => return self.complain(&format!("note what is tracked: {error}")),
        };
        if let (Some(gap), Some(writer)) = (gap, &mut self.writer) {
            let noted = writer.note_gap(gap);
            self.judge(noted);
        }
    }

    fn drain(&mut self) {
        while let Ok(learned) = self.intake.take() {
            self.record(learned);
        }
    }

    fn record(&mut self, learned: Learned) {
        let Some(writer) = &mut self.writer else {
            return self.miss(learned);
        };
        let written = match learned {
            Learned::Changes(changes) => {
                self.archive
                    .recorded
                    .fetch_add(changes.len() as u64, Relaxed);
                writer.record(&changes, now())
            }
            Learned::Gap(gap) => note_gap(writer, gap),
        };
        self.judge(written);
    }

    /// There is no history to write to: the time is a gap once there is one.
    fn miss(&mut self, learned: Learned) {
        self.has_missed = true;
        match learned {
            Learned::Changes(changes) => self.lose(changes.len() as u64),
            Learned::Gap(gap) if self.missed_gaps.len() < MISSED_GAPS => self.missed_gaps.push(gap),
            // Within the time that will be a gap, or told again when it is over.
            Learned::Gap(_) => {}
        }
    }

    /// What was dropped is a gap, and may have been the end of anything that lives.
    fn note_dropped(&mut self) {
        let dropped = self.intake.take_dropped();
        if dropped.is_empty() {
            return;
        }
        for gap in dropped.gaps {
            self.record(Learned::Gap(gap));
        }
        let Some(since) = dropped.since else {
            return;
        };
        self.lose(dropped.changes);
        warn!(
            changes = dropped.changes,
            "changes came faster than they could be recorded"
        );
        self.record(Learned::Gap(Gap {
            from: since,
            to: Some(now()),
            cause: GapCause::Unrecorded,
        }));
    }

    /// Ends what had begun before natconnd stopped, or before something was lost, and
    /// does not live any more.
    fn settle(&mut self) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        if !writer.has_unsettled() {
            return;
        }
        let settled = writer.settle(now(), |begun| self.mirror.recognises(begun));
        self.judge(settled);
    }

    fn tick(&mut self) {
        if let Some(writer) = &mut self.writer {
            let done = writer.tick(now());
            let news = writer.take_news();
            self.judge(done);
            for one in news {
                log(one);
            }
        }
    }

    fn close(&mut self) {
        let Some(writer) = self.writer.take() else {
            return;
        };
        if let Err(error) = writer.close(now()) {
            let error = format!("{:#}", anyhow::Error::from(error));
            error!(error, "history could not be written to its end");
        }
    }

    fn lose(&self, count: u64) {
        self.archive.dropped.fetch_add(count, Relaxed);
    }

    fn judge(&mut self, written: Result<(), history::WriteError>) {
        if let Err(error) = written {
            self.archive.failures.fetch_add(1, Relaxed);
            self.complain(&format!("{:#}", anyhow::Error::from(error)));
        }
    }

    fn complain(&mut self, error: &str) {
        let instant = Instant::now();
        if instant >= self.next_complaint {
            self.next_complaint = instant + COMPLAIN_EVERY;
            error!(error, "history is NOT recorded; lookups go on");
        }
    }
}

/// Writes a gap down, unless it is none for history.
fn note_gap(writer: &mut history::Recorder, gap: Gap) -> Result<(), history::WriteError> {
    match gap.cause {
        // Starting is over for good once the first dump is merged: nothing of that
        // time is missing. What the table forgets, history keeps. And since when it was
        // not written, it knows better.
        GapCause::Starting | GapCause::KeepEnded | GapCause::Stopped => Ok(()),
        // Ends may be among what was lost, and the table has begun anew without telling
        // what became of all that it had.
        GapCause::Unrecorded | GapCause::Fault | GapCause::Socket => {
            writer.doubt();
            writer.note_gap(gap)
        }
        _ => writer.note_gap(gap),
    }
}

/// Tells of what history has done on its own.
fn log(news: News) {
    match news {
        News::Sealed(segment) => info!(
            file = %segment.path.display(),
            records = segment.records,
            bytes = segment.bytes,
            "history: sealed a segment",
        ),
        News::Expired(segment) => info!(
            file = %segment.path.display(),
            records = segment.records,
            bytes = segment.bytes,
            from = %segment.period.from,
            to = %segment.period.to,
            "history: deleted a segment, its time is over",
        ),
        News::Damaged(file) => error!(
            file = %file.path.display(),
            fault = file.fault.as_deref().unwrap_or_default(),
            "history: a file is damaged or missing; answers about its time say so",
        ),
        News::Stopped(trouble) => error!(trouble, "history is NOT recorded; lookups go on"),
        News::Resumed { unrecorded } => info!(unrecorded, "history is recorded again"),
        _ => {}
    }
}
