//! From a request to its answer: the key, the route, the key's rights, the body, the record.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use http_body_util::Full;
use serde_json::{Map, Value};

use crate::{
    batch::Batch,
    call_fault::BatchFaults,
    envelope::{self, Failure},
    key::Access,
    me,
    operation::{Action, Done, Operation},
    query,
    route::Route,
    service::{Call, Service},
};

/// What is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) error_code: Option<&'static str>,
}

/// What a request did, which only the log learns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effects {
    pub(crate) applied: bool,
    pub(crate) dropped: Vec<String>,
    /// The ids of the calls of a batch that were.
    pub(crate) applied_calls: Vec<String>,
}

impl Answer {
    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            error_code: None,
        }
    }

    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::empty(status).with_body("application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn failure(failure: &Failure) -> Self {
        let mut answer = Self::json(failure.status(), &failure.envelope());
        answer.error_code = Some(failure.code());
        if let Some(retry_after) = failure.retry_after_header() {
            answer.headers.insert(RETRY_AFTER, retry_after);
        }
        answer
    }

    pub(crate) fn with_body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let content_type = HeaderValue::from_static(content_type);
        self.headers.insert(CONTENT_TYPE, content_type);
        self.body = body.into();
        self
    }

    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Carries a request out.
pub(crate) fn to(call: &Call, service: &Service, faults: &BatchFaults) -> (Answer, Effects) {
    match respond(call, service, faults) {
        Ok(done) => {
            let body = envelope::success(done.data, done.meta);
            (Answer::json(done.status, &body), done.effects)
        }
        Err(failure) => (Answer::failure(&failure), Effects::default()),
    }
}

fn respond(call: &Call, service: &Service, faults: &BatchFaults) -> Result<Done, Failure> {
    let keys = service.keys();
    let key = keys.authenticate(&call.headers)?;
    let route = Route::read(&call.method, call.uri.path())?;
    let mut portal = service.portal();
    match route {
        Route::Me => Ok(Done::read(me::describe(key))),
        Route::UserFields(entity) => {
            key.check_access(Access::Read)?;
            Ok(Done::read(portal.user_fields(entity)?))
        }
        Route::Entity(action, entity, id) => {
            key.check_access(action.access())?;
            let input = match action {
                Action::List => query::of_url(call.uri.query()),
                Action::Create | Action::Update | Action::Search => read_body(&call.body)?,
                Action::Get | Action::Delete | Action::Fields => Map::new(),
            };
            let operation = Operation {
                action,
                entity,
                id,
                input,
            };
            operation.run(&mut portal)
        }
        // What each of its calls may do is another matter.
        Route::Batch => {
            key.check_access(Access::Read)?;
            let batch = Batch::of_calls(&read_body(&call.body)?, portal.quirks.batch_params)?;
            Ok(batch.run(key, &mut portal, faults))
        }
        Route::EntityBatch(entity) => {
            key.check_access(Access::Write)?;
            let batch = Batch::of_items(entity, &read_body(&call.body)?)?;
            Ok(batch.run(key, &mut portal, faults))
        }
    }
}

fn read_body(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Failure::invalid_request("The body is no JSON object")),
        Err(_) => Err(Failure::invalid_request("The body is not JSON")),
    }
}
