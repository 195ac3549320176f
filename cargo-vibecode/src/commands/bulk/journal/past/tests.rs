use serde_json::json;

use super::*;

const SETTLE: Duration = Duration::from_secs(240);

/// The moment of all lines, by the wall clock: long ago.
const AT: u64 = 1_700_000_000_000;

/// The state after these lines of a journal that is read now.
fn past_of(lines: &[serde_json::Value]) -> Past {
    let mut past = Past::read_now();
    for line in lines {
        past.apply(serde_json::from_value(line.clone()).unwrap());
    }
    past.conclude();
    past
}

/// Returns whether a full settle time is left. The test itself takes a moment.
fn is_full(left: Duration) -> bool {
    left + Duration::from_secs(60) > SETTLE
}

/// A batch whose only row has failed with this outcome, and another row that was done after it.
fn failed_with(outcome: &str) -> [serde_json::Value; 5] {
    let failure = json!({"row": 2, "code": "TIMEOUT", "outcome": outcome, "message": ""});
    [
        json!({"started": {"batch": 1, "at": AT, "rows": "2"}}),
        json!({"done": {"batch": 1, "at": AT, "failed": [failure]}}),
        json!({"started": {"batch": 2, "at": AT, "rows": "3"}}),
        json!({"done": {"batch": 2, "at": AT, "ok": "3"}}),
        json!({"ended": {"at": AT}}),
    ]
}

#[test]
fn a_full_settle_time_is_waited_for_whatever_the_wall_clock_says() {
    let started = json!({"started": {"batch": 1, "at": AT, "rows": "2"}});
    for at in [0, AT, u64::MAX] {
        let started = json!({"started": {"batch": 1, "at": at, "rows": "2"}});
        assert!(is_full(past_of(&[started]).unsettled(SETTLE)), "{at}");
    }
    // The time counts from the moment at which the journal was read.
    let mut past = past_of(&[started]);
    past.read = Instant::now().checked_sub(Duration::from_secs(200));
    assert!(past.unsettled(SETTLE) <= Duration::from_secs(40));
    past.read = Instant::now().checked_sub(SETTLE);
    assert_eq!(past.unsettled(SETTLE), Duration::ZERO);
}

#[test]
fn a_failed_row_is_waited_for_like_an_open_one_if_it_may_be_applied() {
    assert!(is_full(past_of(&failed_with("unknown")).unsettled(SETTLE)));
    for decided in ["not_applied", "not_as_sent", "not_verified"] {
        let past = past_of(&failed_with(decided));
        assert_eq!(past.unsettled(SETTLE), Duration::ZERO);
    }
}

#[test]
fn what_a_process_has_waited_for_is_not_waited_for_again_and_stays_open_and_lost() {
    let waited = json!({"waited": {"at": AT}});
    let lines = [
        &failed_with("unknown")[..],
        &[
            json!({"put_back": {"at": AT}}),
            json!({"started": {"batch": 3, "at": AT, "rows": "4-5"}}),
            json!({"done": {"batch": 4, "at": AT, "ok": "6", "lost": "6"}}),
        ],
    ];
    let mut lines = lines.concat();
    assert!(is_full(past_of(&lines).unsettled_with_lost(SETTLE)));
    lines.push(waited);
    let past = past_of(&lines);
    assert_eq!(past.unsettled_with_lost(SETTLE), Duration::ZERO);
    assert_eq!((past.open.len(), past.under_way), (2, 0));
    assert!(past.may_lack_rows());
    // The records are still compared with the rows after the lost ones.
    assert!(past.lost.rows.contains(2) && past.lost.rows.contains(6));
    // An earlier process may have applied the row, so a refusal of the second attempt does not count.
    let refused = json!({"row": 4, "code": "X", "outcome": "not_applied", "message": ""});
    lines.push(json!({"started": {"batch": 5, "at": AT, "rows": "4"}}));
    assert!(is_full(past_of(&lines).unsettled(SETTLE)));
    lines.push(json!({"done": {"batch": 5, "at": AT, "failed": [refused]}}));
    lines.push(json!({"ended": {"at": AT}}));
    let past = past_of(&lines);
    assert_eq!((past.open.len(), past.not_applied.len()), (1, 0));
    assert_eq!(past.unsettled_with_lost(SETTLE), Duration::ZERO);
}

#[test]
fn a_review_or_an_undo_does_not_reopen_a_finished_job_and_a_batch_does() {
    let finished = json!({"finished": {"at": AT, "ok": 1, "failed": 0}});
    for (line, is_finished) in [
        (json!({"undoing": {"at": AT}}), true),
        (json!({"undone": {"at": AT, "rows": 1}}), true),
        (
            json!({"reviewed": {"at": AT, "rows": "2", "digests": "0000000a"}}),
            true,
        ),
        (
            json!({"started": {"batch": 2, "at": AT, "rows": "3"}}),
            false,
        ),
    ] {
        let past = past_of(&[finished.clone(), line.clone()]);
        assert_eq!(past.is_finished, is_finished, "{line}");
    }
}

