//! The derives in a crate that forbids every lint. Their code triggers no lint and contains no `allow`,
//! which would be an error under `forbid`.
#![forbid(
    warnings,
    future_incompatible,
    keyword_idents,
    let_underscore,
    nonstandard_style,
    refining_impl_trait,
    rust_2018_compatibility,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    absolute_paths_not_starting_with_crate,
    dead_code,
    deprecated,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    private_bounds,
    private_interfaces,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unnameable_types,
    unreachable_code,
    unreachable_patterns,
    unreachable_pub,
    unsafe_code,
    unused_extern_crates,
    unused_import_braces,
    unused_imports,
    unused_lifetimes,
    unused_must_use,
    unused_mut,
    unused_qualifications,
    unused_results,
    unused_variables,
    variant_size_differences,
    clippy::all,
    clippy::nursery,
    clippy::pedantic
)]

pub mod records {
    //! Structs that are visible to other crates.

    use std::borrow::Cow;

    use vibecode_runtime::{
        CompanyId, ContactId, Decode, DecodeError, Email, Encode, EncodeError, Encoder,
        Enumeration, Order, Patch, Phone, Query, Record, UserId, WireValue, field, kind,
    };

    /// A contact.
    #[derive(Debug, Patch, Record)]
    #[vibecode(entity = "contacts", diff)]
    pub struct Customer {
        /// The id.
        #[vibecode(id)]
        pub id: ContactId,
        /// The position.
        pub post: Option<String>,
        /// The company.
        #[vibecode(field = "companyId")]
        pub company: Option<CompanyId>,
        /// The responsible person.
        pub assigned_by_id: UserId,
        /// Whether everyone sees it.
        pub opened: bool,
        /// The phones.
        pub phone: Vec<Phone>,
        /// The emails.
        pub email: Emails,
        /// Where news goes.
        #[vibecode(field = "email", type_id = "MAILING")]
        pub newsletter: Option<String>,
        /// The option of a list.
        #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
        pub loyalty: Option<Loyalty>,
        /// The options of another list.
        #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration", multiple)]
        pub drinks: Vec<Drink>,
        /// Some numbers.
        #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
        pub scores: Vec<f64>,
        /// A name that only looks strange.
        #[vibecode(field = "typeId")]
        pub r#type: Option<String>,
        /// When it changed.
        #[vibecode(read_only)]
        pub updated_time: String,
        /// Not the API's.
        #[vibecode(skip)]
        pub cached: u32,
    }

    /// Filters and orders by fields of several types.
    pub fn narrowed(query: Query<Customer>) -> Query<Customer> {
        query
            .filter(field!(Customer, r#type).equal("CLIENT"))
            .filter(field!(Customer, company).any_of([9, 15]))
            .filter(field!(Customer, email).contains("@"))
            .filter(field!(Customer, scores).not_equal(4.5))
            .order(field!(Customer, id), Order::Descending)
    }

    /// A list of which all options are known.
    #[derive(Debug, Clone, Copy, Enumeration)]
    #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
    pub enum Loyalty {
        /// The best.
        #[vibecode(item = 81)]
        Gold,
        /// One that was there once.
        #[deprecated = "there is no silver any more"]
        #[vibecode(item = 82)]
        Silver,
    }

    /// A list of which some options are known.
    #[derive(Debug, Clone, Copy, Enumeration)]
    #[vibecode(
        entity = "contacts",
        field = "ufCrm_1700000000001",
        schema = "schemas/contacts.json"
    )]
    pub enum Drink {
        /// Coffee.
        #[vibecode(label = "Coffee")]
        Coffee,
        /// All others.
        #[vibecode(other)]
        Other(u64),
    }

    /// A list of which nothing is known.
    #[derive(Debug, Clone, Copy, Enumeration)]
    #[vibecode(entity = "contacts", field = "ufCrmLevels")]
    pub enum Level {}

    /// The stages of a pipeline, of which one was there once.
    #[derive(Debug, Clone, Copy, Enumeration)]
    #[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
    pub enum Stage {
        /// Won.
        #[vibecode(status = "WON")]
        Won,
        /// Lost.
        #[deprecated = "no deal is lost any more"]
        #[vibecode(status = "LOSE")]
        Lose,
    }

