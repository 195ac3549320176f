//! Differences between two lists of an entity's fields, or of a portal's codes, and whether they can break
//! builds. The codes of a closed set count as the options of a list do.

mod codes;

use std::fmt;

use vibecode_spec::{CodeSet, Field, Item, Kind, Schema, one_line};

pub(crate) use self::codes::{between_currencies, between_sets, between_statuses};

use crate::change::is_fixed;

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The wire name of the field, or the name of the closed set.
    pub(crate) field: String,
    pub(crate) kind: DifferenceKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DifferenceKind {
    Added {
        kind: String,
    },
    Removed,
    Type {
        from: String,
        to: String,
    },
    Multiple(bool),
    ReadOnly(bool),
    Required(bool),
    /// The closed set that the codes of the field come from.
    CodeSet {
        from: Option<CodeSet>,
        to: Option<CodeSet>,
    },
    ItemAdded(ItemWord, Item),
    ItemRemoved(ItemWord, Item),
    ItemRenamed {
        word: ItemWord,
        from: Item,
        to: String,
    },
    Title {
        to: Option<String>,
    },
    /// The name of a pipeline.
    Pipeline {
        number: u64,
        to: Option<String>,
    },
    /// What a stage means.
    Semantics(Item),
    /// The base currency.
    Base {
        to: Option<String>,
    },
}

/// The word for an item in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemWord {
    Option,
    Code,
}

impl ItemWord {
    fn of_field(field: &Field) -> Self {
        if field.kind == Kind::Enumeration {
            Self::Option
        } else {
            Self::Code
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Code => "code",
        }
    }
}

impl Difference {
    /// Returns true if code that was checked against the old schema may be wrong with the new one.
    pub(crate) fn can_break(&self) -> bool {
        match &self.kind {
            DifferenceKind::Removed
            | DifferenceKind::Type { .. }
            | DifferenceKind::Multiple(_)
            | DifferenceKind::ReadOnly(true)
            | DifferenceKind::Required(true)
            | DifferenceKind::CodeSet { .. }
            | DifferenceKind::ItemAdded(..)
            | DifferenceKind::ItemRemoved(..)
            | DifferenceKind::ItemRenamed { .. } => true,
            DifferenceKind::Added { .. }
            | DifferenceKind::ReadOnly(false)
            | DifferenceKind::Required(false)
            | DifferenceKind::Title { .. }
            | DifferenceKind::Pipeline { .. }
            | DifferenceKind::Semantics(_)
            | DifferenceKind::Base { .. } => false,
        }
    }

    /// Returns true if a value that was checked against the old schema may mean something else with the new one.
    pub(crate) fn changes_meaning(&self) -> bool {
        match &self.kind {
            DifferenceKind::Removed
            | DifferenceKind::Type { .. }
            | DifferenceKind::Multiple(_)
            | DifferenceKind::ReadOnly(true)
            | DifferenceKind::CodeSet { .. }
            | DifferenceKind::ItemRemoved(..)
            | DifferenceKind::ItemRenamed { .. } => true,
            DifferenceKind::Added { .. }
            | DifferenceKind::ReadOnly(false)
            | DifferenceKind::Required(_)
            | DifferenceKind::ItemAdded(..)
            | DifferenceKind::Title { .. }
            | DifferenceKind::Pipeline { .. }
            | DifferenceKind::Semantics(_)
            | DifferenceKind::Base { .. } => false,
        }
    }

    /// Returns the name of the difference in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match &self.kind {
            DifferenceKind::Added { .. } => "added",
            DifferenceKind::Removed => "removed",
            DifferenceKind::Type { .. } => "type",
            DifferenceKind::Multiple(_) => "multiple",
            DifferenceKind::ReadOnly(_) => "read_only",
            DifferenceKind::Required(_) => "required",
            DifferenceKind::CodeSet { .. } => "code_set",
            DifferenceKind::ItemAdded(..) => "option_added",
            DifferenceKind::ItemRemoved(..) => "option_removed",
            DifferenceKind::ItemRenamed { .. } => "option_renamed",
            DifferenceKind::Title { .. } => "title",
            DifferenceKind::Pipeline { .. } => "pipeline",
            DifferenceKind::Semantics(_) => "semantics",
            DifferenceKind::Base { .. } => "base",
        }
    }
}

/// Returns all differences, sorted by field.
pub(crate) fn between(old: &Schema, new: &Schema) -> Vec<Difference> {
    let mut all = Vec::new();
    for field in old.fields() {
        match new.field(&field.name) {
            Some(now) => compare(field, now, &mut all),
            None => all.push(difference(field, DifferenceKind::Removed)),
        }
    }
    for field in new
        .fields()
        .filter(|field| old.field(&field.name).is_none())
    {
        let kind = of_kind(field);
        all.push(difference(field, DifferenceKind::Added { kind }));
    }
    all.sort_by(|one, other| one.field.cmp(&other.field));
    all
}

