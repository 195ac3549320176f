//! Field kinds: their names in both vocabularies, and the values that clear them.

use crate::Multifield;

/// The kind of value that a field of the API holds.
///
/// The API's own documentation and the REST layer underneath use different names for the same type
/// (`number` and `integer`, `text` and `string`). A kind has the names of both.
///
/// ```
/// use vibecode_spec::{Kind, Reference};
///
/// assert_eq!(Kind::from_name("text"), Kind::from_name("string"));
/// assert_eq!(Kind::from_name("employee"), Some(Kind::Reference(Reference::User)));
/// assert_eq!(Kind::Text.name(), "string");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number: the API's own vocabulary does not distinguish whole and real numbers.
    Number,
    /// A real number.
    Double,
    /// True or false.
    Boolean,
    /// A date, `YYYY-MM-DD`.
    Date,
    /// A date and time, ISO 8601 with an offset.
    DateTime,
    /// A date, or a date and time: the API was observed to answer a date and time in a field that takes
    /// a date in the REST layer underneath.
    DateOrDateTime,
    /// The id of an option of a list.
    Enumeration,
    /// An amount and a currency, `300|RUB`.
    Money,
    /// A link.
    Url,
    /// A postal address.
    Address,
    /// A file.
    File,
    /// A link to a CRM record of any type, `C_2`.
    Crm,
    /// A status code from one of the portal's status sets.
    Status,
    /// The id of a section or an element of an information block.
    Iblock,
    /// The id of a record of one entity.
    Reference(Reference),
    /// Phones or emails: several values, each with a type. A PATCH can only add values.
    Multifield(Multifield),
    /// A type that this version does not know, with the name that the API uses.
    Unknown(String),
}

/// The target of a reference.
///
/// ```
/// use vibecode_spec::{Entity, Kind, Reference};
///
/// let company = Entity::Contacts.schema().field("companyId").expect("a documented field");
/// assert_eq!(company.kind, Kind::Reference(Reference::Company));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reference {
    /// A contact.
    Contact,
    /// A company.
    Company,
    /// A lead.
    Lead,
    /// A deal.
    Deal,
    /// An estimate.
    Quote,
    /// A task.
    Task,
    /// A user of the portal.
    User,
}

/// The value that is sent to clear a field (grade B: Bitrix24's own REST layer does, and the API does not
/// document it).
///
/// ```
/// use vibecode_spec::{Clearing, Kind, Reference};
///
/// let company = Kind::Reference(Reference::Company);
/// assert_eq!(company.clearing(false, false), Clearing::Zero);
/// // Several values:
/// assert_eq!(company.clearing(true, false), Clearing::EmptyList);
/// // A user field:
/// assert_eq!(company.clearing(false, true), Clearing::EmptyText);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Clearing {
    /// `""`
    EmptyText,
    /// `0`
    Zero,
    /// `[]`
    EmptyList,
    /// `null`, only if the user chooses it.
    Null,
    /// `false`, only if the user chooses it.
    False,
}

/// Every kind with a name that does not depend on the field.
const NAMED: &[Kind] = &[
    Kind::Text,
    Kind::Integer,
    Kind::Number,
    Kind::Double,
    Kind::Boolean,
    Kind::Date,
    Kind::DateTime,
    Kind::DateOrDateTime,
    Kind::Enumeration,
    Kind::Money,
    Kind::Url,
    Kind::Address,
    Kind::File,
    Kind::Crm,
    Kind::Status,
    Kind::Iblock,
    Kind::Reference(Reference::User),
    Kind::Reference(Reference::Contact),
    Kind::Reference(Reference::Company),
    Kind::Reference(Reference::Lead),
    Kind::Reference(Reference::Deal),
    Kind::Reference(Reference::Quote),
    Kind::Reference(Reference::Task),
];

/// The other names of kinds. Messages do not use them.
const ALIASES: &[(&str, Kind)] = &[
    ("text", Kind::Text),
    ("int", Kind::Integer),
    ("float", Kind::Double),
    ("bool", Kind::Boolean),
    ("enum", Kind::Enumeration),
    ("status", Kind::Status),
    ("iblock_section", Kind::Iblock),
    ("user", Kind::Reference(Reference::User)),
];

/// The types of user fields (grade B), by the name that `kind = "…"` takes.
const USER_FIELD_KINDS: &[&str] = &[
    "string",
    "integer",
    "double",
    "boolean",
    "date",
    "datetime",
    "enumeration",
    "money",
    "url",
    "address",
    "file",
    "employee",
    "crm",
    "crm_status",
    "iblock_section",
    "iblock_element",
];

impl Kind {
    /// Returns the kind for the type that `GET /v1/{entity}/fields` answers for the field `name`. An
    /// unknown type becomes [`Kind::Unknown`].
    #[must_use]
    pub fn of_field(name: &str, type_name: &str) -> Self {
        if Multifield::is_type(type_name) {
            return Multifield::of_field(name)
                .map_or_else(|| Self::Unknown(type_name.to_owned()), Self::Multifield);
        }
        Self::from_name(type_name).unwrap_or_else(|| Self::Unknown(type_name.to_owned()))
    }

