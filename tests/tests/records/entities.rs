//! Companies, leads, deals, the entities that take patches beside them, and smart processes.

use vibecode_runtime::{InvoiceId, PatchJob, QuoteId, RequisiteId, TaskId};

use futures_util::StreamExt;
use vibecode_sandbox::EntityPath;

use super::*;

#[derive(Patch, Record, Debug)]
#[vibecode(entity = "quotes", schema = "schemas/quotes.json")]
struct Quote {
    #[vibecode(id)]
    id: QuoteId,
    title: Option<String>,
    company_id: Option<CompanyId>,
    #[vibecode(field = "ufCrmTerms")]
    terms: Option<String>,
}

#[derive(Patch, Record, Debug)]
#[vibecode(entity = "invoices")]
struct Invoice {
    #[vibecode(id)]
    id: InvoiceId,
    opportunity: Option<f64>,
    stage_id: Option<String>,
    #[vibecode(field = "parentId2")]
    deal: Option<DealId>,
    // The kind of an observed field is the struct's to state.
    #[vibecode(kind = "integer")]
    account_number: Option<i64>,
}

#[derive(Patch, Record, Debug)]
#[vibecode(entity = "tasks")]
struct Task {
    #[vibecode(id)]
    id: TaskId,
    title: Option<String>,
    priority: Option<u8>,
    deadline: Option<DateTime>,
    parent_id: Option<TaskId>,
    auditors: Vec<UserId>,
    #[vibecode(field = "ufCrmTask")]
    links: Vec<CrmRef>,
    #[vibecode(read_only)]
    created_by: UserId,
}

#[derive(Patch, Record, Debug)]
#[vibecode(entity = "requisites")]
struct Requisite {
    #[vibecode(id)]
    id: RequisiteId,
    name: Option<String>,
    active: Option<bool>,
    rq_inn: Option<String>,
}

#[derive(Patch)]
#[vibecode(entity = "items/1040", schema = "schemas/items-1040.json")]
struct Order {
    title: Option<String>,
}

#[tokio::test]
async fn a_quote_with_a_schema_is_patched() {
    let sandbox = Sandbox::start().await;
    let client = client(sandbox.url());
    let patch = Quote::patch()
        .title("Estimate")
        .clear_company_id()
        .terms("30 days");
    let updated = client.update(QuoteId::from(8), &patch).await.unwrap();
    assert!(updated.mismatches(&patch).is_empty());
    let quote: Quote = client.get(8).await.unwrap();
    assert_eq!(quote.id, 8.into());
    assert_eq!(
        (quote.title.as_deref(), quote.company_id),
        (Some("Estimate"), None)
    );
    assert_eq!(quote.terms.as_deref(), Some("30 days"));
    let request = &sandbox.requests()[0];
    assert_eq!(request.path(), "/v1/quotes/8");
    assert_eq!(
        request.body_str(),
        r#"{"title":"Estimate","companyId":0,"ufCrmTerms":"30 days"}"#
    );
}

#[tokio::test]
async fn an_invoice_is_patched_by_the_fields_that_were_observed() {
    let sandbox = Sandbox::start().await;
    let client = client(sandbox.url());
    let patch = Invoice::patch()
        .opportunity(12.5)
        .stage_id("DT31_6:P")
        .deal(6);
    let updated = client.update(21, &patch).await.unwrap();
    assert!(updated.mismatches(&patch).is_empty());
    let invoice: Invoice = updated.record().unwrap();
    assert_eq!((invoice.id, invoice.deal), (21.into(), Some(6.into())));
    assert_eq!(invoice.opportunity, Some(12.5));
    assert_eq!(invoice.stage_id.as_deref(), Some("DT31_6:P"));
    assert_eq!(invoice.account_number, Some(21));
}

#[tokio::test]
async fn a_task_takes_a_list_of_links_and_ensure_needs_no_phones() {
    let sandbox = Sandbox::start().await;
    let client = client(sandbox.url());
    let patch = Task::patch()
        .title("Write")
        .priority(2)
        .auditors([1, 2])
        .links([CrmRef::contact(71), CrmRef::quote(8)]);
    let ensured = client.ensure(TaskId::from(91), &patch).await;
    assert!(ensured.is_ok(), "{ensured:?}");
    let task: Task = client.get(91).await.unwrap();
    assert_eq!((task.id, task.created_by), (91.into(), 1.into()));
    assert_eq!((task.priority, task.parent_id), (Some(2), None));
    assert_eq!(task.auditors, [1.into(), 2.into()]);
    assert_eq!(task.links, [CrmRef::contact(71), CrmRef::quote(8)]);
    assert!(task.deadline.is_some() && task.title.is_some());
    let body = r#"{"title":"Write","priority":2,"auditors":[1,2],"ufCrmTask":["C_71","Q_8"]}"#;
    assert!(sandbox.requests().iter().any(|it| it.body_str() == body));
}

#[tokio::test]
async fn a_requisite_is_created_changed_and_deleted() {
    let sandbox = Sandbox::start().await;
    let client = client(sandbox.url());
    let new = Requisite::patch().name("Romashka LLC").rq_inn("7700000000");
    let created = client.create(&new).await.unwrap();
    let patch = Requisite::patch().active(true);
    client.update(created.id(), &patch).await.unwrap();
    let there: Requisite = client.get(created.id()).await.unwrap();
    assert_eq!((there.id, there.active), (created.id(), Some(true)));
    assert_eq!(there.name.as_deref(), Some("Romashka LLC"));
    assert_eq!(there.rq_inn.as_deref(), Some("7700000000"));
    client.delete(created.id()).await.unwrap();
    assert!(client.get::<Requisite>(created.id()).await.is_err());
}