fn compare(old: &Field, new: &Field, all: &mut Vec<Difference>) {
    let mut note = |kind| all.push(difference(old, kind));
    if old.kind != new.kind {
        let (from, to) = (old.kind.name().to_owned(), new.kind.name().to_owned());
        note(DifferenceKind::Type { from, to });
    }
    if old.multiple != new.multiple {
        note(DifferenceKind::Multiple(new.multiple));
    }
    if is_fixed(old) != is_fixed(new) {
        note(DifferenceKind::ReadOnly(is_fixed(new)));
    }
    if old.required != new.required {
        note(DifferenceKind::Required(new.required));
    }
    if old.title != new.title {
        note(DifferenceKind::Title {
            to: new.title.clone(),
        });
    }
    if old.codes != new.codes {
        note(DifferenceKind::CodeSet {
            from: old.codes.clone(),
            to: new.codes.clone(),
        });
    }
    compare_items(ItemWord::of_field(new), &old.items, &new.items, note);
}

/// Compares the options of a list, or the codes of a closed set.
fn compare_items(word: ItemWord, old: &[Item], new: &[Item], mut note: impl FnMut(DifferenceKind)) {
    for item in old {
        let Some(now) = new.iter().find(|now| now.id == item.id) else {
            note(DifferenceKind::ItemRemoved(word, item.clone()));
            continue;
        };
        if now.label != item.label {
            note(DifferenceKind::ItemRenamed {
                word,
                from: item.clone(),
                to: now.label.clone(),
            });
        }
        if now.semantics != item.semantics {
            note(DifferenceKind::Semantics(now.clone()));
        }
    }
    let is_new = |item: &&Item| !old.iter().any(|before| before.id == item.id);
    for item in new.iter().filter(is_new) {
        note(DifferenceKind::ItemAdded(word, item.clone()));
    }
}

fn difference(field: &Field, kind: DifferenceKind) -> Difference {
    Difference {
        field: field.name.clone(),
        kind,
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

/// Formats the closed set of a field for a message.
fn shown_set(set: Option<&CodeSet>) -> String {
    set.map_or_else(
        || "an unknown set".to_owned(),
        |set| format!("the set {}", one_line(&set.name(0))),
    )
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = one_line(&self.field);
        match &self.kind {
            DifferenceKind::Added { kind } => write!(f, "+ {field}: new, {}", one_line(kind)),
            DifferenceKind::Removed => write!(f, "- {field}: no longer on the portal"),
            DifferenceKind::Type { from, to } => {
                write!(
                    f,
                    "~ {field}: was {}, is now {}",
                    one_line(from),
                    one_line(to)
                )
            }
            DifferenceKind::Multiple(true) => write!(f, "~ {field}: now takes several values"),
            DifferenceKind::Multiple(false) => write!(f, "~ {field}: now takes one value"),
            DifferenceKind::ReadOnly(true) => write!(f, "~ {field}: is now read-only"),
            DifferenceKind::ReadOnly(false) => write!(f, "~ {field}: can now be written"),
            DifferenceKind::Required(true) => write!(f, "~ {field}: is now required"),
            DifferenceKind::Required(false) => write!(f, "~ {field}: is no longer required"),
            DifferenceKind::CodeSet { from, to } => {
                let (from, to) = (shown_set(from.as_ref()), shown_set(to.as_ref()));
                write!(
                    f,
                    "~ {field}: took codes of {from}, now takes those of {to}"
                )
            }
            DifferenceKind::ItemAdded(word, item) => {
                write!(f, "~ {field}: new {} {}", word.text(), shown(item))
            }
            DifferenceKind::ItemRemoved(word, item) => {
                write!(f, "~ {field}: {} {} was removed", word.text(), shown(item))
            }
            DifferenceKind::ItemRenamed { word, from, to } => {
                let (word, id) = (word.text(), one_line(&from.id));
                let (label, to) = (one_line(&from.label), one_line(to));
                write!(f, "~ {field}: {word} {id} was “{label}”, is now “{to}”")
            }
            DifferenceKind::Title { to: Some(to) } => {
                write!(f, "~ {field}: is now labelled “{}”", one_line(to))
            }
            DifferenceKind::Title { to: None } => write!(f, "~ {field}: no longer has a label"),
            DifferenceKind::Pipeline {
                number,
                to: Some(to),
            } => write!(f, "~ pipeline {number} is now called “{}”", one_line(to)),
            DifferenceKind::Pipeline { number, to: None } => {
                write!(f, "~ pipeline {number} no longer has a name")
            }
            DifferenceKind::Semantics(item) => match &item.semantics {
                Some(semantics) => {
                    let semantics = one_line(semantics);
                    write!(f, "~ {field}: {} now means {semantics}", shown(item))
                }
                None => write!(f, "~ {field}: {} no longer has a meaning", shown(item)),
            },
            DifferenceKind::Base { to: Some(to) } => {
                write!(f, "~ {field}: the base is now {}", one_line(to))
            }
            DifferenceKind::Base { to: None } => write!(f, "~ {field}: there is no base any more"),
        }
    }
}
