use serde_json::json;

use super::*;

const SETTLE: Duration = Duration::from_secs(240);

/// The state after a batch whose only row has failed with this outcome, `seconds` ago.
fn after_failure(outcome: &str, seconds: u64) -> Past {
    let at = now() - seconds * 1000;
    let failure = json!({"row": 2, "code": "TIMEOUT", "outcome": outcome, "message": ""});
    let mut past = Past::default();
    for line in [
        json!({"started": {"batch": 1, "at": at, "rows": "2"}}),
        json!({"done": {"batch": 1, "at": at, "failed": [failure]}}),
        // The process went on with rows that were done.
        json!({"started": {"batch": 2, "at": now(), "rows": "3"}}),
        json!({"done": {"batch": 2, "at": now(), "ok": "3"}}),
        json!({"ended": {"at": now()}}),
    ] {
        past.apply(serde_json::from_value(line).unwrap());
    }
    past.conclude();
    past
}

#[test]
fn a_failed_row_without_an_answer_is_waited_for_like_an_open_one() {
    let recent = after_failure("unknown", 0).unsettled(SETTLE);
    assert!(recent + Duration::from_secs(5) > SETTLE, "{recent:?}");
    let mut open = Past::default();
    let line = json!({"started": {"batch": 1, "at": now(), "rows": "2"}});
    open.apply(serde_json::from_value(line).unwrap());
    open.conclude();
    assert!(open.unsettled(SETTLE).abs_diff(recent) < Duration::from_secs(5));
}

#[test]
fn a_failed_row_is_waited_for_since_it_was_reported_and_only_if_it_may_be_applied() {
    let left = after_failure("unknown", 200).unsettled(SETTLE);
    assert!(left < Duration::from_secs(45), "{left:?}");
    assert_eq!(
        after_failure("unknown", 300).unsettled(SETTLE),
        Duration::ZERO
    );
    for decided in ["not_applied", "not_as_sent", "not_verified"] {
        assert_eq!(after_failure(decided, 0).unsettled(SETTLE), Duration::ZERO);
    }
}

#[test]
fn a_review_or_an_undo_does_not_reopen_a_finished_job_and_a_batch_does() {
    let finished = json!({"finished": {"at": now(), "ok": 1, "failed": 0}});
    for (line, is_finished) in [
        (json!({"undoing": {"at": now()}}), true),
        (json!({"undone": {"at": now(), "rows": 1}}), true),
        (
            json!({"reviewed": {"at": now(), "rows": "2", "digests": "0000000a"}}),
            true,
        ),
        (
            json!({"started": {"batch": 2, "at": now(), "rows": "3"}}),
            false,
        ),
    ] {
        let mut past = Past::default();
        for line in [&finished, &line] {
            past.apply(serde_json::from_value(line.clone()).unwrap());
        }
        assert_eq!(past.is_finished, is_finished, "{line}");
    }
}

#[test]
fn a_comparison_that_was_interrupted_keeps_its_rows_and_is_not_over() {
    let failure = |row: u64| json!({"row": row, "code": "OVERTAKEN", "outcome": "not_as_sent", "message": ""});
    let mut past = Past::default();
    for line in [
        json!({"started": {"batch": 1, "at": now(), "rows": "2-4"}}),
        json!({"done": {"batch": 1, "at": now(), "ok": "2-4", "lost": "2", "lost_at": now()}}),
        json!({"ended": {"at": now()}}),
        json!({"overtaken": {"at": now(), "failed": [failure(3)]}}),
    ] {
        past.apply(serde_json::from_value(line).unwrap());
    }
    assert_eq!((past.ok, past.failed), (2, 1));
    assert_eq!(past.unsettled(SETTLE), Duration::ZERO);
    assert!(!past.unsettled_with_lost(SETTLE).is_zero());
    for line in [
        json!({"overtaken": {"at": now(), "failed": [failure(4)]}}),
        json!({"settled": {"at": now()}}),
        json!({"finished": {"at": now(), "ok": 1, "failed": 2}}),
    ] {
        past.apply(serde_json::from_value(line).unwrap());
    }
    assert_eq!((past.ok, past.failed), (1, 2));
    assert_eq!(past.unsettled_with_lost(SETTLE), Duration::ZERO);
}

#[test]
fn a_journal_without_an_end_or_with_lost_lines_is_waited_for() {
    let past_of = |lines: &[serde_json::Value]| {
        let mut past = Past::default();
        for line in lines {
            past.apply(serde_json::from_value(line.clone()).unwrap());
        }
        past.conclude();
        past.unsettled(SETTLE)
    };
    let started = json!({"started": {"batch": 1, "at": now(), "rows": "2"}});
    let done = json!({"done": {"batch": 1, "at": now(), "ok": "2"}});
    let ended = json!({"ended": {"at": now()}});
    let damaged = json!({"damaged": {"at": now()}});
    let close = |left: Duration| left + Duration::from_secs(5) > SETTLE;
    assert!(close(past_of(&[started.clone(), done.clone()])));
    assert!(close(past_of(&[damaged, ended.clone()])));
    // That the journal was put back counts however the process ends, until it has settled.
    let put_back = |at: u64| json!({"put_back": {"at": at}});
    let backed_up = json!({"backed_up": {"at": now(), "rows": "2"}});
    let put_back_now = [put_back(now()), backed_up.clone(), ended.clone()];
    assert!(close(past_of(&put_back_now)));
    let long_ago = [put_back(now() - 300_000), ended.clone()];
    assert_eq!(past_of(&long_ago), Duration::ZERO);
    // Nothing is sent while the old values are read.
    let before = [ended.clone(), backed_up];
    assert_eq!(past_of(&before), Duration::ZERO);
    let finished = json!({"finished": {"at": now(), "ok": 1, "failed": 0}});
    let nothing = Duration::ZERO;
    assert_eq!(past_of(&[started.clone(), done.clone(), ended]), nothing);
    assert_eq!(past_of(&[started, done, finished]), nothing);
    assert_eq!(past_of(&[]), Duration::ZERO);
}

#[test]
fn rows_that_another_portal_may_have_taken_are_open_until_they_are_reported_again() {
    let failure =
        json!({"row": 3, "code": "ENTITY_NOT_FOUND", "outcome": "not_applied", "message": ""});
    let lines = [
        json!({"started": {"batch": 1, "at": now(), "rows": "2-4"}}),
        json!({"done": {"batch": 1, "at": now(), "ok": "2,4", "failed": [failure]}}),
        json!({"ended": {"at": now()}}),
        json!({"reopened": {"at": now(), "rows": "3-4"}}),
    ];
    let again = [
        json!({"started": {"batch": 2, "at": now(), "rows": "3-4"}}),
        json!({"done": {"batch": 2, "at": now(), "ok": "3-4"}}),
        json!({"ended": {"at": now()}}),
    ];
    let past_of = |lines: &[serde_json::Value]| {
        let mut past = Past::default();
        for line in lines {
            past.apply(serde_json::from_value(line.clone()).unwrap());
        }
        past.conclude();
        past
    };
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
