//! Which request is hit by which fault.

use std::collections::VecDeque;

use super::{Fault, Storm, storm::RunningStorm};
use crate::wire::Request;

/// The queued faults and the current storm.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan {
    queue: VecDeque<Fault>,
    storm: Option<RunningStorm>,
}

impl FaultPlan {
    pub(crate) fn queue(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.queue.extend(faults);
    }

    pub(crate) fn storm(&mut self, storm: Storm) {
        self.storm = Some(storm.start());
    }

    pub(crate) fn calm(&mut self) {
        *self = Self::default();
    }

    /// Returns the fault that hits this request: the first queued one that applies to it, or one of
    /// the storm.
    pub(crate) fn claim(&mut self, request: &Request) -> Option<Fault> {
        let route = request.route().ok()?;
        if !route.is_of_entity() {
            return None;
        }
        let queued = self
            .queue
            .iter()
            .position(|fault| fault.matches(request, route));
        match queued {
            Some(index) => self.queue.remove(index),
            None => self.storm.as_mut()?.draw(request, route),
        }
    }
}
