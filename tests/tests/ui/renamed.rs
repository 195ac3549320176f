//! A crate that renames the runtime.

use crate::incremental::messages_of;

const SOURCE: &str = r#"#![allow(dead_code)]
use crm::{Enumeration, Patch, Record};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(field = "ufCrmTier", kind = "enumeration")]
    tier: Option<Tier>,
}

#[derive(Enumeration, Clone, Copy)]
#[vibecode(entity = "contacts", field = "ufCrmTier")]
enum Tier {
    #[vibecode(item = 1)]
    Gold,
}

fn patch() -> impl Patch {
    Customer::patch().post("Director").tier(Tier::Gold)
}
"#;

fn errors(crate_name: &str, source: &str) -> Vec<String> {
    let messages = messages_of(crate_name, "crm", source).into_iter();
    let errors = messages.filter(|message| message["level"] == "error");
    let spanned = errors.filter(|error| error["spans"].as_array().is_some_and(|it| !it.is_empty()));
    spanned
        .map(|error| error["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_renamed_runtime_is_one_error_that_says_what_to_write() {
    let expected = "this crate's Cargo.toml renames the runtime to `crm`: add `crate = \"crm\"` to \
                    `#[vibecode(…)]`, here and on every other type with a derive of it";
    assert_eq!(errors("renamed", SOURCE), [expected]);
}

#[test]
fn a_renamed_runtime_is_found_by_the_path_of_the_attribute() {
    let source = SOURCE.replace(
        r#"entity = "contacts""#,
        r#"entity = "contacts", crate = "crm""#,
    );
    assert_eq!(errors("renamed-and-named", &source), [""; 0]);
}
