//! Names that would get in the way of a careless expansion.

use vibecode_runtime::Patch;

use crate::body;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct r#Record {
    #[vibecode(field = "typeId")]
    r#type: Option<String>,
    r#post: Option<String>,
    #[vibecode(field = "opened")]
    r#move: bool,
    #[vibecode(field = "phone", type_id = "HOME")]
    r#loop: Option<String>,
}

#[test]
fn raw_identifiers_give_methods_without_surprises() {
    let patch = r#Record::patch()
        .r#type("CLIENT")
        .post("Director")
        .r#move(true)
        .add_loop("1")
        .clear_type();
    let expected =
        r#"{"typeId":"","post":"Director","opened":true,"phone":[{"value":"1","typeId":"HOME"}]}"#;
    assert_eq!(body(&patch), expected);
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Methods {
    #[vibecode(field = "name")]
    clone: Option<String>,
    #[vibecode(field = "lastName")]
    default: Option<String>,
    #[vibecode(field = "secondName")]
    value: Option<String>,
    #[vibecode(field = "post")]
    body: Option<String>,
    #[vibecode(field = "comments")]
    patch: Option<String>,
    #[vibecode(field = "typeId")]
    to_patch: Option<String>,
    #[vibecode(field = "sourceId")]
    serialize: Option<String>,
    #[vibecode(field = "honorific")]
    fmt: Option<String>,
    #[vibecode(field = "originId")]
    into: Option<String>,
    #[vibecode(field = "utmTerm")]
    is_empty: Option<String>,
    #[vibecode(field = "phone", type_id = "WORK")]
    f: Option<String>,
    #[vibecode(field = "email", type_id = "WORK")]
    to: Option<String>,
}

fn methods() -> MethodsPatch {
    Methods::patch()
        .clone("1")
        .default("2")
        .value("3")
        .body("4")
        .patch("5")
        .to_patch("6")
        .serialize("7")
        .fmt("8")
        .into("9")
        .is_empty("10")
        .add_f("11")
        .add_to("12")
}

const BODY: &str = concat!(
    r#"{"name":"1","lastName":"2","secondName":"3","post":"4","comments":"5","typeId":"6","#,
    r#""sourceId":"7","honorific":"8","originId":"9","utmTerm":"10","phone":"11","email":"12"}"#,
);

#[test]
fn fields_called_like_the_methods_of_traits_are_set_and_the_traits_still_work() {
    let patch = methods();
    assert_eq!(body(&patch), BODY);
    assert_eq!(body(&Clone::clone(&patch)), BODY);
    assert!(vibecode_runtime::Patch::is_empty(
        &<MethodsPatch as Default>::default()
    ));
    assert!(!format!("{patch:?}").is_empty());
}

#[test]
fn fields_called_like_the_methods_of_traits_are_taken_over_by_to_patch() {
    let text = |number: u8| Some(number.to_string());
    let record = Methods {
        clone: text(1),
        default: text(2),
        value: text(3),
        body: text(4),
        patch: text(5),
        to_patch: text(6),
        serialize: text(7),
        fmt: text(8),
        into: text(9),
        is_empty: text(10),
        f: text(11),
        to: text(12),
    };
    assert_eq!(body(&record.to_patch()), BODY);
}

mod shadows {
    #![allow(dead_code, clippy::allow_attributes)]

    use vibecode_runtime::{Encode, EncodeError, Encoder, Patch as Derive, kind};

    pub(super) mod std {}
    pub(super) mod core {}
    pub(super) mod serde {}

    pub(super) struct Body;
    pub(super) struct PhantomData;
    pub(super) struct Formatter;
    pub(super) struct Phone;
    pub(super) struct Contacts;
    pub(super) enum Result {}
    pub(super) trait Patch {}
    pub(super) trait Into {}
    pub(super) trait From {}
    pub(super) trait AsRef {}
    pub(super) trait Clone {}
    pub(super) trait Default {}
    pub(super) trait Debug {}
    pub(super) trait Serialize {}
    pub(super) trait FnOnce {}

    /// Any text in capitals.
    #[derive(::std::fmt::Debug)]
    pub(super) struct String(pub(super) ::std::string::String);

    impl ::std::convert::From<&str> for String {
        fn from(text: &str) -> Self {
            Self(text.to_uppercase())
        }
    }

    impl Encode<kind::Text> for String {
        fn encode(&self, to: &mut Encoder<'_>) -> ::std::result::Result<(), EncodeError> {
            Encode::<kind::Text>::encode(&self.0, to)
        }
    }

    /// A list that never holds nothing.
    pub(super) struct Vec<T>(pub(super) T, pub(super) ::std::vec::Vec<T>);

    impl<T: Encode<kind::Double>> Encode<kind::Multiple<kind::Double>> for Vec<T> {
        fn encode(&self, to: &mut Encoder<'_>) -> ::std::result::Result<(), EncodeError> {
            let all = ::std::iter::once(&self.0).chain(&self.1);
            to.list(all, Encode::<kind::Double>::encode)
        }
    }

    #[derive(Derive)]
    #[vibecode(entity = "contacts")]
    pub(super) struct Customer {
        pub(super) post: Option<String>,
        pub(super) comments: ::core::option::Option<::std::string::String>,
        #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
        pub(super) scores: Vec<f64>,
        pub(super) phone: ::std::vec::Vec<::vibecode_runtime::Phone>,
        pub(super) source_description: &'static str,
    }
}

#[test]
fn types_and_traits_called_like_the_standard_ones_do_not_get_in_the_way() {
    let patch = shadows::Customer::patch()
        .post("Director")
        .comments("b")
        .scores(shadows::Vec(1.5, vec![2.0]))
        .add_phone("1")
        .source_description("c");
    let expected = concat!(
        r#"{"post":"DIRECTOR","comments":"b","ufCrm_694BF2A975BD0":[1.5,2.0],"#,
        r#""phone":"1","sourceDescription":"c"}"#,
    );
    assert_eq!(body(&patch), expected);
    let record = shadows::Customer {
        post: Some("Director".into()),
        comments: Some("b".to_owned()),
        scores: shadows::Vec(1.5, vec![2.0]),
        phone: vec!["1".into()],
        source_description: "c",
    };
    assert_eq!(body(&record.to_patch()), expected);
}

/// Items that a glob import can bring, such as units or column names. A pattern with the name of one of them
/// matches it instead of binding a variable.
mod lower_case {
    #![allow(
        dead_code,
        non_camel_case_types,
        non_upper_case_globals,
        clippy::allow_attributes,
        reason = "the names are what it is about"
    )]

    macro_rules! units {
        ($($name:ident)+) => {$(
            pub(super) struct $name;
        )+};
    }

    macro_rules! constants {
        ($($name:ident)+) => {$(
            pub(super) const $name: u8 = 0;
        )+};
    }

    macro_rules! statics {
        ($($name:ident)+) => {$(
            pub(super) static $name: u8 = 0;
        )+};
    }

    units! { id body value name to f fields label patch post answered after set }
    constants! { not_removable clearings option_id entry list field error text given kind }
    statics! { place index element one all item record read other result at wire it ty }
}

