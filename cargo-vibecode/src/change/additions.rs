//! The phones and emails that a change adds.

use vibecode_runtime::{Email, Phone};
use vibecode_spec::{Kind, Multifield, closest};

use super::{Change, Step, writable};

impl Change<'_> {
    /// Adds a phone or an email: `value`, or `value:TYPE`.
    ///
    /// # Errors
    /// If it cannot be added, or is added twice.
    pub(crate) fn add(&mut self, name: &str, text: &str) -> Result<(), String> {
        if self.add_once(name, text)? {
            return Ok(());
        }
        Err(format!(
            "`{name}` is given the same value twice: give it once"
        ))
    }

    /// Adds a phone or an email as [`Change::add`] does, unless the change adds it already, with whatever type.
    /// Returns true if it was added.
    pub(crate) fn add_once(&mut self, name: &str, text: &str) -> Result<bool, String> {
        let field = writable(self.schema, name)?;
        let Kind::Multifield(multifield) = field.kind else {
            return Err(format!(
                "`{}` has no phones or emails to add to: set it instead",
                field.name
            ));
        };
        let known = multifield.type_ids();
        let known_type = |(value, given): (_, &str)| {
            let type_id = known.iter().find(|type_id| **type_id == given);
            type_id.map(|type_id| (value, *type_id))
        };
        let parts = text.rsplit_once(':');
        let (value, type_id) = match (parts.and_then(known_type), parts) {
            (Some(known), _) => known,
            (None, Some((_, type_id))) if is_type(type_id, known) => {
                let meant = closest(&type_id.to_uppercase(), known.iter().copied());
                let meant = meant.map_or_else(
                    || format!("use one of {}", known.join(", ")),
                    |meant| format!("did you mean `{meant}`?"),
                );
                return Err(format!("`{}` has no type `{type_id}`: {meant}", field.name));
            }
            (None, _) => (text, Multifield::DEFAULT_TYPE_ID),
        };
        let value = value.trim();
        if value.is_empty() {
            return Err(format!(
                "an empty value cannot be added to `{}`",
                field.name
            ));
        }
        let plausible = self.rules.check(multifield, value);
        let plausible = plausible.map_err(|problem| format!("`{}` {problem}", field.name))?;
        let is_same = |step: &Step<'_>| match step {
            Step::Add(name, known, _) => {
                *name == field.name && is_same_value(multifield, known, &plausible.text)
            }
            Step::Set(..) | Step::Clear(..) => false,
        };
        if self.steps.iter().any(is_same) {
            return Ok(false);
        }
        self.lacking_country += u64::from(plausible.lacks_country);
        self.perhaps_placeholders += u64::from(plausible.may_be_placeholder);
        self.steps
            .push(Step::Add(&field.name, plausible.text, type_id));
        Ok(true)
    }

    /// Takes out the phones and emails for which `is_kept` returns false.
    pub(crate) fn retain_additions(&mut self, mut is_kept: impl FnMut(Multifield, &str) -> bool) {
        self.steps.retain(|step| match step {
            Step::Add(name, value, _) => {
                Multifield::of_field(name).is_none_or(|multifield| is_kept(multifield, value))
            }
            Step::Set(..) | Step::Clear(..) => true,
        });
    }

    /// Writes the phones and emails for which `form` returns another form in that form. Returns true if there are any.
    pub(crate) fn rewrite_additions(
        &mut self,
        form: impl Fn(Multifield, &str) -> Option<String>,
    ) -> bool {
        let mut is_any_rewritten = false;
        for step in &mut self.steps {
            if let Step::Add(name, value, _) = step
                && let Some(multifield) = Multifield::of_field(name)
                && let Some(form) = form(multifield, value)
            {
                *value = form;
                is_any_rewritten = true;
            }
        }
        is_any_rewritten
    }
}

/// Returns true if two phones or emails are the same, however they are written.
pub(crate) fn is_same_value(multifield: Multifield, one: &str, other: &str) -> bool {
    match multifield {
        Multifield::Email => Email::work(one).is_same_value(other),
        _ => Phone::work(one).is_same_value(other),
    }
}

/// Returns true if a text looks like a type of a phone or an email, perhaps in other letters than the known ones have.
fn is_type(text: &str, known: &[&str]) -> bool {
    let is_in_capitals = !text.is_empty() && text.chars().all(char::is_uppercase);
    is_in_capitals || known.iter().any(|known| known.eq_ignore_ascii_case(text))
}
