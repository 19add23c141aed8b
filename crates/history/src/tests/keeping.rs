//! Retention and holds.

use std::time::Duration;

use model::{Gap, GapCause, Period, Timestamp};

use super::{
    EFFORT, TestFolder, all, at, begun, ended, settings, tick_until_idle, wait_for_sealing,
};
use crate::arbitrary::everything;
use crate::{FindError, Hold, News, Recorder, Settings, open};

/// Three segments, ended in the first, second and third hour.
fn three_hours(settings: &Settings) -> Recorder {
    let mut recorder = open(settings.clone(), at(0)).unwrap();
    for hour in 0..3 {
        for number in 0..1000 {
            let mut record = ended(number);
            let end = at(hour * 3_600_000 + i64::from(number) + 1000);
            record.started_at.as_mut().unwrap().at = end.minus(Duration::from_secs(1));
            record.ended_at.as_mut().unwrap().at = end;
            recorder.record(&[record], end).unwrap();
        }
        recorder
            .record(&[begun(1)], at(hour * 3_600_000 + 2000))
            .unwrap();
    }
    wait_for_sealing(&mut recorder, at(2 * 3_600_000));
    recorder
}

/// Ticks until the background has removed what is to be removed.
fn expire(recorder: &mut Recorder, now: Timestamp) -> Vec<News> {
    tick_until_idle(recorder, now);
    let mut news = recorder.take_news();
    let is_expired = |news: &News| matches!(news, News::Expired(_));
    news.retain(is_expired);
    news
}

#[test]
fn what_is_old_enough_goes_in_whole_segments() {
    let folder = TestFolder::new();
    let settings = Settings {
        keep_for: Some(Duration::from_secs(3600)),
        ..settings(&folder)
    };
    let mut recorder = three_hours(&settings);
    let history = recorder.history().clone();
    let now = at(2 * 3_600_000 - 5);
    expire(&mut recorder, now);
    let before = all(&history).len();
    assert_eq!(before, 2000, "the first is gone");
    let beyond = Gap {
        from: Timestamp::MIN,
        to: Some(at(2000)),
        cause: GapCause::BeyondHistory,
    };
    assert_eq!(history.gaps(Period::at(at(1500))), [beyond]);
    assert_eq!(history.gaps(Period::at(at(2000))), []);
    let now = at(3 * 3_600_000);
    assert_eq!(history.expired(now).len(), 1);
    let news = expire(&mut recorder, now);
    assert_eq!(news.len(), 1, "{news:?}");
    assert_eq!(history.expired(now).len(), 0);
    assert_eq!(all(&history).len(), 1000);
    recorder.close(now).unwrap();
    let recorder = open(settings, now).unwrap();
    assert_eq!(all(recorder.history()).len(), 1000);
    assert_eq!(recorder.history().status().damaged.len(), 0);
    let gaps = recorder.history().gaps(Period::at(at(1500)));
    assert_eq!(gaps[0].cause, GapCause::BeyondHistory);
}

#[test]
fn where_there_is_no_room_the_oldest_goes() {
    let folder = TestFolder::new();
    let mut settings = settings(&folder);
    let recorder = three_hours(&settings);
    let bytes = recorder.history().status().bytes;
    recorder.close(at(3 * 3_600_000)).unwrap();
    settings.keep_bytes = Some(bytes - 1);
    let mut recorder = open(settings, at(3 * 3_600_000)).unwrap();
    let news = expire(&mut recorder, at(3 * 3_600_000));
    let [News::Expired(gone)] = &news[..] else {
        panic!("{news:?}");
    };
    assert!(gone.path.ends_with("0000000001.parquet"));
    assert_eq!(all(recorder.history()).len(), 2000);
}

#[test]
fn what_is_held_for_a_case_outlives_its_segment() {
    let folder = TestFolder::new();
    let settings = Settings {
        keep_for: Some(Duration::from_secs(3600)),
        ..settings(&folder)
    };
    let recorder = three_hours(&Settings {
        keep_for: None,
        ..settings.clone()
    });
    let history = recorder.history().clone();
    let everything = all(&history);
    history
        .hold("case-1", &everything[..3], &[], at(0))
        .unwrap();
    // What is held already is not held twice; what is open is held as it is.
    history
        .hold("case-1", &everything[2..5], &[], at(0))
        .unwrap();
    history.hold("case-2", &[begun(7)], &[], at(500)).unwrap();
    let holds = [("case-1", 5), ("case-2", 1)].map(|(case, records)| Hold {
        case: case.to_owned(),
        records,
        gaps: Some(Vec::new()),
    });
    assert_eq!(history.holds(), holds);
    recorder.close(at(3 * 3_600_000)).unwrap();
    let mut recorder = open(settings, at(9 * 3_600_000)).unwrap();
    expire(&mut recorder, at(9 * 3_600_000));
    let history = recorder.history().clone();
    assert_eq!(history.holds(), holds);
    let kept = all(&history);
    assert_eq!(kept.len(), 6, "those held, of all three segments");
    assert!(everything[..5].iter().all(|record| kept.contains(record)));
    let (page, _) = history.page(&self::everything(), None, 10, EFFORT);
    assert_eq!(page.len(), 6);
    let mut files = 0;
    history.verify(at(0), |file| {
        assert_eq!(file.fault, None, "{:?}", file.path);
        files += 1;
    });
    assert_eq!(files, 4, "two holds, a journal, what was open before it");
    assert!(history.release("case-1").unwrap());
    assert!(!history.release("case-1").unwrap());
    assert_eq!(history.holds().len(), 1);
    let outside = history.hold("../catalogue", &everything, &[], at(0));
    assert!(matches!(outside, Err(FindError::CaseName(_))));
}
