//! How many requests a job takes, and how long they take at the rate limit.

use serde_json::{Value, json};
use vibecode_runtime::Batch;

use super::{
    args::Args, backup_step::keeps_backup, check::Checked, journal::past::Past,
    send::plan::MAX_BYTES,
};
use crate::{output::Output, plural::number_of};

/// The requests for all rows, each once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Requests {
    /// The batches of `send/plan`. Each takes a request to read its records.
    batches: u64,
    /// Those that send the rows. Rows about the same record are never in one request.
    sending: u64,
}

/// Counts the requests for rows, as `send/plan` puts them into batches.
#[derive(Debug, Default)]
pub(super) struct RequestCounter {
    /// The records of the rows of the current batch.
    ids: Vec<u64>,
    bytes: usize,
    requests: Requests,
}

impl RequestCounter {
    /// Counts a row about this record, with this many bytes.
    pub(super) fn add(&mut self, id: u64, bytes: usize) {
        if self.ids.len() >= Batch::MAX_CALLS || self.bytes >= MAX_BYTES {
            self.end_batch();
        }
        self.ids.push(id);
        self.bytes += bytes;
    }

    fn end_batch(&mut self) {
        self.ids.sort_unstable();
        let of_a_record = self.ids.chunk_by(PartialEq::eq).map(<[u64]>::len);
        let sending = of_a_record.max().unwrap_or_default();
        self.requests.sending += u64::try_from(sending).unwrap_or(u64::MAX);
        self.requests.batches += u64::from(sending > 0);
        self.ids.clear();
        self.bytes = 0;
    }

    /// Returns the number of requests once all rows are counted.
    pub(super) fn end(mut self) -> Requests {
        self.end_batch();
        self.requests
    }
}

/// The requests of a job. Attempts after a failure are not among them, nor are those of long runs that ask again which
/// portal the key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Estimate {
    rows: u64,
    /// The request that asks for the portal, and those for its fields.
    portal: u64,
    /// Those that read the records before: for their old values, to compare those of open rows with these, for a preview or
    /// a review, for their pipelines, and for the forms of their phones.
    read_first: u64,
    /// Those that send the rows. With `--ensure` as many read the records first, and so does an undo.
    send: u64,
    /// The most requests that read the records afterwards. If every answer shows all fields, none is sent.
    read_back: u64,
    /// `None`: there is no limit.
    per_minute: Option<u32>,
}

impl Estimate {
    /// Estimates the requests for the first `rows` rows, or for the preview if `--plan` is given.
    pub(super) fn of(args: &Args, checked: &Checked, past: &Past, rows: u64) -> Self {
        let Requests { batches, sending } = checked.requests;
        let once = requests_of_some(rows, sending, checked.to_send);
        let reading = requests_of_some(rows, batches, checked.to_send);
        let if_so = |is_so: bool, requests: u64| if is_so { requests } else { 0 };
        let is_compared_with_review = args.reviewed.is_some() || !past.reviewed.is_empty();
        let is_read = args.plan || keeps_backup(args, checked, past) || is_compared_with_review;
        let is_ensured = args.ensure || checked.adds;
        let is_sent = !args.plan;
        let is_compared = checked.compares_records() && !args.overwrite_newer;
        // All open rows are read if the old values of some were kept.
        let read = match past.kept_open_rows().len() {
            _ if is_read => rows,
            0 => 0,
            _ => past.open.len(),
        };
        let [read_once, read_in_batches] =
            [sending, batches].map(|all| requests_of_some(read, all, checked.to_send));
        Self {
            rows,
            // A job asks again at its end.
            portal: 1 + u64::from(is_sent) + checked.requests_for_files,
            read_first: read_once.max(read_in_batches)
                + if_so(checked.sets_stages, reading)
                + if_so(checked.adds && args.rules.knows_forms(), reading),
            send: if_so(
                is_sent,
                once + if_so(is_ensured, once) + if_so(is_compared, reading),
            ),
            read_back: if_so(is_sent && !args.no_verify, reading),
            per_minute: args.requests_per_minute(),
        }
    }

    fn requests(&self) -> u64 {
        self.portal + self.read_first + self.send + self.read_back
    }

    /// Returns the time that the requests take at the limit, in seconds.
    fn seconds(&self) -> Option<u64> {
        let per_minute = u64::from(self.per_minute?.max(1));
        Some(self.requests().saturating_mul(60).div_ceil(per_minute))
    }

