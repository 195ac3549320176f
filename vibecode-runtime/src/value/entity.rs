//! The entities of the API, and the types of their ids.

use crate::{Id, value::const_text::Text};

/// An entity of the API, such as [`Contacts`].
///
/// ```
/// use vibecode_runtime::{Contacts, Entity, SmartProcess};
///
/// assert_eq!(Contacts::PATH, "contacts");
/// assert_eq!(SmartProcess::<1040>::PATH, "items/1040");
/// ```
pub trait Entity: Send + Sync + 'static {
    /// The name in the paths of the API, such as `contacts`.
    const PATH: &'static str;
}

/// An entity whose records have phones and emails: contacts, companies and leads.
#[diagnostic::on_unimplemented(
    message = "the records of `{Self}` have no phones and emails",
    label = "an entity without phones and emails",
    note = "contacts, companies and leads have them"
)]
pub trait HasMultifields: Entity {}

/// Generates the type of each entity and of its ids. Each entry has the name of the type, the path, and
/// the name of the type of ids; then `multifields` if the records have phones and emails.
macro_rules! entities {
    ($($Entity:ident: $path:literal, $Id:ident $(, $multifields:ident)?;)+) => {
        /// The entities except for smart processes: the name of the type, the path, the name of the type
        /// of ids, and whether the records have multifields. A test compares them with the specification.
        #[doc(hidden)]
        pub const ENTITIES: &[(&str, &str, &str, bool)] =
            &[$((stringify!($Entity), $path, stringify!($Id), has_multifields!($($multifields)?))),+];

        $(
            #[doc = concat!("The entity of `/v1/", $path, "`.")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            #[non_exhaustive]
            pub enum $Entity {}

            impl Entity for $Entity {
                const PATH: &'static str = $path;
            }

            $(impl_multifields! { $multifields $Entity })?

            #[doc = concat!("The id of a record of `/v1/", $path, "`.")]
            pub type $Id = Id<$Entity>;
        )+
    };
}

macro_rules! has_multifields {
    () => {
        false
    };
    (multifields) => {
        true
    };
}

macro_rules! impl_multifields {
    (multifields $Entity:ident) => {
        #[diagnostic::do_not_recommend]
        impl HasMultifields for $Entity {}
    };
}

entities! {
    Contacts: "contacts", ContactId, multifields;
    Companies: "companies", CompanyId, multifields;
    Leads: "leads", LeadId, multifields;
    Deals: "deals", DealId;
    Quotes: "quotes", QuoteId;
    Invoices: "invoices", InvoiceId;
    Requisites: "requisites", RequisiteId;
    Tasks: "tasks", TaskId;
    Addresses: "addresses", AddressId;
    Activities: "activities", ActivityId;
}

const ITEMS: &str = "items/";

/// The field of a record, and the parameter of a call in a batch, with the number of the smart process.
pub(crate) const ENTITY_TYPE_ID: &str = "entityTypeId";

/// Returns the number of the smart process with this path; `None` for any other entity.
pub(crate) fn smart_process(path: &str) -> Option<&str> {
    path.strip_prefix(ITEMS)
}

/// Whether a text is the path of an entity, such as `contacts` or `items/1040`.
pub(crate) fn is_entity(path: &str) -> bool {
    ENTITIES.iter().any(|(_, known, ..)| *known == path)
        || smart_process(path).is_some_and(|digits| {
            let number = digits.parse::<u32>();
            number.is_ok_and(|number| number.to_string() == digits)
        })
}

/// A smart process of a portal, identified by its number: `SmartProcess<1040>` is `/v1/items/1040`.
///
/// ```
/// use vibecode_runtime::{Id, SmartProcess, Patch, PatchJob};
///
/// #[derive(Patch)]
/// #[vibecode(entity = "items/1040")]
/// struct Order {
///     #[vibecode(field = "ufCrm6WorkVisa", kind = "string")]
///     visa: Option<String>,
/// }
///
/// let job = PatchJob::new(Id::<SmartProcess<1040>>::from(7), &Order::patch().visa("until May"))?;
/// assert_eq!(job.entity(), "items/1040");
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SmartProcess<const NUMBER: u32> {}

impl<const NUMBER: u32> Entity for SmartProcess<NUMBER> {
    const PATH: &'static str = Self::TEXT.as_str();
}

impl<const NUMBER: u32> SmartProcess<NUMBER> {
    const TEXT: Text = Text::new().then(ITEMS).then_number(NUMBER);
}

/// The users of a portal. Fields can refer to users, but users cannot be changed with a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Users {}

/// The id of a user.
pub type UserId = Id<Users>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smart_process_has_its_number_in_its_path() {
        assert_eq!(SmartProcess::<1040>::PATH, "items/1040");
        assert_eq!(SmartProcess::<0>::PATH, "items/0");
        assert_eq!(SmartProcess::<{ u32::MAX }>::PATH, "items/4294967295");
    }
}
