//! Compares the expansion of small structs with stored files. `UPDATE_EXPECT=1 cargo test -p
//! vibecode-derive` rewrites the files, so that the diff can be reviewed.

use expect_test::{ExpectFile, expect_file};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{enumeration, patch, record};

fn expands_to(input: TokenStream, expected: &ExpectFile) {
    is_expanded_to(patch::derive(input), expected);
}

fn is_expanded_to(output: TokenStream, expected: &ExpectFile) {
    let file = syn2::parse2(output).unwrap();
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn a_struct_of_plain_fields_expands_to_one_call_a_setter() {
    let input = quote! {
        #[vibecode(entity = "contacts")]
        pub struct Customer {
            #[vibecode(id)]
            id: ContactId,
            post: Option<String>,
            assigned_by_id: UserId,
            opened: bool,
            #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
            scores: Vec<f64>,
            #[vibecode(read_only)]
            updated_time: String,
            #[vibecode(skip)]
            cached: u32,
        }
    };
    expands_to(input, &expect_file!["expanded/plain_fields.rs"]);
}

#[test]
fn a_struct_of_phones_expands_to_adders_and_to_methods_that_explain_themselves() {
    let input = quote! {
        #[vibecode(entity = "contacts")]
        struct Customer {
            phone: Vec<Phone>,
            #[vibecode(field = "email", type_id = "MAILING")]
            newsletter: Option<String>,
        }
    };
    expands_to(input, &expect_file!["expanded/phones.rs"]);
}

#[test]
fn a_struct_with_parameters_expands_to_a_builder_with_the_same_ones() {
    let input = quote! {
        #[vibecode(entity = "deals", crate = "facade::vibecode")]
        pub(crate) struct Sale<'a, T: Clone, const N: usize = 1>
        where
            T: 'a,
        {
            title: &'a str,
            comments: Option<T>,
            #[vibecode(field = "ufCrmMarks", kind = "integer", multiple)]
            marks: [i64; N],
        }
    };
    expands_to(input, &expect_file!["expanded/parameters.rs"]);
}

#[test]
fn a_struct_with_mistakes_expands_to_its_good_setters_to_stubs_and_to_the_errors() {
    let input = quote! {
        #[vibecode(entity = "contacts")]
        struct Customer {
            post: Option<String>,
            psot: Option<String>,
        }
    };
    expands_to(input, &expect_file!["expanded/mistakes.rs"]);
}

#[test]
fn an_enum_of_codes_expands_to_the_codes_with_their_prefix() {
    let output = enumeration::derive(quote! {
        #[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
        enum Stage {
            #[vibecode(status = "NEW")]
            New,
            #[vibecode(status = "C5:WON")]
            Won,
            #[vibecode(other)]
            Other(String),
        }
    });
    is_expanded_to(output, &expect_file!["expanded/codes.rs"]);
}

#[test]
fn a_status_that_is_text_expands_to_no_check_of_its_set() {
    for text in ["String", "Box<str>", "Cow<'static, str>", "&'static str"] {
        let ty: TokenStream = text.parse().unwrap();
        let output = patch::derive(quote! {
            #[vibecode(entity = "contacts")]
            struct Customer {
                source_id: Option<#ty>,
                post: #ty,
                #[vibecode(field = "ufCrmFrom", kind = "crm_status", multiple)]
                from: Vec<#ty>,
            }
        });
        assert!(!output.to_string().contains("must_be"), "{output}");
    }
    let output = patch::derive(quote! {
        #[vibecode(entity = "contacts")]
        struct Customer {
            source_id: Option<Source>,
        }
    });
    assert!(output.to_string().contains("must_be"), "{output}");
}

#[test]
fn an_option_that_is_a_number_expands_to_no_check_of_its_list() {
    let expands = |ty: &str| {
        let ty: TokenStream = ty.parse().unwrap();
        patch::derive(quote! {
            #[vibecode(entity = "contacts")]
            struct Customer {
                #[vibecode(field = "ufCrmLoyalty", kind = "enumeration")]
                loyalty: Option<#ty>,
                #[vibecode(field = "ufCrmMarks", kind = "enumeration", multiple)]
                marks: Vec<#ty>,
            }
        })
        .to_string()
    };
    assert!(!expands("u64").contains("must_be"));
    assert_eq!(expands("Loyalty").matches("must_be").count(), 2);
}

/// Returns a struct of this many plain fields.
fn struct_of(fields: usize) -> TokenStream {
    let names = (0..fields).map(|field| format_ident!("field_{field}"));
    let wires = (0..fields).map(|field| format!("ufCrm_{field}00000"));
    quote! {
        #[vibecode(entity = "contacts")]
        struct Customer {
            #(#[vibecode(field = #wires, kind = "string")] #names: Option<String>,)*
        }
    }
}

/// Returns how many times a text is in an expansion, which must be Rust.
fn times(output: &TokenStream, text: &str) -> usize {
    assert!(syn2::parse2::<syn2::File>(output.clone()).is_ok());
    output.to_string().matches(text).count()
}

#[test]
fn a_record_of_many_fields_is_read_by_several_functions() {
    let functions = |fields| times(&record::derive(struct_of(fields)), "(|| {");
    assert_eq!(functions(32), 0);
    assert_eq!(functions(33), 2);
    assert_eq!(functions(100), 4);
}

#[test]
fn a_record_of_many_fields_finds_their_names_by_several_matches() {
    let matches = |fields| times(&record::derive(struct_of(fields)), "match __name {");
    assert_eq!(matches(0), 1);
    assert_eq!(matches(32), 1);
    assert_eq!(matches(33), 2);
    assert_eq!(matches(64), 2);
    assert_eq!(matches(100), 4);
}

#[test]
fn a_patch_of_many_fields_is_made_in_several_blocks() {
    let blocks = |fields| times(&patch::derive(struct_of(fields)), "let __body");
    assert_eq!(blocks(32), 0);
    assert_eq!(blocks(33), 2);
    assert_eq!(blocks(100), 4);
}
