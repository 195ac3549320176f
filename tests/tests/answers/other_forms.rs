//! Phones that the portal stores in another form than they were sent in, with other digits.

use std::time::Duration;

use tokio::time::Instant;
use vibecode_runtime::{Ensured, ErrorKind, Outcome};

use crate::{
    caller::{Customer, builder},
    server::{Behaviour, Server},
    written::json,
};

/// A record with these phones.
fn record(phones: &[&str]) -> Behaviour {
    let entry = |(id, phone): (usize, &&str)| {
        format!(r#"{{"id":{id},"typeId":"PHONE","valueType":"WORK","value":"{phone}"}}"#)
    };
    let entries: Vec<String> = phones.iter().enumerate().map(entry).collect();
    let record = format!(r#"{{"id":71,"fm":[{}]}}"#, entries.join(","));
    json(200, &format!(r#"{{"success":true,"data":{record}}}"#))
}

/// Ensures two phones. The record has these phones before, in the answer to the write, and in every read after it.
async fn ensure(
    refuses_similar: bool,
    before: &[&str],
    after: &[&str],
) -> (vibecode_runtime::Result<Ensured>, Server, Duration) {
    ensure_with_answer(refuses_similar, before, record(before), after).await
}

/// The same with another answer to the write.
async fn ensure_with_answer(
    refuses_similar: bool,
    before: &[&str],
    answer: Behaviour,
    after: &[&str],
) -> (vibecode_runtime::Result<Ensured>, Server, Duration) {
    let reads = (0..20).map(|_| record(after));
    let answers = [record(before), answer].into_iter().chain(reads);
    let server = Server::script(answers).await;
    let builder = builder(&server.url());
    let client = if refuses_similar {
        builder.refuse_similar_phones()
    } else {
        builder
    };
    let patch = Customer::patch()
        .add_phone("+79161112233")
        .add_phone("+79161112244");
    let began = Instant::now();
    let ensured = client.build().unwrap().ensure(71, &patch).await;
    (ensured, server, began.elapsed())
}

const WAIT: Duration = Duration::from_secs(10);

#[tokio::test(start_paused = true)]
async fn a_phone_that_the_portal_has_stored_in_another_form_is_reported_at_once_and_not_sent_again()
{
    for refuses_similar in [false, true] {
        let after = ["8 (916) 111-22-33", "89161112244"];
        let (ensured, server, took) = ensure(refuses_similar, &[], &after).await;
        let error = ensured.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SimilarPhone);
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert!(error.explanation().contains("in another form"), "{error}");
        assert!(!error.to_string().contains("916"), "{error}");
        assert!(took < WAIT, "{took:?}");
        let requests = server.requests();
        let writes = requests.iter().filter(|it| it.text.starts_with("PATCH"));
        assert_eq!(writes.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_does_not_show_yet_is_not_taken_for_a_similar_one_that_was_there_before() {
    for (before, after) in [
        // Nothing is new.
        (
            &["89161112233", "89161112244"][..],
            &["89161112233", "89161112244"][..],
        ),
        // One of two is new, and the other may show later.
        (&[], &["89161112233"]),
        // A new phone of somebody else.
        (&[], &["+74951234567"]),
        // The same beside similar ones that were there before.
        (
            &["89161112233", "89161112244"],
            &["89161112233", "89161112244", "+74951234567"],
        ),
    ] {
        let (ensured, _, took) = ensure(false, before, after).await;
        assert_eq!(
            ensured.unwrap_err().kind(),
            ErrorKind::NotTaken,
            "{after:?}"
        );
        assert!(took > WAIT, "{after:?} {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_similar_phone_after_a_lost_answer_does_not_decide_the_write_before_it_has_settled() {
    let form = ["89161112233", "89161112244"];
    let (ensured, server, took) = ensure_with_answer(true, &[], Behaviour::Close, &form).await;
    let error = ensured.unwrap_err();
    // `SimilarPhone` with the outcome `Unknown` would say that the API has reported a success.
    assert_eq!(error.kind(), ErrorKind::MultifieldsUnknown);
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(took > WAIT, "{took:?}");
    let requests = server.requests();
    let writes = requests.iter().filter(|it| it.text.starts_with("PATCH"));
    assert_eq!(writes.count(), 1);
    let both = ["89161112233", "+79161112233", "+79161112244"];
    let (ensured, ..) = ensure_with_answer(true, &[], Behaviour::Close, &both).await;
    assert_eq!(ensured.unwrap().added().len(), 2);
}
