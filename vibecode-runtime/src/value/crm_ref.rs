//! Links to CRM records of any type.

use std::fmt;

use crate::{CompanyId, ContactId, DealId, Encode, EncodeError, LeadId, WireValue, kind};

/// A link to a contact, a company, a deal or a lead, on the wire `C_2` (api.md, grade B).
///
/// ```
/// use vibecode_runtime::CrmRef;
///
/// assert_eq!(CrmRef::contact(2).to_string(), "C_2");
/// assert_eq!(CrmRef::company(3).to_string(), "CO_3");
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
    pub fn contact(id: impl Into<ContactId>) -> Self {
        Self::Contact(id.into())
    }

    /// A link to a company.
    pub fn company(id: impl Into<CompanyId>) -> Self {
        Self::Company(id.into())
    }

    /// A link to a deal.
    pub fn deal(id: impl Into<DealId>) -> Self {
        Self::Deal(id.into())
    }

    /// A link to a lead.
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

impl Encode<kind::Crm> for CrmRef {
    fn encode(&self) -> Result<WireValue, EncodeError> {
        match self.parts() {
            (_, 0) => Err(EncodeError::new("0 refers to no record")),
            _ => Ok(self.to_string().into()),
        }
    }
}
