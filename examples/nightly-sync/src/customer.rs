//! A customer on the portal, and in the table.

use vibecode_runtime::{CompanyId, ContactId, Enumeration, Patch, Phone, Record};

/// The fields of a contact that the sync reads and writes.
#[derive(Patch, Record)]
#[vibecode(entity = "contacts", diff)]
pub(crate) struct Customer {
    #[vibecode(id)]
    pub(crate) id: ContactId,
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    phone: Vec<Phone>,
    #[vibecode(field = "ufCrm_1721244707107")]
    loyalty: Option<Loyalty>,
}

/// The options are checked against the portal's schema, `vibecode/contacts.json`. An option that is
/// new on the portal is `Other` until it has a variant.
#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
pub(crate) enum Loyalty {
    #[vibecode(label = "Gold")]
    Gold,
    #[vibecode(label = "Silver")]
    Silver,
    #[vibecode(label = "Bronze")]
    Bronze,
    #[vibecode(other)]
    Other(u64),
}

/// A row of the table: the values that the customer should have. A field that is `None` is cleared.
pub(crate) struct Wanted {
    pub(crate) post: Option<String>,
    pub(crate) company: Option<CompanyId>,
    pub(crate) phone: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) loyalty: Option<Loyalty>,
}

impl Wanted {
    /// Returns the customer as the table requires. An existing phone keeps the portal's spelling,
    /// so that `+7 916 …` instead of `+7916…` is not a change. `is_same_value` compares as `ensure` does: a
    /// comparison of digits alone would take `1-800-FLOWERS` for `1-800-TAXICAB`, and not add it.
    pub(crate) fn instead_of(self, before: &Customer) -> Customer {
        let phones = [self.phone.map(Phone::work), self.mobile.map(Phone::mobile)];
        let phones = phones.into_iter().flatten().map(|wanted| {
            let mut there = before.phone.iter();
            let same = there.find(|there| there.is_same_value(wanted.value()));
            same.cloned().unwrap_or(wanted)
        });
        Customer {
            id: before.id,
            post: self.post,
            company: self.company,
            phone: phones.collect(),
            loyalty: self.loyalty,
        }
    }
}
