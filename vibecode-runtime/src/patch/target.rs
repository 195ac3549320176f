//! The record that a request changes.

use std::{
    borrow::Cow,
    hash::{Hash, Hasher},
};

use crate::Entity;

/// A record of an entity.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) entity: Cow<'static, str>,
    pub(crate) id: u64,
}

impl Target {
    pub(crate) fn of<E: Entity>(id: u64) -> Self {
        Self {
            entity: E::PATH.into(),
            id,
        }
    }
}

// The entity is not hashed: records of different entities seldom have the same id.
impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}
