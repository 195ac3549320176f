//! Tests that no input makes the derive macro panic, and that its output is always valid Rust.

use proc_macro2::{Delimiter, TokenStream};
use proptest::{collection::vec, prelude::*, sample::select};
use quote::quote;

use super::tokens::{Change, Token, change, count, prefix, read, write};
use crate::patch;

/// Asserts that the derive macro returns items, and an error among them if the input is not an item.
fn answers(tokens: &[Token]) {
    let input = write(tokens);
    let is_an_item = syn::parse2::<syn::DeriveInput>(input.clone()).is_ok();
    let output = patch::derive(input.clone());
    let file = syn2::parse2::<syn2::File>(output.clone());
    assert!(file.is_ok(), "{input}\nbecame\n{output}");
    let has_error = output.to_string().contains("compile_error");
    assert!(is_an_item || has_error, "{input}\nbecame\n{output}");
}

/// A struct with every feature of the derive macro.
fn rich() -> Vec<Token> {
    read(quote! {
        /// A contact.
        #[vibecode(entity = "contacts", crate = "::vibecode_runtime")]
        pub(crate) struct Customer<'a, T: Clone + 'a = String, const N: usize = 2>
        where
            T: Send,
        {
            #[vibecode(id)]
            id: ContactId,
            pub post: Option<String>,
            #[vibecode(field = "companyId", clear = "null")]
            company: Option<(CompanyId)>,
            comments: &'a str,
            name: ::std::option::Option<T>,
            #[serde(rename = "phones")]
            phone: Vec<Phone>,
            #[vibecode(field = "email", type_id = "MAILING")]
            newsletter: Option<String>,
            #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
            loyalty: Option<u64>,
            #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
            scores: [f64; N],
            #[vibecode(field = "typeId")]
            r#type: Option<Cow<'a, str>>,
            #[vibecode(read_only)]
            updated_time: String,
            #[vibecode(skip)]
            cached: fn(u32) -> u32,
        }
    })
}

/// A struct full of mistakes.
fn mistaken() -> Vec<Token> {
    read(quote! {
        #[vibecode(entity = "contcats", colour, crate = "not a path", skip)]
        struct Customer {
            #[vibecode(field = post, field, kind = 5, multiple = true)]
            psot: Option<Option<String>>,
            #[vibecode("phone"; type_id: WORK)]
            #[vibecode]
            #[vibecode = "x"]
            phone: Option<Vec<Phone>>,
            #[vibecode(id, read_only, skip, clear = "never")]
            clear_post: Vec<String>,
            #[vibecode(field = "post")]
            post: (),
            #[vibecode(field = "uf_crm_")]
            maybe: !,
        }
    })
}

#[test]
fn a_good_struct_gives_no_error_and_a_mistaken_one_gives_all_of_them() {
    let errors = |tokens: &[Token]| {
        let output = patch::derive(write(tokens)).to_string();
        output.matches("compile_error").count()
    };
    assert_eq!(errors(&rich()), 0);
    assert!(errors(&mistaken()) >= 10);
}

