//! Sends the calls of a batch, and those again that may be sent again.

use std::time::Duration;

use serde_json::value::RawValue;
use tokio::time::sleep;

use super::{
    answer::BatchAnswer,
    call::{BatchCall, Turned, request},
};
use crate::{
    Client, Error, Outcome, Raw, Result,
    client::{Lane, Sending, check_id, judge_call, raw, request::Effect, unexpected},
    error::Repeat,
};

/// Sends calls, of which no two are about one record and which are at most as many as a batch may
/// have. Gives what became of each, in their order.
pub(crate) async fn run(client: &Client, calls: &[Turned<'_>]) -> Vec<Result<Raw>> {
    let mut states: Vec<State<'_>> = calls.iter().map(State::new).collect();
    let mut tries = client.begin();
    loop {
        send(&mut tries, &mut states).await;
        let mut over = states.iter().filter_map(State::ended_session);
        let is_renewed = over.next().is_some_and(|error| tries.renew_after(error));
        let mut longest = Duration::ZERO;
        for state in &mut states {
            let wait = if is_renewed && state.ended_session().is_some() {
                Some(Duration::ZERO)
            } else {
                state.wait(&tries)
            };
            state.is_due = wait.is_some();
            longest = longest.max(wait.unwrap_or_default());
        }
        let is_over = !states.iter().any(|state| state.is_due);
        let goes_on = is_renewed && longest.is_zero();
        if is_over || !(goes_on || tries.may_begin_after(longest)) {
            return states.into_iter().map(State::conclude).collect();
        }
        for state in &mut states {
            state.is_open |= state.is_due && state.is_unknown();
        }
        sleep(longest).await;
    }
}

/// One try of the calls that are due.
async fn send(tries: &mut Sending<'_>, states: &mut [State<'_>]) {
    let due = || states.iter().enumerate().filter(|(_, state)| state.is_due);
    let calls = due().map(|(place, state)| (place, state.call));
    let request = request(calls);
    let lanes: Vec<&Lane> = due().filter_map(|(_, state)| state.lane).collect();
    match tries.send::<BatchAnswer>(&request, &lanes).await {
        Err(error) => {
            for state in states.iter_mut().filter(|state| state.is_due) {
                state.note(Err(error.clone()));
            }
        }
        Ok(answer) => {
            for state in states.iter_mut().filter(|state| state.is_due) {
                state.result = None;
            }
            let mut at = |place: usize, result: Result<Box<RawValue>>| {
                if let Some(state) = states.get_mut(place).filter(|state| state.is_due) {
                    // Reported twice, as done and as failed: which of the two is true is not known.
                    let is_second = state.result.is_some();
                    state.note(if is_second {
                        Err(contradiction())
                    } else {
                        result
                    });
                }
            };
            for (place, json) in answer.results {
                at(place, Ok(json));
            }
            for (place, failure) in answer.errors {
                at(place, Err(judge_call(failure)));
            }
            for state in states.iter_mut().filter(|state| state.result.is_none()) {
                state.note(Err(unanswered()));
            }
        }
    }
}

/// What is known of one call.
struct State<'a> {
    call: &'a BatchCall,
    lane: Option<&'a Lane>,
    /// What became of it, once it has been sent.
    result: Option<Result<Raw>>,
    /// Whether it is to be sent.
    is_due: bool,
    /// Whether an earlier try may have been applied.
    is_open: bool,
}

impl<'a> State<'a> {
    fn new((call, lane): &Turned<'a>) -> Self {
        Self {
            call,
            lane: *lane,
            result: None,
            is_due: true,
            is_open: false,
        }
    }

    fn note(&mut self, answered: Result<Box<RawValue>>) {
        let Self { call, .. } = self;
        let read = answered.and_then(|json| {
            check_id(&json, Some(call.id))?;
            let is_written = call.effect() > Effect::Reads;
            Ok(raw(call.entity.clone(), json, is_written))
        });
        let result = read.map_err(|error| call.named(error.decided(call.effect())));
        if let Some(lane) = self.lane {
            lane.note(&result);
        }
        self.result = Some(result);
    }

    fn wait(&self, tries: &Sending<'_>) -> Option<Duration> {
        let error = self.error().filter(|_| self.is_due)?;
        tries.wait(error)
    }

    /// The error of a call that was not made since its session had ended.
    fn ended_session(&self) -> Option<&Error> {
        let error = self.error().filter(|_| self.is_due)?;
        (error.repeat() == Repeat::WithNewSession).then_some(error)
    }

    fn is_unknown(&self) -> bool {
        self.error()
            .is_some_and(|error| error.outcome() == Outcome::Unknown)
    }

    fn error(&self) -> Option<&Error> {
        self.result.as_ref()?.as_ref().err()
    }

    fn conclude(self) -> Result<Raw> {
        let result = self.result.unwrap_or_else(|| Err(unanswered()));
        result.map_err(|error| {
            if !self.is_open {
                return error;
            }
            error.with(|details| details.outcome = Outcome::Unknown)
        })
    }
}

fn unanswered() -> Error {
    unexpected("the batch's answer contains no result of this call")
}

fn contradiction() -> Error {
    unexpected("the batch's answer contains two results of this call")
}
