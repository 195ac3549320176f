//! Raw requests, for what the typed client refuses to send.
//!
//! They are hardened as that client is: no redirect carries the key to another host, nothing is
//! retried automatically, and plain http is only allowed to this machine.

use std::{cell::Cell, fmt, time::Duration};

use reqwest::{
    Method, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect,
};
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    failure::Failure,
    portal::{self, PortalArgs},
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const USER_AGENT: &str = concat!("cargo-vibecode/", env!("CARGO_PKG_VERSION"), " probe");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The server gives up after 60 s (api.md, grade B).
const TIMEOUT: Duration = Duration::from_secs(70);
/// The server closes idle connections: a request on such a connection gets no answer.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// Below 300 requests a minute (api.md, grade D) and 10 a second (grade O), with room for others.
const PACE: Duration = Duration::from_millis(250);

/// How often one request is sent if the API answers 429, which is the only answer after which
/// nothing can have happened.
const ATTEMPTS: u32 = 4;
const MAX_WAIT: Duration = Duration::from_secs(60);
/// After this many consecutive requests without an answer, no more are sent.
const MAX_UNANSWERED: u32 = 3;
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Sends raw requests to the portal.
#[derive(Debug)]
pub(crate) struct RawClient {
    http: reqwest::Client,
    base: String,
    pace: Duration,
    next: Cell<Instant>,
    unanswered: Cell<u32>,
}

/// A complete answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    /// Null if an error has no JSON, or a deletion no body.
    pub(crate) body: Value,
}

/// The reason that there is no answer. It contains no data of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    NotConnected,
    TimedOut,
    ConnectionLost,
    /// A success that is not one of the API, such as a page of a proxy. It says nothing about the record.
    NotUnderstood,
    /// The API does not show the record.
    NotRead,
    /// Nothing was sent, because earlier requests had no answer.
    NotSent,
}

impl RawClient {
    /// # Errors
    /// If no key was given, if it cannot be sent, or if the base URL is unsafe.
    pub(crate) fn new(portal_args: &PortalArgs) -> Result<Self, Failure> {
        // The typed client rejects invalid keys and URLs, and `http:` unless it is this machine.
        portal::client(portal_args, |builder| builder)?;
        let access = portal::access(portal_args)?;
        let url = Url::parse(&access.base_url)
            .map_err(|_| Failure::new("the base URL is not a valid URL"))?;
        let is_local = url.scheme() == "http";
        let mut headers = HeaderMap::new();
        headers.insert(API_KEY, secret(&access.key)?);
        if let Some(session) = &access.session {
            headers.insert(AUTHORIZATION, secret(&format!("Bearer {session}"))?);
        }
        let mut http = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .retry(reqwest::retry::never())
            .redirect(redirect::Policy::none())
            .referer(false)
            .http1_only()
            .pool_idle_timeout(POOL_IDLE_TIMEOUT);
        if is_local {
            http = http.no_proxy();
        }
        let http = http.build();
        let http = http.map_err(|_| Failure::new("the HTTP client cannot be created"))?;
        Ok(Self {
            http,
            base: access.base_url.trim_end_matches('/').to_owned(),
            pace: if is_local { Duration::ZERO } else { PACE },
            next: Cell::new(Instant::now()),
            unanswered: Cell::new(0),
        })
    }

    /// Resets the count of unanswered requests, for a request that must be tried in any case.
    pub(crate) fn reopen(&self) {
        self.unanswered.set(0);
    }

    /// Sends a request at the pace of the probe, and repeats it after 429.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, NoAnswer> {
        if self.unanswered.get() >= MAX_UNANSWERED {
            return Err(NoAnswer::NotSent);
        }
        let mut attempt = 1;
        loop {
            sleep_until(self.next.get()).await;
            self.next.set(Instant::now() + self.pace);
            let answer = self.send_once(method.clone(), path, body).await;
            let unanswered = self.unanswered.get();
            self.unanswered
                .set(answer.as_ref().map_or(unanswered + 1, |_| 0));
            let answer = answer?;
            if answer.status != 429 || attempt == ATTEMPTS {
                return Ok(answer);
            }
            attempt += 1;
            sleep(answer.wait()).await;
        }
    }

    async fn send_once(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, NoAnswer> {
        let url = format!("{}/{path}", self.base);
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json");
            request = request.body(body.to_string());
        }
        let mut response = request.send().await.map_err(|error| NoAnswer::of(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| NoAnswer::of(&error))?
        {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_ANSWER_BYTES {
                return Err(NoAnswer::ConnectionLost);
            }
        }
        Ok(Answer {
            status,
            headers,
            body: read_body(status, &bytes)?,
        })
    }
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status) && self.body.get("success") != Some(&Value::Bool(false))
    }

    pub(crate) fn data(&self) -> &Value {
        self.body.get("data").unwrap_or(&Value::Null)
    }

    /// Returns the number in a header such as `x-ratelimit-remaining`.
    pub(crate) fn number(&self, header: &str) -> Option<f64> {
        self.headers.get(header)?.to_str().ok()?.trim().parse().ok()
    }

    /// Returns the status, and the code of the error if there is one that is written like a code:
    /// it becomes part of the report, which must contain nothing else.
    pub(crate) fn status_and_code(&self) -> String {
        let code = self.body.pointer("/error/code").and_then(Value::as_str);
        let is_code = |code: &&str| {
            let letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
            code.len() <= 64 && code.bytes().all(|byte| letter(byte) || byte == b'_')
        };
        match code.filter(is_code) {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }

    fn wait(&self) -> Duration {
        let header = self.headers.get(RETRY_AFTER);
        let header = header.and_then(|wait| wait.to_str().ok()?.parse().ok());
        let body = self
            .body
            .pointer("/error/retryAfter")
            .and_then(Value::as_u64);
        let seconds = header.or(body).unwrap_or(1);
        Duration::from_secs(seconds).min(MAX_WAIT)
    }
}

impl NoAnswer {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::NotConnected
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::ConnectionLost
        }
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotConnected => "the portal cannot be reached",
            Self::TimedOut => "no answer before the timeout",
            Self::ConnectionLost => "the connection was lost",
            Self::NotUnderstood => "the answer is not one of the API",
            Self::NotRead => "the record could not be read",
            Self::NotSent => "not tested, because the portal does not answer",
        })
    }
}

/// Reads the body of an answer. A success must be in the API's envelope; a deletion may have no body (api.md,
/// "Records").
fn read_body(status: u16, bytes: &[u8]) -> Result<Value, NoAnswer> {
    let body: Option<Value> = serde_json::from_slice(bytes).ok();
    let success = body.as_ref().and_then(|body| body.get("success"));
    let is_understood =
        success.is_some_and(Value::is_boolean) || (status == 204 && bytes.is_empty());
    if (200..300).contains(&status) && !is_understood {
        return Err(NoAnswer::NotUnderstood);
    }
    Ok(body.unwrap_or_default())
}

fn secret(text: &str) -> Result<HeaderValue, Failure> {
    let value = HeaderValue::from_str(text);
    let mut value = value.map_err(|_| {
        Failure::new(
            "the key or the session token contains a character that an HTTP header cannot contain",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}
