//! What of a patch a record does not show yet.

use crate::{
    Answered, Ensured, Error, ErrorKind, MultifieldEntry, Multifields, Raw, Result,
    body::{Act, Added, Body},
    mismatch::is_shown,
};

/// A patch held against a record.
#[derive(Default)]
pub(super) struct Missing {
    /// What is to be sent. Empty where the record has it all.
    pub(super) body: Body,
    /// The phones and emails that are to be added.
    pub(super) wanted: Vec<MultifieldEntry>,
    /// Those that are there, as they stand in the record.
    pub(super) present: Vec<MultifieldEntry>,
}

impl Missing {
    /// # Errors
    /// [`ErrorKind::MultifieldsUnknown`] where the patch adds phones or emails, and the record does
    /// not tell which it has.
    pub(super) fn of(patch: &Body, record: &Raw) -> Result<Self> {
        let mut missing = Self {
            body: patch.without_changes(),
            wanted: Vec::new(),
            present: Vec::new(),
        };
        let there = record.multifields();
        for (name, act) in patch.acts() {
            match act {
                Act::Add(added) => {
                    check_told(name, record)?;
                    let new = missing.sort(name, added, &there);
                    if !new.is_empty() {
                        missing.body.take(name, &Act::Add(new));
                    }
                }
                act if is_shown(&act, record.field(name)) && !is_file(&act, record.field(name)) => {
                }
                act => missing.body.take(name, &act),
            }
        }
        Ok(missing)
    }

    /// The values that are not there, each once; notes all.
    fn sort<'a>(
        &mut self,
        field: &str,
        added: Vec<Added<'a>>,
        there: &Multifields,
    ) -> Vec<Added<'a>> {
        let kind = kind_of(field);
        let mut new = Vec::new();
        for added in added {
            let value: String = serde_json::from_str(added.value).unwrap_or_default();
            let is_this = |entry: &&MultifieldEntry| {
                entry.kind() == kind && is_same(&kind, entry.value(), &value)
            };
            if let Some(entry) = there.entries().iter().find(is_this) {
                self.present.push(entry.clone());
            } else if !self.wanted.iter().any(|entry| is_this(&entry)) {
                let entry = MultifieldEntry::new(&kind, added.type_id, value);
                self.wanted.push(entry);
                new.push(added);
            }
        }
        new
    }

    /// What is told of it once nothing is missing: what was wanted has been added.
    pub(super) fn ensured(&mut self, record: Raw) -> Ensured {
        let there = record.multifields();
        let as_shown = |wanted: MultifieldEntry| {
            let is_this = |entry: &&MultifieldEntry| {
                let kind = entry.kind();
                kind == wanted.kind() && is_same(kind, entry.value(), wanted.value())
            };
            // A new entry comes after those that were there.
            let shown = there.entries().iter().rfind(is_this);
            shown.cloned().unwrap_or(wanted)
        };
        let wanted = std::mem::take(&mut self.wanted).into_iter();
        let added = wanted.map(as_shown).collect();
        Ensured::new(added, std::mem::take(&mut self.present), record)
    }
}

/// Whether a field holds files: which they are, an answer does not tell.
fn is_file(act: &Act<'_>, there: Option<Answered<'_>>) -> bool {
    let is_list = matches!(act, Act::Set(json) if json.starts_with('['));
    is_list && there.is_some_and(|there| there.as_str().contains('{'))
}

/// What `fm` calls the entries of a field.
fn kind_of(field: &str) -> String {
    field.to_ascii_uppercase()
}

/// Whether two values are one: phones by their digits, or as text where there are none; emails
/// without regard to case.
fn is_same(kind: &str, one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if kind == "PHONE" {
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let (ours, theirs) = (digits(one), digits(other));
        if !ours.is_empty() || !theirs.is_empty() {
            return ours == theirs;
        }
    }
    one.to_lowercase() == other.to_lowercase()
}

/// Holds that a record tells which phones or emails it has: in `fm`. Aliases, or a flag that there
/// are some, without it do not tell all.
fn check_told(field: &str, record: &Raw) -> Result<()> {
    if let Err(error) = record.multifields().require_understood(field) {
        let message = format!("the phones and emails of the record cannot be read: {error}");
        return Err(Error::not_sent(ErrorKind::MultifieldsUnknown, message));
    }
    if record.field("fm").is_some_and(|fm| !fm.is_null()) {
        return Ok(());
    }
    let flag = match field {
        "phone" => "hasPhone",
        _ => "hasEmail",
    };
    let has_some = record
        .field(flag)
        .is_some_and(|flag| matches!(flag.as_str(), "true" | "1" | r#""Y""# | r#""1""#));
    if !has_some && record.multifields().entries().is_empty() {
        return Ok(());
    }
    Err(Error::not_sent(
        ErrorKind::MultifieldsUnknown,
        "the record was answered with phones or emails but without `fm`, the list of all of them: nobody can tell what is missing, so nothing was sent",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_one_by_their_digits_and_emails_without_regard_to_case() {
        for (kind, one, other) in [
            ("PHONE", "+7 (916) 111-22-33", "79161112233"),
            ("PHONE", "front desk", "Front Desk "),
            ("EMAIL", "Ivan@Company.RU", "ivan@company.ru"),
            ("EMAIL", "ИВАН@пример.рф", "иван@пример.рф"),
        ] {
            assert!(is_same(kind, one, other), "{one} {other}");
        }
        for (kind, one, other) in [
            ("PHONE", "+79161112233", "+79161112234"),
            ("PHONE", "front desk", "112"),
            ("EMAIL", "ivan1@company.ru", "1van@company.ru"),
            ("EMAIL", "a.b@company.ru", "ab@company.ru"),
        ] {
            assert!(!is_same(kind, one, other), "{one} {other}");
        }
    }
}
