//! Companies, leads, deals and smart processes.

use super::*;

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
