//! Checks what may be sent, before any request is made.

use crate::{
    Error, ErrorKind, Result,
    patch::body::Body,
    value::entity::{ENTITY_TYPE_ID, smart_process},
};

/// Checks that a patch of this entity may be sent.
pub(crate) fn check(entity: &str, body: &Body) -> Result<()> {
    if body.is_empty() {
        let advice = "the patch changes nothing, so there is nothing to send";
        return Err(Error::not_sent(ErrorKind::EmptyPatch, advice));
    }
    if let Some(invalid) = body.invalid_field() {
        let error = Error::not_sent(ErrorKind::InvalidPatch, invalid.to_string());
        return Err(error.caused_by(invalid.reason().clone()));
    }
    // In a batch it would name another smart process.
    if smart_process(entity).is_some() && body.change_of(ENTITY_TYPE_ID).is_some() {
        let problem = format!(
            "`{ENTITY_TYPE_ID}` is the number of the smart process, which no patch can change"
        );
        return Err(Error::not_sent(ErrorKind::InvalidPatch, problem));
    }
    Ok(())
}

/// Returns the id if a record can have it.
pub(crate) fn checked_id(id: u64) -> Result<u64> {
    if id == 0 {
        return Err(Error::not_sent(ErrorKind::InvalidId, "0 is no record's id"));
    }
    Ok(id)
}
