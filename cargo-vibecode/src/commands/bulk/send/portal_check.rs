//! Asks again, on long runs, which portal the key is for.
//!
//! A key, or the session of an app, may lead to another portal while a job runs: somebody has moved the key, or the base
//! URL leads elsewhere. There, the ids of the rows are those of other records. So before a batch is sent, the API is asked
//! again if its last answer is older than the settle time (120 s by default, and at least 1 s). Short runs do not ask
//! again.

use std::time::Duration;

use tokio::{task::JoinHandle, time::Instant};
use vibecode_runtime::Client;

use crate::{failure::Failure, portal_identity::Identity};

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
    asking: Option<JoinHandle<Result<Identity, vibecode_runtime::Error>>>,
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
        }
    }

    /// Returns true if no batch may leave before the answer. Asks if it is time to.
    pub(super) fn holds_back(&mut self, client: &Client) -> bool {
        // What the API does not report cannot be compared.
        let is_due = self.then.portal.is_some() && self.answered.elapsed() >= self.every;
        if is_due && self.asking.is_none() {
            self.asking = Some(tokio::spawn(self.then.ask_again(client)));
        }
        self.asking.is_some()
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// Waits for the answer. To be called only while the question is asked.
    ///
    /// # Errors
    /// If the portal or the key is another one, or if the API does not answer.
    pub(super) async fn answer(&mut self) -> Result<(), Failure> {
        let Some(asking) = &mut self.asking else {
            return Ok(());
        };
        let answer = asking.await;
        self.asking = None;
        let answer = answer.map_err(|error| Failure::new(error.to_string()))?;
        match answer {
            Ok(now) => {
                let Some(difference) = self.then.difference(&now) else {
                    (self.answered, self.unanswered) = (Instant::now(), 0);
                    return Ok(());
                };
                Err(Failure::new(format!(
                    "stopped before the next batch, since {difference}. Rows that were sent in the last {} s may have been sent with that key: look at their records",
                    self.answered.elapsed().as_secs()
                )))
            }
            Err(error) => {
                self.unanswered += 1;
                if self.unanswered < ATTEMPTS && !error.refuses_the_key() {
                    return Ok(());
                }
                Err(Failure::new(format!(
                    "stopped before the next batch, since the API did not report any more which portal the key is for: {}",
                    crate::failure::in_words(&error)
                )))
            }
        }
    }
}
