//! Every fault of the sandbox, and its outcome for the call that it hits.

use std::time::Duration;

use vibecode_runtime::ErrorKind::{
    self, Api, CutOff, Interrupted, NotJson, OtherRecord, Oversized, Timeout,
};
use vibecode_sandbox::Fault;

use self::Means::{Answered, Later, LaterIfSets, LostAfter, LostBefore, Refused, RefusedIfSets};

/// The outcome of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// A proper answer arrives in the end.
    Answered,
    /// Nothing was applied, and the API requests another attempt.
    Later,
    /// Nothing was applied, and the API requests another attempt. For a patch that adds this does not count,
    /// since the API repeats its calls to the portal.
    LaterIfSets,
    /// Nothing was applied, and nothing will be.
    Refused,
    /// The same, but it does not count for a patch that adds.
    RefusedIfSets,
    /// Unknown to the client; it was not applied.
    LostBefore,
    /// Unknown to the client; it was applied, or still will be.
    LostAfter,
}

/// A fault, its outcome, and the kind of the error that reports it.
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) fault: Fault,
    pub(crate) means: Means,
    pub(crate) kind: ErrorKind,
}

impl Named {
    pub(crate) fn new(name: &'static str, fault: Fault, means: Means, kind: ErrorKind) -> Self {
        Self {
            name,
            fault,
            means,
            kind,
        }
    }

    /// The outcome for a batch, if the fault applies to batches: a batch is not about a single record, so its
    /// answer cannot be about another one.
    pub(crate) fn means_in_batch(&self) -> Option<Means> {
        (self.kind != OtherRecord).then_some(self.means)
    }
}

/// The fault after which a run sends nothing more.
pub(crate) const REFUSED_KEY: &str = "403";

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(crate) fn every_fault() -> Vec<Named> {
    let s = Duration::from_secs;
    let faults = [
        ("drop before", Fault::drop_before(), LostBefore, Interrupted),
        ("drop after", Fault::drop_after(), LostAfter, Interrupted),
        ("late by 5 s", Fault::late(s(5)), LostAfter, Interrupted),
        ("late by 40 s", Fault::late(s(40)), LostAfter, Interrupted),
        (
            "reset before",
            Fault::reset_before(),
            LostBefore,
            Interrupted,
        ),
        ("reset after", Fault::reset_after(), LostAfter, Interrupted),
        ("delay of 5 s", Fault::delay(s(5)), Answered, Timeout),
        ("delay of 100 s", Fault::delay(s(100)), LostAfter, Timeout),
        ("hang before", Fault::hang(), LostBefore, Timeout),
        ("hang after", Fault::hang_after(), LostAfter, Timeout),
        (
            "trickle",
            Fault::trickle(Duration::from_millis(1)),
            Answered,
            Timeout,
        ),
        ("endless trickle", Fault::trickle(s(20)), LostAfter, Timeout),
        ("429 for 2 s", Fault::rate_limited(s(2)), Later, Api),
        (
            "429 until a date",
            Fault::rate_limited_until(s(2)),
            Later,
            Api,
        ),
        ("429 for 90 s", Fault::rate_limited(s(90)), Refused, Api),
        (
            "429 for a time limit",
            Fault::error("OPERATION_TIME_LIMIT"),
            LostBefore,
            Api,
        ),
        (
            "503 that is listed",
            Fault::query_limit_exceeded(),
            LaterIfSets,
            Api,
        ),
        (
            "503 as HTML",
            Fault::unavailable_html(),
            LostBefore,
            NotJson,
        ),
        ("502 after", Fault::bad_gateway(), LostAfter, Api),
        (
            "502 before",
            Fault::bad_gateway().not_applied(),
            LostBefore,
            Api,
        ),
        (
            "502 as HTML after",
            Fault::bad_gateway_html(),
            LostAfter,
            NotJson,
        ),
        (
            "502 as HTML before",
            Fault::bad_gateway_html().not_applied(),
            LostBefore,
            NotJson,
        ),
        ("504 after", Fault::queue_timeout(), LostAfter, Api),
        (
            "504 before",
            Fault::queue_timeout().not_applied(),
            LostBefore,
            Api,
        ),
        ("500 before", Fault::server_error(), LostBefore, Api),
        ("500 after", Fault::server_error().applied(), LostAfter, Api),
        (
            "422 of an overload",
            Fault::overload_limit(),
            RefusedIfSets,
            Api,
        ),
        ("404", Fault::error("ENTITY_NOT_FOUND"), Refused, Api),
        (REFUSED_KEY, Fault::error("ACCESS_DENIED"), Refused, Api),
        ("204 after", Fault::no_content(), LostAfter, NotJson),
        (
            "204 before",
            Fault::no_content().not_applied(),
            LostBefore,
            NotJson,
        ),
        ("cut-off length after", Fault::cut_off(), LostAfter, CutOff),
        (
            "cut-off length before",
            Fault::cut_off().not_applied(),
            LostBefore,
            CutOff,
        ),
        (
            "cut-off chunks after",
            Fault::cut_off_chunked(),
            LostAfter,
            CutOff,
        ),
        (
            "cut-off chunks before",
            Fault::cut_off_chunked().not_applied(),
            LostBefore,
            CutOff,
        ),
        ("oversized", Fault::oversized(), LostAfter, Oversized),
        ("garbage after", Fault::garbage(), LostAfter, NotJson),
        (
            "garbage before",
            Fault::garbage().not_applied(),
            LostBefore,
            NotJson,
        ),
        ("HTML after", Fault::html(), LostAfter, NotJson),
        (
            "HTML before",
            Fault::html().not_applied(),
            LostBefore,
            NotJson,
        ),
        (
            "another record",
            Fault::another_record(),
            LostAfter,
            OtherRecord,
        ),
        (
            "another record, not applied",
            Fault::another_record().not_applied(),
            LostBefore,
            OtherRecord,
        ),
        ("success false", Fault::success_false(), LostBefore, Api),
        (
            "success false after",
            Fault::success_false().applied(),
            LostAfter,
            Api,
        ),
    ];
    let named = faults.map(|(name, fault, means, kind)| Named::new(name, fault, means, kind));
    named.into()
}