    /// Sources with their names.
    #[derive(Debug, Clone, Enumeration)]
    #[vibecode(
        entity = "contacts",
        field = "sourceId",
        schema = "schemas/contacts.json"
    )]
    pub enum Source {
        /// A website.
        #[vibecode(label = "Website")]
        Web,
        /// All others.
        #[vibecode(other)]
        Other(String),
    }

    /// A deal.
    #[derive(Debug, Patch, Record)]
    #[vibecode(entity = "deals", diff)]
    pub struct Staged {
        /// The stage.
        #[vibecode(field = "stageId")]
        pub stage: Option<Stage>,
        /// The stages that it had.
        #[vibecode(field = "ufCrmStages", kind = "crm_status", multiple)]
        pub stages: Vec<String>,
    }

    /// A list of emails.
    pub type Emails = Vec<Email>;

    /// A contact with parameters.
    #[derive(Debug, Patch)]
    #[vibecode(entity = "contacts")]
    pub struct Generic<'a, T, const N: usize>
    where
        T: Clone,
    {
        /// The position.
        pub post: &'a str,
        /// A comment.
        pub comments: Option<Cow<'a, str>>,
        /// The name.
        pub name: Option<T>,
        /// Some numbers.
        #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
        pub scores: [f64; N],
        /// The option of a list.
        #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
        pub loyalty: Option<&'a Loyalty>,
        /// The option of any list.
        #[vibecode(field = "ufCrmLevels", kind = "enumeration")]
        pub level: Option<T>,
    }

    /// A contact that is read into parameters.
    #[derive(Debug, Record)]
    #[vibecode(entity = "contacts")]
    pub struct Read<T, const N: usize>
    where
        Self: Sized,
    {
        /// The name.
        pub name: Option<T>,
        /// The options of a list.
        #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration", multiple)]
        pub drinks: [Drink; N],
    }

    /// What no contact has.
    #[derive(Debug, Clone, Copy)]
    pub enum Never {}

    impl Decode<kind::Text> for Never {
        fn decode(_: WireValue<'_>) -> Result<Self, DecodeError> {
            Err(DecodeError::expected("nothing"))
        }
    }

    /// A contact that is never read.
    #[derive(Debug, Record)]
    #[vibecode(entity = "contacts")]
    pub struct Unread {
        /// Never there.
        pub post: Never,
        /// A comment.
        pub comments: Option<String>,
    }

    /// A contact of which phones alone are read.
    #[derive(Debug, Record)]
    #[vibecode(entity = "contacts")]
    pub struct Callable {
        /// The phones.
        pub phone: Vec<Phone>,
    }

    /// Written by its builder alone: its fields are read nowhere.
    #[derive(Patch)]
    #[vibecode(entity = "contacts", diff)]
    struct Written {
        #[vibecode(id)]
        id: ContactId,
        post: Option<String>,
        phone: Vec<Phone>,
        #[vibecode(read_only)]
        updated_time: String,
        #[vibecode(skip)]
        cached: u32,
    }

    /// The body of a patch.
    #[must_use]
    pub fn written() -> String {
        format!("{:?}", Written::patch().post("Director"))
    }

    /// A contact whose field has a type that nobody else sees.
    #[derive(Debug, Patch)]
    #[vibecode(entity = "contacts")]
    pub struct Discreet {
        post: Option<Title>,
    }

    #[derive(Debug)]
    struct Title(&'static str);

    impl Encode<kind::Text> for Title {
        fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
            Encode::<kind::Text>::encode(self.0, to)
        }
    }

    /// A contact with a position.
    #[must_use]
    pub const fn discreet() -> Discreet {
        Discreet {
            post: Some(Title("Director")),
        }
    }

    /// A contact with a field that was kept once.
    #[derive(Debug, Patch, Record)]
    #[vibecode(entity = "contacts", diff)]
    pub struct Partly {
        /// The position.
        #[deprecated = "read the comments"]
        pub post: Option<String>,
        /// A comment.
        pub comments: Option<String>,
    }

    /// A contact that was kept once.
    #[deprecated = "use `Customer`"]
    #[derive(Debug, Patch, Record)]
    #[vibecode(entity = "contacts", diff, builder = "FormerChange")]
    pub struct Former {
        /// The position.
        pub post: Option<String>,
    }

    /// A deal that this crate alone sees.
    #[derive(Debug, Patch)]
    #[vibecode(entity = "deals")]
    pub(crate) struct Sale {
        pub(crate) title: Option<String>,
    }

    /// A lead that this module alone sees, and that nobody uses in full.
    #[derive(Debug, Patch)]
    #[vibecode(entity = "leads")]
    struct Lead {
        title: Option<String>,
        phone: Vec<Phone>,
    }

    /// The title of a lead.
    #[must_use]
    pub fn lead(title: &str) -> String {
        let lead = Lead {
            title: Some(title.to_owned()),
            phone: Vec::new(),
        };
        format!("{:?}{:?}", lead.to_patch(), lead)
    }
}

#[test]
fn builders_are_used_without_a_warning() {
    use records::{Customer, Generic, Sale};

    let patch = Customer::patch()
        .post("Director")
        .clear_post()
        .company(9)
        .add_phone("1")
        .add_newsletter("a@b.ru")
        .r#type("CLIENT")
        .clear_type();
    let generic = Generic::<&str, 1>::patch()
        .post("a")
        .name("b")
        .scores([1.5]);
    let sale = Sale {
        title: Some("Ten doors".to_owned()),
    };
    let sale = sale.to_patch().clear_title();
    assert!(format!("{patch:?}{generic:?}{sale:?}").contains("companyId"));
    assert!(format!("{:?}", records::discreet().to_patch()).contains("post"));
    assert!(records::written().contains("post"));
    assert!(records::lead("Ten doors").contains("LeadPatch"));
}
