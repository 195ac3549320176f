//! Faults of single requests.

use super::{BatchFaults, Effect};
use crate::wire::{Request, Route};

/// A fault that hits one request to an entity's route.
///
/// Whether the write is applied is part of the fault: the documentation of each constructor says
/// which. [`Fault::applied`] and [`Fault::not_applied`] override it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let sandbox = Sandbox::start().await;
/// // The next PATCH of contact 71 is carried out, but its answer is lost.
/// sandbox.fault(Fault::drop_after().on("PATCH").at("contacts/71"));
/// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
/// assert!(answer.is_none());
/// assert!(sandbox.requests()[0].was_applied());
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is passed to a sandbox"]
pub struct Fault {
    name: &'static str,
    pub(crate) effect: Effect,
    pub(crate) applies: bool,
    method: Option<String>,
    path: Option<PathMatch>,
}

/// The paths of the requests that a fault hits, without `/v1/`.
#[derive(Debug, Clone)]
enum PathMatch {
    Part(String),
    Exact(String),
}

impl PathMatch {
    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Part(part) => path.contains(part),
            Self::Exact(exact) => path.strip_prefix("/v1/") == Some(exact),
        }
    }
}

impl Fault {
    pub(super) fn new(name: &'static str, effect: Effect) -> Self {
        Self {
            name,
            effect,
            applies: false,
            method: None,
            path: None,
        }
    }

    pub(super) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Carries the request out before the fault. Has no effect on [`Fault::late`], which has its
    /// own delay.
    pub fn applied(self) -> Self {
        Self {
            applies: true,
            ..self
        }
    }

    /// Does not apply a write. If the request is answered with a success all the same, the answer
    /// shows a record with only its id, or a batch without results. Reads are answered as usual.
    pub fn not_applied(self) -> Self {
        Self {
            applies: false,
            ..self
        }
    }

    /// Hits only requests of this method, such as `PATCH`.
    pub fn on(self, method: impl AsRef<str>) -> Self {
        let method = Some(method.as_ref().to_owned());
        Self { method, ..self }
    }

    /// Hits only requests with this in their path, such as `contacts/71`. `contacts` is in the path of
    /// a search too, `contacts/search`: see [`Fault::at_exactly`].
    pub fn at(self, part_of_path: impl Into<String>) -> Self {
        let path = Some(PathMatch::Part(part_of_path.into()));
        Self { path, ..self }
    }

    /// Hits only requests with exactly this path, with or without `/v1/`.
    ///
    /// ```
    /// # use vibecode_sandbox::Fault;
    /// // A creation. A search is `POST /v1/contacts/search`, and a batch `POST /v1/batch`.
    /// let fault = Fault::drop_after().on("POST").at_exactly("contacts");
    /// # let _: Fault = fault;
    /// ```
    pub fn at_exactly(self, path: impl AsRef<str>) -> Self {
        let path = path.as_ref();
        let path = path.strip_prefix("/v1/").unwrap_or(path);
        let path = Some(PathMatch::Exact(path.to_owned()));
        Self { path, ..self }
    }

    /// Returns the name of the constructor, such as `drop_after`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns true if the fault applies to this request.
    pub(crate) fn matches(&self, request: &Request, route: Route) -> bool {
        let of_batch = matches!(self.effect, Effect::InBatch(_) | Effect::DropAfterCalls(_));
        let method = self.method.as_deref();
        let path = self.path.as_ref();
        (route.is_batch() || !of_batch)
            && method.is_none_or(|method| request.method == method)
            && path.is_none_or(|path| path.matches(request.uri.path()))
    }

    /// Returns the effects of the fault inside a batch.
    pub(crate) fn batch_faults(&self) -> BatchFaults {
        let mut faults = BatchFaults::default();
        match &self.effect {
            Effect::InBatch(calls) => faults.calls.clone_from(calls),
            Effect::DropAfterCalls(calls) => faults.carried_out = Some(*calls),
            _ => {}
        }
        faults
    }
}
