//! Which request is hit by which fault.

use std::collections::VecDeque;

use crate::{Fault, Storm, call::Call, storm::Gale};

/// The queued faults and the current storm.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan {
    queue: VecDeque<Fault>,
    storm: Option<Gale>,
}

impl FaultPlan {
    pub(crate) fn queue(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.queue.extend(faults);
    }

    pub(crate) fn storm(&mut self, storm: Storm) {
        self.storm = Some(storm.begin());
    }

    /// Discards all faults and ends the storm.
    pub(crate) fn calm(&mut self) {
        *self = Self::default();
    }

    /// Returns the fault that hits this request: the first queued one that applies to it, or one of
    /// the storm.
    pub(crate) fn claim(&mut self, call: &Call) -> Option<Fault> {
        let route = call.route().ok()?;
        if !route.is_of_entity() {
            return None;
        }
        let waiting = self
            .queue
            .iter()
            .position(|fault| fault.concerns(call, route));
        match waiting {
            Some(index) => self.queue.remove(index),
            None => self.storm.as_mut()?.draw(call, route),
        }
    }
}
