//! Who calls: a client of one try, one of the default tries, and what they send.

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

/// The default tries, as fast as they may be.
pub(crate) fn builder(url: &str) -> ClientBuilder {
    Client::builder(Credentials::personal(KEY))
        .base_url(url)
        .throttle(Throttle::unlimited())
        .http(without_certificates())
}

/// Loading the system's certificates takes longer than most tests, and none here uses TLS.
fn without_certificates() -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([])
}

/// One try.
pub(crate) fn single(url: &str) -> ClientBuilder {
    builder(url).retry(RetryPolicy::off())
}

pub(crate) fn client(url: &str) -> Client {
    single(url).build().unwrap()
}

/// Sent twice, it leaves what it leaves sent once.
pub(crate) fn update(client: &Client) -> Call<Updated> {
    client.update(71, &Customer::patch().post("Director"))
}

/// Sent twice, it adds a second phone.
pub(crate) fn add(client: &Client) -> Call<Updated> {
    client.update(71, &Customer::patch().add_phone(SECRET))
}

/// Counts the tries of the clients that it is given to.
#[derive(Clone, Default)]
pub(crate) struct Tries(Arc<AtomicUsize>);

impl Tries {
    pub(crate) fn throttle(&self) -> Throttle {
        Throttle::shared(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Budget for Tries {
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
