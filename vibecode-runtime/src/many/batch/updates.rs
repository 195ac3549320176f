//! The updates that a run has taken in for its next batch.
//!
//! Each patch is written when it is taken in, after the others, and then dropped: what lies in memory until
//! the answer of the batch is read is one text for all of them, which nothing reads in the meantime. While each
//! patch was kept, the processor's cache had lost most of it by then, and `update_many` had 21 more cache misses
//! an item.

use std::{mem, ops::Range};

use bytestring::ByteString;

use super::call::{BatchCall, WrittenPatch};
use crate::{
    client::{Additions, request::Effect},
    patch::{body::Body, target::Target},
};

/// The length up to which the next text is allocated as long as the last.
const USUAL_LENGTH: usize = 64 * 1024;

#[derive(Default)]
pub(crate) struct Updates {
    /// The patches, as JSON, one after the other.
    json: String,
    /// What they add, which is remembered for longer.
    additions: String,
    /// In order.
    calls: Vec<Update>,
}

struct Update {
    target: Target,
    json: Range<usize>,
    effect: Effect,
    additions: Range<usize>,
}

impl Updates {
    /// Adds an update, which must have been checked. Returns the length of the patch.
    pub(crate) fn push(&mut self, target: Target, body: &Body) -> usize {
        let (begin, added) = (self.json.len(), self.additions.len());
        body.append_to(&mut self.json);
        Additions::append(body, &mut self.additions);
        self.calls.push(Update {
            target,
            json: begin..self.json.len(),
            effect: Effect::of(body),
            additions: added..self.additions.len(),
        });
        self.json.len() - begin
    }

    /// Takes out the calls, in order.
    pub(crate) fn take(&mut self) -> Vec<BatchCall> {
        let json = taken(&mut self.json);
        let additions = taken(&mut self.additions);
        let next = Vec::with_capacity(self.calls.len());
        let updates = mem::replace(&mut self.calls, next);
        let calls = updates.into_iter().map(|update| {
            let Update { effect, target, .. } = update;
            let adds = effect == Effect::Adds;
            let lines = adds.then(|| part(&additions, update.additions));
            BatchCall {
                target,
                patch: Some(WrittenPatch {
                    json: part(&json, update.json),
                    effect,
                    additions: lines.map(Additions::of_lines),
                }),
            }
        });
        calls.collect()
    }
}

fn taken(text: &mut String) -> ByteString {
    let next = String::with_capacity(text.len().min(USUAL_LENGTH));
    mem::replace(text, next).into()
}

#[expect(
    clippy::expect_used,
    reason = "a call without its patch would be sent empty"
)]
fn part(text: &ByteString, range: Range<usize>) -> ByteString {
    text.slice_ref(text.get(range).expect("the text has every patch"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        many::batch::call::request, patch::body::FieldChange, value::equality::ComparedAs,
    };

    fn post(post: &str) -> Body {
        let mut body = Body::default();
        body.take(
            &"post".into(),
            &FieldChange::Set(&format!("{post:?}"), ComparedAs::Text),
        );
        body
    }

    fn target(id: u64) -> Target {
        Target {
            entity: "contacts".into(),
            id,
        }
    }

    /// Many packs may wait for their records at the same time.
    #[test]
    fn a_patch_that_is_copied_out_keeps_nothing_of_the_text() {
        let mut updates = Updates::default();
        updates.push(target(1), &post(&"a".repeat(1_000)));
        updates.push(target(2), &post("b"));
        let mut calls = updates.take();
        let long = calls.remove(0).patch.unwrap().json;
        let of_the_text = |call: &BatchCall| {
            let json = &call.patch.as_ref().unwrap().json;
            json.as_ptr() == long.as_bytes().as_ptr_range().end
        };
        assert!(of_the_text(&calls[0]), "both are parts of one text");
        calls[0].copy_out();
        assert!(!of_the_text(&calls[0]));
        assert_eq!(calls[0].patch.as_ref().unwrap().json, r#"{"post":"b"}"#);
    }

    #[test]
    fn updates_are_sent_as_they_would_be_alone() {
        let mut adding = post("b");
        adding.add("phone", &|to| to.entry("+7916", "HOME"));
        let bodies = [post("a"), adding, Body::default(), post("c")];
        let mut updates = Updates::default();
        for _ in 0..2 {
            for (id, body) in (1..).zip(&bodies) {
                assert_eq!(updates.push(target(id), body), body.to_json().len());
            }
            let calls = updates.take();
            assert!(updates.take().is_empty());
            for ((id, body), call) in (1..).zip(&bodies).zip(&calls) {
                let patch = call.patch.as_ref().unwrap();
                assert_eq!(patch.json, body.to_json());
                assert_eq!(
                    (&call.target, patch.effect),
                    (&target(id), Effect::of(body))
                );
                assert_eq!(patch.additions.is_some(), patch.effect == Effect::Adds);
            }
            let sent = request(calls.iter().enumerate()).body.unwrap();
            let sent = String::from_utf8(sent.to_vec()).unwrap();
            assert!(sent.contains(
                r#""entityId":2,"params":{"post":"b","phone":[{"value":"+7916","typeId":"HOME"}]}}"#
            ));
        }
    }
}
