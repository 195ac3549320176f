//! The state behind all requests.

use std::sync::{Arc, Mutex, MutexGuard};

use super::Hosting;
use crate::{
    api,
    faults::{BatchFaults, FaultPlan},
    keys::{Keyring, Limits, Quota},
    lock::lock,
    log::Log,
    portal::Portal,
    wire::{Answer, Request},
};

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) log: Arc<Log>,
    keys: Mutex<Keyring>,
    pub(crate) portal: Mutex<Portal>,
    plan: Mutex<FaultPlan>,
    limits: Mutex<Limits>,
    pub(crate) has_page: bool,
}

impl Service {
    pub(crate) fn new(portal: Portal, keys: Keyring, quota: Quota, hosting: Hosting) -> Self {
        Self {
            log: Arc::new(Log::new(hosting.kept_requests)),
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

    /// Carries the request out and logs what it changed.
    pub(crate) fn carry_out(
        &self,
        request: &Request,
        serial: usize,
        faults: &BatchFaults,
    ) -> Answer {
        let (answer, report) = api::respond(request, &self.keys(), &mut self.portal(), faults);
        self.log.set_report(serial, report);
        answer
    }

    /// Adds the headers of the limits to an answer, and logs it.
    pub(crate) fn finish(&self, mut answer: Answer, request: &Request, serial: usize) -> Answer {
        if let Some(key) = self.keys().recognise(&request.headers) {
            self.limits().add_headers(key, &mut answer.headers);
        }
        self.log.set_answer(serial, &answer);
        answer
    }
}
