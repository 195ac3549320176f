//! The settings of a worker, from the environment.

use std::{
    env::{self, VarError},
    str::FromStr,
    time::Duration,
};

use apalis::prelude::BoxDynError;

pub(crate) const REDIS_URL: &str = "REDIS_URL";
pub(crate) const API_KEY: &str = "VIBECODE_API_KEY";
pub(crate) const BASE_URL: &str = "VIBECODE_BASE_URL";
pub(crate) const PER_MINUTE: &str = "VIBECODE_PER_MINUTE";
pub(crate) const SETTLE_SECONDS: &str = "VIBECODE_SETTLE_SECONDS";

pub(crate) struct Settings {
    pub(crate) redis_url: String,
    pub(crate) api_key: String,
    pub(crate) base_url: Option<String>,
    /// For all workers together.
    pub(crate) per_minute: u32,
    pub(crate) settle: Duration,
}

impl Settings {
    pub(crate) fn from_env() -> Result<Self, BoxDynError> {
        Ok(Self {
            redis_url: required(REDIS_URL)?,
            api_key: required(API_KEY)?,
            base_url: optional(BASE_URL)?,
            per_minute: optional(PER_MINUTE)?.unwrap_or(300),
            settle: Duration::from_secs(optional(SETTLE_SECONDS)?.unwrap_or(120)),
        })
    }
}

fn required(name: &str) -> Result<String, BoxDynError> {
    optional(name)?.ok_or_else(|| format!("{name} is not set").into())
}

fn optional<T: FromStr>(name: &str) -> Result<Option<T>, BoxDynError> {
    let problem = || format!("{name} cannot be read");
    match env::var(name) {
        Ok(text) => Ok(Some(text.parse().map_err(|_| problem())?)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(problem().into()),
    }
}
