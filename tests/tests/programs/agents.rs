//! Contacts and deals of a portal.

use vibecode_runtime::{
    Client, CompanyId, ContactId, DealId, Enumeration, Patch, Phone, Record, Result, UserId, field,
};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts", diff)] // with `schema` too, a missing vibecode/contacts.json is an error
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>, // the wire name is the field's in camelCase; an `Option` has `clear_post`
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    #[vibecode(field = "assignedById")]
    manager: UserId, // no `Option`: cannot be cleared
    phone: Vec<Phone>, // has `add_phone` only
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>, // one email, under one type: has `add_newsletter` only
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<Loyalty>, // with the schema, `kind` can be left out
    #[vibecode(read_only)]
    updated_time: String,
    #[vibecode(skip)]
    cached: u32, // not the API's: `Default` when read
}

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 79)] // an option of a list: its id, or its `label`
    Gold,
    #[vibecode(other)]
    Other(u64),
}

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
enum Stage {
    #[vibecode(status = "WON")] // a code: `C5:WON` is sent
    Won,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch, Record)]
#[vibecode(entity = "deals")]
struct Deal {
    stage_id: Option<Stage>,
}

/// Sets fields and adds a phone. `ensure` reads first, and sends only what is missing.
async fn welcome(client: &Client, id: u64, mobile: &str) -> Result<()> {
    let patch = Customer::patch()
        .post("Director")
        .loyalty(Loyalty::Gold)
        .add_phone(Phone::mobile(mobile)); // a plain text is a WORK phone
    client.ensure(id, &patch).await?;
    Ok(())
}

/// Moves a deal to a stage. A patch without phones and emails may be sent twice, so `update` is enough.
async fn win(client: &Client, id: DealId) -> Result<bool> {
    let patch = Deal::patch().stage_id(Stage::Won);
    let updated = client.update(id, &patch).await?;
    Ok(updated.mismatches(&patch).is_empty()) // whether the answer shows what was sent
}

/// Assigns all contacts of a company. `all` keeps them in memory; `next` returns one at a time.
async fn assign(client: &Client, company: CompanyId, manager: UserId) -> Result<()> {
    let of_company = field!(Customer, company).equal(company);
    let contacts = client.list::<Customer>().filter(of_company).stream();
    let patch = Customer::patch().manager(manager);
    let found = contacts.all().await?.into_iter();
    let mut outcomes = client.ensure_many(found.map(move |it| (it.id, patch.clone())));
    while let Some(outcome) = outcomes.next().await {
        if let Err(error) = outcome.result {
            eprintln!("{}: {error}: {:?}", outcome.id, error.outcome());
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let client = Client::from_env()?; // VIBECODE_API_KEY. Make one client, and clone it
    welcome(&client, 71, "+79161112233").await?;
    println!("{}", win(&client, DealId::from(5)).await?);
    assign(&client, CompanyId::from(15), UserId::from(1)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use vibecode_runtime::Credentials;
    use vibecode_sandbox::{Entity, Fault, Sandbox};

    #[tokio::test(start_paused = true)]
    async fn a_lost_answer_adds_the_phone_once() -> Result<()> {
        let sandbox = Sandbox::start().await; // contacts 71 to 73, company 15, deal 5 and others
        let key = Credentials::personal(Sandbox::API_KEY);
        let client = Client::builder(key).base_url(sandbox.url()).build()?;
        sandbox.fault(Fault::drop_after().on("PATCH")); // applied, and the answer is lost
        welcome(&client, 71, "+79161112233").await?;
        assert!(win(&client, DealId::from(5)).await?);
        assign(&client, CompanyId::from(15), UserId::from(7)).await?;

        let contact = sandbox.contact(71).unwrap();
        let entries = contact["fm"].as_array().unwrap().iter();
        let added = entries.filter(|entry| entry["value"] == "+79161112233");
        assert_eq!(added.count(), 1);
        assert_eq!(contact["post"], "Director");
        assert_eq!(contact["assignedById"], 7);
        let deal = sandbox.record(Entity::Deals, 5).unwrap();
        assert_eq!(deal["stageId"], "C5:WON");
        for request in sandbox.requests() {
            assert!(request.dropped().is_empty()); // every key had an effect
        }
        Ok(())
    }
}
