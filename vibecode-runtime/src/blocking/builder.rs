//! Settings of a blocking client.

use std::time::Duration;

use super::Client;
use crate::{Credentials, Result, RetryPolicy, Throttle};

/// Configures and builds a blocking [`Client`]. Created by [`Client::builder`]; has the settings of
/// [`vibecode_runtime::ClientBuilder`](crate::ClientBuilder).
#[derive(Debug)]
#[must_use = "call `build` to get a client"]
pub struct ClientBuilder {
    inner: crate::ClientBuilder,
}

impl ClientBuilder {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self {
            inner: crate::Client::builder(credentials),
        }
    }

    /// Same as [`ClientBuilder::from_env`](crate::ClientBuilder::from_env).
    pub fn from_env() -> Result<Self> {
        let inner = crate::ClientBuilder::from_env()?;
        Ok(Self { inner })
    }

    settings! { ClientBuilder:
        base_url(url: &str);
        timeout(timeout: Duration);
        connect_timeout(timeout: Duration);
        deadline(deadline: Duration);
        settle_time(settle_time: Duration);
        retry(policy: RetryPolicy);
        throttle(throttle: Throttle);
        refuse_similar_phones();
        user_agent(user_agent: impl Into<String>);
        http(http: reqwest::ClientBuilder);
    }

    /// Builds the client.
    pub fn build(self) -> Result<Client> {
        Client::of(self.inner.build()?)
    }
}
