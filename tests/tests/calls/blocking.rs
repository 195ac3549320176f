//! The blocking client makes the same calls, by the same rules.

use std::sync::mpsc;

use vibecode_runtime::{
    ContactId, Credentials, ErrorKind, Outcome, Patch as _, Phone, Throttle, blocking::Client,
};
use vibecode_sandbox::{Fault, Sandbox};

use crate::Customer;

/// Runs a test without a runtime against a sandbox in another thread's.
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

        let posts = client.list::<Customer>().filter("post", "Director").rows();
        assert_eq!(posts.map(Result::unwrap).count(), 1);
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
    });
}

#[test]
fn a_lost_answer_is_told_as_such() {
    against_a_sandbox(|sandbox| {
        sandbox.fault(Fault::drop_after());
        let patch = Customer::patch().add_phone("+79161112233");
        assert!(!patch.is_idempotent());
        let error = client(sandbox).update(71, &patch).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
    });
}

#[test]
fn inside_a_runtime_it_is_an_error_and_no_panic() {
    against_a_sandbox(|sandbox| {
        let client = client(sandbox);
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().unwrap();
        runtime.block_on(async move {
            let error = client.me().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            drop(client);
        });
        assert!(sandbox.requests().is_empty());
    });
}
