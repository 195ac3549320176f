//! Settings of a blocking client: those of the other.

use std::time::Duration;

use super::Client;
use crate::{BatchParams, Credentials, Result, RetryPolicy, Throttle};

/// Settings of a blocking [`Client`], from [`Client::builder`]: those of
/// [`vibecode_runtime::ClientBuilder`](crate::ClientBuilder).
#[derive(Debug)]
#[must_use = "a client is there after `build`"]
pub struct ClientBuilder(crate::ClientBuilder);

macro_rules! settings {
    ($($name:ident($argument:ident: $Type:ty);)+) => {$(
        #[doc = concat!("As [`ClientBuilder::", stringify!($name), "`](crate::ClientBuilder::", stringify!($name), ").")]
        pub fn $name(self, $argument: $Type) -> Self {
            Self(self.0.$name($argument))
        }
    )+};
}

impl ClientBuilder {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self(crate::Client::builder(credentials))
    }

    settings! {
        base_url(url: &str);
        timeout(timeout: Duration);
        connect_timeout(timeout: Duration);
        deadline(deadline: Duration);
        settle(settle: Duration);
        retry(policy: RetryPolicy);
        throttle(throttle: Throttle);
        batch_params(params: BatchParams);
        user_agent(user_agent: impl Into<String>);
        http(http: reqwest::ClientBuilder);
    }

    /// Makes the client.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`](crate::ClientBuilder::build).
    pub fn build(self) -> Result<Client> {
        Client::of(self.0.build()?)
    }
}
