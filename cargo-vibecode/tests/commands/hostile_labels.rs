//! Labels are data: whatever a portal calls its fields, none of it runs, and none of it is markup.

use std::fmt::Write as _;

use serde_json::json;

use crate::{Folder, modules};

/// Labels that would be code, markup or a new line if they were not escaped.
const HOSTILE: &[&str] = &[
    "Owner\n\n    panic!(\"this label ran\");\n\nof the record",
    "Owner\r\r\tpanic!(\"this label ran\");",
    "Owner\u{2028}\u{2028}    panic!();\u{85}\u{85}    panic!();",
    "```\npanic!(\"this label ran\");\n```",
    "~~~rust\npanic!()\n~~~",
    "    panic!(\"this label ran\");",
    "`",
    "``` and ` and ``",
    "<VIP>",
    "<script>alert(1)</script>",
    "<!-- a comment",
    "&lt;b&gt; & &",
    "[link]",
    "[link]: nowhere",
    "[link](nowhere) ![image](nowhere)",
    "[`NotAType`] and [NotAType::method()]",
    "#![x]",
    "# heading",
    "*/ pub fn escaped() {} /*",
    "\"; pub fn escaped() {} //",
    "a \\ b \\",
    "\u{202e}reversed\u{202c} \u{2066}isolated",
    "a\0b\u{1b}[31mred",
    "https://example.org and http://example.org/<a>",
    "- item",
    "1. item",
    "---",
    "===",
    "> quote",
    "| a | b |",
    "*bold* _slanted_ ~~gone~~ **",
    "\u{200b}",
    " ",
    // Methods of the builder.
    "Maybe",
    "Set unchecked",
    "Clear post",
    "Add phone",
];

fn schema() -> String {
    let mut fields = serde_json::Map::new();
    fields.insert("id".to_owned(), json!({"type": "integer"}));
    let mut labels: Vec<String> = HOSTILE.iter().map(|label| (*label).to_owned()).collect();
    labels.push("long ".repeat(2_000));
    labels.push("`".repeat(10_000));
    let items: Vec<_> = labels
        .iter()
        .zip(1..)
        .map(|(label, id)| json!({"ID": id, "VALUE": format!("{label}!")}))
        .collect();
    for (number, label) in labels.iter().enumerate() {
        let field = json!({"type": "string", "title": label});
        fields.insert(format!("ufCrm_{number}"), field);
        let list = json!({"type": "enumeration", "title": label, "items": items});
        fields.insert(format!("ufCrmList_{number}"), list);
    }
    fields.remove("ufCrmList_1");
    let by_wire = json!({"type": "string", "title": HOSTILE[0]});
    fields.insert("post".to_owned(), by_wire);
    // What is left out of a module is named in a comment.
    let code = "x\n}\npub fn escaped() {}\n//";
    fields.insert("ufCrm_99".to_owned(), json!({"type": code}));
    fields.insert(format!("uf{code}"), json!({"type": "string"}));
    fields.insert(
        "a\"b".to_owned(),
        json!({"type": "enumeration", "items": items}),
    );
    json!({"entity": "contacts", "fields": fields, "format": 1}).to_string()
}

/// Each label as the name of a code, as a code, and as the name of a set.
fn statuses() -> String {
    let codes = HOSTILE.iter().zip(0..);
    let codes = codes.filter(|(label, _)| !label.trim().is_empty());
    let codes: Vec<_> = codes
        .flat_map(|(label, number)| {
            let named = json!({"code": format!("UC_{number}"), "name": format!("{label}!")});
            [named, json!({"code": label, "name": "A code"})]
        })
        .collect();
    let sets = json!({"SOURCE": codes, HOSTILE[0]: codes});
    json!({"format": 1, "partial": true, "sets": sets}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_never_becomes_a_doctest_or_markup() {
    let folder = Folder::new("hostile-labels");
    folder.write("vibecode/contacts.json", &schema());
    folder.write("vibecode/statuses.json", &statuses());
    let words = ["new", "contacts", "--out", "src/record.rs"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    modules::check(&folder, "hostile");
    let module = folder.read("src/record.rs");
    let lines = module.lines().filter(|line| line.contains("fn "));
    for line in lines {
        let is_inert = ["//", "#[vibecode(status = \""]
            .iter()
            .any(|start| line.trim_start().starts_with(start));
        assert!(is_inert, "{line}");
    }
    assert!(
        module.lines().all(|line| line.chars().count() < 500),
        "{module}"
    );

    // What `cargo test --doc` runs, without building the dependencies in full for it.
    let tested = modules::cargo(&folder, &["rustdoc"])
        .args(["--", "--test"])
        .output()
        .unwrap();
    let mut said = String::from_utf8_lossy(&tested.stdout).into_owned();
    let _ = write!(said, "{}", String::from_utf8_lossy(&tested.stderr));
    assert!(tested.status.success(), "{said}");
    assert!(said.contains("running 0 tests"), "{said}");

    let documented = modules::cargo(&folder, &["doc", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&documented.stderr);
    assert!(documented.status.success(), "{said}");
}
