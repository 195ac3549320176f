//! The options or codes that the variants of an enum stand for, and which one an attribute names.

use std::borrow::Cow;

use proc_macro2::Ident;
use syn::LitStr;
use vibecode_spec::{
    CodeSet, Item, NotAStage, OptionMatch, closest, closest_code, has_form_of_a_code, is_code,
    one_line,
};

use super::variants::SetVariant;
use crate::{
    check::codes::{CodesFile, Content},
    collected_errors::Errors,
    input::meta_item::OptionId,
};

/// The value of a variant as the API writes it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum WireForm {
    /// The id of an option.
    Id(u64),
    /// A code.
    Code(String),
}

/// The label of an option, or the name of a code.
pub(crate) struct Label {
    pub(crate) text: String,
    /// Whether no other option of the list has this label.
    pub(crate) is_unique: bool,
}

/// The set against which the variants are checked.
pub(super) struct ClosedSet<'a> {
    /// The name of the field, if the schema describes it.
    pub(super) field: Option<&'a str>,
    pub(super) values: Values<'a>,
    /// The options or codes. `None` if they are not known.
    pub(super) items: Option<&'a [Item]>,
    pub(super) errors: &'a Errors,
}

pub(super) enum Values<'a> {
    Options,
    Codes(CodesOf<'a>),
}

/// Where codes come from.
pub(super) struct CodesOf<'a> {
    /// The set in the portal's files, if it is known.
    pub(super) set: Option<&'a CodeSet>,
    pub(super) pipeline: u64,
    /// Whether the enum states its pipeline, which is 0 otherwise.
    pub(super) is_pipeline_stated: bool,
    pub(super) file: Option<&'a CodesFile>,
}

/// A value of the set, with its label if that is known.
pub(super) type Named = (WireForm, Option<Label>);

