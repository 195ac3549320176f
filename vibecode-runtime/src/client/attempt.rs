//! One try: what came of it, without a judgement.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use reqwest::{Body, Response, Url};

use super::Request;

/// Answers up to this length are read (bytes).
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// Answers that tell of a failure are read up to this length (bytes).
const MAX_FAILURE: usize = 64 * 1024;

/// What came of one try.
pub(crate) enum Attempt {
    /// There was no answer.
    Failed(reqwest::Error),
    /// There was one, or its beginning.
    Answered {
        status: StatusCode,
        headers: HeaderMap,
        body: ReadBody,
    },
}

/// The body of an answer, as far as it came.
pub(crate) enum ReadBody {
    Whole(Bytes),
    Oversized,
    Broken(reqwest::Error),
}

/// Sends a request once, with the headers of one that has a body, and with the HTTP client's own
/// timeout where none is given.
pub(super) fn attempt(
    http: &reqwest::Client,
    url: Url,
    headers: HeaderMap,
    timeout: Option<Duration>,
    request: &Request,
) -> impl Future<Output = Attempt> + Send + use<> {
    let mut sent = reqwest::Request::new(request.method.clone(), url);
    if timeout.is_some() {
        *sent.timeout_mut() = timeout;
    }
    *sent.headers_mut() = headers;
    match &request.body {
        Some(body) => *sent.body_mut() = Some(Body::from(body.clone())),
        None => drop(sent.headers_mut().remove(header::CONTENT_TYPE)),
    }
    let answer = http.execute(sent);
    // What goes into the request is not carried along while the answer is waited for.
    async {
        match answer.await {
            Ok(mut response) => Attempt::Answered {
                status: response.status(),
                body: read_body(&mut response).await,
                headers: std::mem::take(response.headers_mut()),
            },
            Err(error) => Attempt::Failed(error.without_url()),
        }
    }
}

async fn read_body(response: &mut Response) -> ReadBody {
    let limit = if response.status().is_success() {
        MAX_ANSWER
    } else {
        MAX_FAILURE
    };
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit as u64) {
        return ReadBody::Oversized;
    }
    let begin = match response.chunk().await {
        Ok(begin) => begin.unwrap_or_default(),
        Err(error) => return ReadBody::Broken(error.without_url()),
    };
    // Most answers come in one piece, which is then the body as it is.
    if announced == Some(begin.len() as u64) {
        return ReadBody::Whole(begin);
    }
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
