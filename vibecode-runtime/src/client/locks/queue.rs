//! The lock of one record: who holds it, and who waits for it.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use crate::client::caller::Caller;

#[derive(Debug, Default)]
pub(super) struct RecordQueue {
    holder: Option<Caller>,
    waiting: VecDeque<Arc<Ticket>>,
}

#[derive(Debug)]
pub(super) struct Ticket {
    caller: Caller,
    is_granted: AtomicBool,
    woken: Arc<Notify>,
}

impl Ticket {
    pub(super) fn is_granted(&self) -> bool {
        self.is_granted.load(Ordering::Acquire)
    }

    pub(super) async fn woken(&self) {
        // An earlier notification is stored, so none is missed.
        self.woken.notified().await;
    }
}

/// A position behind another call.
pub(super) struct Behind {
    pub(super) ticket: Arc<Ticket>,
    /// The call directly before, which must now continue without its caller, as those before it do.
    pub(super) next_before: Caller,
}

impl RecordQueue {
    pub(super) fn join(
        &mut self,
        caller: &Caller,
        woken: impl FnOnce() -> Arc<Notify>,
    ) -> Option<Behind> {
        let last_waiting = self.waiting.back().map(|ticket| &ticket.caller);
        let Some(next_before) = last_waiting.or(self.holder.as_ref()).cloned() else {
            self.holder = Some(caller.clone());
            return None;
        };
        let ticket = Arc::new(Ticket {
            caller: caller.clone(),
            is_granted: AtomicBool::new(false),
            woken: woken(),
        });
        self.waiting.push_back(Arc::clone(&ticket));
        Some(Behind {
            ticket,
            next_before,
        })
    }

    fn release(&mut self) {
        let next = self.waiting.pop_front();
        self.holder = next.as_ref().map(|next| next.caller.clone());
        if let Some(next) = next {
            next.is_granted.store(true, Ordering::Release);
            next.woken.notify_one();
        }
    }

    /// Gives up a position in the queue, or the lock if it was granted to this ticket, or without one.
    pub(super) fn leave(&mut self, ticket: Option<&Arc<Ticket>>) {
        match ticket.filter(|ticket| !ticket.is_granted()) {
            Some(ticket) => self.waiting.retain(|other| !Arc::ptr_eq(other, ticket)),
            None => self.release(),
        }
    }

    pub(super) fn is_free(&self) -> bool {
        self.holder.is_none()
    }
}
