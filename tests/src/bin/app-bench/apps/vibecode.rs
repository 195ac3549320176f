//! Adds a phone to a contact and sets its post, with vibecode-runtime.

use std::{env, error::Error};

use vibecode_runtime::{Client, Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Contact {
    post: Option<String>,
    phone: Vec<Phone>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [id, post, phone] = words.as_slice() else {
        return Err("call it with a contact's id, its post and a phone".into());
    };
    let client = Client::from_env()?;
    let patch = Contact::patch().post(post).add_phone(phone.as_str());
    client.update(id.parse::<u64>()?, &patch).await?;
    println!("updated");
    Ok(())
}
