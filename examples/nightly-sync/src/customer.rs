//! A customer on the portal, and as the table wants it.

use vibecode_runtime::{CompanyId, ContactId, Enumeration, Patch, Phone, Record};

/// What the sync reads and writes of a contact.
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

/// The options are checked against the portal's schema, `vibecode/contacts.json`. One that is new on
/// the portal is `Other` until it has a variant.
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

/// A row of the table: all that a customer is to have. What is `None`, the customer is to have not.
pub(crate) struct Wanted {
    pub(crate) post: Option<String>,
    pub(crate) company: Option<CompanyId>,
    pub(crate) phone: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) loyalty: Option<Loyalty>,
}

impl Wanted {
    /// The customer as the table wants it. A phone that the portal has is left as the portal writes
    /// it, so that `+7 916 …` beside `+7916…` is no change.
    pub(crate) fn instead_of(self, before: &Customer) -> Customer {
        let phones = [self.phone.map(Phone::work), self.mobile.map(Phone::mobile)];
        let phones = phones.into_iter().flatten().map(|wanted| {
            let mut there = before.phone.iter();
            let same = there.find(|there| is_same(there, &wanted));
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

/// As `ensure` has it: phones are one by their digits, as text where there are none.
fn is_same(one: &Phone, other: &Phone) -> bool {
    let digits = |phone: &Phone| -> String {
        let text = phone.value().chars();
        text.filter(char::is_ascii_digit).collect()
    };
    let digits_of_one = digits(one);
    digits_of_one == digits(other) && (!digits_of_one.is_empty() || one.value() == other.value())
}
