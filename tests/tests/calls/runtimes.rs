//! One client in several runtimes.

use std::time::{Duration, Instant};

use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};
use vibecode_runtime::{Call, Client, ContactId, ErrorKind, Outcome, RawAnswer};
use vibecode_sandbox::{Fault, Sandbox};

use crate::{Customer, client, requests};

/// An attempt of the client would take more than a minute.
const AT_ONCE: Duration = Duration::from_secs(20);

/// A runtime with its own thread, which is always running.
fn running() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

/// A runtime that runs only during `block_on`.
fn on_demand() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn portal() -> (Runtime, Sandbox, Client) {
    let runtime = running();
    let sandbox = runtime.block_on(Sandbox::start());
    let client = client(&sandbox);
    (runtime, sandbox, client)
}

fn read(client: &Client) -> Call<RawAnswer> {
    client.get_raw(ContactId::from(71))
}

#[test]
fn a_call_beside_a_runtime_that_is_alive_and_does_not_run_is_an_error_and_not_sent() {
    let (_server, sandbox, client) = portal();
    let (first, second) = (on_demand(), on_demand());
    first.block_on(read(&client)).unwrap();
    let patch = Customer::patch().post("Director").add_phone("+79169876543");
    let start = Instant::now();
    let errors = [
        second.block_on(read(&client)).map(drop).unwrap_err(),
        second
            .block_on(client.update(71, &patch))
            .map(drop)
            .unwrap_err(),
        second
            .block_on(client.ensure(71, &patch))
            .map(drop)
            .unwrap_err(),
        second
            .block_on(client.batch().update(71, &patch).send())
            .map(drop)
            .unwrap_err(),
        second
            .block_on(client.update_many([(71, patch)]).next())
            .unwrap()
            .result
            .map(drop)
            .unwrap_err(),
    ];
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert!(
            error.to_string().contains("another tokio runtime"),
            "{error}"
        );
    }
    assert_eq!(requests(&sandbox), ["GET /v1/contacts/71"]);
    // The first still works, and once it is gone, so does the second.
    first.block_on(read(&client)).unwrap();
    drop(first);
    second.block_on(read(&client)).unwrap();
}

#[test]
fn a_client_moves_from_runtimes_that_are_gone_at_once() {
    let (_server, sandbox, client) = portal();
    for runtime in [on_demand(), running(), on_demand(), on_demand()] {
        runtime.block_on(read(&client)).unwrap();
    }
    assert_eq!(requests(&sandbox).len(), 4);
}

/// As the workers of actix-web share a client.
#[test]
fn a_client_works_in_several_runtimes_that_all_run() {
    let (_server, sandbox, client) = portal();
    let runtimes = [running(), running(), running()];
    for _ in 0..3 {
        for runtime in &runtimes {
            let call = runtime.spawn(read(&client));
            runtime.block_on(call).unwrap().unwrap();
        }
    }
    assert_eq!(requests(&sandbox).len(), 9);
}

#[test]
fn a_call_that_was_begun_in_a_runtime_which_is_gone_is_an_error_and_no_panic() {
    let (_server, sandbox, client) = portal();
    sandbox.fault(Fault::hang());
    sandbox.fault(Fault::hang());
    let patch = Customer::patch().add_phone("+79169876543");
    let mut write = client.update(71, &patch);
    let mut read = read(&client);
    let first = on_demand();
    first.block_on(async {
        let both = async { tokio::join!(&mut write, &mut read) };
        assert!(timeout(Duration::from_secs(1), both).await.is_err());
    });
    drop(first);
    let second = on_demand();
    let write = second.block_on(write).map(drop).unwrap_err();
    assert_eq!(write.kind(), ErrorKind::Interrupted);
    assert_eq!(write.outcome(), Outcome::Unknown);
    let read = second.block_on(read).map(drop).unwrap_err();
    assert_eq!(read.kind(), ErrorKind::Interrupted);
    assert_eq!(read.outcome(), Outcome::NotApplied);
}
