//! Makes a contact a director, with another phone.

use vibecode_runtime::{Client, Patch, Phone, Record, Result};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Contact {
    post: Option<String>,
    phone: Vec<Phone>,
}

/// Sends what is missing of the patch. It may be called again after any failure.
async fn promote(client: &Client, id: u64) -> Result<Contact> {
    let patch = Contact::patch().add_phone("+79169876543").post("Director");
    client.ensure(id, &patch).await?.record()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let contact = promote(&Client::from_env()?, 71).await?;
    println!("contact 71 has {} phones", contact.phone.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use vibecode_runtime::Credentials;
    use vibecode_sandbox::{Fault, Sandbox};

    async fn start() -> Result<(Sandbox, Client)> {
        let sandbox = Sandbox::start().await; // contact 71 has one phone
        let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
            .base_url(sandbox.url())
            .build()?;
        Ok((sandbox, client))
    }

    #[tokio::test]
    async fn the_request_is_that_of_curl() -> Result<()> {
        let (sandbox, client) = start().await?;
        assert_eq!(promote(&client, 71).await?.phone.len(), 2);

        let requests = sandbox.requests();
        let patch = requests.iter().find(|it| it.method() == "PATCH").unwrap();
        assert_eq!(patch.path(), "/v1/contacts/71");
        assert_eq!(patch.header("x-api-key"), Some(Sandbox::API_KEY));
        let body = r#"{"phone":"+79169876543","post":"Director"}"#;
        assert_eq!(patch.body_str(), body);
        assert!(patch.dropped().is_empty()); // every key had an effect
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_answer_and_a_second_run_add_nothing() -> Result<()> {
        let (sandbox, client) = start().await?;
        sandbox.fault(Fault::drop_after().on("PATCH")); // applied, and the answer is lost
        promote(&client, 71).await?;
        assert_eq!(promote(&client, 71).await?.phone.len(), 2);
        Ok(())
    }
}
