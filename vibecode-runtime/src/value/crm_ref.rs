//! Links to CRM records of any type.

use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

use super::ParseError;
use crate::{CompanyId, ContactId, DealId, Encode, EncodeError, Encoder, LeadId, kind};

/// A link to a CRM record, `C_2` on the wire (grade B).
///
/// A value that was read can be written back unchanged: a link in an unknown form is kept as
/// [`Other`](Self::Other).
///
/// ```
/// use vibecode_runtime::CrmRef;
///
/// assert_eq!(CrmRef::contact(2).to_string(), "C_2");
/// assert_eq!("CO_3".parse(), Ok(CrmRef::company(3)));
/// // A smart process by its number, which is hexadecimal on the wire.
/// assert_eq!("T80_6".parse(), Ok(CrmRef::item(128, 6)));
/// assert!("X_1".parse::<CrmRef>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CrmRef {
    /// `C_…`
    Contact(ContactId),
    /// `CO_…`
    Company(CompanyId),
    /// `D_…`
    Deal(DealId),
    /// `L_…`
    Lead(LeadId),
    /// `SI_…`
    Invoice(u64),
    /// `Q_…`
    Quote(u64),
    /// `T…_…`: an item of a smart process.
    Item {
        /// The number of the smart process.
        entity_type_id: u32,
        /// The id of the item.
        id: u64,
    },
    /// A link in any other form, as the API returned it. A field that is limited to one type may
    /// return the bare id.
    Other(OtherLink),
}

/// A link in an unknown form, as the API returned it. It can only come from an answer.
///
/// ```
/// use vibecode_runtime::{Contacts, CrmRef, RawAnswer, Record};
///
/// #[derive(Record)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     #[vibecode(field = "ufCrmRelated", kind = "crm")]
///     related: Option<CrmRef>,
/// }
///
/// let raw = RawAnswer::from_json::<Contacts>(r#"{"ufCrmRelated":"7"}"#)?;
/// let related = raw.record::<Customer>()?.related;
/// assert!(matches!(related, Some(CrmRef::Other(link)) if link.as_str() == "7"));
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct OtherLink {
    text: Box<str>,
    /// Whether it was returned as a number without quotes, so that it is written back as one.
    is_number: bool,
}

impl OtherLink {
    /// Returns the link as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the link as a number, if the API returned it as one, without quotes.
    pub(crate) fn number(&self) -> Option<u64> {
        self.is_number.then(|| self.text.parse().ok()).flatten()
    }
}

// 7 and "7" are the same link.
impl PartialEq for OtherLink {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for OtherLink {}

impl Hash for OtherLink {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl CrmRef {
    /// Creates a link to a contact.
    pub fn contact(id: impl Into<ContactId>) -> Self {
        Self::Contact(id.into())
    }

    /// Creates a link to a company.
    pub fn company(id: impl Into<CompanyId>) -> Self {
        Self::Company(id.into())
    }

    /// Creates a link to a deal.
    pub fn deal(id: impl Into<DealId>) -> Self {
        Self::Deal(id.into())
    }

    /// Creates a link to a lead.
    pub fn lead(id: impl Into<LeadId>) -> Self {
        Self::Lead(id.into())
    }

    /// Creates a link to an invoice.
    #[must_use]
    pub fn invoice(id: u64) -> Self {
        Self::Invoice(id)
    }

    /// Creates a link to an estimate.
    #[must_use]
    pub fn quote(id: u64) -> Self {
        Self::Quote(id)
    }

    /// Creates a link to an item of the smart process with this number.
    #[must_use]
    pub fn item(entity_type_id: u32, id: u64) -> Self {
        Self::Item { entity_type_id, id }
    }

    pub(crate) fn of_text(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| Self::other(text, false))
    }

    /// Reads a link that the API returned as a number, without quotes.
    pub(crate) fn of_bare_number(digits: &str) -> Self {
        Self::other(digits, digits.parse::<u64>().is_ok())
    }

    fn other(text: &str, is_number: bool) -> Self {
        Self::Other(OtherLink {
            text: text.into(),
            is_number,
        })
    }

    fn id(&self) -> Option<u64> {
        match self {
            Self::Contact(id) => Some(id.get()),
            Self::Company(id) => Some(id.get()),
            Self::Deal(id) => Some(id.get()),
            Self::Lead(id) => Some(id.get()),
            Self::Invoice(id) | Self::Quote(id) | Self::Item { id, .. } => Some(*id),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for CrmRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => write!(f, "C_{id}"),
            Self::Company(id) => write!(f, "CO_{id}"),
            Self::Deal(id) => write!(f, "D_{id}"),
            Self::Lead(id) => write!(f, "L_{id}"),
            Self::Invoice(id) => write!(f, "SI_{id}"),
            Self::Quote(id) => write!(f, "Q_{id}"),
            Self::Item { entity_type_id, id } => write!(f, "T{entity_type_id:x}_{id}"),
            Self::Other(link) => f.write_str(link.as_str()),
        }
    }
}

const CRM_REF: ParseError =
    ParseError::expected("a link to a CRM record, such as C_2, CO_3, D_1, L_4, SI_7, Q_8 or T80_6");

impl FromStr for CrmRef {
    type Err = ParseError;

