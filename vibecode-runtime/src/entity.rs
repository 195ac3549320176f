//! The entities of the CRM, as types.

/// An entity of the CRM, such as [`Contacts`].
pub trait Entity: Send + Sync + 'static {
    /// The name in the API's paths, such as `contacts`.
    const PATH: &'static str;
}

macro_rules! entities {
    ($($(#[$doc:meta])* $Entity:ident = $path:literal;)+) => {$(
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

/// The users of a portal. They are referred to, not patched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Users {}
