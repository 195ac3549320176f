//! `update` reports a change only if the record has it, and what may have been applied otherwise.

use std::time::Duration;

use vibecode_sandbox::{Fault, Sandbox, SandboxBuilder};

use crate::Folder;

/// A schema with a field that the portal no longer has.
const OLD_SCHEMA: &str = r#"{"ufCrm_9": {"type": "string", "title": "Colour"}}"#;

fn words<'w>(options: &[&'w str]) -> Vec<&'w str> {
    [&["update", "contacts", "71"], options].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_portal_dropped_is_named_as_it_was_given() {
    for (name, sandbox) in [
        ("update-dropped", Sandbox::builder()),
        (
            "update-dropped-partial",
            Sandbox::builder().partial_updates(),
        ),
    ] {
        let sandbox = sandbox.start().await;
        let folder = Folder::new(name);
        folder.write("vibecode/contacts.json", OLD_SCHEMA);
        for options in [&["--ensure"][..], &[]] {
            let set = ["--set", "Colour=red", "--set", "post=Director"];
            let words = words(&[&set, options].concat());
            let said = folder.run(&sandbox, &words).await;
            assert_eq!(said.code, 1, "{}{}", said.out, said.err);
            let expected = "contacts/71: Colour: the API reported a success";
            assert!(said.out.starts_with(expected), "{}", said.out);
            assert!(said.out.contains("`cargo vibecode check contacts`"));
            assert!(!said.out.contains("post"), "{}", said.out);
        }
        let post = &sandbox.contact(71).unwrap()["post"];
        assert_eq!(post, "Director");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_field_that_was_given_by_its_wire_name_is_named_by_it() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-dropped-wire");
    folder.write("vibecode/contacts.json", OLD_SCHEMA);
    let said = folder
        .run(&sandbox, &words(&["--set", "wire:ufCrm_9=red"]))
        .await;
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    let expected = "contacts/71: wire:ufCrm_9: the API reported a success";
    assert!(said.out.starts_with(expected), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_given_the_fields_that_were_not_taken() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-dropped-json");
    folder.write("vibecode/contacts.json", OLD_SCHEMA);
    let words = words(&["--clear", "post", "--set", "Colour=red", "--format", "json"]);
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 1, "{}", said.err);
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["record"], "contacts/71");
    let field = &document["not_as_sent"][0];
    assert_eq!(
        (&field["name"], &field["field"]),
        (&"Colour".into(), &"ufCrm_9".into())
    );
    assert_eq!(field["problem"], "not_shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_answer_is_read_back_unless_nobody_wants_it() {
    let sandbox = Sandbox::builder().partial_updates().start().await;
    let folder = Folder::new("update-partial");
    let said = folder
        .run(&sandbox, &words(&["--set", "post=Director"]))
        .await;
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "contacts/71 has these values\n")
    );
    assert_eq!(sandbox.requests().len(), 2);
    sandbox.clear_requests();
    let options = ["--set", "post=Clerk", "--no-verify"];
    let said = folder.run(&sandbox, &words(&options)).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let expected = "contacts/71: the API reported a success, and not all values were compared\n";
    assert_eq!(said.out, expected);
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_another_process_adds_at_the_same_time_is_reported_with_its_entries() {
    let add = async |name: &str, sandbox: SandboxBuilder| {
        let sandbox = sandbox.start().await;
        let folder = Folder::new(name);
        let words = words(&["--add", "phone=+79161112233"]);
        // The answer is that of the moment of the request, so the first process does not see what the second one adds.
        sandbox.fault(Fault::delay(Duration::from_secs(4)).on("GET"));
        let first = folder.run(&sandbox, &words);
        let second = async {
            while sandbox.requests().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            folder.run(&sandbox, &words).await
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(second.code, 0, "{}{}", second.out, second.err);
        assert_eq!(first.code, 1, "{}{}", first.out, first.err);
        let expected = "phone: the value was added, and the record has it more than once (entries ";
        assert!(first.out.contains(expected), "{}", first.out);
        assert!(!first.out.contains("7916"), "{}", first.out);
    };
    tokio::join!(
        add("update-twice", Sandbox::builder()),
        add("update-twice-partial", Sandbox::builder().partial_updates()),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_shows_what_the_api_said() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("update-refused-words");
    sandbox.fault(Fault::overload_limit());
    let said = folder
        .run(&sandbox, &words(&["--set", "post=Director"]))
        .await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("the API's message: "), "{}", said.err);
    assert!(said.err.contains("b24Code: OVERLOAD_LIMIT"), "{}", said.err);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_update_says_what_may_have_been_applied() {
    for (faults, options, expected) in [
        (
            vec![Fault::hang()],
            &["--add", "phone=+79161112233"][..],
            "interrupted: the change of contacts/71 may have been applied, and may still be for 2 min: run the command again after that",
        ),
        (
            vec![Fault::hang()],
            &["--add", "phone=+79161112233", "--settle", "7"],
            "may have been applied, and may still be for 7 s: run the command again after that",
        ),
        (
            vec![Fault::hang()],
            &["--set", "post=Director"],
            "run the command again: it adds nothing twice",
        ),
        (
            vec![Fault::delay(Duration::ZERO), Fault::hang()],
            &["--set", "post=Director"],
            "interrupted: the API reported a success for the change of contacts/71, but",
        ),
    ] {
        let sandbox = Sandbox::builder().partial_updates().start().await;
        let folder = Folder::new("update-interrupted");
        let requests = faults.len();
        sandbox.faults(faults);
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"))
            .args(words(options))
            .current_dir(&folder.0)
            .env("VIBECODE_API_KEY", Sandbox::API_KEY)
            .env("VIBECODE_BASE_URL", sandbox.url())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        while sandbox.requests().len() < requests {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        vibecode_tests::signal::send("INT", &child).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains(expected), "{err}");
    }
}
