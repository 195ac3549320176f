//! One record, and what is read of it.

use serde_json::{Map, Value};
use vibecode_spec::Field;

use crate::{calendar::Moment, field_value, fields::Fields, multifield, multifield::Entry};

/// Where an entity keeps the moment of its last change: deals have a name of their own (graded
/// D, O).
const UPDATED: &[&str] = &["updatedTime", "updatedAt"];

/// What is stored of one record.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: u64,
    /// By wire name, without `id`, `fm` and its aliases.
    pub(crate) values: Map<String, Value>,
    pub(crate) entries: Vec<Entry>,
}

impl Record {
    /// What the field holds.
    pub(crate) fn value(&self, field: &Field) -> Value {
        let stored = self.values.get(&field.name).cloned();
        stored.unwrap_or_else(|| field_value::unset(field))
    }

    /// When the record was last changed.
    pub(crate) fn updated(&self) -> Option<Moment> {
        UPDATED
            .iter()
            .find_map(|name| Moment::read(self.values.get(*name)?.as_str()?))
    }

    /// Marks the record as changed, where its entity has a field for it.
    pub(crate) fn touch(&mut self, fields: &Fields, moment: Moment) {
        if let Some(field) = UPDATED.iter().find_map(|name| fields.get(name)) {
            let moment = moment.to_string();
            self.values.insert(field.name.clone(), moment.into());
        }
    }

    /// The record as it is read: every field of its entity, whatever else was seeded, and `fm`
    /// with its aliases.
    pub(crate) fn view(&self, fields: &Fields) -> Value {
        let all = fields.built_in().chain(fields.own());
        let mut view: Map<String, Value> = all
            .map(|field| (field.name.clone(), self.value(field)))
            .collect();
        view.extend(self.values.clone());
        if fields.get("fm").is_some() {
            multifield::show(&self.entries, &mut view);
        }
        view.insert("id".to_owned(), self.id.into());
        Value::Object(view)
    }
}
