//! One call of a batch, and its form in the request body.

use bytestring::ByteString;
use http::Method;

use crate::{
    Error, Result,
    client::{
        Additions, Request,
        request::{BATCH, Effect},
    },
    patch::{
        body::Body,
        check::{check, checked_id},
        target::Target,
    },
    value::entity::smart_process,
    wire::json,
};

/// The maximum number of calls in a batch (api.md, grade D).
pub(crate) const MAX_CALLS: usize = 50;

/// The entity of a call for a record of a smart process, of which the parameters have the number
/// (api.md, grade D).
const ITEMS: &str = "items";

pub(crate) struct BatchCall {
    pub(crate) target: Target,
    /// The patch of an update; `None` if the call reads.
    pub(super) patch: Option<WrittenPatch>,
}

/// A patch as it is sent.
pub(super) struct WrittenPatch {
    /// A part of a longer text that the updates of a pack share, or a text of its own.
    pub(super) json: ByteString,
    pub(super) effect: Effect,
    /// Until the lock of the record has them.
    pub(super) additions: Option<Additions>,
}

impl BatchCall {
    /// Creates a call that reads a record. An error if no such record can exist.
    pub(crate) fn get(target: Target) -> Result<Self> {
        let call = Self {
            target,
            patch: None,
        };
        match checked_id(call.target.id) {
            Ok(_) => Ok(call),
            Err(error) => Err(call.named(error)),
        }
    }

    /// Creates a call that changes a record. An error if the patch cannot be sent, or no such
    /// record can exist.
    pub(crate) fn update(target: Target, body: &Body) -> Result<Self> {
        let checked = checked_id(target.id).and_then(|_| check(&target.entity, body));
        let json = if checked.is_ok() {
            body.to_json().into()
        } else {
            ByteString::new()
        };
        let call = Self {
            target,
            patch: Some(WrittenPatch {
                json,
                effect: Effect::of(body),
                additions: Additions::of(body),
            }),
        };
        match checked {
            Ok(()) => Ok(call),
            Err(error) => Err(call.named(error)),
        }
    }

    /// Takes out what the call adds; `None` if it only reads, sets or clears.
    pub(crate) fn take_additions(&mut self) -> Option<Additions> {
        self.patch.as_mut()?.additions.take()
    }

    pub(crate) fn effect(&self) -> Effect {
        self.patch
            .as_ref()
            .map_or(Effect::Reads, |patch| patch.effect)
    }

    /// Copies the patch out of the text that it is a part of, which is then free.
    pub(super) fn copy_out(&mut self) {
        if let Some(patch) = &mut self.patch {
            patch.json = ByteString::from(&*patch.json);
        }
    }

    pub(crate) fn named(&self, error: Error) -> Error {
        let Target { entity, id } = &self.target;
        let call = format!("{} {entity}/{id} in a batch", self.action());
        error.with(|details| details.call = Some(call))
    }

    fn action(&self) -> &'static str {
        match self.patch {
            Some(_) => "update",
            None => "get",
        }
    }

    fn push(&self, json: &mut String, number: usize) {
        let Target { entity, id } = &self.target;
        let smart_process = smart_process(entity);
        let mut digits = itoa::Buffer::new();
        json.push_str(r#"{"id":""#);
        json.push(PREFIX);
        json.push_str(digits.format(number));
        json.push_str(r#"","entity":""#);
        json.push_str(smart_process.map_or(&**entity, |_| ITEMS));
        json.push_str(r#"","action":""#);
        json.push_str(self.action());
        json.push_str(r#"","entityId":"#);
        json.push_str(digits.format(*id));
        if let Some(number) = smart_process {
            json.push_str(r#","params":{"entityTypeId":"#);
            json.push_str(number);
            if let Some(patch) = &self.patch {
                json.push(',');
                // A patch that may be sent has a field.
                json.push_str(patch.json.strip_prefix('{').unwrap_or(&patch.json));
            } else {
                json.push('}');
            }
        } else if let Some(patch) = &self.patch {
            json.push_str(r#","params":"#);
            json.push_str(&patch.json);
        }
        json.push('}');
    }

    /// Returns nearly how long the call is in a request.
    fn length(&self) -> usize {
        AROUND + self.patch.as_ref().map_or(0, |patch| patch.json.len())
    }
}

/// Room for what a call has besides its patch.
const AROUND: usize = 96;

/// Begins the id of a call, before its number. An id of digits alone may come back as an index of a list.
const PREFIX: char = 'c';

pub(super) fn number_of(id: &str) -> Option<usize> {
    json::index(id.strip_prefix(PREFIX)?)?.try_into().ok()
}

/// Returns the request of these calls, each with its number.
pub(super) fn request<'a>(
    calls: impl IntoIterator<Item = (usize, &'a BatchCall), IntoIter: Clone>,
) -> Request {
    let calls = calls.into_iter();
    let length: usize = calls.clone().map(|(_, call)| call.length()).sum();
    let mut json = String::with_capacity(length + AROUND);
    json.push_str(r#"{"calls":["#);
    let begin = json.len();
    let mut effect = Effect::Reads;
    for (number, call) in calls {
        if json.len() > begin {
            json.push(',');
        }
        call.push(&mut json, number);
        effect = effect.max(call.effect());
    }
    json.push_str("]}");
    Request::new(Method::POST, BATCH, effect).with_body(json)
}
