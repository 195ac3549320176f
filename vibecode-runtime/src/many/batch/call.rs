//! One call of a batch, and its form in the request body.

use http::Method;

use crate::{
    Error, Outcome, PatchJob, Result,
    client::{
        Additions, Request, Target,
        request::{BATCH, Effect, check, checked_id},
    },
    patch::body::Body,
    wire::json,
};

/// The maximum number of calls in a batch (api.md, grade D).
pub(crate) const MAX_CALLS: usize = 50;

#[derive(Debug, Clone)]
pub(crate) struct BatchCall {
    pub(crate) target: Target,
    pub(crate) action: Action,
}

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Get,
    Update(Body),
}

impl BatchCall {
    /// Creates a call that reads a record. An error if no such record can exist.
    pub(crate) fn get(target: Target) -> Result<Self> {
        let call = Self {
            target,
            action: Action::Get,
        };
        call.checked()
    }

    /// Creates a call that changes a record. An error if the patch cannot be sent, or no such
    /// record can exist.
    pub(crate) fn update(target: Target, body: Body) -> Result<Self> {
        let call = Self {
            target,
            action: Action::Update(body),
        };
        call.checked()
    }

    fn checked(self) -> Result<Self> {
        let checked = checked_id(self.target.id).and_then(|_| match &self.action {
            Action::Update(body) => check(body),
            Action::Get => Ok(()),
        });
        match checked {
            Ok(()) => Ok(self),
            Err(error) => Err(self.named(error)),
        }
    }

    /// Returns what the call adds; `None` if it only reads, sets or clears.
    pub(crate) fn additions(&self) -> Option<Additions> {
        match &self.action {
            Action::Get => None,
            Action::Update(body) => Additions::of(body),
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        match &self.action {
            Action::Get => Effect::Reads,
            Action::Update(body) => Effect::of(body),
        }
    }

    /// Adds the call that failed to the error.
    pub(crate) fn named(&self, error: Error) -> Error {
        let action = self.action.name();
        let Target { entity, id } = &self.target;
        let call = format!("{action} {entity}/{id} in a batch");
        error.with(|details| {
            details.call = Some(call);
            // A read changes nothing, whatever its result.
            if self.effect() == Effect::Reads {
                details.outcome = Outcome::NotApplied;
            }
        })
    }

    fn push(&self, json: &mut String, index: usize) {
        let Self { target, action } = self;
        let Target { entity, id } = target;
        let mut digits = itoa::Buffer::new();
        json.push_str(r#"{"id":""#);
        json.push(PREFIX);
        json.push_str(digits.format(index));
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

/// A job was checked when it was created.
impl From<PatchJob> for BatchCall {
    fn from(job: PatchJob) -> Self {
        let (target, body) = job.into_parts();
        Self {
            target,
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

/// Begins the id of a call. An id of digits alone may come back as an index of a list.
const PREFIX: char = 'c';

pub(super) fn place_of(id: &str) -> Option<usize> {
    json::index(id.strip_prefix(PREFIX)?)?.try_into().ok()
}

pub(super) fn request<'a>(calls: impl IntoIterator<Item = (usize, &'a BatchCall)>) -> Request {
    let mut json = String::from(r#"{"calls":["#);
    let begin = json.len();
    let mut effect = Effect::Reads;
    for (index, call) in calls {
        if json.len() > begin {
            json.push(',');
        }
        call.push(&mut json, index);
        effect = effect.max(call.effect());
    }
    json.push_str("]}");
    Request::new(Method::POST, BATCH, effect).with_body(json)
}
