//! Tests the errors about unusable schema files. They are not in `ui/`, since the messages show the path
//! of a temporary file.

use std::{fs, path::PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

use crate::{enumeration, patch, record};

/// A temporary schema file, which is removed after the test.
pub(super) struct File(PathBuf);

impl File {
    pub(super) fn of(name: &str, text: &str) -> Self {
        let name = format!("vibecode-derive-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns the messages of the compile errors among the tokens.
pub(super) fn errors_in(tokens: &TokenStream) -> Vec<String> {
    let file: syn2::File = syn2::parse2(tokens.clone()).unwrap();
    let macros = file.items.into_iter().filter_map(|item| match item {
        syn2::Item::Macro(item) => Some(item.mac),
        _ => None,
    });
    macros
        .filter(|it| it.path.segments.last().unwrap().ident == "compile_error")
        .map(|it| syn2::parse2::<syn2::LitStr>(it.tokens).unwrap().value())
        .collect()
}

fn customer(path: &str) -> TokenStream {
    quote! {
        #[vibecode(entity = "contacts", schema = #path)]
        struct Customer {
            post: Option<String>,
            #[vibecode(field = "ufCrmFloor")]
            floor: Option<i64>,
        }
    }
}

/// Returns the error that every derive macro reports for a file with this content, without its path.
fn problem(name: &str, text: &str) -> String {
    let file = File::of(name, text);
    let struct_errors = errors_in(&patch::derive(customer(file.path())));
    assert_eq!(
        errors_in(&record::derive(customer(file.path()))),
        struct_errors
    );
    let path = file.path();
    let options = enumeration::derive(quote! {
        #[vibecode(entity = "contacts", field = "ufCrmTier", schema = #path)]
        enum Tier {
            #[vibecode(item = 1)]
            Gold,
        }
    });
    assert_eq!(errors_in(&options), struct_errors);
    let [message] = &struct_errors[..] else {
        panic!("{struct_errors:?}");
    };
    let problem = message.strip_prefix(&format!("the schema {path} cannot be used: "));
    problem.unwrap_or_else(|| panic!("{message}")).to_owned()
}

#[test]
fn broken_json_is_reported_with_its_place() {
    let problem = problem("broken.json", "{\n  \"ufCrmFloor\": }");
    assert_eq!(problem, "this is not JSON (line 2, column 17)");
}

#[test]
fn an_empty_file_is_reported() {
    let problem = problem("empty.json", "");
    assert!(problem.starts_with("this is empty"), "{problem}");
}

#[test]
fn a_half_written_file_is_reported() {
    let problem = problem(
        "half.json",
        r#"{"success":true,"data":{"ufCrmFloor":{"type":"#,
    );
    assert!(problem.starts_with("this is not JSON (line 1"), "{problem}");
}

#[test]
fn a_file_that_is_longer_than_any_schema_is_reported_and_not_read() {
    let problem = problem("huge.json", &" ".repeat(20_000_000));
    assert_eq!(
        problem,
        "it is too long: a file of a portal has at most 16777216 bytes"
    );
}

#[test]
fn a_file_of_another_shape_is_reported() {
    for (name, text, said) in [
        ("list.json", "[]", "this is a list"),
        ("number.json", "7", "there is no map of fields"),
        ("text.json", r#""fields""#, "there is no map of fields"),
        (
            "flat.json",
            r#"{"ufCrmFloor":"integer"}"#,
            "`ufCrmFloor` is not described by an object",
        ),
        (
            "native.json",
            r#"{"result":{"fields":{"id":{"type":"integer"}}},"time":{}}"#,
            "this is an answer of Bitrix24's own REST",
        ),
        (
            "upper.json",
            r#"{"UF_CRM_FLOOR":{"type":"integer"}}"#,
            "`UF_CRM_FLOOR` is the upper name of the user field `ufCrmFloor`",
        ),
    ] {
        let problem = problem(name, text);
        assert!(problem.starts_with(said), "{problem}");
    }
}

#[test]
fn a_field_that_is_fixed_at_creation_is_not_written_and_can_be_read() {
    let text = r#"{"ufCrmFloor":{"type":"integer","isImmutable":true}}"#;
    let file = File::of("immutable.json", text);
    let errors = errors_in(&patch::derive(customer(file.path())));
    assert_eq!(
        errors,
        [
            "`ufCrmFloor` can be set only when a record is created, and a patch may also be sent by `update`: add `#[vibecode(read_only)]`"
        ]
    );
    assert!(errors_in(&record::derive(customer(file.path()))).is_empty());
}

#[test]
fn the_answer_of_a_refusal_is_reported() {
    let refusal = r#"{"success":false,"error":{"code":"SCOPE_DENIED","message":"no"}}"#;
    let problem = problem("refusal.json", refusal);
    assert!(
        problem.starts_with("this is an error answer (`SCOPE_DENIED`)"),
        "{problem}"
    );
}

#[test]
fn the_schema_of_another_entity_is_reported() {
    let deals = r#"{"amount":{},"currency":{},"closedAt":{},"stageId":{}}"#;
    let problem = problem("deals.json", deals);
    let expected = "these are the fields of deals, not of contacts, which have no `amount`, `closedAt`, `currency`";
    assert_eq!(problem, expected);
}

#[test]
fn two_fields_with_one_upper_name_are_reported() {
    let fields = r#"{"ufCrmA":{"upperName":"UF_CRM_A"},"ufCrmB":{"upperName":"UF_CRM_A"}}"#;
    let expected = "`ufCrmA` and `ufCrmB` have the same upper name, `UF_CRM_A`";
    assert_eq!(problem("twins.json", fields), expected);
}

#[test]
fn an_option_whose_id_is_not_a_number_is_reported() {
    let fields = r#"{"ufCrmTier":{"type":"enumeration","items":[{"ID":"gold","VALUE":"Gold"}]}}"#;
    let expected = "the options (`items`) of `ufCrmTier` cannot be read: the id `gold` is not a number above 0";
    assert_eq!(problem("letters.json", fields), expected);
}

#[test]
fn a_text_that_is_not_utf_8_is_reported() {
    let file = File::of("bytes.json", "");
    fs::write(&file.0, [0xff, 0xfe, b'{', b'}']).unwrap();
    let errors = errors_in(&patch::derive(customer(file.path())));
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn a_folder_in_place_of_a_file_is_reported() {
    let folder = std::env::temp_dir();
    let errors = errors_in(&patch::derive(customer(folder.to_str().unwrap())));
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn a_missing_file_is_reported_with_the_paths_that_were_searched() {
    let tokens = patch::derive(customer("nowhere/contacts.json"));
    // A missing file must not be included, which would be a second error.
    assert!(!tokens.to_string().contains("include_bytes"));
    let errors = errors_in(&tokens);
    let [message] = &errors[..] else {
        panic!("{errors:?}");
    };
    let expected = "there is no file `vibecode-derive/nowhere/contacts.json`: a relative path starts at the crate's folder";
    assert_eq!(message, expected);
}

#[test]
fn an_edited_file_is_read_again() {
    let file = File::of("edited.json", r#"{"ufCrmFloor":{"type":"integer"}}"#);
    assert_eq!(errors_in(&patch::derive(customer(file.path()))), [""; 0]);
    fs::write(&file.0, r#"{"ufCrmStorey":{"type":"integer"}}"#).unwrap();
    let errors = errors_in(&patch::derive(customer(file.path())));
    assert!(
        errors[0].contains("have no user field `ufCrmFloor`"),
        "{errors:?}"
    );
}

#[test]
fn a_multifield_of_the_schema_that_is_not_phone_or_email_has_no_kind_that_makes_it_writable() {
    let text = r#"{"link":{"type":"multifield"},"ufCrmSites":{"type":"crm_multifield"}}"#;
    let file = File::of("multifields.json", text);
    let path = file.path();
    for (name, kind) in [("link", "string"), ("ufCrmSites", "url"), ("web", "string")] {
        for derive in [patch::derive, record::derive] {
            let messages = errors_in(&derive(quote! {
                #[vibecode(entity = "contacts", schema = #path)]
                struct Customer {
                    #[vibecode(field = #name, kind = #kind)]
                    sites: Option<String>,
                }
            }));
            let [message] = &messages[..] else {
                panic!("{messages:?}");
            };
            assert!(message.contains("`client.multifields`"), "{message}");
            assert!(!message.contains("kind ="), "{message}");
        }
    }
}

fn customer_with(attribute: &TokenStream) -> TokenStream {
    quote! {
        #[vibecode(entity = "contacts", #attribute)]
        struct Customer {
            post: Option<String>,
            #[vibecode(field = "ufCrmFloor", kind = "integer")]
            floor: Option<i64>,
        }
    }
}

#[test]
fn an_enum_for_a_field_that_is_not_a_list_says_so_and_asks_for_no_kind() {
    let text = r#"{"ufCrmShape":{"type":"hologram"},"ufCrmBare":{"title":"Bare"},"link":{"type":"multifield"}}"#;
    let file = File::of("not-lists.json", text);
    let path = file.path();
    for (field, problem) in [
        (
            "ufCrmShape",
            "`ufCrmShape` has kind `hologram`, with neither options nor codes",
        ),
        (
            "ufCrmBare",
            "the schema does not state that `ufCrmBare` has options or codes",
        ),
        (
            "link",
            "`link` has kind `multifield`, with neither options nor codes",
        ),
        (
            "fm",
            "`fm` has kind `crm_multifield`, with neither options nor codes",
        ),
        (
            "companyId",
            "`companyId` has kind `crm_company`, with neither options nor codes",
        ),
    ] {
        let options = enumeration::derive(quote! {
            #[vibecode(entity = "contacts", field = #field, schema = #path)]
            enum Tier {
                #[vibecode(item = 1)]
                Gold,
            }
        });
        let expected = format!("{problem}: name a list, a status field or a currency");
        assert_eq!(errors_in(&options), [expected]);
    }
}

#[test]
fn a_required_schema_that_is_not_there_is_reported_with_every_file_that_could_be_it() {
    let errors = errors_in(&patch::derive(customer_with(&quote!(schema))));
    let expected = "there is no schema `vibecode-derive/vibecode/contacts.json` or `vibecode/contacts.json`: `cargo vibecode pull contacts` fetches it";
    assert_eq!(errors, [expected]);
    assert!(errors_in(&patch::derive(customer_with(&quote!(diff)))).is_empty());
    for twice in [quote!(schema, schema), quote!(schema, schema = "a.json")] {
        let errors = errors_in(&patch::derive(customer_with(&twice)));
        assert_eq!(errors, ["`schema` is given twice: remove one"]);
    }
}

#[test]
fn a_user_field_that_nothing_describes_is_reported_with_the_files_that_were_looked_for() {
    let errors = errors_in(&patch::derive(quote! {
        #[vibecode(entity = "contacts")]
        struct Customer {
            #[vibecode(field = "ufCrmFloor")]
            floor: Option<i64>,
        }
    }));
    let [message] = &errors[..] else {
        panic!("{errors:?}");
    };
    let files = "there is no schema `vibecode-derive/vibecode/contacts.json` or `vibecode/contacts.json`. `cargo vibecode pull contacts` fetches it.";
    assert!(message.contains(files), "{message}");
}

#[test]
fn a_user_field_that_the_portal_lacks_is_reported_with_the_file_that_says_so() {
    let file = File::of("lacks.json", r#"{"ufCrmStorey":{"type":"integer"}}"#);
    let errors = errors_in(&patch::derive(customer(file.path())));
    let expected = format!(
        "the portal's contacts have no user field `ufCrmFloor`, according to `{}`: if it is new, `cargo vibecode pull contacts` fetches the current list",
        file.path()
    );
    assert_eq!(errors, [expected]);
}

#[test]
fn a_field_of_the_layer_underneath_that_a_complete_list_lacks_is_reported() {
    let list = r#"{"entity":"contacts","fields":{"ufCrmFloor":{"type":"integer"}},"format":1}"#;
    let birthday = |path: &str| {
        quote! {
            #[vibecode(entity = "contacts", schema = #path)]
            struct Customer {
                post: Option<String>,
                birthdate: Option<Date>,
            }
        }
    };
    let complete = File::of("complete.json", list);
    let path = complete.path();
    let expected = format!(
        "the portal's contacts have no field `birthdate`: `{path}` lists all of their fields, and the API would drop the value. If the list is out of date, `cargo vibecode pull contacts` fetches the current list"
    );
    assert_eq!(
        errors_in(&patch::derive(birthday(path))),
        [expected.as_str()]
    );
    assert_eq!(
        errors_in(&record::derive(birthday(path))),
        [expected.as_str()]
    );
    let part = File::of(
        "part.json",
        &list.replace("\"format\":1", "\"format\":1,\"partial\":true"),
    );
    assert!(errors_in(&patch::derive(birthday(part.path()))).is_empty());
}

#[test]
fn what_clears_a_field_that_the_portal_requires_is_refused() {
    let file = File::of(
        "required.json",
        r#"{"ufCrmFloor":{"type":"integer","isRequired":true}}"#,
    );
    let path = file.path();
    let clear = |clear: TokenStream| {
        patch::derive(quote! {
            #[vibecode(entity = "contacts", schema = #path, diff)]
            struct Customer {
                #[vibecode(field = "ufCrmFloor" #clear)]
                floor: Option<i64>,
            }
        })
    };
    let tokens = clear(TokenStream::new());
    assert!(errors_in(&tokens).is_empty());
    let text = tokens.to_string();
    assert!(
        text.contains("NotRequired") && text.contains("refuse_clearing"),
        "{text}"
    );
    assert!(!text.contains("Clears"), "{text}");
    assert_eq!(
        errors_in(&clear(quote!(, clear = "null"))),
        [
            "the portal requires a value for `ufCrmFloor`, which cannot be cleared: leave `clear` out"
        ]
    );
}

#[test]
fn a_label_is_one_line_of_plain_words_in_generated_documentation() {
    let text =
        r#"{"ufCrmFloor":{"type":"integer","title":"Owner\n\n    panic!();\n```\n<VIP> [link]"}}"#;
    let file = File::of("hostile.json", text);
    let tokens = patch::derive(customer(file.path())).to_string();
    let doc = r"Owner panic\!(); \`\`\` \<VIP\> \[link\]";
    let expected = format!("Sets `ufCrmFloor`: {doc} (integer).");
    assert!(tokens.contains(&format!("{expected:?}")), "{tokens}");
}

#[test]
fn a_name_after_many_mistakes_is_still_corrected_and_never_only_skipped() {
    let wrong = (0..25).map(|number| {
        let name = quote::format_ident!("nonsense{number}");
        quote!(#name: Option<String>,)
    });
    let output = patch::derive(quote! {
        #[vibecode(entity = "contacts")]
        struct Customer {
            #(#wrong)*
            #[vibecode(field = "company_id")] a: Option<CompanyId>,
            first_name: Option<String>,
            psot: Option<String>,
        }
    });
    let messages = errors_in(&output);
    let of = |name: &str| {
        let mut messages = messages.iter();
        messages
            .find(|each| each.contains(&format!("`{name}`")))
            .unwrap()
    };
    assert!(of("company_id").ends_with("did you mean `companyId`?"));
    assert!(of("first_name").ends_with("did you mean `field = \"name\"`?"));
    assert!(of("psot").ends_with("correct the mistakes above first"));
}

#[test]
fn an_unknown_name_without_a_likely_one_names_the_file_that_lists_the_names() {
    let file = File::of("names.json", r#"{"ufCrmFloor":{"type":"integer"}}"#);
    let path = file.path();
    let skip = "if the field does not belong to the API, add `#[vibecode(skip)]`";
    for (entity, attribute, names) in [
        (
            "contacts",
            quote!(, schema = #path),
            format!("`{path}` lists the names, and `cargo vibecode pull contacts` updates it"),
        ),
        (
            "items/1040",
            quote!(, schema = #path),
            format!("`{path}` lists the names, and `cargo vibecode pull items/1040` updates it"),
        ),
        (
            "deals",
            quote!(),
            "`cargo vibecode pull deals` fetches the list of names".to_owned(),
        ),
    ] {
        let input = quote! {
            #[vibecode(entity = #entity #attribute)]
            struct Customer {
                favourite_colour: Option<String>,
            }
        };
        let expected = format!("{entity} have no field `favourite_colour`: {names}; {skip}");
        assert_eq!(errors_in(&patch::derive(input.clone())), [&*expected]);
        assert_eq!(errors_in(&record::derive(input)), [&*expected]);
    }
}