    /// Parses the known forms, in exactly the spelling of the wire. Only an answer can contain a
    /// link in another form ([`CrmRef::Other`]): in an app it would be a typo, which the API drops
    /// silently.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (prefix, id) = text.split_once('_').ok_or(CRM_REF)?;
        let id: u64 = id.parse().map_err(|_| CRM_REF)?;
        let link = match (prefix, prefix.strip_prefix('T')) {
            ("C", _) => Self::contact(id),
            ("CO", _) => Self::company(id),
            ("D", _) => Self::deal(id),
            ("L", _) => Self::lead(id),
            ("SI", _) => Self::invoice(id),
            ("Q", _) => Self::quote(id),
            (_, Some(number)) => {
                Self::item(u32::from_str_radix(number, 16).map_err(|_| CRM_REF)?, id)
            }
            _ => return Err(CRM_REF),
        };
        // Another spelling, such as `C_02`, would not be written back unchanged.
        (id != 0 && link.to_string() == text)
            .then_some(link)
            .ok_or(CRM_REF)
    }
}

impl Encode<kind::Crm> for CrmRef {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        if self.id() == Some(0) {
            return Err(EncodeError::new("0 refers to no record"));
        }
        match self {
            Self::Other(link) if link.is_number => to.digits(link.as_str()),
            link => to.text(&link.to_string()),
        }
        Ok(())
    }
}

/// Serializes the link as its wire text, or as a number if the API returned it as a bare number.
impl Serialize for CrmRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Other(link) if serializer.is_human_readable() => match link.number() {
                Some(number) => serializer.serialize_u64(number),
                None => serializer.serialize_str(link.as_str()),
            },
            link => serializer.collect_str(link),
        }
    }
}

/// Deserializes a link as from an answer: one in an unknown form is kept.
impl<'de> Deserialize<'de> for CrmRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LinkVisitor;

        impl Visitor<'_> for LinkVisitor {
            type Value = CrmRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(CRM_REF.what())
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<CrmRef, E> {
                if text.is_empty() {
                    return Err(E::custom(CRM_REF));
                }
                Ok(CrmRef::of_text(text))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<CrmRef, E> {
                if number == 0 {
                    return Err(E::custom(CRM_REF));
                }
                Ok(CrmRef::of_bare_number(&number.to_string()))
            }
        }

        if deserializer.is_human_readable() {
            deserializer.deserialize_any(LinkVisitor)
        } else {
            deserializer.deserialize_str(LinkVisitor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_written_as_it_is_read() {
        for (link, text) in [
            (CrmRef::contact(2), "C_2"),
            (CrmRef::company(3), "CO_3"),
            (CrmRef::deal(1), "D_1"),
            (CrmRef::lead(4), "L_4"),
            (CrmRef::invoice(7), "SI_7"),
            (CrmRef::quote(8), "Q_8"),
            (CrmRef::item(128, 6), "T80_6"),
            (CrmRef::item(1040, 6), "T410_6"),
            (CrmRef::item(177, 5), "Tb1_5"),
        ] {
            assert_eq!(link.to_string(), text);
            assert_eq!(text.parse(), Ok(link.clone()));
            assert_eq!(CrmRef::of_text(text), link);
        }
    }

    #[test]
    fn a_link_of_any_other_form_is_kept_out_of_an_answer_and_refused_from_the_app() {
        for text in [
            "7",
            "X_1",
            "C",
            "C_",
            "c_1",
            "C_-1",
            "C_+1",
            "C_01",
            "C_0",
            "C_1_2",
            "T_6",
            "T80_",
            "T080_6",
            "TB1_5",
            "T+8_6",
            "T1ffffffff_6",
        ] {
            assert!(text.parse::<CrmRef>().is_err(), "{text}");
            let link = CrmRef::of_text(text);
            assert!(
                matches!(&link, CrmRef::Other(link) if link.as_str() == text),
                "{text}"
            );
            assert_eq!(link.to_string(), text);
        }
        assert!("".parse::<CrmRef>().is_err());
    }

    #[test]
    fn a_bare_id_is_written_back_with_or_without_quotes_as_it_came() {
        let wire = |link: CrmRef| {
            let mut json = String::new();
            link.encode(&mut Encoder::new(&mut json)).map(|()| json)
        };
        assert_eq!(wire(CrmRef::of_text("7")).unwrap(), r#""7""#);
        assert_eq!(wire(CrmRef::of_bare_number("7")).unwrap(), "7");
        assert_eq!(CrmRef::of_text("7"), CrmRef::of_bare_number("7"));
        assert!(wire(CrmRef::invoice(0)).is_err() && wire(CrmRef::item(128, 0)).is_err());
    }
}
