//! One record, changed from the command line.

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

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
    assert!(
        said.out.starts_with("contacts/71 has all values"),
        "{}",
        said.out
    );
    let contact = sandbox.contact(71).unwrap();
    assert_eq!(
        (&contact["post"], &contact["companyId"]),
        (&"Director".into(), &15.into())
    );
    assert_eq!(contact["phoneMobile"], "+79161112233");
    assert_ne!(contact["lastName"], "Petrov");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_compared_with_no_files_of_a_portal_says_so() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-no-files");
    let words = ["update", "contacts", "71", "--set", "post=Director"];
    let missing = "warning: no files of a portal were found in the folder `vibecode`";
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains(missing), "{}", said.err);
    folder.run(&sandbox, &["pull", "contacts"]).await;
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!said.err.contains(missing), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn ensuring_a_text_sends_it_if_the_record_has_another_form_of_the_same_time_or_amount() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-ensure-text");
    for text in [
        "2026-04-15",
        "2026-04-15T18:30:00+03:00",
        "2026-04-15T15:30:00Z",
        "300|RUB",
        "300.00|RUB",
    ] {
        let set = format!("post={text}");
        let words = ["update", "contacts", "71", "--set", &set, "--ensure"];
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(sandbox.contact(71).unwrap()["post"], text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_prints_the_request_and_sends_nothing() {
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
        (0, "PATCH /v1/contacts/71\n{\"post\":\"Director\"}\n")
    );
    let words = [&words[..], &["--format", "json"]].concat();
    let said = folder.run_with(&words, &[]).await;
    let request = json!({"record": "contacts/71", "method": "PATCH", "path": "/v1/contacts/71",
        "request": {"post": "Director"}});
    assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap(), request);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_reported_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-wrong");
    for (words, problem) in [
        (&["--set", "pots=a"][..], "did you mean `post`?"),
        (&["--set", "updatedTime=a"], "read-only"),
        (
            &["--set", "phone=+7"],
            "can only add phones: use --add phone=VALUE",
        ),
        (
            &["--set", "Мобильный телефон=+79161112233"],
            "use --add phone=VALUE:MOBILE",
        ),
        (
            &["--add", "Мобильный телефон=+79161112233"],
            "use --add phone=VALUE:MOBILE",
        ),
        (
            &["--add", "phone:mobile=+79161112233"],
            "use --add phone=VALUE:MOBILE",
        ),
        (
            &["--add", "phone=+79161112233:МОБИЛЬНЫЙ"],
            "`phone` has no type `МОБИЛЬНЫЙ`: use one of WORK, HOME, MOBILE, OTHER",
        ),
        (
            &["--add", "phone=+79161112233:mobile"],
            "did you mean `MOBILE`?",
        ),
        (&["--add", "phone=+7:MOBIL"], "did you mean `MOBILE`?"),
        (&["--set", "post"], "the `=` is missing"),
        (&[], "nothing to change"),
        (
            &["--set", "post=#ССЫЛКА!"],
            "`post` has an error of the spreadsheet instead of a value",
        ),
        (&["--set", "post=\u{200b}"], "clear it instead"),
        (&["--set", "post=#BUSY!"], "an error of the spreadsheet"),
        (
            &["--add", "email=ivan\u{200b}@ex.com"],
            "`email` has an invisible character",
        ),
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
async fn a_value_that_bulk_refuses_is_refused_by_update_too() {
    let schema = r#"{"ufCrm_1":{"type":"double"},"ufCrm_2":{"type":"money"},
        "ufCrm_3":{"type":"string","multiple":true},"ufCrm_4":{"type":"double","multiple":true},
        "ufCrm_5":{"type":"integer","multiple":true}}"#;
    let fields = serde_json::from_str(schema).unwrap();
    let sandbox = Sandbox::builder().schema(Entity::Contacts, fields);
    let sandbox = sandbox.start().await;
    let folder = Folder::new("update-one-rule");
    let pulled = folder.run(&sandbox, &["pull", "contacts"]).await;
    assert_eq!(pulled.code, 0, "{}", pulled.err);
    sandbox.clear_requests();
    let unclear = "that may separate decimals or thousands";
    for (argument, problem) in [
        ("ufCrm_1=1.234", unclear),
        ("ufCrm_1=1.000", unclear),
        ("ufCrm_1=-12,345", unclear),
        ("ufCrm_2=1.234 RUB", unclear),
        ("ufCrm_2=1,234|RUB", unclear),
        ("ufCrm_4=5;1.234", unclear),
        ("ufCrm_3=", "clear it instead"),
        ("ufCrm_3= ; ", "clear it instead"),
        ("ufCrm_3=\u{200b}", "clear it instead"),
        ("ufCrm_5=", "clear it instead"),
        ("ufCrm_3=a;#N/A", "an error of the spreadsheet"),
    ] {
        let words = ["update", "contacts", "71", "--set", argument];
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, 2, "{argument}: {}", said.out);
        assert!(said.err.contains(problem), "{argument}: {}", said.err);
    }
    assert!(sandbox.requests().is_empty());
    for (argument, sent) in [
        ("ufCrm_1=1.2340", r#"{"ufCrm_1":1.234}"#),
        ("ufCrm_1=1234", r#"{"ufCrm_1":1234}"#),
        ("ufCrm_1=0.125", r#"{"ufCrm_1":0.125}"#),
        ("ufCrm_2=1.000|RUB", r#"{"ufCrm_2":"1.000|RUB"}"#),
        ("ufCrm_3=a;b", r#"{"ufCrm_3":["a","b"]}"#),
    ] {
        let words = ["update", "contacts", "71", "--dry-run", "--set", argument];
        let said = folder.run(&sandbox, &words).await;
        let sent = format!("PATCH /v1/contacts/71\n{sent}\n");
        assert_eq!((said.code, said.out), (0, sent), "{}", said.err);
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_changed_by_its_built_in_fields() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-task");
    let words = [
        "update",
        "tasks",
        "91",
        "--set",
        "priority=2",
        "--set",
        "ufCrmTask=C_71; D_5",
        "--clear",
        "description",
    ];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let task = sandbox.record(Entity::Tasks, 91).unwrap();
    assert_eq!(task["priority"], 2);
    assert_eq!(task["ufCrmTask"], serde_json::json!(["C_71", "D_5"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_is_changed_once_its_schema_was_pulled() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-quote");
    let words = ["update", "quotes", "8", "--set", "title=Estimate"];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 2);
    let next_step = "fetch it with `cargo vibecode pull quotes`";
    assert!(said.err.contains(next_step), "{}", said.err);
    let said = folder.run(&sandbox, &["pull", "quotes"]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let quote = sandbox.record(Entity::Quotes, 8).unwrap();
    assert_eq!(quote["title"], "Estimate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_named_in_the_plural() {
    let folder = Folder::new("update-singular");
    let words = ["update", "task", "91", "--set", "title=Write"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `tasks`?"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_phone_is_not_added() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-phones");
    for (value, problem) in [
        (
            "phone=7.91699E+10",
            "`phone` has a number that a spreadsheet has shortened",
        ),
        (
            "phone=нет",
            "`phone` requires a phone number, and this has no digit: leave it out",
        ),
        ("email=a@b", "`email` has no dot after the `@`"),
    ] {
        let words = ["update", "contacts", "71", "--add", value];
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, 2, "{value}");
        assert!(said.err.contains(problem), "{}", said.err);
    }
    assert!(sandbox.requests().is_empty());
    let words = [
        "update",
        "contacts",
        "71",
        "--add",
        "phone=8 916 111-22-33",
        "--country",
        "7",
    ];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let contact = sandbox.contact(71).unwrap();
    let entries = contact["fm"].as_array().unwrap();
    assert!(
        entries.iter().any(|entry| entry["value"] == "+79161112233"),
        "{contact}"
    );
    let words = [
        "update",
        "contacts",
        "72",
        "--add",
        "phone=102",
        "--phones",
        "as-is",
    ];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_another_portal_is_not_changed() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-portal");
    let words = [
        "update",
        "contacts",
        "71",
        "--set",
        "post=Director",
        "--portal",
    ];
    let said = folder
        .run(&sandbox, &[&words[..], &["acme.bitrix24.ru"]].concat())
        .await;
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("the key is for the portal sandbox.invalid"),
        "{}",
        said.err
    );
    assert!(
        sandbox
            .requests()
            .iter()
            .all(|request| request.method() == "GET")
    );
    let said = folder
        .run(&sandbox, &[&words[..], &["sandbox.invalid"]].concat())
        .await;
    assert_eq!(said.code, 0, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_given_once() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-twice");
    for words in [
        &["--set", "post=A", "--set", "post=B"][..],
        &["--set", "post=A", "--clear", "post"],
        &["--clear", "post", "--clear", "post"],
    ] {
        let words = [&["update", "contacts", "71"], words].concat();
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, 2, "{words:?}");
        assert!(said.err.contains("`post` is given twice"), "{}", said.err);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_0_is_reported_as_what_clears() {
    let folder = Folder::new("update-zero");
    let words = ["update", "contacts", "71", "--set", "post=0", "--dry-run"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let warning =
        "`post` is set to the text `0`: the API takes it as empty, so it clears the field";
    assert!(said.err.contains(warning), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_the_record_has_in_another_form_is_not_added() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-other-form");
    let add = |phone: &'static str, words: &[&'static str]| {
        [&["update", "contacts", "71", "--add", phone], words].concat()
    };
    let said = folder.run(&sandbox, &add("phone=89161112233", &[])).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let phones = || sandbox.contact(71).unwrap()["fm"].clone();
    let before = phones();
    for (phone, ensure) in [
        ("phone=8 916 111-22-33", &[][..]),
        ("phone=+79161112233", &[]),
        ("phone=916 111-22-33:MOBILE", &["--ensure"]),
    ] {
        let words = add(phone, &[&["--country", "7"], ensure].concat());
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, 0, "{}", said.err);
        let expected = "contacts/71 has 89161112233 already: nothing was added";
        assert!(said.out.contains(expected), "{}", said.out);
        assert_eq!(phones(), before, "{phone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_country_a_number_that_may_be_one_of_the_record_is_not_added_by_ensure() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-similar-phone");
    let add = |words: &[&'static str]| {
        let all = ["update", "contacts", "71", "--add", "phone=8 916 111-22-33"];
        [&all[..], words].concat()
    };
    let has = ["update", "contacts", "71", "--add", "phone=+79161112233"];
    let said = folder.run(&sandbox, &has).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let phones = || sandbox.contact(71).unwrap()["fm"].clone();
    let before = phones();
    for _ in 0..2 {
        let said = folder.run(&sandbox, &add(&["--ensure"])).await;
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("(ends in 33)"), "{}", said.err);
        assert!(said.err.contains("--country 7"), "{}", said.err);
        assert!(!said.err.contains("916"), "{}", said.err);
        assert_eq!(phones(), before);
    }
    let said = folder
        .run(&sandbox, &add(&["--ensure", "--country", "7"]))
        .await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(phones(), before);
    let said = folder
        .run(&sandbox, &add(&["--ensure", "--phones", "as-is"]))
        .await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_ne!(phones(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_recognizes_a_mistyped_label() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("mistyped-labels");
    folder.write(
        "vibecode/contacts.json",
        r#"{"ufCrm_1":{"type":"enumeration","title":"Loyalty","items":[{"ID":"81","VALUE":"Gold"}]}}"#,
    );
    folder.write("a.csv", "id,Loyalti\n71,Gold\n");
    for words in [
        &["update", "contacts", "71", "--set", "Loyalti=Gold"][..],
        &["update", "contacts", "71", "--clear", "Loyalti"],
        &["export", "contacts", "--fields", "post,Loyalti"],
        &["export", "contacts", "--filter", "Loyalti=Gold"],
        &["new", "contacts", "--fields", "post,Loyalti"],
        &["bulk", "contacts", "a.csv"],
        &["bulk", "contacts", "a.csv", "--map", "Loyalti=Loyalti"],
    ] {
        let said = folder.run(&sandbox, words).await;
        assert_eq!(said.code, 2, "{words:?}: {}", said.out);
        let problem = "there is no field `Loyalti`: did you mean the label `Loyalty`?";
        assert!(said.err.contains(problem), "{words:?}: {}", said.err);
    }
    // A wire name comes first, and what is like nothing has the other advice.
    for (set, problem) in [
        ("pots=a", "there is no field `pots`: did you mean `post`?"),
        (
            "Shoe size=a",
            "there is no field `Shoe size`: if the schema is out of date",
        ),
    ] {
        let words = ["update", "contacts", "71", "--set", set];
        let said = folder.run(&sandbox, &words).await;
        assert!(said.err.contains(problem), "{}", said.err);
    }
}