    /// Returns the kind with this name in either vocabulary.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let aliased = ALIASES.iter().find(|(alias, _)| *alias == name);
        let kind = aliased.map(|(_, kind)| kind);
        kind.or_else(|| NAMED.iter().find(|kind| kind.name() == name))
            .cloned()
    }

    /// Returns the kind of user field with this name in either vocabulary, or `None` if no user field has
    /// it, such as `crm_company`.
    #[must_use]
    pub fn of_user_field(name: &str) -> Option<Self> {
        let kind = Self::from_name(name)?;
        USER_FIELD_KINDS.contains(&kind.name()).then_some(kind)
    }

    /// Returns the preferred names for [`Kind::of_user_field`].
    #[must_use]
    pub fn user_field_names() -> &'static [&'static str] {
        USER_FIELD_KINDS
    }

    /// Returns the name of the kind, such as `crm_status`, as user fields and messages use it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            Self::Multifield(multifield) => multifield.name(),
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::DateOrDateTime => "date_or_datetime",
            Self::Enumeration => "enumeration",
            Self::Money => "money",
            Self::Url => "url",
            Self::Address => "address",
            Self::File => "file",
            Self::Crm => "crm",
            Self::Status => "crm_status",
            Self::Iblock => "iblock_element",
            Self::Reference(Reference::User) => "employee",
            Self::Reference(Reference::Contact) => "crm_contact",
            Self::Reference(Reference::Company) => "crm_company",
            Self::Reference(Reference::Lead) => "crm_lead",
            Self::Reference(Reference::Deal) => "crm_deal",
            Self::Reference(Reference::Quote) => "crm_quote",
            Self::Reference(Reference::Task) => "task",
        }
    }

    /// Returns the value that clears a field of this kind. See [`Clearing`] for an example, and for how
    /// certain that is.
    #[must_use]
    pub fn clearing(&self, multiple: bool, user_field: bool) -> Clearing {
        match self {
            _ if multiple => Clearing::EmptyList,
            Self::Reference(_) if !user_field => Clearing::Zero,
            _ => Clearing::EmptyText,
        }
    }
}

impl Clearing {
    /// Every value that clears a field.
    pub const ALL: &[Self] = &[
        Self::EmptyText,
        Self::Zero,
        Self::EmptyList,
        Self::Null,
        Self::False,
    ];

    /// Returns the JSON that is sent to clear a field.
    #[must_use]
    pub fn as_json(self) -> &'static str {
        match self {
            Self::EmptyText => "\"\"",
            Self::Zero => "0",
            Self::EmptyList => "[]",
            Self::Null => "null",
            Self::False => "false",
        }
    }

    /// Parses the value of `clear = "…"`: `null`, `0`, `[]`, `false`, or an empty string for `""`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let named = |clearing: &Self| match clearing {
            Self::EmptyText => name.is_empty(),
            other => other.as_json() == name,
        };
        Self::ALL.iter().copied().find(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_vocabularies_name_the_same_kind() {
        assert_eq!(Kind::from_name("text"), Kind::from_name("string"));
        assert_eq!(Kind::from_name("bool"), Some(Kind::Boolean));
        assert_eq!(
            Kind::from_name("user"),
            Some(Kind::Reference(Reference::User))
        );
    }

    #[test]
    fn every_name_leads_to_its_kind() {
        for kind in NAMED {
            assert_eq!(Kind::from_name(kind.name()).as_ref(), Some(kind));
        }
        for (alias, kind) in ALIASES {
            assert_eq!(Kind::from_name(alias).as_ref(), Some(kind));
            assert!(NAMED.contains(kind), "{alias}");
        }
    }

    #[test]
    fn every_clearing_is_read_by_the_json_that_it_sends() {
        for clearing in Clearing::ALL {
            let json = clearing.as_json();
            let name = if json == "\"\"" { "" } else { json };
            assert_eq!(Clearing::from_name(name), Some(*clearing));
        }
        assert_eq!(Clearing::from_name("\"\""), None);
    }

    #[test]
    fn every_kind_of_user_field_is_read_by_its_name() {
        for name in Kind::user_field_names() {
            assert!(Kind::of_user_field(name).is_some(), "{name}");
        }
        assert_eq!(Kind::of_user_field("crm_company"), None);
        assert_eq!(Kind::of_user_field("multifield"), None);
    }

    #[test]
    fn an_unknown_type_degrades_to_its_name() {
        assert_eq!(
            Kind::of_field("x", "hologram"),
            Kind::Unknown("hologram".to_owned())
        );
        assert_eq!(Kind::of_field("x", "hologram").name(), "hologram");
    }

    #[test]
    fn clearing_sends_text_a_zero_or_a_list_by_kind() {
        let company = Kind::Reference(Reference::Company);
        assert_eq!(company.clearing(false, false), Clearing::Zero);
        assert_eq!(company.clearing(true, false), Clearing::EmptyList);
        assert_eq!(company.clearing(false, true), Clearing::EmptyText);
        assert_eq!(Kind::Date.clearing(false, false), Clearing::EmptyText);
    }
}
