//! The callers: a client with one attempt, a client with the default attempts, and what they send.

use std::{
    fmt::Write as _,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use vibecode_runtime::{
    Acquiring, Budget, Call, Client, ClientBuilder, Credentials, Error, Patch, Permit, Phone,
    RetryPolicy, Throttle, Updated,
};

use crate::written::SECRET;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
pub(crate) struct Customer {
    post: Option<String>,
    phone: Vec<Phone>,
}

pub(crate) const KEY: &str = "vibe_api_secret";

/// The default attempts, with the shortest waits.
pub(crate) fn builder(url: &str) -> ClientBuilder {
    Client::builder(Credentials::personal(KEY))
        .base_url(url)
        .throttle(Throttle::unlimited())
        .http(without_certificates())
}

/// Disables TLS certificates: loading them takes longer than most tests, and none here uses TLS.
fn without_certificates() -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([])
}

/// One attempt.
pub(crate) fn single(url: &str) -> ClientBuilder {
    builder(url).retry(RetryPolicy::off())
}

pub(crate) fn client(url: &str) -> Client {
    single(url).build().unwrap()
}

/// An update that is idempotent: repeating it has no further effect.
pub(crate) fn update(client: &Client) -> Call<Updated> {
    client.update(71, &Customer::patch().post("Director"))
}

/// An update that adds: if it is sent twice, there is a second phone.
pub(crate) fn add(client: &Client) -> Call<Updated> {
    client.update(71, &Customer::patch().add_phone(SECRET))
}

/// Counts the attempts of the clients that use it.
#[derive(Clone, Default)]
pub(crate) struct Attempts(Arc<AtomicUsize>);

impl Attempts {
    pub(crate) fn throttle(&self) -> Throttle {
        Throttle::shared(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Budget for Attempts {
    fn acquire(&self) -> Acquiring<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(ready(Ok(Permit::new(|_| {}))))
    }
}

pub(crate) fn assert_shows_nothing(error: &Error) {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(shown, " {cause} {cause:?}").unwrap();
        source = cause.source();
    }
    for secret in [SECRET, KEY, "vibe_", "html", "Director", "/v1/"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