impl ClosedSet<'_> {
    pub(super) fn has_codes(&self) -> bool {
        matches!(self.values, Values::Codes(_))
    }

    pub(super) fn by_id(&self, item: &OptionId) -> Option<Named> {
        if self.has_codes() {
            self.refuse_word(&item.literal, "codes", "item", r#"status = "…""#);
            return None;
        }
        let id = item.id;
        let Some(items) = self.items else {
            return Some((WireForm::Id(id), None));
        };
        if let Some(option) = items.iter().find(|option| option.number() == Some(id)) {
            return Some((WireForm::Id(id), Some(label_of(items, option))));
        }
        let (field, options) = (self.field.unwrap_or_default(), described(items.iter()));
        self.errors.at(
            &item.literal,
            format!("`{field}` has no option {id}: it has {options}"),
        );
        None
    }

    pub(super) fn by_code(&self, status: &LitStr) -> Option<Named> {
        let Values::Codes(codes) = &self.values else {
            self.refuse_word(status, "options with ids", "status", "item = …");
            return None;
        };
        let given = status.value();
        if !is_code(&given) {
            let message = "this clears the field and is not a code: write the code itself";
            self.errors.at(status, message);
            return None;
        }
        let full = match codes.set {
            Some(set) => set.full_code(&given, codes.pipeline),
            None => Ok(Cow::Borrowed(&*given)),
        };
        let find = |code: &str| self.items?.iter().find(|item| item.id == code);
        let found = find(&given).or_else(|| find(full.as_deref().ok()?));
        if let (Some(items), Some(item)) = (self.items, found) {
            return Some((WireForm::Code(item.id.clone()), Some(label_of(items, item))));
        }
        let message = match (self.items, full) {
            (_, Err(problem)) => codes.not_a_stage(&given, problem),
            (None, Ok(full)) if has_form_of_a_code(&given) => {
                return Some((WireForm::Code(full.into_owned()), None));
            }
            (None, Ok(_)) => unlike_a_code(&given),
            (Some(items), Ok(_)) => self.unknown_code(&given, codes, items),
        };
        self.errors.at(status, message);
        None
    }

    /// Says that the portal has no such code, and which one was probably meant.
    fn unknown_code(&self, given: &str, codes: &CodesOf<'_>, items: &[Item]) -> String {
        let field = self.field.unwrap_or_default();
        let pipeline = codes.in_pipeline();
        let trimmed = given.trim();
        let shown = one_line(given);
        if let Some(item) = items.iter().find(|item| item.id == trimmed) {
            let code = one_line(&item.id);
            return format!("a code has no spaces before or after it: write `{code}`");
        }
        let advice = match OptionMatch::of(items, trimmed) {
            OptionMatch::One(item) => format!("that is the name of `{}`", one_line(&item.id)),
            OptionMatch::Ambiguous(items) => {
                let codes: Vec<_> = items.iter().map(|item| one_line(&item.id)).collect();
                format!("that is the name of `{}`", codes.join("` and `"))
            }
            OptionMatch::None => closest_code(trimmed, items).map_or_else(
                || format!("it has {}", described(items.iter())),
                |meant| format!("did you mean `{}`?", one_line(meant)),
            ),
        };
        format!("`{field}`{pipeline} has no code `{shown}`: {advice}")
    }

    pub(super) fn by_label(&self, label: &LitStr) -> Option<Named> {
        let given = label.value();
        let Some(items) = self.items else {
            self.errors.at(label, self.without_labels());
            return None;
        };
        let message = match OptionMatch::of(items, &given) {
            OptionMatch::One(item) if item.label == given => match self.wire_form(item) {
                Some(form) => return Some((form, Some(label_of(items, item)))),
                None => self.without_value(item),
            },
            OptionMatch::Ambiguous(same) if same.iter().any(|item| item.label == given) => {
                let given = one_line(&given);
                match self.values {
                    Values::Options => {
                        format!("several options have the label `{given}`: use `item = …`")
                    }
                    Values::Codes(_) => {
                        let codes: Vec<_> = same.iter().map(|item| one_line(&item.id)).collect();
                        let codes = codes.join("`, `");
                        format!(
                            "several codes have the name `{given}`: use `status = …` with one of `{codes}`"
                        )
                    }
                }
            }
            OptionMatch::None if self.has_codes() && items.iter().any(|item| item.id == given) => {
                let given = one_line(&given);
                format!("`{given}` is a code and not a name: write `status = \"{given}\"`")
            }
            // The label must be written as the portal writes it.
            OptionMatch::One(_) | OptionMatch::Ambiguous(_) | OptionMatch::None => {
                let labels = items.iter().map(|item| item.label.as_str());
                let meant = closest(&given, labels);
                let given = one_line(&given);
                let (problem, all) = match self.values {
                    Values::Options => (format!("there is no option `{given}`"), "options"),
                    Values::Codes(_) => (format!("no code has the name `{given}`"), "codes"),
                };
                let advice = meant.map_or_else(
                    || format!("the {all} are {}", described(items.iter())),
                    |meant| format!("did you mean `{}`?", one_line(meant)),
                );
                format!("{problem}: {advice}")
            }
        };
        self.errors.at(label, message);
        None
    }

    /// Returns the value of an option or a code. `None` if a variant cannot stand for it.
    fn wire_form(&self, item: &Item) -> Option<WireForm> {
        match self.values {
            Values::Options => item.number().map(WireForm::Id),
            Values::Codes(_) => is_code(&item.id).then(|| WireForm::Code(item.id.clone())),
        }
    }

    /// Says why an item has no wire form.
    fn without_value(&self, item: &Item) -> String {
        match self.values {
            Values::Options => format!(
                "the schema has an option of `{}` without a number as its id",
                self.field.unwrap_or_default()
            ),
            Values::Codes(_) => format!(
                "the code with this name is `{}`, which clears the field: remove the variant, and use `None` for a cleared field",
                one_line(&item.id)
            ),
        }
    }

    /// Says that the portal's labels are not known.
    fn without_labels(&self) -> String {
        let Values::Codes(codes) = &self.values else {
            return "an option is found by its label only if the portal's schema lists the options: use `item = …`".to_owned();
        };
        let why = match codes.file.map(|file| &file.content) {
            Some(Content::Absent(problem)) => {
                format!("{problem}, which `cargo vibecode pull` fetches")
            }
            Some(Content::Read(_) | Content::Broken(_)) | None => {
                "the codes of this field are not known".to_owned()
            }
        };
        format!(
            "a code is found by its name only if the portal's codes are known, and {why}: use `status = \"…\"`"
        )
    }

    /// Refuses a word that is for the other sort of set.
    fn refuse_word(&self, at: impl quote::ToTokens, values: &str, word: &str, instead: &str) {
        let message = match self.field {
            Some(field) => format!("`{field}` has {values}: write `{instead}` instead of `{word}`"),
            None => format!(
                "an earlier variant shows that the field has {values}: write `{instead}` instead of `{word}`"
            ),
        };
        self.errors.at(at, message);
    }

    /// Reports options without a variant, unless there is a variant for all other options: a record may
    /// hold any option.
    pub(super) fn refuse_missing(
        &self,
        ident: &Ident,
        variants: &[SetVariant<'_>],
        other: Option<&Ident>,
    ) {
        let (Some(items), None) = (self.items, other) else {
            return;
        };
        let has_variant = |form: WireForm| variants.iter().any(|it| it.form == form);
        // A record never holds what has no wire form: it clears the field.
        let is_missing = |item: &&Item| self.wire_form(item).is_some_and(|form| !has_variant(form));
        let missing: Vec<_> = items.iter().filter(is_missing).collect();
        if !missing.is_empty() {
            let options = described(missing.into_iter());
            let holds = if self.has_codes() { "String" } else { "u64" };
            let (of_pipeline, elsewhere) = match &self.values {
                Values::Codes(codes) if codes.is_by_pipeline() && !codes.is_pipeline_stated => (
                    " of pipeline 0",
                    "; for the stages of another pipeline, write `pipeline = 5` on the enum",
                ),
                Values::Codes(_) | Values::Options => ("", ""),
            };
            self.errors.at(
                ident,
                format!("there is no variant for {options}{of_pipeline}: add the missing variants, or `#[vibecode(other)] Other({holds})`{elsewhere}"),
            );
        }
    }
}

impl CodesOf<'_> {
    fn is_by_pipeline(&self) -> bool {
        self.set.is_some_and(CodeSet::is_by_pipeline)
    }

    /// Says why a text is not the code of a stage of the enum's pipeline.
    fn not_a_stage(&self, code: &str, problem: NotAStage) -> String {
        let (code, own) = (one_line(code), self.pipeline);
        match problem {
            NotAStage::OfPipeline(of_code) => format!(
                "`{code}` is a stage of pipeline {of_code}, and this enum has the stages of pipeline {own}: write `pipeline = {of_code}` on the enum, or a stage of pipeline {own}"
            ),
            NotAStage::Malformed => {
                let prefix = self.set.and_then(|set| set.prefix(own));
                let prefixed = prefix.map(|prefix| format!(" or `{prefix}WON`"));
                format!(
                    "`{code}` is not the code of a stage of pipeline {own}: write it like `WON`{}",
                    prefixed.unwrap_or_default()
                )
            }
        }
    }

    /// Returns the pipeline for a message, with a space before it.
    fn in_pipeline(&self) -> String {
        if self.is_by_pipeline() {
            format!(" in pipeline {}", self.pipeline)
        } else {
            String::new()
        }
    }
}

