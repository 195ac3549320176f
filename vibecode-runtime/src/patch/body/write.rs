//! Serializes a body as JSON.

use std::ops::Range;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::{Value, value::RawValue};

use super::{Action, Added, Body, Change};
use crate::value::multifield::WORK;

impl Body {
    /// Returns the body as JSON, to be sent only if [`Body::invalid_field`] returns `None`.
    pub(crate) fn to_json(&self) -> String {
        let mut json = String::with_capacity(self.longest());
        self.append_to(&mut json);
        json
    }

    /// Returns a length that the JSON does not exceed, unless names of added values are unusually long.
    fn longest(&self) -> usize {
        let around = self.changes.len() * r#","phone":[{"value":,"typeId":"MAILING"}]"#.len();
        self.json.len() + around + 2
    }

    /// Appends the JSON, as [`Body::to_json`] returns it.
    pub(crate) fn append_to(&self, json: &mut String) {
        let begin = json.len();
        // Members that are adjacent in the text are copied as one run.
        let mut run = 0..0;
        let mut changes = self.changes.as_slice();
        while let [first, rest @ ..] = changes {
            if let Action::Add(_) = first.action {
                self.push_run(json, begin, run);
                let is_first = json.len() == begin;
                json.extend([if is_first { "{\"" } else { ",\"" }, &first.name, "\":"]);
                let others = rest.iter().take_while(|it| it.is_of_field_of(first));
                let (all, rest) = changes.split_at(1 + others.count());
                self.push_added(json, all);
                // The next member begins here if it was set next.
                let end = all.last().map_or(0, |last| last.value.end);
                run = end..end;
                changes = rest;
            } else {
                if first.begin != run.end {
                    self.push_run(json, begin, run);
                    run = first.begin..first.begin;
                }
                run.end = first.value.end;
                changes = rest;
            }
        }
        self.push_run(json, begin, run);
        if json.len() == begin {
            json.push('{');
        }
        json.push('}');
    }

    /// Each member begins with a comma; for the first one, it is replaced with the brace.
    fn push_run(&self, json: &mut String, begin: usize, mut run: Range<usize>) {
        if json.len() == begin && !run.is_empty() {
            json.push('{');
            run.start += 1;
        }
        json.push_str(self.text(run));
    }

    /// Writes the values of a multifield in the shortest of the three documented forms that can
    /// represent them: one WORK value, a list of WORK values, or a list of values with their types.
    fn push_added(&self, json: &mut String, changes: &[Change]) {
        let is_work = self.added(changes).all(|added| added.value_type == WORK);
        if let ([change], true) = (changes, is_work) {
            return json.push_str(self.value(change));
        }
        json.push('[');
        for Added { value, value_type } in self.added(changes) {
            if is_work {
                json.extend([value, ","]);
            } else {
                let typed = [
                    r#"{"value":"#,
                    value,
                    r#","typeId":""#,
                    value_type,
                    r#""},"#,
                ];
                json.extend(typed);
            }
        }
        json.pop();
        json.push(']');
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(invalid) = &self.failure {
            return Err(S::Error::custom(invalid));
        }
        // Only `serde_json` writes a `RawValue` unchanged, so a binary format gets the value itself.
        let is_text = serializer.is_human_readable();
        let mut map = serializer.serialize_map(None)?;
        for (first, all) in self.fields() {
            let mut added = String::new();
            let json = if let Action::Add(_) = first.action {
                self.push_added(&mut added, all);
                &added
            } else {
                self.value(first)
            };
            if is_text {
                let value: &RawValue = serde_json::from_str(json).map_err(S::Error::custom)?;
                map.serialize_entry(&*first.name, value)?;
            } else {
                let value: Value = serde_json::from_str(json).map_err(S::Error::custom)?;
                map.serialize_entry(&*first.name, &value)?;
            }
        }
        map.end()
    }
}
