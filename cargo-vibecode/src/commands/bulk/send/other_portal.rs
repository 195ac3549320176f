//! What follows if the API reports another portal for the key, or none any more.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::{
    Sender,
    portal_check::{PortalCheck, PortalProblem},
    stopping::Stopped,
};
use crate::{failure::Failure, plural::number_of};

/// How long a job that has stopped for another reason waits for the answer.
const TIME_AFTER_STOP: Duration = Duration::from_secs(10);

impl Sender<'_> {
    /// Returns whether the API has reported the portal of the job again since the last row that was reported; `None` if it
    /// never reported one.
    pub(crate) fn is_portal_confirmed(&self) -> Option<bool> {
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
            Ok(()) => Duration::MAX,
            Err(_) => TIME_AFTER_STOP,
        };
        let answer = tokio::select! {
            answer = timeout(most, check.confirm(&self.client)) => answer.unwrap_or(Ok(())),
            () = self.interrupts.next() => Ok(()),
        };
        let problem = match answer {
            Ok(()) => None,
            Err(PortalProblem::Other(difference)) => {
                return Err(self.stopped_elsewhere("at the end", &difference, sent.err())?);
            }
            Err(PortalProblem::Stop(failure)) => Some(failure),
        };
        if self.is_portal_confirmed() == Some(false) {
            let why = problem.map_or_else(String::new, |it| format!(" ({it})"));
            let rows = self.unconfirmed_rows();
            self.progress.aside(|| {
                self.output.warn(format!(
                    "the API did not report at the end which portal the key is for{why}. If the key was moved meanwhile, {rows} may have gone to another portal: compare the records with --plan"
                ));
            });
        }
        sent
    }

    /// Returns the rows that no answer has confirmed in words.
    fn unconfirmed_rows(&self) -> String {
        let check = self.portal_check.as_ref();
        let rows = check.map_or(0, |check| check.unconfirmed().len());
        number_of(rows, "row", "rows")
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
            (PortalProblem::Stop(_), Some(before)) => Ok(before),
            (PortalProblem::Stop(failure), None) => {
                let problem = format!("stopped {when}, since {failure}");
                Ok(Stopped::Failed(Failure::new(problem)))
            }
        }
    }

    /// Returns that sending stops since the portal is another one, and takes back the rows that it may have taken.
    fn stopped_elsewhere(
        &mut self,
        when: &str,
        difference: &str,
        before: Option<Stopped>,
    ) -> Result<Stopped, Failure> {
        let taken_back = self.take_back(difference)?;
        let before = match before {
            None | Some(Stopped::Interrupted) => String::new(),
            Some(Stopped::Failed(failure)) => format!("{failure}\n"),
        };
        let problem = format!("{before}stopped {when}, since {difference}{taken_back}");
        Ok(Stopped::Failed(Failure::new(problem)))
    }

    /// Counts the rows as open that no answer has confirmed before the API has reported another portal, and returns that as
    /// the next sentence. Rows under way then get no outcome, so that they stay open.
    ///
    /// # Errors
    /// If that cannot be written to the journal.
    pub(super) fn take_back(&mut self, difference: &str) -> Result<String, Failure> {
        self.is_elsewhere = true;
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
        self.progress.take_back(rows.len() - failed, failed);
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