mod among_lower_case_items {
    use vibecode_runtime::{Enumeration, Patch, Phone, Record};

    #[allow(
        unused_imports,
        clippy::allow_attributes,
        reason = "nothing may be taken"
    )]
    use super::lower_case::*;

    #[derive(Enumeration, Clone, Copy, Debug, PartialEq)]
    #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
    pub(super) enum Loyalty {
        #[vibecode(item = 81)]
        Gold,
        #[vibecode(other)]
        Other(u64),
    }

    #[derive(Patch, Record)]
    #[vibecode(entity = "contacts", diff)]
    pub(super) struct Customer {
        pub(super) post: Option<String>,
        pub(super) opened: bool,
        pub(super) phone: Vec<Phone>,
        #[vibecode(type_id = "HOME")]
        pub(super) email: Option<String>,
        #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
        pub(super) loyalty: Option<Loyalty>,
    }
}

#[test]
fn items_in_lower_case_are_not_taken_for_what_is_generated() {
    use among_lower_case_items::{Customer, Loyalty};

    let customer = Customer {
        post: Some("Director".to_owned()),
        opened: true,
        phone: vec!["1".into()],
        email: Some("a@b.ru".to_owned()),
        loyalty: Some(Loyalty::Other(5)),
    };
    let expected = concat!(
        r#"{"post":"Director","opened":true,"phone":"1","#,
        r#""email":[{"value":"a@b.ru","typeId":"HOME"}],"ufCrm_1721244707107":5}"#,
    );
    assert_eq!(body(&customer.to_patch()), expected);
    assert_eq!(body(&customer.diff(&customer).patch), "{}");
}

