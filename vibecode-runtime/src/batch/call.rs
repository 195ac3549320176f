//! One call of a batch, and how the calls stand in its body.

use std::borrow::Cow;

use http::Method;

use crate::{
    Error, Outcome, PatchJob, Result,
    body::Body,
    client::{
        Key, Lane, Request,
        request::{Effect, check, checked_id},
    },
};

/// The most calls that a batch may have (api.md, grade D).
pub(crate) const MOST_CALLS: usize = 50;

/// One call of a batch.
#[derive(Debug, Clone)]
pub(crate) struct BatchCall {
    pub(crate) entity: Cow<'static, str>,
    pub(crate) id: u64,
    pub(crate) action: Action,
}

/// A call with the turn at its record, where it writes.
pub(crate) type Turned<'a> = (&'a BatchCall, Option<&'a Lane>);

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Get,
    Update(Body),
}

impl BatchCall {
    /// A call that reads a record.
    ///
    /// # Errors
    /// Where there can be no such record.
    pub(crate) fn get(entity: Cow<'static, str>, id: u64) -> Result<Self> {
        let call = Self {
            entity,
            id,
            action: Action::Get,
        };
        call.checked()
    }

    /// A call that changes a record.
    ///
    /// # Errors
    /// Where the patch cannot be sent, or there can be no such record.
    pub(crate) fn update(entity: Cow<'static, str>, id: u64, body: Body) -> Result<Self> {
        let call = Self {
            entity,
            id,
            action: Action::Update(body),
        };
        call.checked()
    }

    fn checked(self) -> Result<Self> {
        let checked = checked_id(self.id).and_then(|_| match &self.action {
            Action::Update(body) => check(body),
            Action::Get => Ok(()),
        });
        match checked {
            Ok(()) => Ok(self),
            Err(error) => Err(self.named(error)),
        }
    }

    pub(crate) fn key(&self) -> Key {
        Key {
            entity: self.entity.clone(),
            id: self.id,
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        match &self.action {
            Action::Get => Effect::Reads,
            Action::Update(body) => Effect::of(body),
        }
    }

    /// The error, with the call that it is about.
    pub(crate) fn named(&self, error: Error) -> Error {
        let action = self.action.name();
        let call = format!("{action} {}/{} in a batch", self.entity, self.id);
        error.with(|details| {
            details.call = Some(call);
            // A read applies nothing, whatever became of it.
            if self.effect() == Effect::Reads {
                details.outcome = Outcome::NotApplied;
            }
        })
    }

    fn push(&self, json: &mut String, place: usize) {
        let Self { entity, id, action } = self;
        let mut digits = itoa::Buffer::new();
        json.push_str(r#"{"id":""#);
        json.push(PREFIX);
        json.push_str(digits.format(place));
        json.push_str(r#"","entity":""#);
        json.push_str(entity);
        json.push_str(r#"","action":""#);
        json.push_str(action.name());
        json.push_str(r#"","entityId":"#);
        json.push_str(digits.format(*id));
        if let Action::Update(body) = action {
            json.push_str(r#","params":"#);
            json.push_str(&body.to_json());
        }
        json.push('}');
    }
}

/// A job has been checked when it was made.
impl From<PatchJob> for BatchCall {
    fn from(job: PatchJob) -> Self {
        let (entity, id, body) = job.into_parts();
        Self {
            entity,
            id,
            action: Action::Update(body),
        }
    }
}

impl Action {
    fn name(&self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Update(_) => "update",
        }
    }
}

/// Begins the id of a call. An id of digits alone may come back as a place in a list.
const PREFIX: char = 'c';

/// The place that the id of a call tells.
pub(super) fn place_of(id: &str) -> Option<usize> {
    id.strip_prefix(PREFIX)?.parse().ok()
}

/// `POST /v1/batch` with these calls, each by its place.
///
/// The fields of an update are the `params` themselves, flat (api.md, grade D).
pub(super) fn request<'a>(calls: impl IntoIterator<Item = (usize, &'a BatchCall)>) -> Request {
    let mut json = String::from(r#"{"calls":["#);
    let begin = json.len();
    let mut effect = Effect::Reads;
    for (place, call) in calls {
        if json.len() > begin {
            json.push(',');
        }
        call.push(&mut json, place);
        effect = effect.max(call.effect());
    }
    json.push_str("]}");
    Request::new(Method::POST, "batch", effect).with_body(json)
}
