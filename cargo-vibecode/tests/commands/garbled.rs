//! Texts of `update` that a wrong encoding has broken.

use vibecode_sandbox::Sandbox;

use crate::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_text_is_not_sent_unless_it_is_meant() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-garbled");
    for (set, problem) in [
        (
            "name=Иван ????",
            "`name` has `?` in place of its letters, which were lost in another encoding: correct the text. If it is meant, --allow-garbled sends it",
        ),
        ("post=Ð\u{2dc}Ð²Ð°Ð½", "`post` looks like UTF-8"),
        (
            "comments=caf\u{fffd}",
            "`comments` has a letter that was lost",
        ),
        (
            "post=яРЮПЬХИ АСУЦЮКРЕП",
            "`post` looks like Russian in another encoding",
        ),
    ] {
        let said = folder
            .run(&sandbox, &["update", "contacts", "71", "--set", set])
            .await;
        assert_eq!(said.code, 2, "{set}: {}", said.out);
        assert!(said.err.contains(problem), "{}", said.err);
    }
    let words = ["update", "contacts", "71", "--add", "email=a\u{fffd}@b.ru"];
    let said = folder.run(&sandbox, &words).await;
    assert!(
        said.err.contains("`email` has a letter that was lost"),
        "{}",
        said.err
    );
    let patches = sandbox.requests();
    assert!(!patches.iter().any(|request| request.method() == "PATCH"));
    let words = [
        "update",
        "contacts",
        "71",
        "--set",
        "name=????",
        "--allow-garbled",
    ];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(sandbox.contact(71).unwrap()["name"], "????");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_sees_is_left_out_by_update_and_bulk_alike_unless_texts_are_sent_as_they_are() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-unseen");
    let update = "update contacts 71 --set post=\u{200b}Clerk\u{ad}";
    for command in [update, "bulk contacts a.csv --yes"] {
        for (option, sent) in [
            (None, "Clerk"),
            (Some("--allow-garbled"), "\u{200b}Clerk\u{ad}"),
        ] {
            folder.write("a.csv", "id,post\n71,\u{200b}Clerk\u{ad}\n");
            let _ = std::fs::remove_file(folder.0.join("a.csv.journal"));
            let words: Vec<&str> = command.split(' ').chain(option).collect();
            let said = folder.run(&sandbox, &words).await;
            assert_eq!(said.code, 0, "{}", said.err);
            assert_eq!(sandbox.contact(71).unwrap()["post"], sent, "{words:?}");
        }
    }
}
