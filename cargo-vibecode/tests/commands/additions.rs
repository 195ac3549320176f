//! A phone or an email is added once, however often and in whatever spelling `update` adds it.

use vibecode_sandbox::Sandbox;

use crate::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn adding_a_phone_or_an_email_again_adds_nothing_and_says_so() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("additions");
    let add = |words: &[&'static str]| [&["update", "contacts", "71"], words].concat();
    let first = [
        "--add",
        "phone=+79990001122:MOBILE",
        "--add",
        "email=a@b.ru",
    ];
    let said = folder.run(&sandbox, &add(&first)).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let expected = "2 phones and emails were added, 0 were already there";
    assert!(said.out.contains(expected), "{}", said.out);
    let entries = || sandbox.contact(71).unwrap()["fm"].clone();
    let before = entries();
    let both = "contacts/71 has +79990001122, a@b.ru already: nothing was added\n";
    let phone = "contacts/71 has +79990001122 already: nothing was added\n";
    let set = "contacts/71 has these values. It has +79990001122 already: nothing was added\n";
    for (words, expected) in [
        (&first[..], both),
        (&["--add", "phone=+7 999 000-11-22"], phone),
        (&["--add", "phone=+79990001122:HOME", "--ensure"], phone),
        (&["--add", "phone=+79990001122", "--set", "post=Boss"], set),
    ] {
        let said = folder.run(&sandbox, &add(words)).await;
        assert_eq!((said.code, &*said.out), (0, expected), "{}", said.err);
        assert_eq!(entries(), before, "{words:?}");
    }
    assert_eq!(sandbox.contact(71).unwrap()["post"], "Boss");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_country_a_phone_with_the_same_last_digits_is_not_added() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("additions-similar");
    let add = |phone: &'static str| ["update", "contacts", "71", "--add", phone];
    let said = folder.run(&sandbox, &add("phone=+79990001122")).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let before = sandbox.contact(71).unwrap()["fm"].clone();
    let said = folder.run(&sandbox, &add("phone=8 999 000-11-22")).await;
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("--country 7"), "{}", said.err);
    assert_eq!(sandbox.contact(71).unwrap()["fm"], before);
}
