//! Links to CRM records of any type.

use std::{fmt, str::FromStr};

use super::ParseError;
use crate::{CompanyId, ContactId, DealId, Encode, EncodeError, Encoder, LeadId, kind};

/// A link to a contact, a company, a deal or a lead, on the wire `C_2` (grade B).
///
/// ```
/// use vibecode_runtime::CrmRef;
///
/// assert_eq!(CrmRef::contact(2).to_string(), "C_2");
/// assert_eq!(CrmRef::company(3).to_string(), "CO_3");
/// assert_eq!("L_4".parse(), Ok(CrmRef::lead(4)));
/// assert!("X_1".parse::<CrmRef>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

impl CrmRef {
    /// A link to a contact.
    ///
    /// ```
    /// use vibecode_runtime::{CrmRef, ContactId};
    ///
    /// assert_eq!(CrmRef::contact(ContactId::from(2)).to_string(), "C_2");
    /// ```
    pub fn contact(id: impl Into<ContactId>) -> Self {
        Self::Contact(id.into())
    }

    /// A link to a company.
    ///
    /// ```
    /// use vibecode_runtime::{CrmRef, CompanyId};
    ///
    /// assert_eq!(CrmRef::company(CompanyId::from(2)).to_string(), "CO_2");
    /// ```
    pub fn company(id: impl Into<CompanyId>) -> Self {
        Self::Company(id.into())
    }

    /// A link to a deal.
    ///
    /// ```
    /// use vibecode_runtime::{CrmRef, DealId};
    ///
    /// assert_eq!(CrmRef::deal(DealId::from(2)).to_string(), "D_2");
    /// ```
    pub fn deal(id: impl Into<DealId>) -> Self {
        Self::Deal(id.into())
    }

    /// A link to a lead.
    ///
    /// ```
    /// use vibecode_runtime::{CrmRef, LeadId};
    ///
    /// assert_eq!(CrmRef::lead(LeadId::from(2)).to_string(), "L_2");
    /// ```
    pub fn lead(id: impl Into<LeadId>) -> Self {
        Self::Lead(id.into())
    }

    fn parts(self) -> (&'static str, u64) {
        match self {
            Self::Contact(id) => ("C", id.get()),
            Self::Company(id) => ("CO", id.get()),
            Self::Deal(id) => ("D", id.get()),
            Self::Lead(id) => ("L", id.get()),
        }
    }
}

impl fmt::Display for CrmRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, id) = self.parts();
        write!(f, "{prefix}_{id}")
    }
}

const CRM_REF: ParseError =
    ParseError::expected("a link to a CRM record, such as C_2, CO_3, D_1 or L_4");

impl FromStr for CrmRef {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (prefix, id) = text.split_once('_').ok_or(CRM_REF)?;
        let id: u64 = id.parse().map_err(|_| CRM_REF)?;
        Ok(match prefix {
            "C" => Self::contact(id),
            "CO" => Self::company(id),
            "D" => Self::deal(id),
            "L" => Self::lead(id),
            _ => return Err(CRM_REF),
        })
    }
}

impl Encode<kind::Crm> for CrmRef {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let (_, id) = self.parts();
        if id == 0 {
            return Err(EncodeError::new("0 refers to no record"));
        }
        to.text(&self.to_string());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::CrmRef;

    #[test]
    fn a_link_is_read_as_it_is_written() {
        for link in ["C_2", "CO_3", "D_1", "L_4"] {
            assert_eq!(link.parse::<CrmRef>().unwrap().to_string(), link);
        }
        for text in ["", "C", "C_", "X_1", "c_1", "C_-1", "C_1_2"] {
            assert!(text.parse::<CrmRef>().is_err(), "{text}");
        }
    }
}
