//! Multifields: phones and emails, each value with a type.

/// A multifield that can be written. PATCH only ever adds to it (update-contact.md).
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

    /// The type that a bare string is given (update-contact.md).
    pub const DEFAULT_TYPE_ID: &str = "WORK";

    /// The multifield that the field of this wire name holds.
    #[must_use]
    pub fn of_field(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.name() == name)
    }

    /// The wire name of the field.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }

    /// The values that `typeId` takes when it is written (update-contact.md).
    #[must_use]
    pub fn type_ids(self) -> &'static [&'static str] {
        match self {
            Self::Phone => &["WORK", "HOME", "MOBILE", "OTHER"],
            Self::Email => &["WORK", "HOME", "MAILING", "OTHER"],
        }
    }

    /// What the kind is called inside `fm`, under `typeId`, which there has another meaning.
    #[must_use]
    pub fn kind_in_fm(self) -> &'static str {
        match self {
            Self::Phone => "PHONE",
            Self::Email => "EMAIL",
        }
    }
}
