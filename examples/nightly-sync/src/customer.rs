//! A customer on the portal, and in the table.

use vibecode_runtime::{CompanyId, ContactId, Enumeration, Patch, Phone, Record};

/// The name of the table's database on the portal, in `originatorId`. Together with the customer's key
/// in `originId` it identifies a contact.
pub(crate) const SOURCE: &str = "customers";

/// The fields of a contact that the sync reads and writes.
#[derive(Patch, Record, Clone)]
#[vibecode(entity = "contacts", diff)]
pub(crate) struct Customer {
    #[vibecode(id)]
    pub(crate) id: ContactId,
    pub(crate) originator_id: Option<String>,
    pub(crate) origin_id: Option<String>,
    name: Option<String>,
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
    pub(crate) name: Option<String>,
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
    pub(crate) fn instead_of(&self, before: &Customer) -> Customer {
        let phones = self.phones().map(|wanted| {
            let mut there = before.phone.iter();
            let same = there.find(|there| there.is_same_value(wanted.value()));
            same.cloned().unwrap_or(wanted)
        });
        Customer {
            id: before.id,
            originator_id: before.originator_id.clone(),
            origin_id: before.origin_id.clone(),
            name: self.name.clone(),
            post: self.post.clone(),
            company: self.company,
            phone: phones.collect(),
            loyalty: self.loyalty,
        }
    }

    /// Returns the patch that creates the customer, with the key by which it is found again.
    pub(crate) fn to_create(&self, key: u64) -> CustomerPatch {
        let patch = Customer::patch()
            .originator_id(SOURCE)
            .origin_id(key.to_string())
            .maybe(self.name.as_deref(), CustomerPatch::name)
            .maybe(self.post.as_deref(), CustomerPatch::post)
            .maybe(self.company, CustomerPatch::company)
            .maybe(self.loyalty, CustomerPatch::loyalty);
        self.phones().fold(patch, CustomerPatch::add_phone)
    }

    /// Returns the phones, without the second one if both are the same number.
    fn phones(&self) -> impl Iterator<Item = Phone> {
        let phone = self.phone.clone().map(Phone::work);
        let mobile = self.mobile.clone().map(Phone::mobile);
        let is_new = |mobile: &Phone| {
            let phone = phone.as_ref();
            phone.is_none_or(|phone| !phone.is_same_value(mobile.value()))
        };
        let mobile = mobile.filter(is_new);
        phone.into_iter().chain(mobile)
    }
}
