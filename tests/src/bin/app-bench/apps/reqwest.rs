//! Adds a phone to a contact and sets its post, with reqwest and serde.

use std::{env, error::Error, time::Duration};

use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Contact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
}

#[derive(Deserialize)]
struct Envelope {
    success: bool,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    code: String,
    message: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [id, post, phone] = words.as_slice() else {
        return Err("call it with a contact's id, its post and a phone".into());
    };
    let key = env::var("VIBECODE_API_KEY")?;
    let base_url = env::var("VIBECODE_BASE_URL")
        .unwrap_or_else(|_| "https://vibecode.bitrix24.tech/v1".to_owned());
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(70))
        .build()?;
    let contact = Contact {
        post: Some(post),
        phone: Some(phone),
    };
    let response = client
        .patch(format!("{base_url}/contacts/{}", id.parse::<u64>()?))
        .header("x-api-key", key)
        .json(&contact)
        .send()
        .await?;
    let status = response.status();
    let envelope: Envelope = response.json().await?;
    match envelope.error {
        None if status.is_success() && envelope.success => {
            println!("updated");
            Ok(())
        }
        None => Err(format!("the API answered {status}").into()),
        Some(error) => Err(format!("{status} {}: {}", error.code, error.message).into()),
    }
}
