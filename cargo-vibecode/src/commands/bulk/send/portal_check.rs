//! Asks again, while a job runs and at its end, which portal the key is for.
//!
//! A key, or the session of an app, may lead to another portal while a job runs: somebody has moved the key, or the base
//! URL leads elsewhere. There, the ids of the rows are those of other records. So before a batch is sent, the API is asked
//! again if its last answer is older than the settle time (120 s by default, and at least 1 s), and once more after the
//! last row.
//!
//! An answer confirms the rows that were reported before it was asked for. If it names another portal, it is not known
//! which portal took the rows since the answer before: they are open again in the journal.
//!
//! Example: the API is asked at 0 s and at 120 s, and names the portal of the job. Row 3000 is reported at 130 s. At 240 s
//! the API names another portal. Row 3000 may have gone to either, so it counts as not sent, and `--resume` compares it
//! with its record once the key is for the portal of the job again.

use std::time::Duration;

use tokio::{task::JoinHandle, time::Instant};
use vibecode_runtime::{Client, Error};

use crate::{
    commands::bulk::journal::row_set::RowSet, failure::Failure, portal_identity::Identity,
};

/// How often the question is asked, each time with the retries of the client, before the job stops.
const ATTEMPTS: u32 = 3;
/// The shortest time between two answers.
const LEAST: Duration = Duration::from_secs(1);

/// Which portal the key was for, and the question whether it still is.
#[derive(Debug)]
pub(crate) struct PortalCheck {
    then: Identity,
    every: Duration,
    answered: Instant,
    unanswered: u32,
    asking: Option<JoinHandle<Result<Identity, Error>>>,
    /// The rows that were reported before the question, and that an answer confirms.
    asked_for: RowSet,
    /// The rows that were reported since.
    since: RowSet,
    /// Whether a row was reported at all.
    has_rows: bool,
}

/// Why a job cannot go on.
#[derive(Debug)]
pub(super) enum PortalProblem {
    /// The key is for another portal now. Contains the difference, as the end of a sentence.
    Other(String),
    /// The key has other rights now, or the API does not report the portal any more.
    Failed(Failure),
}

impl PortalCheck {
    /// `then` is what the API has reported before the first row is sent.
    pub(crate) fn new(then: Identity, settle: Duration) -> Self {
        Self {
            answered: then.reported_at,
            then,
            every: settle.max(LEAST),
            unanswered: 0,
            asking: None,
            asked_for: RowSet::default(),
            since: RowSet::default(),
            has_rows: false,
        }
    }

    /// Returns true if no batch may leave before the answer. Asks if it is time to.
    pub(super) fn holds_back(&mut self, client: &Client) -> bool {
        if self.answered.elapsed() >= self.every {
            self.ask(client);
        }
        self.is_asking()
    }

    /// Asks, unless an answer is awaited. What the API did not report before cannot be compared.
    fn ask(&mut self, client: &Client) {
        if self.then.portal.is_some() && self.asking.is_none() {
            self.asked_for.insert_all(&self.since);
            self.since = RowSet::default();
            self.asking = Some(tokio::spawn(self.then.ask_again(client)));
        }
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// Adds rows that were reported.
    pub(super) fn add(&mut self, rows: impl IntoIterator<Item = u64>) {
        for row in rows {
            self.since.insert(row);
            self.has_rows = true;
        }
    }

    /// Returns the rows that no answer has confirmed.
    pub(super) fn unconfirmed(&self) -> RowSet {
        let mut rows = self.asked_for.clone();
        rows.insert_all(&self.since);
        rows
    }

    /// Returns whether the API has reported the portal again since the last row; `None` if it never did, or if no row was
    /// reported.
    pub(super) fn is_confirmed(&self) -> Option<bool> {
        self.then.portal.as_ref()?;
        self.has_rows.then(|| self.unconfirmed().is_empty())
    }

    /// Waits until the answer confirms the rows that were reported so far, if there are any.
    pub(super) async fn confirm(&mut self, client: &Client) -> Result<(), PortalProblem> {
        while self.is_confirmed() == Some(false) {
            self.ask(client);
            self.answer().await?;
        }
        Ok(())
    }

    /// Waits for the answer. To be called only while the question is asked.
    ///
    /// # Errors
    /// If the portal or the key is another one, or if the API does not answer.
    pub(super) async fn answer(&mut self) -> Result<(), PortalProblem> {
        let Some(asking) = &mut self.asking else {
            return Ok(());
        };
        let answer = asking.await;
        self.asking = None;
        let stop = |problem: String| Err(PortalProblem::Failed(Failure::new(problem)));
        match answer {
            Ok(Ok(now)) => {
                if let Some(difference) = self.then.other_portal(&now) {
                    return Err(PortalProblem::Other(difference));
                }
                (self.answered, self.unanswered) = (Instant::now(), 0);
                self.asked_for = RowSet::default();
                self.then.other_rights(&now).map_or(Ok(()), stop)
            }
            Ok(Err(error)) => {
                self.unanswered += 1;
                if self.unanswered < ATTEMPTS && !error.refuses_the_key() {
                    return Ok(());
                }
                stop(format!(
                    "the API did not report any more which portal the key is for: {}",
                    crate::failure::in_words(&error)
                ))
            }
            Err(error) => stop(error.to_string()),
        }
    }
}
