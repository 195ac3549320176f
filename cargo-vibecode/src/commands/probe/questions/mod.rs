//! The questions that the API's documentation leaves open (api.md, "Open questions"), by their
//! numbers there.

mod batches;
mod clearing;
mod keys;
mod limits;
mod phones;
mod sample;
mod statuses;
mod user_fields;

use std::{future::Future, pin::Pin};

use super::{bench::Bench, finding::Finding, raw_client::NoAnswer};

/// The findings of a question, or why there is no answer.
pub(crate) type Findings = Result<Vec<Finding>, NoAnswer>;

type Asked<'a> = Pin<Box<dyn Future<Output = Findings> + 'a>>;

/// One open question.
pub(crate) struct Question {
    pub(crate) number: u8,
    /// A word or two for a table.
    pub(crate) topic: &'static str,
    pub(crate) text: &'static str,
    /// The grade of what the product assumes, as in api.md: documented (D), from the layer
    /// underneath (B), observed (O), assumed by other clients (C), or the product's own choice (-).
    pub(crate) grade: &'static str,
    /// The setting with which the product can be adapted to another answer.
    pub(crate) overriding: &'static str,
    ask: for<'a> fn(&'a Bench<'a>) -> Asked<'a>,
}

impl Question {
    pub(crate) async fn ask(&self, bench: &Bench<'_>) -> Findings {
        (self.ask)(bench).await
    }
}

pub(crate) const QUESTIONS: &[Question] = &[
    Question {
        number: 1,
        topic: "clearing",
        text: "What clears a field?",
        grade: "B",
        overriding: "#[vibecode(clear = \"…\")] on the field",
        ask: |bench| Box::pin(clearing::ask(bench)),
    },
    Question {
        number: 2,
        topic: "raw fm",
        text: "Does a raw `fm` pass through a PATCH?",
        grade: "B",
        overriding: "patch.set_unchecked(\"fm\", …)",
        ask: |bench| Box::pin(phones::raw_fm(bench)),
    },
    Question {
        number: 3,
        topic: "phones",
        text: "Is an equal phone added twice?",
        grade: "-",
        overriding: "Client::update in place of ensure",
        ask: |bench| Box::pin(phones::equal_phone(bench)),
    },
    Question {
        number: 4,
        topic: "keys",
        text: "Is a read-only or unknown key ignored or refused?",
        grade: "O, B",
        overriding: "read_only in the portal's schema; Updated::mismatches",
        ask: |bench| Box::pin(keys::unknown_and_read_only(bench)),
    },
    Question {
        number: 5,
        topic: "empty body",
        text: "What is the answer to an empty body?",
        grade: "-",
        overriding: "none needed: it is never sent (ErrorKind::EmptyPatch)",
        ask: |bench| Box::pin(keys::empty_body(bench)),
    },
    Question {
        number: 6,
        topic: "user fields",
        text: "How are booleans and dates of user fields written and read?",
        grade: "B",
        overriding: "a type that implements Encode and Decode",
        ask: |bench| Box::pin(user_fields::ask(bench)),
    },
    Question {
        number: 7,
        topic: "batch of one entity",
        text: "What is the answer of POST /v1/{entity}/batch?",
        grade: "-",
        overriding: "none needed: it is not used",
        ask: |bench| Box::pin(batches::shape_of_entity_batch(bench)),
    },
    Question {
        number: 8,
        topic: "upper-case name",
        text: "Is the upper-case name of a user field accepted?",
        grade: "-",
        overriding: "patch.set_unchecked(\"UF_CRM_…\", …)",
        ask: |bench| Box::pin(keys::upper_name(bench)),
    },
    Question {
        number: 9,
        topic: "batch",
        text: "What does the answer of a batch contain for an update?",
        grade: "C",
        overriding: "none needed: only the id of the record is used",
        ask: |bench| Box::pin(batches::payload_of_update(bench)),
    },
    Question {
        number: 10,
        topic: "batch",
        text: "How many requests does a batch count as, and are its calls in order?",
        grade: "-",
        overriding: "ClientBuilder::throttle",
        ask: |bench| Box::pin(batches::cost_and_order(bench)),
    },
    Question {
        number: 11,
        topic: "limits",
        text: "What is the unit of X-RateLimit-Reset?",
        grade: "-",
        overriding: "ClientBuilder::throttle",
        ask: |bench| Box::pin(limits::unit_of_reset(bench)),
    },
    Question {
        number: 12,
        topic: "reads",
        text: "Does a read right after a write show the written value?",
        grade: "-",
        overriding: "ClientBuilder::settle_time",
        ask: |bench| Box::pin(limits::read_after_write(bench)),
    },
    Question {
        number: 13,
        topic: "status codes",
        text: "Is a status code that is in no set stored, ignored or refused?",
        grade: "-",
        overriding: "none needed: Updated::mismatches reports a code that was not stored",
        ask: |bench| Box::pin(statuses::unknown_code(bench)),
    },
];
