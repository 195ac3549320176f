//! From a request to its answer: the key, the route, the key's rights, the body, the record.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::{
    envelope::{self, Failure},
    me,
    route::Route,
    service::{Call, Service},
};

/// What is answered, and what only the log learns.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) error_code: Option<&'static str>,
    pub(crate) dropped: Vec<String>,
}

impl Answer {
    pub(crate) fn to(call: &Call, service: &Service) -> Self {
        match respond(call, service) {
            Ok((data, dropped)) => Self {
                status: StatusCode::OK,
                body: envelope::success(&data),
                error_code: None,
                dropped,
            },
            Err(failure) => Self {
                status: failure.status(),
                error_code: Some(failure.code()),
                body: failure.into_envelope(),
                dropped: Vec::new(),
            },
        }
    }
}

/// The data of the answer and the keys that had no effect.
fn respond(call: &Call, service: &Service) -> Result<(Value, Vec<String>), Failure> {
    let key = service.keys.authenticate(&call.headers)?;
    let route = Route::read(&call.method, call.uri.path())?;
    key.check_access(route)?;
    let mut portal = service.portal();
    let data = match route {
        Route::Me => me::describe(key),
        Route::Fields(entity) => portal.fields(entity),
        Route::Get(entity, id) => portal.get(entity, id)?,
        Route::Update(entity, id) => {
            return portal.update(entity, id, &read_body(&call.body)?);
        }
    };
    Ok((data, Vec::new()))
}

fn read_body(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Failure::invalid_request("The body is no JSON object")),
        Err(_) => Err(Failure::invalid_request("The body is not JSON")),
    }
}
