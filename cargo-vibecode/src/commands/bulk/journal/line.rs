//! One line of a journal, and what it says of the process that wrote it.

use serde::{Deserialize, Serialize};

use super::{
    header::Header,
    outcome::RowFailure,
    review::{Review, ReviewedRows},
    row_set::Ranges,
};
use crate::commands::bulk::backup::LastParts;

/// One line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    Journal(Box<Header>),
    /// A review that was given to `--resume`. That of a job as it was started is in the first line.
    Review {
        at: u64,
        review: Review,
    },
    /// The digests of rows of the review before.
    Reviewed(ReviewedRows),
    /// The old values of these rows are in a file.
    BackedUp {
        at: u64,
        rows: Ranges,
        /// The file, relative to the folder of the journal. Journals of earlier versions do not name it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// What was appended to it and to the lists beside it. Journals before version 8 do not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parts: Option<LastParts>,
    },
    /// On the disk before the first request of the batch is sent.
    Started {
        batch: u64,
        /// Milliseconds since 1970, by the wall clock.
        at: u64,
        rows: Ranges,
    },
    /// The outcomes of the rows of a batch.
    Done {
        batch: u64,
        at: u64,
        #[serde(default, skip_serializing_if = "Ranges::is_empty")]
        ok: Ranges,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failed: Vec<RowFailure>,
        /// The rows of which an attempt was lost, also if they are done: it may still be applied.
        #[serde(default, skip_serializing_if = "Ranges::is_empty")]
        lost: Ranges,
    },
    /// These rows had been done, and a lost attempt of an earlier row has replaced what they have set. Further records
    /// may have to be compared.
    Overtaken {
        at: u64,
        failed: Vec<RowFailure>,
    },
    /// A process has waited until everything that was sent before this line had settled.
    Waited {
        at: u64,
    },
    /// The rows of which an attempt was lost have settled, and the records with further rows were compared with them.
    Settled {
        at: u64,
        /// Further rows that were overtaken, as earlier versions list them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failed: Vec<RowFailure>,
    },
    /// A batch of which nothing was applied; its rows are to be sent again.
    Returned {
        batch: u64,
        at: u64,
    },
    /// The API has reported another portal for the key since these rows were sent, so it is not known which portal took
    /// them. Their outcomes do not count: they are to be sent again.
    Reopened {
        at: u64,
        rows: Ranges,
    },
    /// The API did not report at the end of the process which portal the key is for, so it is not known whether these
    /// rows, whose outcomes count, have gone to the portal of the job.
    Unconfirmed {
        at: u64,
        rows: Ranges,
    },
    /// The process is alive. Earlier versions wrote it.
    Alive {
        at: u64,
    },
    /// No request of the process is under way. A journal that does not end with this, or with `Finished`, was
    /// written by a process that was killed, or has lost its end.
    Ended {
        at: u64,
    },
    /// Lines after this were not as they were written, and were removed. Rows of which no line before says anything
    /// may have been sent.
    Damaged {
        at: u64,
    },
    /// The journal was changed or copied after its last line was written: it may be an older copy that was put back. Rows
    /// of which it says nothing may have been sent.
    PutBack {
        at: u64,
    },
    /// An undo of the job is about to send its first row.
    Undoing {
        at: u64,
        /// Its backup, relative to the folder of the journal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// An undo of the job has ended, and this number of rows was restored from its backup.
    Undone {
        at: u64,
        rows: u64,
    },
    /// Every row has been reported.
    Finished {
        at: u64,
        ok: u64,
        failed: u64,
    },
}

impl Line {
    /// Returns the moment that the line names, in milliseconds since 1970.
    pub(super) fn at(&self) -> Option<u64> {
        match self {
            Self::Journal(_) => None,
            Self::Reviewed(rows) => Some(rows.at),
            Self::Review { at, .. }
            | Self::BackedUp { at, .. }
            | Self::Started { at, .. }
            | Self::Done { at, .. }
            | Self::Overtaken { at, .. }
            | Self::Waited { at }
            | Self::Settled { at, .. }
            | Self::Returned { at, .. }
            | Self::Reopened { at, .. }
            | Self::Unconfirmed { at, .. }
            | Self::Alive { at }
            | Self::Ended { at }
            | Self::Damaged { at }
            | Self::PutBack { at }
            | Self::Undoing { at, .. }
            | Self::Undone { at, .. }
            | Self::Finished { at, .. } => Some(*at),
        }
    }

    /// Returns whether no request of the process is under way after this line. `before` is whether none was before it.
    pub(super) fn is_ended_after(&self, before: bool) -> bool {
        match self {
            Self::Ended { .. }
            | Self::Waited { .. }
            | Self::Settled { .. }
            | Self::Finished { .. } => true,
            // It is written while nothing new is under way.
            Self::BackedUp { .. }
            | Self::Review { .. }
            | Self::Reviewed(_)
            | Self::Overtaken { .. }
            | Self::Reopened { .. }
            | Self::Unconfirmed { .. }
            | Self::Undoing { .. }
            | Self::Undone { .. } => before,
            Self::Journal(_)
            | Self::Started { .. }
            | Self::Done { .. }
            | Self::Returned { .. }
            | Self::Alive { .. }
            | Self::Damaged { .. }
            | Self::PutBack { .. } => false,
        }
    }

    /// Returns whether every row has been reported after this line. `before` is whether they were before it.
    pub(super) fn is_finished_after(&self, before: bool) -> bool {
        match self {
            Self::Finished { .. } => true,
            Self::Review { .. }
            | Self::Reviewed(_)
            | Self::Unconfirmed { .. }
            | Self::Undoing { .. }
            | Self::Undone { .. } => before,
            // Rows were sent, or may have been, after the end that an earlier line shows.
            Self::Journal(_)
            | Self::BackedUp { .. }
            | Self::Started { .. }
            | Self::Done { .. }
            | Self::Overtaken { .. }
            | Self::Waited { .. }
            | Self::Settled { .. }
            | Self::Returned { .. }
            | Self::Reopened { .. }
            | Self::Alive { .. }
            | Self::Ended { .. }
            | Self::Damaged { .. }
            | Self::PutBack { .. } => false,
        }
    }
}
