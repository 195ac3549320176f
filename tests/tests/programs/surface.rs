//! The calls that `agents.md` names in its tables: that they compile is the test.

use std::time::Duration;

use serde_json::json;
use vibecode_runtime::{
    Activities, ActivityId, Client, ContactId, Credentials, CrmRef, Date, DateTime, Enumeration,
    File, Id, Money, Order, Outcome, Patch, PatchJob, Phone, Record, Result, SmartProcess, UserId,
    blocking, field,
};
use vibecode_sandbox::{Entity, Fault, Sandbox, Storm};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts", diff)]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>,
    phone: Vec<Phone>,
    #[vibecode(field = "sourceId")]
    source: Option<Source>,
    #[vibecode(field = "ufCrmUrl", kind = "url")]
    url: Option<String>,
    #[vibecode(field = "ufCrmAddress", kind = "address")]
    address: Option<String>,
    #[vibecode(field = "ufCrmChannel", kind = "crm_status")]
    channel: Option<String>,
    #[vibecode(field = "ufCrmFloor", kind = "integer")]
    floor: Option<i64>,
    #[vibecode(field = "ufCrmScores", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(field = "ufCrmRegular", kind = "boolean")]
    regular: Option<bool>,
    #[vibecode(field = "ufCrmSince", kind = "date")]
    since: Option<Date>,
    #[vibecode(field = "ufCrmCalled", kind = "datetime")]
    called: Option<DateTime>,
    #[vibecode(field = "ufCrmBudget", kind = "money")]
    budget: Option<Money>,
    #[vibecode(field = "ufCrmContract", kind = "file")]
    contract: Option<File>,
    #[vibecode(field = "ufCrmBoss", kind = "employee")]
    boss: Option<UserId>,
    #[vibecode(field = "ufCrmRelated", kind = "crm")]
    related: Option<CrmRef>,
}

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

fn patches(
    customer: &Customer,
    after: &Customer,
    post: Option<String>,
) -> std::result::Result<CustomerPatch, Box<dyn std::error::Error>> {
    let _ = (customer.to_patch(), customer.diff(after).patch);
    let patch = Customer::patch()
        .post("Director")
        .clear_post()
        .maybe(post, CustomerPatch::post)
        .add_phone("+79161112233")
        .scores([4.5])
        .since("2026-04-15".parse::<Date>()?)
        .called("2026-04-15T10:00:00+03:00".parse::<DateTime>()?)
        .budget(Money::new("300", "RUB")?)
        .contract(File::upload("a.txt", "text"))
        .boss(UserId::from(1))
        .related(CrmRef::company(15));
    Ok(patch)
}

async fn calls(client: &Client, patch: &CustomerPatch) -> Result<()> {
    let id = 71;
    let _ = client.get::<Customer>(id).await?;
    let _ = client.create(patch).await?.id();
    let _ = client.update(id, patch).await?;
    let _ = client.ensure(id, patch).await?;
    client.delete(ContactId::from(71)).await?;
    let _ = client.multifields(ContactId::from(71)).await?.entries();
    let items = vec![(71_u64, patch.clone())];
    let _ = client.update_many(items.clone()).next().await;
    let _ = client.ensure_many(items).next().await;
    let id = ContactId::from(71);
    let _ = client.batch().update(id, patch).get(id).send().await?;
    let job = PatchJob::new(id, patch)?;
    let _ = client.ensure_job(&job).await?;
    Ok(())
}

async fn lists(client: &Client) -> Result<()> {
    let query = client
        .list::<Customer>()
        .filter(field!(Customer, post).equal("a"))
        .filter(field!(Customer, post).not_equal("a"))
        .filter(field!(Customer, floor).greater(1))
        .filter(field!(Customer, floor).greater_or_equal(1))
        .filter(field!(Customer, floor).less(1))
        .filter(field!(Customer, floor).less_or_equal(1))
        .filter(field!(Customer, post).contains("a"))
        .filter(field!(Customer, source).any_of([Source::Web]))
        .filter(field!(Customer, source).none_of([Source::Web]))
        .order(field!(Customer, post), Order::Ascending)
        .limit(100);
    let _ = client.list::<Customer>().first().await?;
    let _ = client.list::<Customer>().count().await?;
    let _ = client.list::<Customer>().stream().next().await;
    let _ = query.stream().all().await?;
    Ok(())
}

async fn failures_and_clients(client: &Client, patch: &CustomerPatch) -> Result<()> {
    if let Err(error) = client.update(71, patch).await {
        let _ = (error.outcome(), Outcome::NotApplied, Outcome::Unknown);
        let _ = (error.kind(), error.code(), error.status(), error.message());
        let _ = error.retry_after();
    }
    let (key, session) = ("vibe_app_1", "vibe_session_1");
    let app = Client::builder(Credentials::app(key, session)).build()?;
    let _ = app.with_session("vibe_session_2");
    Ok(())
}

fn without_async(client: &blocking::Client, patch: &CustomerPatch) -> Result<()> {
    client.update(71, patch).map(drop)
}

async fn sandbox() -> Result<(), serde_json::Error> {
    let contacts = serde_json::from_str(include_str!("../../schemas/contacts.json"))?;
    let sandbox = Sandbox::builder()
        .seed(json!({ "deals": [{ "id": 12 }] }))
        .schema(Entity::Contacts, contacts)
        .start()
        .await;
    sandbox.faults([
        Fault::drop_before(),
        Fault::drop_after(),
        Fault::hang(),
        Fault::late(Duration::from_secs(1)),
        Fault::bad_gateway_html(),
    ]);
    sandbox.storm(Storm::seeded(7));
    for request in sandbox.requests() {
        let _ = (request.method(), request.path(), request.fault());
    }
    Ok(())
}

/// The ids that the page names.
type Ids = (
    ContactId,
    ActivityId,
    Id<Activities>,
    UserId,
    Id<SmartProcess<1040>>,
);
