//! All of a folder of history: what the writer, the background and all readers share.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use model::{Gap, GapCause, Timestamp};
use parking_lot::{Mutex, RwLock};

use crate::catalogue::Catalogue;
use crate::folder::Folder;
use crate::gaps::Gaps;
use crate::generation::Generation;
use crate::sealed::{Readers, Sealed};
use crate::segment::SegmentError;
use crate::{Completeness, News, Settings, Verified};

/// News beyond which the oldest are forgotten.
const MOST_NEWS: usize = 1000;

/// All of a folder of history, for the writer, the background and all readers.
///
/// Locks are taken in the order of the fields, if more than one at all.
#[derive(Debug)]
pub(crate) struct Archive {
    pub(crate) settings: Settings,
    pub(crate) folder: Folder,
    /// Held while the file of a hold is written.
    pub(crate) holding: Mutex<()>,
    /// Held while the file of gaps is written: one at a time.
    pub(crate) saving: Mutex<()>,
    pub(crate) catalogue: Mutex<Catalogue>,
    /// As the catalogue says, for readers, who do not wait until it is written.
    since: AtomicI64,
    pub(crate) sources: RwLock<Sources>,
    pub(crate) gaps: Mutex<Gaps>,
    pub(crate) progress: Mutex<Progress>,
    pub(crate) readers: Readers,
    pub(crate) news: Mutex<Vec<News>>,
}

/// Where records are. Each is in one of them, at any time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// Oldest first; the last one grows, the others wait to be sealed.
    pub(crate) generations: Vec<Arc<Generation>>,
    /// Oldest first.
    pub(crate) segments: Vec<Arc<Sealed>>,
}

/// How writing goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// Why records cannot be written, while they cannot.
    pub(crate) stopped: Option<String>,
    /// What else goes wrong, and is tried again.
    pub(crate) trouble: Option<String>,
    /// Records that could not be written.
    pub(crate) unrecorded: u64,
    /// When the journal was last made safe.
    pub(crate) synced_at: Option<Timestamp>,
    /// Files other than segments that are damaged.
    pub(crate) damaged: Vec<PathBuf>,
}

impl Archive {
    /// Nothing in memory yet.
    pub(crate) fn new(
        settings: Settings,
        folder: Folder,
        catalogue: Catalogue,
        gaps: Gaps,
    ) -> Self {
        Self {
            settings,
            folder,
            holding: Mutex::new(()),
            saving: Mutex::new(()),
            since: AtomicI64::new(catalogue.since().unwrap_or(i64::MAX)),
            catalogue: Mutex::new(catalogue),
            sources: RwLock::new(Sources::default()),
            gaps: Mutex::new(gaps),
            progress: Mutex::new(Progress::default()),
            readers: Readers::default(),
            news: Mutex::new(Vec::new()),
        }
    }

    /// Since when records are kept.
    pub(crate) fn since(&self) -> Timestamp {
        Timestamp::of_milliseconds(self.since.load(Ordering::Relaxed))
    }

    /// Says since when records are kept, which is never earlier than it was.
    ///
    /// # Errors
    ///
    /// Where the catalogue cannot be written, which is tried again.
    pub(crate) fn keep_since(&self, since: i64) -> io::Result<()> {
        let mut catalogue = self.catalogue.lock();
        let outcome = catalogue.keep_since(since);
        let since = catalogue.since().unwrap_or(i64::MAX);
        self.since.store(since, Ordering::Relaxed);
        outcome
    }

    /// Tells what happened.
    pub(crate) fn tell(&self, news: News) {
        let mut list = self.news.lock();
        if list.len() == MOST_NEWS {
            list.remove(0);
        }
        list.push(news);
    }

    /// Whether the file of gaps or the catalogue does not say everything.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.catalogue.lock().is_unsaved() || self.gaps.lock().is_unsaved()
    }

    /// Where records are now.
    pub(crate) fn sources(&self) -> Sources {
        self.sources.read().clone()
    }

    /// Says what is wrong with a segment, or that nothing is; whether it still is one
    /// of ours at all: what expired while it was read is no loss.
    pub(crate) fn set_fault(&self, sealed: &Arc<Sealed>, fault: Option<String>) -> bool {
        let is_ours = self.is_ours(sealed);
        if is_ours && sealed.set_fault(fault.clone()) && fault.is_some() {
            self.tell(News::Damaged(Verified {
                path: sealed.path().to_owned(),
                fault,
            }));
        }
        is_ours
    }

    /// Takes note that a segment could not be read: for good where it is damaged, for
    /// this answer where the system would not read it just now.
    pub(crate) fn could_not_read(
        &self,
        sealed: &Arc<Sealed>,
        error: &SegmentError,
        completeness: &mut Completeness,
    ) {
        self.readers.close(sealed.generation());
        if error.is_damage() {
            if self.set_fault(sealed, Some(error.to_string())) {
                completeness.damaged.push(sealed.path().to_owned());
            }
        } else if self.is_ours(sealed) {
            completeness.gaps.push(sealed.lost());
        }
    }

    /// Whether a segment is still one of ours.
    fn is_ours(&self, sealed: &Arc<Sealed>) -> bool {
        let sources = self.sources.read();
        let mut segments = sources.segments.iter();
        segments.any(|other| Arc::ptr_eq(other, sealed))
    }

    /// Says that a file which is no segment is damaged, and in which time records may
    /// be missing for that.
    pub(crate) fn lost(&self, path: PathBuf, fault: String, from: Timestamp, to: Timestamp) {
        self.gaps.lock().note(Gap {
            from,
            to: Some(to),
            cause: GapCause::Damaged,
        });
        self.name_damaged(path, fault);
    }

    /// Says that a file is damaged, without a gap: nothing that it had is missing, or
    /// nobody knows when that was.
    pub(crate) fn name_damaged(&self, path: PathBuf, fault: String) {
        let damaged = &mut self.progress.lock().damaged;
        if damaged.contains(&path) {
            return;
        }
        damaged.push(path.clone());
        self.tell(News::Damaged(Verified {
            path,
            fault: Some(fault),
        }));
    }
}
