//! What is said of a schema file that cannot be used. The messages hold its path, so they are told
//! apart here and not by the compiler's own words.

use std::{fs, path::PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

use crate::{enumeration, patch, record};

/// A schema file of this content, which is removed with the test.
struct File(PathBuf);

impl File {
    fn of(name: &str, text: &str) -> Self {
        let name = format!("vibecode-derive-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The messages of the compile errors among the tokens.
fn told(tokens: &TokenStream) -> Vec<String> {
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

/// What each derive says of a file of this content, without its path.
fn problem(name: &str, text: &str) -> String {
    let file = File::of(name, text);
    let struct_errors = told(&patch::derive(customer(file.path())));
    assert_eq!(told(&record::derive(customer(file.path()))), struct_errors);
    let path = file.path();
    let options = enumeration::derive(quote! {
        #[vibecode(entity = "contacts", field = "ufCrmTier", schema = #path)]
        enum Tier {
            #[vibecode(item = 1)]
            Gold,
        }
    });
    assert_eq!(told(&options), struct_errors);
    let [message] = &struct_errors[..] else {
        panic!("{struct_errors:?}");
    };
    let problem = message.strip_prefix(&format!("the schema {path} cannot be used: "));
    problem.unwrap_or_else(|| panic!("{message}")).to_owned()
}

#[test]
fn broken_json_is_told_with_its_place() {
    let problem = problem("broken.json", "{\n  \"ufCrmFloor\": }");
    assert_eq!(problem, "this is not JSON (line 2, column 17)");
}

#[test]
fn an_empty_file_is_told() {
    let problem = problem("empty.json", "");
    assert!(problem.starts_with("this is not JSON"), "{problem}");
}

#[test]
fn a_half_written_file_is_told() {
    let problem = problem(
        "half.json",
        r#"{"success":true,"data":{"ufCrmFloor":{"type":"#,
    );
    assert!(problem.starts_with("this is not JSON (line 1"), "{problem}");
}

#[test]
fn a_file_that_is_longer_than_any_schema_is_told_and_not_read() {
    let problem = problem("huge.json", &" ".repeat(20_000_000));
    assert_eq!(problem, "it is 20000000 bytes long, which no schema is");
}

#[test]
fn a_file_of_another_shape_is_told() {
    for (name, text) in [
        ("list.json", "[]"),
        ("number.json", "7"),
        ("text.json", r#""fields""#),
    ] {
        let problem = problem(name, text);
        assert!(
            problem.starts_with("there is no map of fields"),
            "{problem}"
        );
    }
    let problem = problem("flat.json", r#"{"ufCrmFloor":"integer"}"#);
    assert_eq!(problem, "`ufCrmFloor` is not described by an object");
}

#[test]
fn a_field_that_is_fixed_at_creation_is_not_written_and_can_be_read() {
    let text = r#"{"ufCrmFloor":{"type":"integer","isImmutable":true}}"#;
    let file = File::of("immutable.json", text);
    let errors = told(&patch::derive(customer(file.path())));
    assert_eq!(
        errors,
        ["`ufCrmFloor` is read-only: add `#[vibecode(read_only)]`"]
    );
    assert!(told(&record::derive(customer(file.path()))).is_empty());
}

#[test]
fn the_answer_of_a_refusal_is_told() {
    let refusal = r#"{"success":false,"error":{"code":"SCOPE_DENIED","message":"no"}}"#;
    let problem = problem("refusal.json", refusal);
    assert!(!problem.is_empty());
}

#[test]
fn the_schema_of_another_entity_is_told() {
    let deals = r#"{"amount":{},"currency":{},"closedAt":{},"stageId":{}}"#;
    let problem = problem("deals.json", deals);
    assert_eq!(problem, "these are the fields of deals, not of contacts");
}

#[test]
fn two_fields_with_one_upper_name_are_told() {
    let fields = r#"{"ufCrmA":{"upperName":"UF_CRM_A"},"ufCrmB":{"upperName":"UF_CRM_A"}}"#;
    let expected = "`ufCrmA` and `ufCrmB` have one upper name, `UF_CRM_A`";
    assert_eq!(problem("twins.json", fields), expected);
}

#[test]
fn an_option_whose_id_is_no_number_is_told() {
    let fields = r#"{"ufCrmTier":{"type":"enumeration","items":[{"ID":"gold","VALUE":"Gold"}]}}"#;
    let expected = "an option of `ufCrmTier` has the id `gold`, which is no number";
    assert_eq!(problem("letters.json", fields), expected);
}

#[test]
fn a_text_that_is_no_utf_8_is_told() {
    let file = File::of("bytes.json", "");
    fs::write(&file.0, [0xff, 0xfe, b'{', b'}']).unwrap();
    let errors = told(&patch::derive(customer(file.path())));
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn a_folder_in_place_of_a_file_is_told() {
    let folder = std::env::temp_dir();
    let errors = told(&patch::derive(customer(folder.to_str().unwrap())));
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn a_missing_file_is_told_with_where_it_was_looked_for() {
    let errors = told(&patch::derive(customer("nowhere/contacts.json")));
    let [message] = &errors[..] else {
        panic!("{errors:?}");
    };
    let looked_for = concat!(env!("CARGO_MANIFEST_DIR"), "/nowhere/contacts.json");
    assert_eq!(message, &format!("there is no file {looked_for}"));
}

#[test]
fn an_edited_file_is_read_anew() {
    let file = File::of("edited.json", r#"{"ufCrmFloor":{"type":"integer"}}"#);
    assert_eq!(told(&patch::derive(customer(file.path()))), [""; 0]);
    fs::write(&file.0, r#"{"ufCrmStorey":{"type":"integer"}}"#).unwrap();
    let errors = told(&patch::derive(customer(file.path())));
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
            let messages = told(&derive(quote! {
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