/// Names that generated code has too.
#[allow(
    non_camel_case_types,
    clippy::allow_attributes,
    reason = "the names are what it is about"
)]
mod with_two_underscores {
    use vibecode_runtime::{Patch, Record};

    pub(super) mod __v {
        pub(in super::super) type Text = String;
    }

    pub(super) struct __S;

    #[derive(Patch, Record)]
    #[vibecode(entity = "contacts", diff, builder = "__Change")]
    pub(super) struct __Customer<'__a, __V, __body, const __N: usize>
    where
        __V: Clone,
    {
        pub(super) post: Option<__V>,
        pub(super) comments: __body,
        #[vibecode(field = "name")]
        pub(super) __value: Option<__v::Text>,
        #[vibecode(field = "ufCrmMarks", kind = "integer", multiple)]
        pub(super) __to: [i64; __N],
        #[vibecode(field = "lastName")]
        pub(super) value: Option<__V>,
        #[vibecode(skip)]
        pub(super) __fields: std::marker::PhantomData<&'__a __S>,
    }
}

#[test]
fn parameters_fields_and_modules_with_two_underscores_are_the_users_own() {
    use with_two_underscores::{__Change, __Customer};

    let customer = __Customer::<'static, &str, String, 1> {
        post: Some("Director"),
        comments: "a".to_owned(),
        __value: Some("b".to_owned()),
        __to: [5],
        value: None,
        __fields: std::marker::PhantomData,
    };
    let expected = r#"{"post":"Director","comments":"a","name":"b","ufCrmMarks":[5]}"#;
    assert_eq!(body(&customer.to_patch()), expected);
    let patch: __Change<'static, &str, String, 1> = __Customer::patch()
        .post("Director")
        .comments("a")
        .__value("b")
        .__to([5]);
    assert_eq!(body(&patch), expected);
}

#[derive(Patch)]
#[vibecode(entity = "contacts", builder = "CustomerChange")]
struct Customer {
    post: Option<String>,
}

/// The app's own type, beside the builder.
#[derive(Clone, Default, Debug, PartialEq)]
struct CustomerPatch {
    post: Option<String>,
}

#[test]
fn a_builder_has_the_name_that_it_is_given() {
    let patch: CustomerChange = Customer::patch().maybe(Some("Director"), CustomerChange::post);
    assert_eq!(body(&patch), r#"{"post":"Director"}"#);
    assert!(format!("{patch:?}").starts_with("CustomerChange"));
    let customer = Customer { post: None };
    assert_eq!(body(&customer.to_patch()), "{}");
    assert_eq!(CustomerPatch::default(), CustomerPatch { post: None });
}

/// Lints that the app denies, and allows at the struct or the field.
#[deny(deprecated, non_camel_case_types, non_snake_case)]
mod allowed_here_alone {
    use vibecode_runtime::{Encode, EncodeError, Encoder, Patch, kind};

    #[deprecated = "use `String`"]
    pub(super) struct Title;

    #[expect(deprecated, reason = "it is still there")]
    impl Encode<kind::Text> for Title {
        fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
            to.text("Director");
            Ok(())
        }
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts", diff)]
    #[expect(non_camel_case_types, non_snake_case, reason = "as the app likes it")]
    pub(super) struct customer {
        #[expect(deprecated, reason = "it is still there")]
        pub(super) post: Option<Title>,
        pub(super) companyId: Option<u64>,
    }
}

#[test]
fn what_the_app_allows_at_a_struct_is_allowed_in_what_is_generated() {
    let patch = allowed_here_alone::customer::patch()
        .companyId(5)
        .clear_post();
    assert_eq!(body(&patch), r#"{"companyId":5,"post":""}"#);
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Empty {}

#[test]
fn a_struct_without_fields_makes_a_patch_without_setters() {
    assert_eq!(body(&Empty {}.to_patch()), "{}");
    assert_eq!(
        body(&Empty::patch().set_unchecked("ufCrmLoyalty", 5)),
        r#"{"ufCrmLoyalty":5}"#
    );
}
