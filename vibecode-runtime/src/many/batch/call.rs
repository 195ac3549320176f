//! One call of a batch, and its form in the request body.

use http::Method;

use crate::{
    Error, PatchJob, Result,
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

#[derive(Debug, Clone)]
pub(crate) struct BatchCall {
    pub(crate) target: Target,
    /// The patch of an update; `None` if the call reads.
    patch: Option<Body>,
}

impl BatchCall {
    /// Creates a call that reads a record. An error if no such record can exist.
    pub(crate) fn get(target: Target) -> Result<Self> {
        let call = Self {
            target,
            patch: None,
        };
        call.checked()
    }

    /// Creates a call that changes a record. An error if the patch cannot be sent, or no such
    /// record can exist.
    pub(crate) fn update(target: Target, patch: Body) -> Result<Self> {
        let call = Self {
            target,
            patch: Some(patch),
        };
        call.checked()
    }

    fn checked(self) -> Result<Self> {
        let checked = checked_id(self.target.id).and_then(|_| match &self.patch {
            Some(patch) => check(&self.target.entity, patch),
            None => Ok(()),
        });
        match checked {
            Ok(()) => Ok(self),
            Err(error) => Err(self.named(error)),
        }
    }

    /// Returns what the call adds; `None` if it only reads, sets or clears.
    pub(crate) fn additions(&self) -> Option<Additions> {
        Additions::of(self.patch.as_ref()?)
    }

    pub(crate) fn effect(&self) -> Effect {
        self.patch.as_ref().map_or(Effect::Reads, Effect::of)
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
                let fields = patch.to_json();
                // A patch that may be sent has a field.
                json.push_str(fields.strip_prefix('{').unwrap_or(&fields));
            } else {
                json.push('}');
            }
        } else if let Some(patch) = &self.patch {
            json.push_str(r#","params":"#);
            json.push_str(&patch.to_json());
        }
        json.push('}');
    }
}

/// A job was checked when it was created.
impl From<PatchJob> for BatchCall {
    fn from(job: PatchJob) -> Self {
        let (target, patch) = job.into_parts();
        Self {
            target,
            patch: Some(patch),
        }
    }
}

/// Begins the id of a call, before its number. An id of digits alone may come back as an index of a list.
const PREFIX: char = 'c';

pub(super) fn number_of(id: &str) -> Option<usize> {
    json::index(id.strip_prefix(PREFIX)?)?.try_into().ok()
}

/// Returns the request of these calls, each with its number.
pub(super) fn request<'a>(calls: impl IntoIterator<Item = (usize, &'a BatchCall)>) -> Request {
    let mut json = String::from(r#"{"calls":["#);
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
