//! One try: what came of it, without a judgement.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};
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
    Whole(Vec<u8>),
    Oversized,
    Broken(reqwest::Error),
}

/// Sends a request once.
pub(super) async fn attempt(
    http: &reqwest::Client,
    url: Url,
    headers: HeaderMap,
    timeout: Duration,
    request: &Request,
) -> Attempt {
    let sent = http
        .request(request.method.clone(), url)
        .timeout(timeout)
        .headers(headers)
        .header(header::ACCEPT, APPLICATION_JSON);
    let sent = match &request.body {
        Some(body) => sent
            .header(header::CONTENT_TYPE, APPLICATION_JSON)
            .body(Body::from(body.clone())),
        None => sent,
    };
    match sent.send().await {
        Ok(mut response) => Attempt::Answered {
            status: response.status(),
            body: read_body(&mut response).await,
            headers: std::mem::take(response.headers_mut()),
        },
        Err(error) => Attempt::Failed(error.without_url()),
    }
}

const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");

async fn read_body(response: &mut Response) -> ReadBody {
    let limit = if response.status().is_success() {
        MAX_ANSWER
    } else {
        MAX_FAILURE
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return ReadBody::Oversized;
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return ReadBody::Oversized,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return ReadBody::Whole(body),
            Err(error) => return ReadBody::Broken(error.without_url()),
        }
    }
}
