//! The words of `#[vibecode(…)]`: where each may be, and how its value is read.

use super::{
    attribute::{OnEnum, OnField, OnStruct, OnVariant},
    meta_item::{MetaItem, given_twice},
};
use crate::collected_errors::Errors;

/// The name of the attribute.
pub(super) const ATTRIBUTE: &str = "vibecode";

/// Misspellings of the name, which the macros report. `lib.rs` registers each, or the compiler would report it first.
pub(super) const TYPOS: &[&str] = &[
    "Vibecode",
    "ibecode",
    "ivbecode",
    "vbecode",
    "vbiecode",
    "vibbecode",
    "vibceode",
    "vibcode",
    "vibe_code",
    "vibecdoe",
    "vibecde",
    "vibeccode",
    "vibecod",
    "vibecodde",
    "vibecode_",
    "vibecoded",
    "vibecodee",
    "vibecodes",
    "vibecoe",
    "vibecoed",
    "vibecoode",
    "vibeecode",
    "vibeocde",
    "vibeode",
    "viebcode",
    "viecode",
    "viibecode",
    "vybecode",
    "wibecode",
];

/// A word, and the function that reads its value. The function returns whether that succeeded. If not, it
/// has reported the error.
pub(super) struct Word<T: 'static> {
    pub(super) name: &'static str,
    pub(super) read: fn(&mut T, MetaItem, &Errors) -> bool,
}

/// What the attribute can be on.
pub(super) trait Target: Default + 'static {
    /// The name of the target in messages.
    const NAME: &'static str;

    /// The words that the attribute accepts on this target.
    const WORDS: &'static [Word<Self>];

    /// Words of `#[serde(…)]` that may be written here by mistake, and what to write instead.
    const WORDS_OF_SERDE: &'static [(&'static str, &'static str)] = &[];

    fn word(name: &str) -> Option<&'static Word<Self>> {
        Self::WORDS.iter().find(|word| word.name == name)
    }
}

const fn word<T>(name: &'static str, read: fn(&mut T, MetaItem, &Errors) -> bool) -> Word<T> {
    Word { name, read }
}

impl Target for OnStruct {
    const NAME: &'static str = "a struct";
    const WORDS: &'static [Word<Self>] = &[
        word("entity", Self::read_entity),
        word("schema", Self::read_schema),
        word("builder", |it, item, errors| {
            item.ident(&mut it.builder, errors)
        }),
        word("diff", |it, item, errors| item.flag(&mut it.diff, errors)),
        word("crate", Self::read_crate),
    ];
    const WORDS_OF_SERDE: &'static [(&'static str, &'static str)] = &[(
        "rename_all",
        "leave it out, wire names are the fields' names in camelCase",
    )];
}

