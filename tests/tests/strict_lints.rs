//! The derive in a crate that denies every lint: what it makes gives no cause.
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    missing_docs,
    missing_debug_implementations,
    nonstandard_style,
    rust_2018_idioms,
    single_use_lifetimes,
    unreachable_pub,
    unused,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo
)]
#![allow(
    clippy::cargo_common_metadata,
    clippy::multiple_crate_versions,
    reason = "these are about Cargo.toml and its dependencies"
)]

pub mod records {
    //! Structs that other crates see.

    use std::borrow::Cow;

    use vibecode_runtime::{
        CompanyId, ContactId, Email, Encode, EncodeError, Encoder, Patch, Phone, UserId, kind,
    };

    /// A contact.
    #[derive(Debug, Patch)]
    #[vibecode(entity = "contacts")]
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
        pub loyalty: Option<u64>,
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
    #[derive(Debug, Patch)]
    #[vibecode(entity = "contacts")]
    pub struct Partly {
        /// The position.
        #[deprecated = "read the comments"]
        pub post: Option<String>,
        /// A comment.
        pub comments: Option<String>,
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
    assert!(records::lead("Ten doors").contains("LeadPatch"));
}
