//! What a creation adds to the record that it makes.
//!
//! A creation needs no lock, since nobody can write to its record yet. Afterwards, what it added is an open
//! write like that of an update: a read may be answered by a replica that does not have it yet.
//!
//! If the answer is lost, the id is not known. The app may look the record up and ensure the same values, so
//! these are remembered for the entity instead: a read of any of its records that lacks one of them is out of
//! date until the creation has settled.

use std::{borrow::Cow, sync::Arc};

use tokio::time::Instant;

use super::{Additions, Locks, open_writes::OpenWrite};
use crate::{Error, Outcome, Result, patch::target::Target};

/// A creation that adds values, from before it is sent. If it is dropped, it is lost.
pub(crate) struct Creation {
    locks: Arc<Locks>,
    entity: Cow<'static, str>,
    /// `None` once the result was noted.
    additions: Option<Additions>,
}

impl Creation {
    pub(crate) fn new(
        locks: &Arc<Locks>,
        entity: Cow<'static, str>,
        additions: Option<Additions>,
    ) -> Self {
        Self {
            locks: Arc::clone(locks),
            entity,
            additions,
        }
    }

    /// Notes the result, with the id of the new record.
    pub(crate) fn end(mut self, created: Result<u64, &Error>) {
        match created {
            Ok(id) => {
                if let Some(additions) = self.additions.take() {
                    let entity = self.entity.clone();
                    let record = Target { entity, id };
                    self.locks.note_created(&record, additions);
                }
            }
            Err(error) if error.outcome() == Outcome::NotApplied => self.additions = None,
            Err(_) => {}
        }
    }
}

impl Drop for Creation {
    fn drop(&mut self) {
        if let Some(additions) = self.additions.take() {
            self.locks.note_lost_creation(&self.entity, &additions);
        }
    }
}

impl Locks {
    fn note_created(&self, record: &Target, additions: Additions) {
        let now = Instant::now();
        let write = OpenWrite {
            additions,
            settles_at: now + self.settle_time,
        };
        self.state().memory.add(self.hash(record), write, now);
    }

    fn note_lost_creation(&self, entity: &str, additions: &Additions) {
        let until = Instant::now() + self.settle_time;
        let entity = self.hash_of_entity(entity);
        let mut state = self.state();
        for value in additions.values() {
            let hash = self.hash_of_value(entity, &value);
            state.memory.note_shown(hash, until);
        }
    }
}
