//! Changes of one record keep the order of the calls, whichever thread runs them.

use vibecode_runtime::{Client, Credentials, Throttle};
use vibecode_sandbox::Sandbox;

use crate::Customer;

/// More items than fit in a batch. The first item of each batch is about the same record.
fn changes(batches: u64) -> Vec<(u64, crate::CustomerPatch)> {
    let of_batch = |batch: u64| {
        let first = (71, Customer::patch().post(format!("post {batch}")));
        // These records do not exist, so the calls are refused.
        let others = (0..49).map(move |index| {
            let id = 1_000 + batch * 50 + index;
            (id, Customer::patch().post("none"))
        });
        std::iter::once(first).chain(others)
    };
    (0..batches).flat_map(of_batch).collect()
}

async fn unlimited() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .throttle(Throttle::unlimited())
        .build()
        .unwrap();
    (sandbox, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_record_in_several_batches_of_a_run_keeps_its_order_on_several_threads() {
    const BATCHES: u64 = 4;
    let (sandbox, client) = unlimited().await;
    for _ in 0..50 {
        // Runs are polled by a task of the runtime, as an app polls them.
        let run = client.update_many(changes(BATCHES));
        tokio::spawn(async move {
            let mut run = run;
            while run.next().await.is_some() {}
        })
        .await
        .unwrap();
        let contact = sandbox.contact(71).unwrap();
        assert_eq!(contact["post"], format!("post {}", BATCHES - 1));
    }
    let posts: Vec<String> = sandbox
        .requests()
        .iter()
        .filter_map(|request| {
            let body = request.body_str().to_owned();
            let at = body.find("post ")?;
            body.get(at..at + "post 0".len()).map(str::to_owned)
        })
        .collect();
    let in_order = (0..BATCHES).map(|batch| format!("post {batch}"));
    let expected: Vec<String> = in_order.cycle().take(posts.len()).collect();
    assert_eq!(posts, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_on_one_record_are_made_in_the_order_in_which_they_are_first_polled() {
    let (sandbox, client) = unlimited().await;
    for round in 0..50 {
        let client = client.clone();
        tokio::spawn(async move {
            let change = |index: u64| {
                client.update(71, &Customer::patch().post(format!("{round}: {index}")))
            };
            let (first, second, third) = tokio::join!(change(1), change(2), change(3));
            for result in [first, second, third] {
                result.unwrap();
            }
        })
        .await
        .unwrap();
        assert_eq!(sandbox.contact(71).unwrap()["post"], format!("{round}: 3"));
    }
}
