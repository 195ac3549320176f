//! The entities of the CRM.

use crate::value::const_text::Text;

/// An entity of the CRM, such as [`Contacts`].
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

macro_rules! entities {
    ($($(#[$doc:meta])* $Entity:ident = $path:literal;)+) => {
        /// The paths of all entities except smart processes.
        const PATHS: &[&str] = &[$($path),+];

        $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $Entity {}

        impl Entity for $Entity {
            const PATH: &'static str = $path;
        }
    )+};
}

entities! {
    /// Contacts: `/v1/contacts`.
    Contacts = "contacts";
    /// Companies: `/v1/companies`.
    Companies = "companies";
    /// Leads: `/v1/leads`.
    Leads = "leads";
    /// Deals: `/v1/deals`.
    Deals = "deals";
}

/// Whether a text is the path of an entity, such as `contacts` or `items/1040`.
pub(crate) fn is_entity(path: &str) -> bool {
    let number = path.strip_prefix("items/");
    PATHS.contains(&path)
        || number.is_some_and(|digits| {
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
    const TEXT: Text = Text::new().then("items/").then_number(NUMBER);
}

/// The users of a portal. Fields can refer to users, but users cannot be changed with a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Users {}

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
