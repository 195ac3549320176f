//! The state behind all requests.

use std::sync::{Mutex, MutexGuard};

use crate::{
    fault_plan::FaultPlan,
    hosting::Hosting,
    keyring::Keyring,
    limits::{Limits, Quota},
    lock::lock,
    log::Log,
    portal::Portal,
};

/// The state that all connections share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) log: Log,
    keys: Mutex<Keyring>,
    portal: Mutex<Portal>,
    plan: Mutex<FaultPlan>,
    limits: Mutex<Limits>,
    /// Whether the page is served beside the API.
    pub(crate) has_page: bool,
}

impl Service {
    pub(crate) fn new(portal: Portal, keys: Keyring, quota: Quota, hosting: Hosting) -> Self {
        Self {
            log: Log::keeping(hosting.kept_requests),
            has_page: hosting.has_page,
            keys: Mutex::new(keys),
            portal: Mutex::new(portal),
            plan: Mutex::default(),
            limits: Mutex::new(Limits::new(quota)),
        }
    }

    /// If both locks are needed, this one is taken before the portal's.
    pub(crate) fn keys(&self) -> MutexGuard<'_, Keyring> {
        lock(&self.keys)
    }

    pub(crate) fn portal(&self) -> MutexGuard<'_, Portal> {
        lock(&self.portal)
    }

    pub(crate) fn limits(&self) -> MutexGuard<'_, Limits> {
        lock(&self.limits)
    }

    pub(crate) fn plan(&self) -> MutexGuard<'_, FaultPlan> {
        lock(&self.plan)
    }
}