#[test]
fn a_comparison_that_was_interrupted_keeps_its_rows_and_is_not_over() {
    let failure = |row: u64| json!({"row": row, "code": "OVERTAKEN", "outcome": "not_as_sent", "message": ""});
    let mut lines = vec![
        json!({"started": {"batch": 1, "at": AT, "rows": "2-4"}}),
        json!({"done": {"batch": 1, "at": AT, "ok": "2-4", "lost": "2"}}),
        json!({"ended": {"at": AT}}),
        json!({"overtaken": {"at": AT, "failed": [failure(3)]}}),
    ];
    let past = past_of(&lines);
    assert_eq!((past.ok, past.failed), (2, 1));
    assert_eq!(past.unsettled(SETTLE), Duration::ZERO);
    assert!(is_full(past.unsettled_with_lost(SETTLE)));
    lines.extend([
        json!({"overtaken": {"at": AT, "failed": [failure(4)]}}),
        json!({"settled": {"at": AT}}),
        json!({"finished": {"at": AT, "ok": 1, "failed": 2}}),
    ]);
    let past = past_of(&lines);
    assert_eq!((past.ok, past.failed), (1, 2));
    assert_eq!(past.unsettled_with_lost(SETTLE), Duration::ZERO);
}

#[test]
fn a_journal_without_an_end_or_with_lost_lines_is_waited_for() {
    let left = |lines: &[serde_json::Value]| past_of(lines).unsettled(SETTLE);
    let started = json!({"started": {"batch": 1, "at": AT, "rows": "2"}});
    let done = json!({"done": {"batch": 1, "at": AT, "ok": "2"}});
    let ended = json!({"ended": {"at": AT}});
    assert!(is_full(left(&[])));
    assert!(is_full(left(&[started.clone(), done.clone()])));
    let backed_up = json!({"backed_up": {"at": AT, "rows": "2"}});
    for lacking in ["damaged", "put_back"] {
        // That counts however the process ends.
        let lacking = json!({lacking: {"at": AT}});
        assert!(is_full(left(&[lacking, backed_up.clone(), ended.clone()])));
    }
    // Nothing is sent while the old values are read.
    assert_eq!(left(&[ended.clone(), backed_up]), Duration::ZERO);
    let finished = json!({"finished": {"at": AT, "ok": 1, "failed": 0}});
    for end in [ended, finished] {
        let lines = [started.clone(), done.clone(), end];
        assert_eq!(left(&lines), Duration::ZERO);
    }
    // A new job has nothing to wait for.
    assert_eq!(Past::default().unsettled(SETTLE), Duration::ZERO);
}

#[test]
fn rows_that_another_portal_may_have_taken_are_open_until_they_are_reported_again() {
    let failure =
        json!({"row": 3, "code": "ENTITY_NOT_FOUND", "outcome": "not_applied", "message": ""});
    let lines = [
        json!({"started": {"batch": 1, "at": AT, "rows": "2-4"}}),
        json!({"done": {"batch": 1, "at": AT, "ok": "2,4", "failed": [failure]}}),
        json!({"ended": {"at": AT}}),
        json!({"reopened": {"at": AT, "rows": "3-4"}}),
    ];
    let again = [
        json!({"started": {"batch": 2, "at": AT, "rows": "3-4"}}),
        json!({"done": {"batch": 2, "at": AT, "ok": "3-4"}}),
        json!({"ended": {"at": AT}}),
    ];
    let past = past_of(&lines);
    assert_eq!((past.ok, past.failed, past.open.len()), (1, 0, 2));
    assert!(!past.failed_rows.contains(3) && !past.lacking.contains(3));
    // All of them were answered.
    assert_eq!(past.unsettled(SETTLE), Duration::ZERO);
    let all: Vec<_> = lines.iter().chain(&again).cloned().collect();
    let past = past_of(&all);
    assert_eq!((past.ok, past.failed, past.open.len()), (3, 0, 0));
    let killed: Vec<_> = lines.iter().chain(again.first()).cloned().collect();
    let past = past_of(&killed);
    assert_eq!((past.ok, past.open.len(), past.under_way), (1, 2, 2));
}

#[test]
fn the_number_of_a_batch_is_used_once_also_if_its_rows_were_not_sent() {
    let past = past_of(&[
        json!({"started": {"batch": 1, "at": AT, "rows": "2"}}),
        json!({"done": {"batch": 2, "at": AT, "ok": "3"}}),
    ]);
    assert_eq!(past.last_batch, 2);
}
