//! One try: what came of it, without a judgement.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE},
};
use reqwest::{Response, Url};

use super::{Request, credentials::JSON, frames::Frames};

const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

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

impl Attempt {
    /// That of the answer, where there was one.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Failed(_) => None,
            Self::Answered { status, .. } => Some(*status),
        }
    }
}

/// The body of an answer, as far as it came.
pub(crate) enum ReadBody {
    Whole(Bytes),
    Oversized,
    Broken(reqwest::Error),
}

/// Sends a request once, with the HTTP client's own headers beside these, and with its timeout
/// where none is given.
pub(super) fn attempt(
    http: &reqwest::Client,
    url: Url,
    authorization: Option<HeaderValue>,
    timeout: Option<Duration>,
    request: &Request,
) -> impl Future<Output = Attempt> + Send + use<> {
    let frames = Frames::default();
    let mut sent = reqwest::Request::new(request.method.clone(), url);
    if timeout.is_some() {
        *sent.timeout_mut() = timeout;
    }
    if let Some(authorization) = authorization {
        let headers = sent.headers_mut();
        headers.entry(AUTHORIZATION).or_insert(authorization);
    }
    if let Some(body) = &request.body {
        sent.headers_mut().entry(CONTENT_TYPE).or_insert(JSON);
        *sent.body_mut() = Some(frames.body(body.clone()));
    }
    if !request.is_write() {
        // A state from a cache on the way would prove nothing.
        sent.headers_mut().insert(CACHE_CONTROL, NO_CACHE);
    }
    let answer = http.execute(sent);
    // What goes into the request is not carried along while the answer is waited for.
    async move {
        // The try has ended when this is dropped, whoever drops it.
        let _frames = frames;
        let mut response = match answer.await {
            Ok(response) => response,
            Err(error) => return Attempt::Failed(error.without_url()),
        };
        Attempt::Answered {
            status: response.status(),
            body: read_body(&mut response).await,
            headers: std::mem::take(response.headers_mut()),
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
