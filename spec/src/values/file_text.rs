//! The text of files as `cargo vibecode pull` writes them.

use serde_json::{Map, Value, json};

use crate::{Currencies, Item, Statuses, answer::FORMAT};

impl Currencies {
    /// Returns the text of a file as `cargo vibecode pull` writes it. Its order and its spacing are
    /// fixed, so that a diff shows only what has changed.
    #[must_use]
    pub fn file_text(&self) -> String {
        let currencies: Vec<_> = self
            .items()
            .iter()
            .map(|item| {
                let mut currency = json!({ "code": item.id, "name": item.label });
                if let (Some(map), true) = (currency.as_object_mut(), self.base() == Some(&item.id))
                {
                    map.insert("base".to_owned(), true.into());
                }
                currency
            })
            .collect();
        let mut file = Map::new();
        file.insert("currencies".to_owned(), currencies.into());
        file.insert("format".to_owned(), FORMAT.into());
        if let Some(portal) = self.portal() {
            file.insert("portal".to_owned(), portal.into());
        }
        format!("{:#}\n", Value::Object(file))
    }
}

impl Statuses {
    /// Returns the text of a file as `cargo vibecode pull` writes it. Its order and its spacing are
    /// fixed, so that a diff shows only what has changed.
    #[must_use]
    pub fn file_text(&self) -> String {
        let mut file = Map::new();
        file.insert("format".to_owned(), FORMAT.into());
        if !self.is_complete() {
            file.insert("partial".to_owned(), true.into());
        }
        let pipelines = self.pipelines().iter();
        let pipelines = pipelines.map(|(id, name)| json!({ "id": id, "name": name }));
        file.insert("pipelines".to_owned(), pipelines.collect());
        if let Some(portal) = self.portal() {
            file.insert("portal".to_owned(), portal.into());
        }
        let sets = self.sets().map(|(name, items)| {
            let items = items.iter().map(described);
            (name.to_owned(), items.collect())
        });
        file.insert("sets".to_owned(), Value::Object(sets.collect()));
        format!("{:#}\n", Value::Object(file))
    }
}

fn described(item: &Item) -> Value {
    match &item.semantics {
        Some(semantics) => {
            json!({ "code": item.id, "name": item.label, "semantics": semantics })
        }
        None => json!({ "code": item.id, "name": item.label }),
    }
}
