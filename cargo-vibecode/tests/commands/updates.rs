//! One record, changed from the command line.

use vibecode_sandbox::Sandbox;

use crate::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_set_added_to_and_cleared() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update");
    let words = [
        "update",
        "contacts",
        "71",
        "--set",
        "post=Director",
        "--set",
        "companyId=15",
        "--add",
        "phone=+79161112233:MOBILE",
        "--clear",
        "lastName",
    ];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.out, "contacts/71: changed\n");
    let contact = sandbox.contact(71).unwrap();
    assert_eq!(
        (&contact["post"], &contact["companyId"]),
        (&"Director".into(), &15.into())
    );
    assert_eq!(contact["phoneMobile"], "+79161112233");
    assert_ne!(contact["lastName"], "Petrov");
}

#[tokio::test(flavor = "multi_thread")]
async fn ensuring_twice_adds_once() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-ensure");
    let words = [
        "update",
        "contacts",
        "71",
        "--add",
        "phone=+79161112233",
        "--ensure",
    ];
    let first = folder.run(&sandbox, &words).await;
    let second = folder.run(&sandbox, &words).await;
    assert!(
        first
            .out
            .contains("1 phones and emails were added, 0 were already there"),
        "{}",
        first.out
    );
    assert!(
        second
            .out
            .contains("0 phones and emails were added, 1 were already there"),
        "{}",
        second.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_prints_the_body_and_sends_nothing() {
    let folder = Folder::new("update-dry");
    let words = [
        "update",
        "contacts",
        "71",
        "--set",
        "post=Director",
        "--dry-run",
    ];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "{\"post\":\"Director\"}\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_reported_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-wrong");
    for (words, problem) in [
        (&["--set", "pots=a"][..], "did you mean `post`?"),
        (&["--set", "updatedTime=a"], "read-only"),
        (&["--set", "phone=+7"], "can only add"),
        (&["--add", "phone=+7:MOBIL"], "did you mean `MOBILE`?"),
        (&["--set", "post"], "the `=` is missing"),
        (&[], "nothing to change"),
        (
            &["--set", "pots=a", "--set", "companyId=x"],
            "`companyId` requires the id",
        ),
    ] {
        let words = [&["update", "contacts", "71"], words].concat();
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, 2, "{words:?}");
        assert!(said.err.contains(problem), "{}", said.err);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_api_is_reported_with_the_next_step() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-refused");
    let words = ["update", "contacts", "71", "--set", "post=Director"];
    let said = folder
        .run_by(Sandbox::READ_ONLY_KEY, &sandbox, &words)
        .await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("use one that can write"), "{}", said.err);
}
