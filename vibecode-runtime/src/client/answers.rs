//! What calls read from the envelope of a success.

use std::borrow::Cow;

use super::{
    Request,
    judge::{self, Answer},
};
use crate::{
    Outcome, RawAnswer, Result,
    patch::target::Target,
    value::entity::{ENTITY_TYPE_ID, smart_process},
    wire::{id, json},
};
use bytestring::ByteString;

/// A record: the requested one, or a new one.
impl Answer for RawAnswer {
    type Data<'a> = &'a str;

    fn read(data: &str, _: Option<&str>, answer: &ByteString, request: &Request) -> Result<Self> {
        check_record(data, &request.entity, request.id)?;
        let json = answer.slice_ref(data);
        Ok(raw(request.entity.clone(), json, request.is_write()))
    }
}

pub(super) struct New(pub(super) u64, pub(super) RawAnswer);

impl Answer for New {
    type Data<'a> = &'a str;

    fn read(
        data: &str,
        meta: Option<&str>,
        answer: &ByteString,
        request: &Request,
    ) -> Result<Self> {
        let raw = RawAnswer::read(data, meta, answer, request)?;
        let id = raw.id().ok_or_else(|| {
            judge::unexpected("the answer contains a new record, but no id of it that can be read")
        })?;
        Ok(Self(id, raw))
    }
}

pub(super) struct Whole(pub(super) RawAnswer);

impl Answer for Whole {
    type Data<'a> = &'a str;

    fn read(data: &str, _: Option<&str>, answer: &ByteString, request: &Request) -> Result<Self> {
        let json = answer.slice_ref(data);
        Ok(Self(raw(request.entity.clone(), json, false)))
    }
}

/// A success. It need not contain a record, but must not contradict itself.
pub(super) struct Done;

impl Answer for Done {
    type Data<'a> = &'a str;

    fn read(data: &str, _: Option<&str>, _: &ByteString, request: &Request) -> Result<Self> {
        if data == "false" {
            return Err(judge::unexpected(
                "the answer reports a success, and `false` as its result",
            ));
        }
        if json::is_object(data) {
            check_object(data, &request.entity, request.id)?;
        }
        Ok(Self)
    }

    fn without_data() -> Result<Self> {
        Ok(Self)
    }
}

/// If a record cannot be parsed into a struct after a write, the outcome of the write is unknown.
pub(crate) fn raw(entity: Cow<'static, str>, json: ByteString, is_written: bool) -> RawAnswer {
    let unread = if is_written {
        Outcome::Unknown
    } else {
        Outcome::NotApplied
    };
    RawAnswer::new(entity, json, unread)
}

/// Checks an answer about a call of a batch, for which the documentation only says that there is an id.
pub(crate) fn check_id_in_batch(record: &str, target: &Target) -> Result<()> {
    if check_record(record, &target.entity, Some(target.id))? {
        return Ok(());
    }
    Err(judge::unexpected(
        "the batch's answer reports a success of this call, but no id of the record",
    ))
}

/// Checks that an answer is an object, and that it is about this record if it says which one. Returns
/// whether it has an id.
fn check_record(record: &str, entity: &str, wanted: Option<u64>) -> Result<bool> {
    if smart_process(entity).is_none()
        && wanted.is_some_and(|wanted| begins_with_id(record, wanted))
    {
        return Ok(true);
    }
    if !json::is_object(record) {
        return Err(judge::unexpected(
            "the answer reports a success, but contains no record",
        ));
    }
    check_object(record, entity, wanted)
}

fn check_object(object: &str, entity: &str, wanted: Option<u64>) -> Result<bool> {
    let keys = ["id", "success", "error", ENTITY_TYPE_ID];
    let Some([id, success, error, number]) = json::pick(object, keys) else {
        return Err(judge::unexpected(
            "the answer contains a record whose id cannot be read",
        ));
    };
    // The records of different smart processes have the same ids.
    let number = number.filter(|number| *number != "null");
    let is_other =
        |wanted: &str| number.is_some_and(|number| json::text(number).as_deref() != Some(wanted));
    if smart_process(entity).is_some_and(is_other) {
        return Err(judge::other_record());
    }
    match (id, wanted) {
        (Some(id), Some(wanted)) if id::of_record(id) != Some(wanted) => Err(judge::other_record()),
        (None, _) if success.is_some() || error.is_some() => Err(judge::unexpected(
            "the answer reports a success, but contains an error in the place of the record",
        )),
        (id, _) => Ok(id.is_some()),
    }
}

/// Returns whether a record begins with this id, as nearly every one does. Such a record is not read
/// completely here, for speed. Whether it has a second id is detected by those who read its fields.
fn begins_with_id(record: &str, wanted: u64) -> bool {
    let mut digits = itoa::Buffer::new();
    record
        .strip_prefix(r#"{"id":"#)
        .and_then(|rest| rest.strip_prefix(digits.format(wanted)))
        .is_some_and(|rest| rest.starts_with([',', '}']))
}
