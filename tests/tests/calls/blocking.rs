//! The blocking client makes the same calls, by the same rules.

use std::sync::mpsc;

use vibecode_runtime::{
    ContactId, Credentials, ErrorKind, Order, Outcome, Patch as _, PatchJob, Phone, Throttle,
    blocking::Client, field,
};
use vibecode_sandbox::{Fault, Sandbox};

use crate::Customer;

/// Runs a test outside a runtime, against a sandbox in another thread's runtime.
fn against_a_sandbox(test: impl FnOnce(&Sandbox)) {
    let (started, starting) = mpsc::channel();
    let (done, ending) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(async {
            started.send(Sandbox::start().await).unwrap();
            let _ = ending.await;
        });
    });
    test(&starting.recv().unwrap());
    drop(done);
    server.join().unwrap();
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .throttle(Throttle::unlimited())
        .build()
        .unwrap()
}

#[test]
fn every_call_waits_for_its_answer() {
    against_a_sandbox(|sandbox| {
        let client = client(sandbox);
        let patch = Customer::patch().post("Director");
        assert!(
            client
                .update(71, &patch)
                .unwrap()
                .mismatches(&patch)
                .is_empty()
        );
        let customer: Customer = client.get(71).unwrap();
        assert_eq!(customer.post.as_deref(), Some("Director"));

        let phone = Customer::patch().add_phone(Phone::mobile("+79161112233"));
        assert_eq!(client.ensure(71, &phone).unwrap().added().len(), 1);
        assert_eq!(client.ensure(71, &phone).unwrap().added().len(), 0);

        let created = client.create(&Customer::patch().name("Vera")).unwrap();
        client.delete(created.id()).unwrap();
        assert!(client.get_raw(created.id()).is_err());

        let posts = client
            .list::<Customer>()
            .filter(field!(Customer, post).equal("Director"))
            .rows();
        assert_eq!(posts.map(Result::unwrap).count(), 1);
        let last = client
            .list::<Customer>()
            .filter_unchecked("id", serde_json::json!({ "$gt": 71 }))
            .order(field!(Customer, id), Order::Descending)
            .first();
        assert_eq!(last.unwrap().unwrap().id, ContactId::from(73));
        let results = client
            .batch()
            .update(72, &patch)
            .get(ContactId::from(73))
            .send();
        assert!(results.unwrap().iter().all(Result::is_ok));
        let many = client.update_many((71..=73).map(|id| (id, Customer::patch().post("Clerk"))));
        assert_eq!(many.filter(|outcome| outcome.result.is_ok()).count(), 3);
        let many = client.ensure_many((71..=73).map(|id| (id, Customer::patch().add_phone("+71"))));
        assert_eq!(many.filter(|outcome| outcome.result.is_ok()).count(), 3);
        assert_eq!(client.me().unwrap().can_write(), Some(true));
        assert!(client.fields("contacts").is_ok());
        assert!(
            client
                .catalogue("statuses")
                .is_ok_and(|rows| rows.len() > 9)
        );
    });
}

#[test]
fn a_lost_answer_is_reported_as_unknown() {
    against_a_sandbox(|sandbox| {
        sandbox.fault(Fault::drop_after());
        let patch = Customer::patch().add_phone("+79161112233");
        assert!(!patch.is_idempotent());
        let error = client(sandbox).update(71, &patch).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
    });
}

fn runtimes() -> [tokio::runtime::Runtime; 2] {
    let (one, many) = (
        tokio::runtime::Builder::new_current_thread,
        tokio::runtime::Builder::new_multi_thread,
    );
    [one().build().unwrap(), many().build().unwrap()]
}

#[test]
fn in_async_code_it_is_an_error_and_no_panic() {
    against_a_sandbox(|sandbox| {
        for runtime in runtimes() {
            let client = client(sandbox);
            let call = async move {
                let error = client.me().unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Configuration);
                let mut rows = client.list::<Customer>().rows();
                assert_eq!(
                    rows.next().unwrap().unwrap_err().kind(),
                    ErrorKind::Configuration
                );
                assert!(rows.next().is_none());
                client
            };
            let client = runtime.block_on(call);
            runtime.block_on(async {
                let task = tokio::spawn(async move { client.me().is_err() });
                assert!(task.await.unwrap());
            });
        }
        assert!(sandbox.requests().is_empty());
    });
}

/// The check must not use up the task budget of tokio, or the task would starve.
#[test]
fn a_refused_call_leaves_the_task_its_budget() {
    against_a_sandbox(|sandbox| {
        let client = client(sandbox);
        let [runtime, _] = runtimes();
        runtime.block_on(async {
            assert!(client.me().is_err());
            assert!(tokio::task::coop::has_budget_remaining());
        });
    });
}

#[test]
fn wherever_blocking_is_allowed_it_works() {
    against_a_sandbox(|sandbox| {
        let client = client(sandbox);
        for runtime in runtimes() {
            let calls = || {
                let client = client.clone();
                move || client.me().unwrap().can_write()
            };
            let in_spawn_blocking = tokio::task::spawn_blocking;
            let answer = runtime.block_on(async { in_spawn_blocking(calls()).await.unwrap() });
            assert_eq!(answer, Some(true));
            let _entered = runtime.enter();
            assert_eq!(calls()(), Some(true));
        }
        let [_, runtime] = runtimes();
        let call = client.clone();
        let in_place = async move { tokio::task::block_in_place(move || call.me().is_ok()) };
        assert!(runtime.block_on(async { tokio::spawn(in_place).await.unwrap() }));
    });
}

#[test]
fn jobs_are_sent_one_or_many() {
    against_a_sandbox(|sandbox| {
        let client = client(sandbox);
        let sets = PatchJob::new(71, &Customer::patch().post("Director")).unwrap();
        let adds = PatchJob::new(72, &Customer::patch().add_phone("+71")).unwrap();
        client.update_job(&sets).unwrap();
        assert_eq!(client.ensure_job(&adds).unwrap().added().len(), 1);
        let updated = client.update_jobs([sets.clone(), adds.clone()]);
        assert_eq!(updated.filter(|it| it.result.is_ok()).count(), 2);
        let ensured = client.ensure_jobs([sets, adds]);
        let added = ensured.map(|outcome| outcome.result.unwrap().added().len());
        assert!(added.eq([0, 0]));
    });
}