impl Target for OnField {
    const NAME: &'static str = "a field";
    const WORDS: &'static [Word<Self>] = &[
        word("field", |it, item, errors| {
            item.text(&mut it.field, r#"field = "companyId""#, errors)
        }),
        word("kind", |it, item, errors| {
            item.text(&mut it.kind, r#"kind = "string""#, errors)
        }),
        word("multiple", |it, item, errors| {
            item.flag(&mut it.multiple, errors)
        }),
        word("type_id", |it, item, errors| {
            item.text(&mut it.type_id, r#"type_id = "WORK""#, errors)
        }),
        word("id", |it, item, errors| item.flag(&mut it.id, errors)),
        word("read_only", |it, item, errors| {
            item.flag(&mut it.read_only, errors)
        }),
        word("skip", |it, item, errors| item.flag(&mut it.skip, errors)),
        word("clear", |it, item, errors| {
            item.text(&mut it.clear, r#"clear = "null""#, errors)
        }),
    ];
    const WORDS_OF_SERDE: &'static [(&'static str, &'static str)] = &[
        ("rename", "write `field` instead"),
        ("skip_serializing", "write `read_only` instead"),
        (
            "skip_serializing_if",
            "leave it out, a patch has only what was set or cleared",
        ),
        (
            "default",
            "leave it out, an `Option` is `None` if the field is absent",
        ),
    ];
}

impl Target for OnVariant {
    const NAME: &'static str = "a variant";
    const WORDS: &'static [Word<Self>] = &[
        word("item", |it, item, errors| {
            item.option_id(&mut it.item, errors)
        }),
        word("status", |it, item, errors| {
            item.text(&mut it.status, r#"status = "WON""#, errors)
        }),
        word("label", |it, item, errors| {
            item.text(&mut it.label, r#"label = "Gold""#, errors)
        }),
        word("other", |it, item, errors| item.flag(&mut it.other, errors)),
    ];
}

impl Target for OnEnum {
    const NAME: &'static str = "an enum of options or codes";
    const WORDS: &'static [Word<Self>] = &[
        word("entity", |it, item, errors| {
            it.common.read_entity(item, errors)
        }),
        word("field", |it, item, errors| {
            item.text(&mut it.field, r#"field = "ufCrm_…""#, errors)
        }),
        word("pipeline", |it, item, errors| {
            item.pipeline(&mut it.pipeline, errors)
        }),
        word("schema", |it, item, errors| {
            it.common.read_schema(item, errors)
        }),
        word("crate", |it, item, errors| {
            it.common.read_crate(item, errors)
        }),
    ];
}

/// The words that a struct and an enum of options or codes share.
impl OnStruct {
    fn read_entity(&mut self, item: MetaItem, errors: &Errors) -> bool {
        item.text(&mut self.entity, r#"entity = "contacts""#, errors)
    }

    /// Reads `schema = "path"`, or `schema` alone.
    fn read_schema(&mut self, item: MetaItem, errors: &Errors) -> bool {
        if self.schema.is_some() || self.requires_schema.is_some() {
            given_twice(&item.name, errors);
            return false;
        }
        if item.value.is_none() {
            return item.flag(&mut self.requires_schema, errors);
        }
        let example = r#"schema = "vibecode/contacts.json""#;
        item.text(&mut self.schema, example, errors)
    }

    fn read_crate(&mut self, item: MetaItem, errors: &Errors) -> bool {
        item.path(&mut self.runtime, errors)
    }
}

/// Returns whether a target has a word.
type HasWord = fn(&str) -> bool;

/// Every target, by its name.
const TARGETS: [(&str, HasWord); 4] = [
    (OnStruct::NAME, |name| OnStruct::word(name).is_some()),
    (OnField::NAME, |name| OnField::word(name).is_some()),
    (OnVariant::NAME, |name| OnVariant::word(name).is_some()),
    (OnEnum::NAME, |name| OnEnum::word(name).is_some()),
];

/// Says that a target has no such word, and which word was probably meant.
pub(super) fn unknown<T: Target>(name: &str) -> String {
    let words = || T::WORDS.iter().map(|word| word.name);
    let target = T::NAME;
    if let Some((_, advice)) = T::WORDS_OF_SERDE.iter().find(|(word, _)| *word == name) {
        return format!("`{name}` is a word of serde: {advice}");
    }
    if let Some(meant) = vibecode_spec::closest(name, words()) {
        return format!("there is no `{name}` in `#[vibecode(…)]`: did you mean `{meant}`?");
    }
    if let Some((elsewhere, _)) = TARGETS.iter().find(|(_, has)| has(name)) {
        return format!("`{name}` belongs on {elsewhere}, not on {target}");
    }
    let words = words().collect::<Vec<_>>().join("`, `");
    format!("there is no `{name}` in `#[vibecode(…)]`: {target} takes `{words}`")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn names<T: Target>() -> Vec<&'static str> {
        T::WORDS.iter().map(|word| word.name).collect()
    }

    /// A typo that only one of the two lists has would be reported twice, or not at all.
    #[test]
    fn the_macros_register_the_typos_that_are_reported() {
        let source = include_str!("../lib.rs");
        let (_, list) = source.split_once("attributes(\n").unwrap();
        let (list, _) = list.split_once(')').unwrap();
        let names = list.split(',').map(str::trim);
        let known = [ATTRIBUTE].into_iter().chain(TYPOS.iter().copied());
        assert!(names.eq(known), "{list}");
    }

    #[test]
    fn a_target_lists_each_word_once() {
        for names in [
            names::<OnStruct>(),
            names::<OnField>(),
            names::<OnVariant>(),
            names::<OnEnum>(),
        ] {
            let distinct: HashSet<_> = names.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{names:?}");
        }
    }

    #[test]
    fn a_word_of_another_target_is_reported_with_that_target() {
        let message = unknown::<OnField>("entity");
        assert_eq!(message, "`entity` belongs on a struct, not on a field");
        let message = unknown::<OnStruct>("multiple");
        assert_eq!(message, "`multiple` belongs on a field, not on a struct");
        let message = unknown::<OnEnum>("other");
        assert_eq!(
            message,
            "`other` belongs on a variant, not on an enum of options or codes"
        );
    }
}
