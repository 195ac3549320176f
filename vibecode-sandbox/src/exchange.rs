//! One request from its arrival to its reply: the log, the faults, the answer.

use std::sync::Arc;

use crate::{
    answer::{self, Answer},
    disturbance,
    ending::Ending,
    service::{Call, Service},
};

/// What a connection does next.
#[derive(Debug)]
pub(crate) enum Reply {
    /// It answers, and goes on.
    Answer(Answer),
    /// It ends.
    Ending(Ending),
}

pub(crate) async fn reply(call: Call, service: &Service) -> Reply {
    let call = Arc::new(call);
    let serial = service.log.open(Arc::clone(&call));
    let fault = service.plan().claim(&call);
    if let Some(fault) = fault {
        return disturbance::reply(fault, call, serial, service).await;
    }
    let answer = carry_out(&call, serial, service);
    service.log.answered(serial, &answer);
    Reply::Answer(answer)
}

/// Carries the request out, and logs what it did.
pub(crate) fn carry_out(call: &Call, serial: usize, service: &Service) -> Answer {
    let (answer, effects) = answer::to(call, service);
    service.log.carried_out(serial, effects);
    answer
}
