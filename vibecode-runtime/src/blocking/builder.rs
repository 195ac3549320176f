//! Settings of a blocking client.

use std::time::Duration;

use super::Client;
use crate::{Credentials, Result, RetryPolicy, Throttle};

/// Configures and builds a blocking [`Client`]. Created by [`Client::builder`]; has the settings of
/// [`vibecode_runtime::ClientBuilder`](crate::ClientBuilder).
#[derive(Debug)]
#[must_use = "a client is there after `build`"]
pub struct ClientBuilder(crate::ClientBuilder);

macro_rules! settings {
    ($($name:ident($argument:ident: $Type:ty), $example:literal;)+) => {$(
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
        base_url(url: &str), "\"https://vibecode.bitrix24.com/v1\"";
        timeout(timeout: Duration), "Duration::from_secs(90)";
        connect_timeout(timeout: Duration), "Duration::from_secs(3)";
        deadline(deadline: Duration), "Duration::from_secs(300)";
        settle_time(settle_time: Duration), "Duration::from_secs(180)";
        retry(policy: RetryPolicy), "RetryPolicy::off()";
        throttle(throttle: Throttle), "Throttle::per_minute(120)";
        user_agent(user_agent: impl Into<String>), "\"shop/1.4\"";
        http(http: reqwest::ClientBuilder), "reqwest::Client::builder()";
    }

    /// Builds the client.
    ///
    /// # Errors
    /// Same as [`ClientBuilder::build`](crate::ClientBuilder::build).
    pub fn build(self) -> Result<Client> {
        Client::of(self.0.build()?)
    }
}
