//! One attempt to send a request, and its unjudged result.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::AUTHORIZATION};
use reqwest::{Response, Url};

use super::{
    Request,
    handover::{Handover, OpenAttempt},
};

/// The maximum length of an answer that is read, in bytes.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// The length in bytes up to which an answer is copied out of the buffer that it was read into.
const SHORT_ANSWER: usize = 32 * 1024;
/// The maximum length of the answer to a failed request that is read, in bytes.
const MAX_FAILURE: usize = 64 * 1024;

pub(crate) enum Attempt {
    /// There was no answer.
    Failed(reqwest::Error),
    /// There was an answer, or the beginning of one.
    Answered {
        status: StatusCode,
        headers: HeaderMap,
        body: ReadBody,
    },
}

impl Attempt {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Failed(_) => None,
            Self::Answered { status, .. } => Some(*status),
        }
    }
}

/// The body of an answer, as far as it was received.
pub(crate) enum ReadBody {
    Whole(Bytes),
    Oversized,
    Broken(reqwest::Error),
}

/// Sends a request once, with the HTTP client's timeout if none is given. The handover is that of a request
/// which waits for a connection.
pub(super) fn attempt(
    http: &reqwest::Client,
    (url, headers): (Url, HeaderMap),
    authorization: Option<HeaderValue>,
    timeout: Option<Duration>,
    request: &Request,
    handover: Option<Arc<Handover>>,
) -> impl Future<Output = Attempt> + Send + use<> {
    let mut open = handover.map(OpenAttempt::connecting).unwrap_or_default();
    let mut sent = reqwest::Request::new(request.method.clone(), url);
    *sent.headers_mut() = headers;
    if timeout.is_some() {
        *sent.timeout_mut() = timeout;
    }
    if let Some(authorization) = authorization {
        sent.headers_mut().insert(AUTHORIZATION, authorization);
    }
    *sent.body_mut() = open.body(request.body.clone());
    let answer = http.execute(sent);
    // The future does not hold the parts of the request while it waits for the answer.
    async move {
        // Dropping this ends the attempt, whoever drops it.
        let _open = open;
        let mut response = match answer.await {
            Ok(response) => response,
            Err(error) => return Attempt::Failed(error.without_url()),
        };
        let body = read_body(&mut response).await;
        Attempt::Answered {
            status: response.status(),
            body,
            headers: std::mem::take(response.headers_mut()),
        }
    }
}

async fn read_body(response: &mut Response) -> ReadBody {
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit(response) as u64) {
        return ReadBody::Oversized;
    }
    let begin = match response.chunk().await {
        Ok(begin) => begin.unwrap_or_default(),
        Err(error) => return ReadBody::Broken(error.without_url()),
    };
    // Most answers arrive in one piece. A short one is copied: it would keep the whole buffer into which
    // hyper read it.
    if announced == Some(begin.len() as u64) {
        let is_short = begin.len() < SHORT_ANSWER;
        return ReadBody::Whole(if is_short {
            Bytes::copy_from_slice(&begin)
        } else {
            begin
        });
    }
    // Boxed, since it is rare: it then takes no space in the futures of all calls.
    Box::pin(read_rest(response, begin, announced)).await
}

/// The maximum length of the body of an answer that is read.
fn limit(response: &Response) -> usize {
    if response.status().is_success() {
        MAX_ANSWER
    } else {
        MAX_FAILURE
    }
}

async fn read_rest(response: &mut Response, begin: Bytes, announced: Option<u64>) -> ReadBody {
    let limit = limit(response);
    let capacity = announced.and_then(|length| usize::try_from(length).ok());
    let mut body = Vec::with_capacity(capacity.unwrap_or(0));
    let mut chunk = begin;
    loop {
        if body.len() + chunk.len() > limit {
            return ReadBody::Oversized;
        }
        body.extend_from_slice(&chunk);
        chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return ReadBody::Whole(body.into()),
            Err(error) => return ReadBody::Broken(error.without_url()),
        };
    }
}
