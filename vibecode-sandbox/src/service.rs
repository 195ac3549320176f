//! What every request is answered from.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

use crate::{keyring::Keyring, log::Log, portal::Portal};

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) keys: Keyring,
    pub(crate) log: Log,
    portal: Mutex<Portal>,
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
    pub(crate) fn new(portal: Portal, keys: Keyring) -> Self {
        Self {
            keys,
            log: Log::default(),
            portal: Mutex::new(portal),
        }
    }

    pub(crate) fn portal(&self) -> MutexGuard<'_, Portal> {
        self.portal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
