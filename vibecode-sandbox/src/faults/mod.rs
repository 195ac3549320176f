//! Faults: what they do to a request or to a call of a batch, and which request they hit. The
//! constructors of [`Fault`] are grouped by what they break: answers, batches, connections, or the
//! request itself, which is refused.

mod answers;
mod batches;
mod call_fault;
mod connections;
mod effect;
mod fault;
mod plan;
mod raw_answer;
mod refusals;
mod storm;

pub(crate) use call_fault::BatchFaults;
pub use call_fault::CallFault;
pub(crate) use effect::{Close, Effect, stand_in};
pub use fault::Fault;
pub(crate) use plan::FaultPlan;
pub use storm::Storm;