    pub(super) fn in_words(&self) -> String {
        let parts = [
            (self.portal, "for the portal"),
            (self.read_first, "to read the records first"),
            (self.send, "for the rows"),
            (self.read_back, "to read the records afterwards"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, why)| format!("{count} {why}")).collect();
        let time = match (self.per_minute, self.seconds()) {
            (Some(limit), Some(seconds)) => {
                format!("at {limit} a minute this takes {}", in_minutes(seconds))
            }
            _ => "they are not limited".to_owned(),
        };
        let purpose = if self.send > 0 { "sending" } else { "reading" };
        format!(
            "{purpose} {} takes up to {}, {}: {time}",
            number_of(self.rows, "row", "rows"),
            number_of(self.requests(), "request", "requests"),
            parts.join(", ")
        )
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "rows": self.rows,
            "requests": self.requests(),
            "requests_for_portal": self.portal,
            "requests_to_read_first": self.read_first,
            "requests_for_rows": self.send,
            "requests_to_read_back": self.read_back,
            "requests_per_minute": self.per_minute,
            "minutes": self.seconds().map(|seconds| seconds.div_ceil(60)),
        })
    }

    /// Prints the estimate of what is going to be sent.
    pub(super) fn announce(&self, output: &Output) {
        output.line(self.in_words());
        output.event("estimate", self.json());
    }
}

/// Returns the requests for some of the rows, if all of them take this many.
fn requests_of_some(rows: u64, requests: u64, all_rows: u64) -> u64 {
    let most = u64::try_from(Batch::MAX_CALLS).unwrap_or(u64::MAX);
    let are_full = requests == all_rows.div_ceil(most);
    if are_full {
        return rows.div_ceil(most);
    }
    let all = u128::from(requests) * u128::from(rows);
    let some = all.div_ceil(u128::from(all_rows.max(1)));
    u64::try_from(some).unwrap_or(u64::MAX)
}

/// Returns `less than a minute`, `about 12 minutes` or `about 2 h 5 min`.
fn in_minutes(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, 0 | 1) => "less than a minute".to_owned(),
        (0, minutes) => format!("about {minutes} minutes"),
        (hours, minutes) => format!("about {hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(rows: impl IntoIterator<Item = (u64, usize)>) -> (u64, u64) {
        let mut counter = RequestCounter::default();
        rows.into_iter()
            .for_each(|(id, bytes)| counter.add(id, bytes));
        let Requests { batches, sending } = counter.end();
        (batches, sending)
    }

    #[test]
    fn rows_are_counted_in_the_batches_in_which_they_are_sent() {
        assert_eq!(counted([]), (0, 0));
        assert_eq!(counted((1..=50).map(|id| (id, 10))), (1, 1));
        assert_eq!(counted((1..=51).map(|id| (id, 10))), (2, 2));
        // A batch ends after the row with which it is full.
        assert_eq!(counted((1..=3).map(|id| (id, MAX_BYTES))), (3, 3));
        assert_eq!(counted((1..=4).map(|id| (id, MAX_BYTES / 2))), (2, 2));
    }

    #[test]
    fn rows_about_one_record_are_sent_in_a_request_each() {
        assert_eq!(counted([(1, 1), (2, 1), (1, 1), (1, 1)]), (1, 3));
        assert_eq!(counted([71; 100].map(|id| (id, 1))), (2, 100));
    }

    #[test]
    fn some_rows_take_a_part_of_the_requests() {
        assert_eq!(requests_of_some(50, 3, 120), 1);
        assert_eq!(requests_of_some(51, 3, 120), 2);
        // Most rows are about one record.
        assert_eq!(requests_of_some(60, 90, 120), 45);
        assert_eq!(requests_of_some(0, 0, 0), 0);
    }

    #[test]
    fn the_time_is_that_of_the_requests_at_the_limit() {
        let estimate = Estimate {
            rows: 1_000_000,
            portal: 1,
            read_first: 20_000,
            send: 20_000,
            read_back: 20_000,
            per_minute: Some(300),
        };
        let expected = "sending 1000000 rows takes up to 60001 requests, 1 for the portal, 20000 to read the records first, 20000 for the rows, 20000 to read the records afterwards: at 300 a minute this takes about 3 h 21 min";
        assert_eq!(estimate.in_words(), expected);
        assert_eq!(estimate.json()["minutes"], 201);
        let unlimited = Estimate {
            per_minute: None,
            ..estimate
        };
        assert_eq!(unlimited.json()["minutes"], Value::Null);
        assert!(unlimited.in_words().ends_with(": they are not limited"));
        let shown = [0, 60, 61, 3600, 7500].map(in_minutes);
        let expected = [
            "less than a minute",
            "less than a minute",
            "about 2 minutes",
            "about 1 h 0 min",
            "about 2 h 5 min",
        ];
        assert_eq!(shown, expected);
    }
}
