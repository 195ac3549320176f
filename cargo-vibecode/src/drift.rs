//! Differences between two lists of an entity's fields, and whether they can break code.

use std::fmt;

use vibecode_spec::{Field, Item, Schema, one_line};

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) field: String,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Added { kind: String },
    Removed,
    Type { from: String, to: String },
    Multiple(bool),
    ReadOnly(bool),
    Required(bool),
    OptionAdded(Item),
    OptionRemoved(Item),
    OptionRenamed { from: Item, to: String },
    Title { to: Option<String> },
}

impl Difference {
    /// Returns true if code that was checked against the old schema may be wrong with the new one.
    pub(crate) fn can_break(&self) -> bool {
        match &self.what {
            What::Removed
            | What::Type { .. }
            | What::Multiple(_)
            | What::ReadOnly(true)
            | What::Required(true)
            | What::OptionAdded(_)
            | What::OptionRemoved(_)
            | What::OptionRenamed { .. } => true,
            What::Added { .. }
            | What::ReadOnly(false)
            | What::Required(false)
            | What::Title { .. } => false,
        }
    }

    /// Returns the name of the difference in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match &self.what {
            What::Added { .. } => "added",
            What::Removed => "removed",
            What::Type { .. } => "type",
            What::Multiple(_) => "multiple",
            What::ReadOnly(_) => "readOnly",
            What::Required(_) => "required",
            What::OptionAdded(_) => "optionAdded",
            What::OptionRemoved(_) => "optionRemoved",
            What::OptionRenamed { .. } => "optionRenamed",
            What::Title { .. } => "title",
        }
    }
}

/// Returns all differences, sorted by field.
pub(crate) fn between(old: &Schema, new: &Schema) -> Vec<Difference> {
    let mut all = Vec::new();
    for field in old.fields() {
        match new.field(&field.name) {
            Some(now) => compare(field, now, &mut all),
            None => all.push(difference(field, What::Removed)),
        }
    }
    for field in new
        .fields()
        .filter(|field| old.field(&field.name).is_none())
    {
        let kind = of_kind(field);
        all.push(difference(field, What::Added { kind }));
    }
    all.sort_by(|one, other| one.field.cmp(&other.field));
    all
}

fn compare(old: &Field, new: &Field, all: &mut Vec<Difference>) {
    let mut note = |what| all.push(difference(old, what));
    if old.kind != new.kind {
        let (from, to) = (old.kind.name().to_owned(), new.kind.name().to_owned());
        note(What::Type { from, to });
    }
    if old.multiple != new.multiple {
        note(What::Multiple(new.multiple));
    }
    let is_fixed = |field: &Field| field.read_only || field.immutable;
    if is_fixed(old) != is_fixed(new) {
        note(What::ReadOnly(is_fixed(new)));
    }
    if old.required != new.required {
        note(What::Required(new.required));
    }
    if old.title != new.title {
        note(What::Title {
            to: new.title.clone(),
        });
    }
    for item in &old.items {
        match new.items.iter().find(|now| now.id == item.id) {
            None => note(What::OptionRemoved(item.clone())),
            Some(now) if now.label != item.label => note(What::OptionRenamed {
                from: item.clone(),
                to: now.label.clone(),
            }),
            Some(_) => {}
        }
    }
    let is_new = |item: &&Item| !old.items.iter().any(|before| before.id == item.id);
    for item in new.items.iter().filter(is_new) {
        note(What::OptionAdded(item.clone()));
    }
}

fn difference(field: &Field, what: What) -> Difference {
    Difference {
        field: field.name.clone(),
        what,
    }
}

fn of_kind(field: &Field) -> String {
    let several = if field.multiple { "several of " } else { "" };
    format!("{several}{}", field.kind.name())
}

/// Formats an option for a message.
fn shown(item: &Item) -> String {
    format!("{} “{}”", one_line(&item.id), one_line(&item.label))
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = one_line(&self.field);
        match &self.what {
            What::Added { kind } => write!(f, "+ {field}: new, {}", one_line(kind)),
            What::Removed => write!(f, "- {field}: no longer on the portal"),
            What::Type { from, to } => {
                write!(
                    f,
                    "~ {field}: was {}, is now {}",
                    one_line(from),
                    one_line(to)
                )
            }
            What::Multiple(true) => write!(f, "~ {field}: now takes several values"),
            What::Multiple(false) => write!(f, "~ {field}: now takes one value"),
            What::ReadOnly(true) => write!(f, "~ {field}: is now read-only"),
            What::ReadOnly(false) => write!(f, "~ {field}: can now be written"),
            What::Required(true) => write!(f, "~ {field}: is now required"),
            What::Required(false) => write!(f, "~ {field}: is no longer required"),
            What::OptionAdded(item) => write!(f, "~ {field}: new option {}", shown(item)),
            What::OptionRemoved(item) => write!(f, "~ {field}: option {} was removed", shown(item)),
            What::OptionRenamed { from, to } => {
                let (id, label, to) = (&from.id, one_line(&from.label), one_line(to));
                write!(f, "~ {field}: option {id} was “{label}”, is now “{to}”")
            }
            What::Title { to: Some(to) } => {
                write!(f, "~ {field}: is now labelled “{}”", one_line(to))
            }
            What::Title { to: None } => write!(f, "~ {field}: no longer has a label"),
        }
    }
}
