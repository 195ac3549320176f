//! Creates the contacts of rows that have none, each once.
//!
//! A creation without an answer may be applied later. So its row is looked up by its key, at once and after
//! the settle time, and is created again only if no contact has the key then. The id in an answer is not
//! used: what is written next must go to a contact that was found by its key.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::sleep;
use vibecode_runtime::{Client, Outcome, Result};

use crate::{
    contacts::{Contacts, Found},
    customer::{Customer, Wanted},
    report::Report,
};

/// How often a row is created at most, if no creation before was applied.
const ROUNDS: usize = 3;

type Rows = BTreeMap<u64, Wanted>;

/// A row with the contact that was created for it.
pub(crate) type NewContact = (u64, Wanted, Box<Customer>);

pub(crate) struct Creation<'a> {
    client: &'a Client,
    settle_time: Duration,
    keeps_keys: KeepsKeys,
}

/// Whether a contact that was created in this run was found by its key. If the portal drops the keys, every
/// run would create every contact again.
#[derive(Clone, Copy, PartialEq)]
enum KeepsKeys {
    NotKnown,
    Yes,
    No,
}

/// The rows of a round, by what is known after their creations were sent.
#[derive(Default)]
struct Sent {
    /// The API answered with success.
    answered: Rows,
    /// The creation may be applied, or may be applied later.
    lost: Rows,
    /// Nothing was created, and the API asked to try again later.
    postponed: Rows,
}

impl<'a> Creation<'a> {
    pub(crate) fn new(client: &'a Client, settle_time: Duration) -> Self {
        Self {
            client,
            settle_time,
            keeps_keys: KeepsKeys::NotKnown,
        }
    }

    /// Creates these rows. The first one is created alone, and must be found by its key.
    ///
    /// # Errors
    /// If the portal cannot be read. Creations may be open then.
    pub(crate) async fn create(
        &mut self,
        mut rows: Rows,
        report: &mut Report<'_>,
    ) -> Result<Vec<NewContact>> {
        let mut created = Vec::new();
        while self.keeps_keys == KeepsKeys::NotKnown {
            let Some(first) = rows.pop_first() else {
                return Ok(created);
            };
            let first = Rows::from([first]);
            created.extend(self.create_all(first, report).await?);
        }
        if self.keeps_keys == KeepsKeys::Yes {
            created.extend(self.create_all(rows, report).await?);
        } else {
            for key in rows.keys() {
                let problem = "not created: the portal does not return contacts by their key";
                report.skipped(key, problem);
            }
        }
        Ok(created)
    }

    async fn create_all(
        &mut self,
        mut rows: Rows,
        report: &mut Report<'_>,
    ) -> Result<Vec<NewContact>> {
        let mut created = Vec::new();
        for round in 1..=ROUNDS {
            let mut sent = self.send(rows, round == ROUNDS, report).await;
            self.look_up(&mut sent, &mut created, report).await?;
            if !sent.answered.is_empty() || !sent.lost.is_empty() {
                sleep(self.settle_time).await;
                self.look_up(&mut sent, &mut created, report).await?;
            }
            for key in sent.answered.keys() {
                self.keeps_keys = KeepsKeys::No;
                report.skipped(
                    key,
                    "the API reported a success, but no contact has the key",
                );
            }
            rows = sent.lost;
            rows.append(&mut sent.postponed);
            if rows.is_empty() {
                break;
            }
        }
        for key in rows.keys() {
            report.skipped(key, "not created: no answer, and no contact has the key");
        }
        Ok(created)
    }

    /// Sends the rows one by one: a batch cannot create.
    async fn send(&self, rows: Rows, is_last: bool, report: &mut Report<'_>) -> Sent {
        let mut sent = Sent::default();
        for (key, wanted) in rows {
            let into = match self.client.create(&wanted.to_create(key)).await {
                Ok(_) => &mut sent.answered,
                Err(error) if error.outcome() == Outcome::Unknown => &mut sent.lost,
                Err(error) if error.retry_after().is_some() && !is_last => &mut sent.postponed,
                Err(error) => {
                    report.failed(key, &error);
                    continue;
                }
            };
            into.insert(key, wanted);
        }
        sent
    }

    /// Moves the rows that have a contact now to `created`.
    async fn look_up(
        &mut self,
        sent: &mut Sent,
        created: &mut Vec<NewContact>,
        report: &mut Report<'_>,
    ) -> Result<()> {
        let keys = sent.answered.keys().chain(sent.lost.keys());
        let mut contacts = Contacts::of(self.client, keys).await?;
        for rows in [&mut sent.answered, &mut sent.lost] {
            for (key, wanted) in std::mem::take(rows) {
                match contacts.take(key) {
                    Found::One(contact) => {
                        self.keeps_keys = KeepsKeys::Yes;
                        created.push((key, wanted, contact));
                    }
                    Found::Several(ids) => report.several(key, &ids),
                    Found::Unclear => report.unclear(key),
                    Found::Missing => {
                        rows.insert(key, wanted);
                    }
                }
            }
        }
        Ok(())
    }
}
