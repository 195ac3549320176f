//! A record and how it is read.

use serde_json::{Map, Value};
use vibecode_spec::{Field, Kind};

use super::{
    calendar::Moment,
    fields::{Fields, stored_value},
    multifield::{self, Entry},
};

/// The fields for the time of the last change: deals (grade D, O) and tasks (grade D) use different
/// names.
const UPDATED: &[&str] = &["updatedTime", "updatedAt", "changedDate"];

const CREATED: &[&str] = &["createdTime", "createdAt", "createdDate"];

#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: u64,
    /// By wire name, without `id`, `fm` and its aliases.
    pub(crate) values: Map<String, Value>,
    pub(crate) entries: Vec<Entry>,
}

impl Record {
    pub(crate) fn new(id: u64) -> Self {
        Self {
            id,
            values: Map::new(),
            entries: Vec::new(),
        }
    }

    pub(crate) fn value(&self, field: &Field) -> Value {
        let stored = self.values.get(&field.name).cloned();
        stored.unwrap_or_else(|| stored_value::unset(field))
    }

    pub(crate) fn updated(&self) -> Option<Moment> {
        UPDATED
            .iter()
            .find_map(|name| Moment::parse(self.values.get(*name)?.as_str()?))
    }

    /// Marks the record as created, and therefore changed, at this time.
    pub(crate) fn mark_created(&mut self, fields: &Fields, moment: Moment) {
        self.set_time(CREATED, fields, moment);
        self.mark_updated(fields, moment);
    }

    pub(crate) fn mark_updated(&mut self, fields: &Fields, moment: Moment) {
        self.set_time(UPDATED, fields, moment);
    }

    /// Sets the time if the entity has one of these fields.
    fn set_time(&mut self, names: &[&str], fields: &Fields, moment: Moment) {
        if let Some(field) = names.iter().find_map(|name| fields.get(name)) {
            let moment = moment.to_string();
            self.values.insert(field.name.clone(), moment.into());
        }
    }

    /// Returns what a filter or an order compares: for `phone` all phones of a record, of which a
    /// read shows the first.
    pub(crate) fn search_value(&self, field: &Field, fields: &Fields) -> Value {
        match &field.kind {
            _ if field.name == "id" => self.id.into(),
            Kind::Multifield(multifield) => multifield::values(*multifield, &self.entries),
            _ if field.name == multifield::FM || multifield::repeats_fm(&field.name) => {
                let view = self.view(fields);
                view.get(&field.name).cloned().unwrap_or_default()
            }
            _ => self.value(field),
        }
    }

    /// Returns the record as it is read: every field of its entity, whatever else was seeded, and
    /// `fm` with its aliases.
    pub(crate) fn view(&self, fields: &Fields) -> Map<String, Value> {
        let all = fields.built_in().chain(fields.custom());
        let mut view: Map<String, Value> = all
            .map(|field| (field.name.clone(), self.value(field)))
            .collect();
        view.extend(self.values.clone());
        if fields.get(multifield::FM).is_some() {
            multifield::add_to(&self.entries, &mut view);
        }
        view.insert("id".to_owned(), self.id.into());
        view
    }
}
