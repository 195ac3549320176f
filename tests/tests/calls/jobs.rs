//! Jobs: the queued patch is the patch that is sent, by the same rules.

use vibecode_runtime::{ErrorKind, Mismatch, MismatchKind, Outcome, Patch, PatchJob, Phone};
use vibecode_sandbox::{Entity, Fault, Sandbox};

use crate::{Customer, client};

#[derive(Patch)]
#[vibecode(entity = "companies")]
struct Company {
    title: Option<String>,
    phone: Vec<Phone>,
}

fn job() -> PatchJob {
    let patch = Customer::patch()
        .post("Director")
        .add_phone(Phone::mobile("+79161112233"));
    let job = PatchJob::new(71, &patch).unwrap();
    // As it comes out of a queue.
    serde_json::from_str(&serde_json::to_string(&job).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_job_sends_the_bytes_of_its_patch() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let patch = Customer::patch()
        .add_email("a@b.ru")
        .post("Director")
        .clear_last_name();
    client.update(71, &patch).await.unwrap();
    let job = serde_json::to_string(&PatchJob::new(72, &patch).unwrap()).unwrap();
    let job: PatchJob = serde_json::from_str(&job).unwrap();
    client.update_job(job).await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(requests[0].body_str(), requests[1].body_str());
    assert_eq!(requests[1].path(), "/v1/contacts/72");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_adds_is_not_repeated_once_it_may_have_been_applied() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::drop_after());
    let error = client(&sandbox).update_job(job()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_untyped_job_is_sent_as_the_patch_that_it_stands_for() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let patch = Customer::patch()
        .post("Director")
        .add_phone(Phone::mobile("+79161112233"))
        .clear_last_name();
    client.update(71, &patch).await.unwrap();
    let untyped = PatchJob::untyped("contacts", 72)
        .set("post", "Director")
        .add("phone", "+79161112233", "MOBILE")
        .clear("lastName", "");
    client.update_job(untyped.job().unwrap()).await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(requests[0].body_str(), requests[1].body_str());
    assert_eq!(requests[1].path(), "/v1/contacts/72");
}

#[tokio::test(start_paused = true)]
async fn the_record_of_a_job_is_read_in_a_batch_and_compared_with_the_job() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let job = PatchJob::untyped("contacts", 71)
        .set("post", "Director")
        .set("ufCrmNoSuchField", "lost")
        .add("phone", "+79161112233", "MOBILE")
        .job()
        .unwrap();
    client.update_job(&job).await.unwrap();
    client.update_job(&job).await.unwrap();
    let read = client.batch().get_record_of(&job).send().await.unwrap();
    let read = read.into_iter().next().unwrap().unwrap();
    let mismatches = job.mismatches(read.raw());
    let fields: Vec<_> = mismatches.iter().map(Mismatch::field).collect();
    assert_eq!(fields, ["ufCrmNoSuchField"]);
    assert_eq!(mismatches[0].kind(), MismatchKind::NotShown);
    assert_eq!(job.duplicates(read.raw())[0].ids().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_untyped_addition_is_not_repeated_once_it_may_have_been_applied() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let adds = PatchJob::untyped("contacts", 71).add("phone", "+79161112233", "WORK");
    let adds = adds.job().unwrap();
    sandbox.fault(Fault::drop_after());
    let error = client.update_job(&adds).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(sandbox.requests().len(), 1);
    assert!(client.ensure_job(&adds).await.unwrap().added().is_empty());

    let sets = PatchJob::untyped("contacts", 71).set("post", "Director");
    sandbox.fault(Fault::drop_after());
    client.update_job(sets.job().unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_job_that_runs_twice_adds_once_if_it_is_ensured() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let first = client.ensure_job(job()).await.unwrap();
    let second = client.ensure_job(job()).await.unwrap();
    assert_eq!((first.added().len(), second.added().len()), (1, 0));
    let customer: Customer = client.get(71).await.unwrap();
    let phone = Phone::mobile("+79161112233");
    let there = customer.phone.iter().filter(|each| **each == phone);
    assert_eq!(there.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn jobs_of_several_entities_run_together() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let jobs = || {
        let company = Company::patch().title("Stroy").add_phone("+74951234567");
        [job(), PatchJob::new(15, &company).unwrap()]
    };
    let mut run = client.update_jobs(jobs());
    while let Some(outcome) = run.next().await {
        outcome.result.unwrap();
    }
    let mut again = client.ensure_jobs(jobs());
    while let Some(outcome) = again.next().await {
        assert!(outcome.result.unwrap().added().is_empty());
    }
    let company = sandbox.record(Entity::Companies, 15).unwrap();
    assert_eq!(company["title"], "Stroy");
}

#[test]
fn what_cannot_be_sent_is_not_queued() {
    for (id, patch, kind) in [
        (71, Customer::patch(), ErrorKind::EmptyPatch),
        (71, Customer::patch().add_phone(""), ErrorKind::InvalidPatch),
        (0, Customer::patch().post("a"), ErrorKind::InvalidId),
    ] {
        assert_eq!(PatchJob::new(id, &patch).unwrap_err().kind(), kind);
    }
}

#[test]
fn a_job_passes_through_formats_with_names_and_without() {
    let patch = Customer::patch()
        .post("Director")
        .clear_last_name()
        .add_phone(Phone::mobile("+79161112233"))
        .add_email("a@b.ru");
    let job = PatchJob::new(71, &patch).unwrap();
    let json = serde_json::to_string(&job).unwrap();
    let read: [(&str, PatchJob); 6] = [
        ("JSON", serde_json::from_str(&json).unwrap()),
        (
            "a JSON value",
            serde_json::from_value(serde_json::to_value(&job).unwrap()).unwrap(),
        ),
        (
            "bincode",
            bincode::deserialize(&bincode::serialize(&job).unwrap()).unwrap(),
        ),
        (
            "postcard",
            postcard::from_bytes(&postcard::to_stdvec(&job).unwrap()).unwrap(),
        ),
        (
            "MessagePack's arrays",
            rmp_serde::from_slice(&rmp_serde::to_vec(&job).unwrap()).unwrap(),
        ),
        (
            "MessagePack's maps",
            rmp_serde::from_slice(&rmp_serde::to_vec_named(&job).unwrap()).unwrap(),
        ),
    ];
    for (format, job) in read {
        // One of the changes is a clear: the JSON says which fields are cleared.
        assert_eq!(serde_json::to_string(&job).unwrap(), json, "{format}");
    }
}

#[test]
fn a_job_of_the_version_before_is_read_from_formats_with_names() {
    let old = serde_json::json!({
        "version": 1, "entity": "contacts", "id": 71, "body": r#"{"post":"","phone":"+79161112233"}"#,
        "adds": ["phone"], "unchecked": false,
    });
    let of_json: PatchJob = serde_json::from_value(old.clone()).unwrap();
    let of_message_pack: PatchJob =
        rmp_serde::from_slice(&rmp_serde::to_vec_named(&old).unwrap()).unwrap();
    for job in [of_json, of_message_pack] {
        assert_eq!(
            (job.entity(), job.id(), job.is_idempotent()),
            ("contacts", 71, false)
        );
    }
}

#[test]
fn a_binary_job_that_was_cut_off_is_refused() {
    let bytes = postcard::to_stdvec(&job()).unwrap();
    for length in 0..bytes.len() {
        assert!(
            postcard::from_bytes::<PatchJob>(&bytes[..length]).is_err(),
            "{length}"
        );
    }
}

#[test]
fn a_job_shows_no_value() {
    let shown = format!("{:?} {:?}", job(), Customer::patch().is_empty());
    assert!(
        !shown.contains("7916") && !shown.contains("Director"),
        "{shown}"
    );
}
