//! `new --agents` prints the page of the guide for agents.

use std::fs;

use crate::Folder;

fn page() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/agents.md");
    fs::read_to_string(page).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_for_agents_is_printed_or_written_to_a_new_file() {
    let folder = Folder::new("new-agents");
    let said = folder.run_with(&["new", "--agents"], &[]).await;
    assert_eq!((said.code, said.out, said.err), (0, page(), String::new()));

    let words = ["new", "--agents", "--out", "AGENTS.md"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!((said.code, said.out.as_str()), (0, "AGENTS.md: new\n"));
    assert_eq!(folder.read("AGENTS.md"), page());

    folder.write("AGENTS.md", "the app's own");
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("exists already"), "{}", said.err);
    assert_eq!(folder.read("AGENTS.md"), "the app's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_takes_an_entity_or_agents() {
    let folder = Folder::new("new-nothing");
    for words in [
        &["new"][..],
        &["new", "contacts", "--agents"],
        &["new", "--agents", "--fields", "post"],
    ] {
        let said = folder.run_with(words, &[]).await;
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words:?}");
    }
}