#[tokio::test]
async fn a_batch_names_a_smart_process_by_its_number_in_the_parameters() {
    let sandbox = Sandbox::start().await;
    let client = client(sandbox.url());
    let batch = client
        .batch()
        .update(5, &Order::patch().title("Urgent"))
        .get(Id::<SmartProcess<1040>>::from(6))
        .update(91, &Task::patch().title("Write"));
    let _ = batch.send().await;
    assert_eq!(
        sandbox.requests()[0].body_str(),
        r#"{"calls":[{"id":"c0","entity":"items","action":"update","entityId":5,"params":{"entityTypeId":1040,"title":"Urgent"}},{"id":"c1","entity":"items","action":"get","entityId":6,"params":{"entityTypeId":1040}},{"id":"c2","entity":"tasks","action":"update","entityId":91,"params":{"title":"Write"}}]}"#
    );
}

#[tokio::test]
async fn a_smart_process_is_patched_alone_in_a_batch_and_in_a_run() {
    let sandbox = Sandbox::start().await;
    let client = client(sandbox.url());
    let title = || sandbox.record(EntityPath::Items(1040), 3).unwrap()["title"].clone();
    let patch = Order::patch().title("Alone");
    let updated = client.update(3, &patch).await.unwrap();
    assert!(updated.mismatches(&patch).is_empty());
    assert_eq!(title(), "Alone");
    let patch = Order::patch().title("In a batch");
    let batch = client.batch().update(3, &patch);
    let batch = batch.get(Id::<SmartProcess<1040>>::from(3));
    let answers = batch.send().await.unwrap();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(title(), "In a batch");
    let patch = Order::patch().title("In a run");
    let outcomes: Vec<_> = client.update_many([(3, patch)]).collect().await;
    assert!(outcomes[0].result.is_ok(), "{outcomes:?}");
    assert_eq!(title(), "In a run");
    assert!(
        sandbox
            .requests()
            .iter()
            .all(|request| request.dropped().is_empty())
    );
}

#[tokio::test]
async fn no_patch_moves_a_record_to_another_smart_process() {
    let sandbox = Sandbox::start().await;
    let client = client(sandbox.url());
    let patch = Order::patch().set_unchecked("entityTypeId", 31);
    let error = client.update(5, &patch).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidPatch);
    let batch = client.batch().update(5, &patch).send().await.unwrap();
    assert_eq!(
        batch[0].as_ref().err().unwrap().kind(),
        ErrorKind::InvalidPatch
    );
    let job = PatchJob::untyped("items/1040", 5).set("entityTypeId", 31);
    assert_eq!(job.job().err().unwrap().kind(), ErrorKind::InvalidPatch);
    let job = r#"{"version":2,"entity":"items/1040","id":5,"body":"{\"entityTypeId\":31}","adds":[],"clears":[],"unchecked":false}"#;
    let fine = job.replace("entityTypeId", "title");
    assert!(serde_json::from_str::<PatchJob>(&fine).is_ok());
    assert!(serde_json::from_str::<PatchJob>(job).is_err());
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn companies_leads_and_deals_are_read_by_their_own_ids() {
    #[derive(Record)]
    #[vibecode(entity = "companies")]
    struct Company {
        #[vibecode(id)]
        id: vibecode_runtime::CompanyId,
        title: String,
        contact_ids: Vec<ContactId>,
        phone: Vec<Phone>,
        revenue: Option<f64>,
    }
    #[derive(Record)]
    #[vibecode(entity = "leads")]
    struct Lead {
        #[vibecode(id)]
        id: LeadId,
        stage_id: Option<String>,
        email: Vec<Email>,
    }
    #[derive(Record, Patch)]
    #[vibecode(entity = "deals")]
    struct Deal {
        #[vibecode(id)]
        id: DealId,
        title: Option<String>,
        amount: Option<f64>,
        contact_id: Option<ContactId>,
        lead_id: Option<LeadId>,
    }
    let sandbox = Sandbox::builder()
        .seed(json!({
            "companies": [{ "id": 15, "title": "Romashka", "contactIds": ["71", 72], "phone": "+71", "revenue": "12.5" }],
            "leads": [{ "id": 31, "stageId": "NEW", "email": ["a@b.ru"] }],
            "deals": [{ "id": 41, "title": "Sale", "amount": "100.50", "contactId": "71", "leadId": 0 }],
        }))
        .start()
        .await;
    let client = client(sandbox.url());
    let company: Company = client.get(CompanyId::from(15)).await.unwrap();
    assert_eq!(company.id, 15.into());
    assert_eq!(
        (company.title.as_str(), company.revenue),
        ("Romashka", Some(12.5))
    );
    assert_eq!(company.contact_ids, [71.into(), 72.into()]);
    assert_eq!(company.phone, [Phone::work("+71")]);
    let lead: Lead = client.get(LeadId::from(31)).await.unwrap();
    assert_eq!(lead.id, 31.into());
    assert_eq!(lead.stage_id.as_deref(), Some("NEW"));
    assert_eq!(lead.email, [Email::work("a@b.ru")]);
    let deal: Deal = client.get(DealId::from(41)).await.unwrap();
    assert_eq!((deal.id, deal.amount), (41.into(), Some(100.5)));
    assert_eq!((deal.contact_id, deal.lead_id), (Some(71.into()), None));
    assert_eq!(deal.title.as_deref(), Some("Sale"));
    let patch = Deal::patch().amount(1.25).clear_lead_id();
    let updated = client.update(deal.id, &patch).await.unwrap();
    assert_eq!(updated.record::<Deal>().unwrap().amount, Some(1.25));
    let error = updated.record::<Company>().err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
}
