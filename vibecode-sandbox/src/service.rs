//! What every request is answered from.

use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header::AUTHORIZATION, request::Parts};

use crate::{
    envelope::Failure,
    fault_plan::FaultPlan,
    hosting::Hosting,
    keyring::{KEY_HEADER, Keyring},
    limits::{Limits, Quota},
    lock::lock,
    log::Log,
    portal::Portal,
    route::Route,
};

/// What all connections share.
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

/// A request that came in whole.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
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

    /// Where both are wanted, before the portal.
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

impl Call {
    /// What is asked for.
    pub(crate) fn route(&self) -> Result<Route, Failure> {
        Route::read(&self.method, self.uri.path())
    }

    /// What shows who is asking is kept out of `Debug`.
    pub(crate) fn new(head: Parts, body: Bytes) -> Self {
        let mut headers = head.headers;
        for (name, value) in &mut headers {
            if name == KEY_HEADER || name == AUTHORIZATION {
                value.set_sensitive(true);
            }
        }
        Self {
            method: head.method,
            uri: head.uri,
            headers,
            body,
        }
    }
}
