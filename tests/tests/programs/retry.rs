//! What `agents.md` says of a retry around a write, which the compiler cannot see.

use serde_json::Value;
use vibecode_runtime::{Client, Credentials, Patch, Phone, Result};
use vibecode_sandbox::{Fault, Sandbox};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
}

/// A sandbox that applies the next write and loses its answer.
async fn start() -> Result<(Sandbox, Client)> {
    let sandbox = Sandbox::start().await;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .build()?;
    sandbox.fault(Fault::drop_after().on("PATCH"));
    Ok((sandbox, client))
}

/// How often contact 71 has the phone.
fn count(sandbox: &Sandbox) -> usize {
    let contact = sandbox.contact(71).unwrap();
    let entries = contact["fm"].as_array().unwrap().iter();
    let is_it = |entry: &&Value| entry["value"] == "+79161112233";
    entries.filter(is_it).count()
}

#[tokio::test(start_paused = true)]
async fn a_loop_around_a_write_adds_the_phone_twice() -> Result<()> {
    let (sandbox, client) = start().await?;
    let patch = Customer::patch().add_phone("+79161112233");
    while client.update(71, &patch).await.is_err() {}
    assert_eq!(count(&sandbox), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn ensure_after_a_failed_write_adds_the_phone_once() -> Result<()> {
    let (sandbox, client) = start().await?;
    let patch = Customer::patch().add_phone("+79161112233");
    assert!(client.update(71, &patch).await.is_err());
    client.ensure(71, &patch).await?;
    assert_eq!(count(&sandbox), 1);
    Ok(())
}
