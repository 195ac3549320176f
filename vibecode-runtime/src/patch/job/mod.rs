//! Patches as plain data, which can be stored in a queue or a file and sent by another process.

mod data;
mod fields;
mod untyped;

use std::borrow::Cow;

use serde::Serialize;

use self::data::Data;
pub use self::{fields::JobField, untyped::UntypedPatch};
use crate::{
    Entity, IdFor, Patch, Result,
    patch::{
        body::Body,
        check::{check, checked_id},
        target::Target,
    },
};

/// A patch together with the record that it is for, as plain serde data.
///
/// [`Client::update_job`](crate::Client::update_job) sends it as an update.
/// [`Client::ensure_job`](crate::Client::ensure_job) sends it so that running it twice adds nothing
/// twice, which is what a queue with at-least-once delivery needs.
///
/// It can be stored in any serde format, JSON or binary. A job that was modified so that no patch could
/// have produced it is refused when it is read.
///
/// It contains personal data, as the patch does. Debug shows none.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let job = PatchJob::new(71, &Customer::patch().post("Director"))?;
/// let json = serde_json::to_string(&job)?;
/// assert_eq!(
///     json,
///     concat!(
///         r#"{"version":4,"entity":"contacts","id":71,"body":"{\"post\":\"Director\"}","#,
///         r#""adds":[],"unchecked":false,"clears":[],"compared":{"post":"text"}}"#,
///     ),
/// );
/// let same: PatchJob = serde_json::from_str(&json)?;
/// assert_eq!((same.entity(), same.id()), ("contacts", 71));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(into = "Data")]
pub struct PatchJob {
    entity: Cow<'static, str>,
    id: u64,
    body: Body,
}

impl PatchJob {
    /// Creates a job from a patch for a record.
    ///
    /// # Errors
    /// Refuses what [`Client::update`](crate::Client::update) would refuse, before anything is queued:
    /// [`EmptyPatch`](crate::ErrorKind::EmptyPatch), [`InvalidPatch`](crate::ErrorKind::InvalidPatch),
    /// [`InvalidId`](crate::ErrorKind::InvalidId).
    pub fn new<P: Patch>(id: impl IdFor<P>, patch: &P) -> Result<Self> {
        let id = checked_id(id.record_id())?;
        check(P::Entity::PATH, patch.body())?;
        Ok(Self {
            entity: P::Entity::PATH.into(),
            id,
            body: patch.body().clone(),
        })
    }

    #[cfg(test)]
    pub(crate) fn unchecked_new(entity: Cow<'static, str>, id: u64, body: Body) -> Self {
        Self { entity, id, body }
    }

    /// Returns the name of the entity in the API's paths, such as `contacts`.
    #[must_use]
    pub fn entity(&self) -> &str {
        &self.entity
    }

    /// Returns the record's id.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns whether the job is idempotent, that is, whether sending it twice has the same effect as
    /// sending it once: see [`Patch::is_idempotent`](crate::Patch::is_idempotent).
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.body.is_idempotent()
    }

    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            entity: self.entity.clone(),
            id: self.id,
        }
    }

    pub(crate) fn into_parts(self) -> (Target, Body) {
        let Self { entity, id, body } = self;
        (Target { entity, id }, body)
    }
}