fn label_of(items: &[Item], item: &Item) -> Label {
    let mut same = items.iter().filter(|other| other.label == item.label);
    Label {
        text: item.label.clone(),
        is_unique: same.nth(1).is_none(),
    }
}

/// Says that a text is not a code, if the codes of the portal are not known.
fn unlike_a_code(given: &str) -> String {
    let shown = one_line(given);
    if has_form_of_a_code(given.trim()) {
        return format!("a code has no spaces before or after it: write `{shown}`");
    }
    format!(
        "`{shown}` does not have the form of a code, which has only Latin letters, digits and punctuation: write the code, such as `WEB`. If it is a name, use `label`, for which `cargo vibecode pull` fetches the portal's codes"
    )
}

/// Formats options as `81 (Gold), 82 (Silver)`. Only the first eight are shown.
fn described<'o>(options: impl ExactSizeIterator<Item = &'o Item>) -> String {
    const SHOWN: usize = 8;
    let more = options.len().saturating_sub(SHOWN);
    let shown: Vec<_> = options
        .take(SHOWN)
        .map(|option| format!("{} ({})", one_line(&option.id), one_line(&option.label)))
        .collect();
    let shown = shown.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl std::fmt::Display for WireForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl quote::ToTokens for WireForm {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        match self {
            Self::Id(id) => id.to_tokens(tokens),
            Self::Code(code) => code.to_tokens(tokens),
        }
    }
}
