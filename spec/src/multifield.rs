//! Multifields: phones and emails, each value with a type.

/// A multifield that can be written. A PATCH can only add values to it (grade D).
///
/// ```
/// use vibecode_spec::Multifield;
///
/// assert_eq!(Multifield::of_field("phone"), Some(Multifield::Phone));
/// assert!(Multifield::Phone.type_ids().contains(&Multifield::DEFAULT_TYPE_ID));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Multifield {
    /// `phone`
    Phone,
    /// `email`
    Email,
}

impl Multifield {
    /// Every multifield.
    pub const ALL: &[Self] = &[Self::Phone, Self::Email];

    /// The type that the API assigns to a bare string (grade D).
    pub const DEFAULT_TYPE_ID: &str = "WORK";

    /// The fields of other multifields, which cannot be written: all multifields together, websites, and
    /// messengers.
    pub const UNWRITABLE: &[&str] = &["fm", "web", "im"];

    /// Returns whether this is a name of the type of a multifield, such as `crm_multifield`. The name of
    /// the field shows which multifield it is.
    #[must_use]
    pub fn is_type(type_name: &str) -> bool {
        ["crm_multifield", "multifield"].contains(&type_name)
    }

    /// Returns the multifield that the field with this wire name holds.
    #[must_use]
    pub fn of_field(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.name() == name)
    }

    /// Returns whether the field with this wire name repeats the phones or emails of a record, and is
    /// therefore read-only: `fm`, which holds all of them, or an alias such as `phoneWork` (grade D).
    pub(crate) fn is_only_read(name: &str) -> bool {
        let is_type = |rest: &str| rest.starts_with(|first: char| first.is_ascii_uppercase());
        let mut aliases = Self::ALL.iter().map(|each| each.name());
        name == "fm" || aliases.any(|alias| name.strip_prefix(alias).is_some_and(is_type))
    }

    /// Returns the wire name of the field.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }

    /// Returns the values that `typeId` can have in a write, such as `WORK` (grade D).
    #[must_use]
    pub fn type_ids(self) -> &'static [&'static str] {
        match self {
            Self::Phone => &["WORK", "HOME", "MOBILE", "OTHER"],
            Self::Email => &["WORK", "HOME", "MAILING", "OTHER"],
        }
    }

    /// Returns the name of the multifield in `fm`, such as `PHONE`. It is under `typeId`, which has
    /// another meaning there.
    #[must_use]
    pub fn kind_in_fm(self) -> &'static str {
        match self {
            Self::Phone => "PHONE",
            Self::Email => "EMAIL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fm_and_the_aliases_of_phones_and_emails_are_only_read() {
        for name in ["fm", "phoneWork", "phoneMobile", "emailMailing"] {
            assert!(Multifield::is_only_read(name), "{name}");
        }
    }

    #[test]
    fn a_field_that_only_begins_like_an_alias_can_be_written() {
        for name in [
            "phone",
            "email",
            "phones",
            "phone2",
            "phone_work",
            "workPhone",
            "PhoneWork",
            "FM",
            "fmt",
            "post",
            "",
        ] {
            assert!(!Multifield::is_only_read(name), "{name}");
        }
    }
}