#[test]
fn a_self_that_cannot_be_replaced_is_an_error_and_not_another_type() {
    let errors_of = |input| patch::derive(input).to_string();
    let message = "write the name of the struct instead";
    let in_a_type = errors_of(quote! {
        #[vibecode(entity = "contacts")]
        struct Customer<T> { post: T, #[vibecode(skip)] cached: [u8; Self { .. }.length] }
    });
    assert!(in_a_type.contains(message), "{in_a_type}");
    let in_a_predicate = errors_of(quote! {
        #[vibecode(entity = "contacts")]
        struct Customer<T> where [u8; Self { .. }.length]: Sized { post: T }
    });
    assert!(in_a_predicate.contains(message), "{in_a_predicate}");
}

#[test]
fn every_beginning_of_a_struct_is_answered() {
    for tokens in [rich(), mistaken()] {
        for length in 0..=count(&tokens) {
            answers(&prefix(&tokens, length));
        }
    }
}

#[test]
fn every_struct_with_one_token_deleted_doubled_or_swapped_is_answered() {
    for tokens in [rich(), mistaken()] {
        for index in 0..count(&tokens) {
            for how in [Change::Delete, Change::Duplicate, Change::SwapWithNext] {
                let mut changed = tokens.clone();
                change(&mut changed, index, how);
                answers(&changed);
            }
        }
    }
}

#[test]
fn what_is_not_a_struct_at_all_is_answered() {
    for input in [
        quote!(),
        quote!(
            enum Customer {
                A(u8) = 1,
                B { post: String },
            }
        ),
        quote!(union Customer { a: u8 }),
        quote!(
            struct Customer;
        ),
        quote!(
            struct Customer();
        ),
        quote!(
            struct Customer(#[vibecode(skip)] String);
        ),
        quote!(
            fn customer() {}
        ),
        quote!(
            struct r#type {
                r#fn: u8,
            }
        ),
        quote!(struct Self {}),
        quote!(struct _ { _: u8 }),
    ] {
        answers(&read(input));
    }
}

const WORDS: &[&str] = &[
    "entity",
    "crate",
    "field",
    "kind",
    "multiple",
    "type_id",
    "id",
    "read_only",
    "skip",
    "clear",
    "vibecode",
    "feild",
    "item",
    "post",
    "psot",
    "phone",
    "email",
    "company_id",
    "clear_post",
    "add_phone",
    "maybe",
    "set_unchecked",
    "updated_time",
    "r#type",
    "_",
    "self",
    "Self",
    "Option",
    "Vec",
    "String",
    "Phone",
    "CompanyId",
    "Sting",
    "T",
    "str",
    "u64",
    "f64",
    "bool",
    "struct",
    "enum",
    "union",
    "pub",
    "where",
    "const",
    "impl",
    "dyn",
    "fn",
    "mut",
    "for",
    "unsafe",
    "super",
    "macro_rules",
    "юникод",
];

const LITERALS: &[&str] = &[
    r#""""#,
    r#""contacts""#,
    r#""contact""#,
    r#""deals""#,
    r#""post""#,
    r#""phone""#,
    r#""email""#,
    r#""id""#,
    r#""ufCrm_1721244707107""#,
    r#""UF_CRM_1""#,
    r#""ufCrm""#,
    r#""ufCrm_ю""#,
    r#""string""#,
    r#""double""#,
    r#""multifield""#,
    r#""WORK""#,
    r#""FAX""#,
    r#""null""#,
    r#""0""#,
    r#""a::b""#,
    r#""a b""#,
    r#"":: ""#,
    r#""\u{0}""#,
    r#""😀""#,
    r##"r#"raw"#"##,
    "b\"post\"",
    "c\"post\"",
    "'x'",
    "5",
    "5u64",
    "1.5",
    "true",
    "340282366920938463463374607431768211456",
];

const SIGNS: &[&str] = &[
    "=", ",", ":", ";", "::", "<", ">", "->", "#", "!", "&", "*", "?", "+", "-", "'a", "'static",
    "..", "|", "$", "@",
];

fn token() -> impl Strategy<Value = Token> {
    let text = |from| select(from).prop_map(|text: &str| Token::Text(text.to_owned()));
    let leaf = prop_oneof![4 => text(WORDS), 3 => text(LITERALS), 5 => text(SIGNS)];
    leaf.prop_recursive(3, 32, 6, |inner| {
        let delimiters = [
            Delimiter::Parenthesis,
            Delimiter::Brace,
            Delimiter::Bracket,
            Delimiter::None,
        ];
        (select(delimiters.to_vec()), vec(inner, 0..6))
            .prop_map(|(delimiter, inside)| Token::Group(delimiter, inside))
    })
}

/// Generates the contents of `#[vibecode(…)]`, almost well-formed.
fn items() -> impl Strategy<Value = Vec<Token>> {
    let text = |from| select(from).prop_map(|text: &str| Token::Text(text.to_owned()));
    let word = || text(&WORDS[..13]);
    let sign = |sign: &str| Token::Text(sign.to_owned());
    let item = prop_oneof![
        word().prop_map(|word| vec![word]),
        (word(), text(LITERALS)).prop_map(move |(word, value)| vec![word, sign("="), value]),
        vec(token(), 0..4),
    ];
    vec(item, 0..4).prop_map(move |items| {
        let comma = Token::Text(",".to_owned());
        let items = items.into_iter().map(|mut item| {
            item.push(comma.clone());
            item
        });
        items.flatten().collect()
    })
}

/// Generates the name of a field. rustc itself rejects `_`, before any derive macro.
fn name() -> impl Strategy<Value = &'static str> {
    select(WORDS).prop_filter("a field has a name", |name| *name != "_")
}

fn types() -> impl Strategy<Value = TokenStream> {
    select(vec![
        quote!(String),
        quote!(u64),
        quote!(Option<String>),
        quote!(Option<Option<String>>),
        quote!(Option<Vec<Phone>>),
        quote!(Vec<Phone>),
        quote!(Vec<T>),
        quote!(Option<&'a str>),
        quote!((Option<T>)),
        quote!(Option),
        quote!(Option<A, B>),
        quote!(Option<'a>),
        quote!(Vec<u8, A>),
        quote!(Fn(u8) -> u8),
        quote!(<T as Trait>::Type),
        quote!(dyn Send + 'a),
        quote!(impl Into<String>),
        quote!([u8; { 1 + 1 }]),
        quote!(&'a mut [T]),
        quote!(_),
        quote!(!),
        quote!(()),
        quote!(name!(x)),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_tokens_are_answered(tokens in vec(token(), 0..24)) {
        answers(&tokens);
    }

    #[test]
    fn any_attributes_are_answered(
        on_struct in items(),
        on_fields in vec((items(), name(), types()), 0..4),
    ) {
        let on_struct = write(&on_struct);
        let fields = on_fields.iter().map(|(items, name, ty)| {
            let (items, name) = (write(items), write(&[Token::Text((*name).to_owned())]));
            quote!(#[vibecode(#items)] #name: #ty)
        });
        answers(&read(quote! {
            #[vibecode(entity = "contacts")]
            #[vibecode(#on_struct)]
            struct Customer<'a, T> { #(#fields,)* }
        }));
    }

    #[test]
    fn any_several_changes_to_a_struct_are_answered(
        changes in vec(
            (any::<prop::sample::Index>(), select(vec![Change::Delete, Change::Duplicate, Change::SwapWithNext])),
            1..6,
        ),
    ) {
        let mut tokens = rich();
        for (index, how) in changes {
            let length = count(&tokens).max(1);
            change(&mut tokens, index.index(length), how);
        }
        answers(&tokens);
    }
}
