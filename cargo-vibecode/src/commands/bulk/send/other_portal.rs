//! What follows if the API reports another portal for the key, or none any more.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::{
    Sender,
    portal_check::{PortalCheck, PortalProblem},
    stopping::Stopped,
};
use crate::{
    clock::clock, commands::bulk::journal::row_set::RowSet, failure::Failure, plural::number_of,
};

/// How long the answer is waited for at the end. The rate limit may hold the question back for a minute.
const TIME_AT_END: Duration = Duration::from_secs(120);
/// The same for a job that has stopped for another reason.
const TIME_AFTER_STOP: Duration = Duration::from_secs(10);

impl Sender<'_> {
    /// Returns whether the API has reported the portal of the job again since the last row that was reported; `None` if it
    /// never reported one, or if no row was reported.
    pub(crate) fn is_portal_confirmed(&self) -> Option<bool> {
        if !self.unconfirmed_before.is_empty() {
            return Some(false);
        }
        let check = self.portal_check.as_ref();
        check.and_then(PortalCheck::is_confirmed)
    }

    /// Asks for the portal at the end of a run, whether it has sent all rows or stopped.
    ///
    /// # Errors
    /// The reason why the run stopped, or that the portal is another one now.
    pub(crate) async fn confirm_portal(
        &mut self,
        sent: Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let Some(check) = self
            .portal_check
            .as_mut()
            .filter(|_| self.interrupts_seen < 2)
        else {
            return sent;
        };
        let most = match sent {
            Ok(()) => TIME_AT_END,
            Err(_) => TIME_AFTER_STOP,
        };
        let answer = timeout(most, check.confirm(&self.client));
        let answer = tokio::select! {
            answer = self.progress.during("asking which portal the key is for", answer) => answer.unwrap_or_else(|_| {
                let problem = format!("no answer within {}", clock(most));
                Err(PortalProblem::Failed(Failure::new(problem)))
            }),
            () = self.interrupts.next() => {
                self.interrupts_seen += 1;
                Err(PortalProblem::Failed(Failure::new("interrupted")))
            }
        };
        self.progress.note_failed();
        let problem = match answer {
            Ok(()) => None,
            Err(PortalProblem::Other(difference)) => {
                return Err(self.stopped_elsewhere("at the end", &difference, sent.err())?);
            }
            Err(PortalProblem::Failed(failure)) => Some(failure),
        };
        self.note_unconfirmed(problem)?;
        sent
    }

    /// Warns of the rows that no answer has confirmed, also of earlier processes, and records them; or else of the problem.
    ///
    /// # Errors
    /// If the journal cannot be written.
    fn note_unconfirmed(&mut self, problem: Option<Failure>) -> Result<(), Failure> {
        let check = self.portal_check.as_ref();
        let is_confirmed = check.and_then(PortalCheck::is_confirmed);
        let mut rows = self.unconfirmed_before.clone();
        if let (Some(false), Some(check)) = (is_confirmed, check) {
            let now = check.unconfirmed();
            self.journal.unconfirmed(&now)?;
            rows.insert_all(&now);
        } else if let Some(problem) = &problem {
            self.warn(format!("at the end: {problem}"));
        }
        if !rows.is_empty() {
            let problem = problem.filter(|_| is_confirmed == Some(false));
            self.warn(unconfirmed_in_words(&rows, problem.as_ref()));
        }
        Ok(())
    }

    fn warn(&self, warning: String) {
        self.progress.aside(|| self.output.warn(warning));
    }

    /// Returns why sending stops before the next batch. `before` is why it has stopped already, if it has.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(super) fn stopped_by(
        &mut self,
        problem: PortalProblem,
        before: Option<Stopped>,
    ) -> Result<Stopped, Failure> {
        let when = "before the next batch";
        match (problem, before) {
            (PortalProblem::Other(difference), before) => {
                self.stopped_elsewhere(when, &difference, before)
            }
            (PortalProblem::Failed(failure), Some(before)) => {
                self.warn(format!("while the batches under way ended: {failure}"));
                Ok(before)
            }
            (PortalProblem::Failed(failure), None) => {
                let problem = format!("stopped {when}, since {failure}");
                Ok(Stopped::Failed(Failure::new(problem)))
            }
        }
    }

    /// Returns that sending stops since the portal is another one, and reopens the rows that it may have taken.
    fn stopped_elsewhere(
        &mut self,
        when: &str,
        difference: &str,
        before: Option<Stopped>,
    ) -> Result<Stopped, Failure> {
        let reopened = self.reopen(difference)?;
        let before = match before {
            None | Some(Stopped::Interrupted) => String::new(),
            Some(Stopped::Failed(failure) | Stopped::NotAsReviewed(failure)) => {
                format!("{failure}\n")
            }
        };
        let problem = format!("{before}stopped {when}, since {difference}{reopened}");
        Ok(Stopped::Failed(Failure::new(problem)))
    }

    /// Reopens the rows that no answer has confirmed before the API has reported another portal, and returns that as
    /// the next sentence. Rows under way then get no outcome, so that they stay open.
    ///
    /// # Errors
    /// If that cannot be written to the journal.
    pub(super) fn reopen(&mut self, difference: &str) -> Result<String, Failure> {
        self.has_other_portal = true;
        let Some(check) = self.portal_check.take() else {
            return Ok(String::new());
        };
        let rows = check.unconfirmed();
        if rows.is_empty() {
            return Ok(String::new());
        }
        self.journal.reopened(&rows)?;
        let failed = rows.iter().filter(|row| self.failed_rows.contains(*row));
        let failed = u64::try_from(failed.count()).unwrap_or_default();
        self.progress.reopen(rows.len() - failed, failed);
        let (first, last) = (rows.iter().next(), rows.iter().last());
        let document = json!({
            "difference": difference,
            "rows": rows.len(),
            "first_row": first,
            "last_row": last,
        });
        self.output.event("portal_changed", document);
        Ok(format!(
            ". So it is not known which portal took {} (row {} to row {}): look at the records with these ids on both. They count as open: with a key for the portal of the job, --resume compares them with their records, and sends what is missing",
            number_of(rows.len(), "row", "rows"),
            first.unwrap_or_default(),
            last.unwrap_or_default()
        ))
    }
}

/// The warning of rows of which the API did not report again which portal the key is for.
pub(crate) fn unconfirmed_in_words(rows: &RowSet, problem: Option<&Failure>) -> String {
    let why = problem.map_or_else(String::new, |it| format!(" ({it})"));
    let (first, last) = (rows.iter().next(), rows.iter().last());
    let which = match (first, last) {
        (Some(first), Some(last)) if first != last => format!(" (row {first} to row {last})"),
        (first, _) => format!(" (row {})", first.unwrap_or_default()),
    };
    format!(
        "the API did not report at the end which portal the key is for{why}. If the key was moved meanwhile, {}{which} may have gone to another portal: look at the records with these ids on both, with a key for each",
        number_of(rows.len(), "row", "rows")
    )
}
