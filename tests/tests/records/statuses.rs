//! Enums that represent codes: of statuses, of the stages of a pipeline, and of currencies.

use vibecode_runtime::{
    Contacts, Decode, DecodeError, Encode, EncodeError, Encoder, RawAnswer, WireValue, field,
};

use super::*;

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(status = "4")]
    Fair,
    #[vibecode(other)]
    Other(String),
}

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "typeId")]
enum Type {
    #[vibecode(status = "CLIENT")]
    Client,
    #[vibecode(status = "PARTNER")]
    Partner,
}

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "ufCrmChannels")]
enum Channel {
    #[vibecode(status = "MAIL")]
    Mail,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch, Record, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts", diff)]
struct Lead {
    #[vibecode(id)]
    id: ContactId,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    #[vibecode(field = "sourceId")]
    source: Option<Source>,
    type_id: Option<Type>,
    #[vibecode(field = "ufCrmChannels", kind = "crm_status", multiple)]
    channels: Vec<Channel>,
}

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
enum Stage {
    #[vibecode(status = "NEW")]
    New,
    #[vibecode(status = "C5:WON")]
    Won,
}

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "deals", field = "currency")]
enum Currency {
    #[vibecode(status = "RUB")]
    Rub,
    #[vibecode(status = "USD")]
    Usd,
}

#[derive(Patch, Record, PartialEq, Debug)]
#[vibecode(entity = "deals")]
struct Deal {
    #[vibecode(id)]
    id: DealId,
    #[vibecode(field = "stageId")]
    stage: Stage,
    currency: Option<Currency>,
}

fn read_lead(json: &str) -> Result<Lead, Error> {
    RawAnswer::from_json::<Contacts>(json)?.record()
}

#[test]
fn an_enum_of_codes_gives_the_codes_that_the_api_writes() {
    assert_eq!(Source::Web.status(), "WEB");
    assert_eq!(Source::Other("X".to_owned()).status(), "X");
    assert_eq!(Source::from_status("4"), Some(Source::Fair));
    assert_eq!(
        Source::from_status("X"),
        Some(Source::Other("X".to_owned()))
    );
    assert_eq!(Type::from_status("web"), None);
    assert_eq!(
        (Stage::New.status(), Stage::Won.status()),
        ("C5:NEW", "C5:WON")
    );
    assert_eq!(Stage::from_status("C5:WON"), Some(Stage::Won));
    // That is the stage of pipeline 0.
    assert_eq!(Stage::from_status("WON"), None);
    assert_eq!((Source::FIELD, Stage::FIELD), ("sourceId", "stageId"));
    assert_eq!(
        (Source::Web.label(), Source::from_label("Web")),
        (None, None)
    );
}

#[tokio::test]
async fn a_deal_moves_to_a_stage_of_its_pipeline() {
    let sandbox = Sandbox::builder()
        .seed(json!({ "deals": [{ "id": 9, "title": "Sale", "stageId": "C5:NEW", "categoryId": 5 }] }))
        .start()
        .await;
    let client = client(sandbox.url());
    let deal: Deal = client.get(9).await.unwrap();
    assert_eq!((deal.stage, deal.currency), (Stage::New, None));
    let patch = Deal::patch().stage(Stage::Won).currency(Currency::Rub);
    assert_eq!(
        wire(&patch),
        json!({ "stageId": "C5:WON", "currency": "RUB" })
    );
    let updated = client.update(9, &patch).await.unwrap();
    assert!(updated.mismatches(&patch).is_empty());
    let deal: Deal = updated.record().unwrap();
    assert_eq!(
        (deal.stage, deal.currency),
        (Stage::Won, Some(Currency::Rub))
    );
    let ensured = client.ensure(9, &patch).await.unwrap();
    assert!(ensured.record::<Deal>().is_ok());
}

#[tokio::test]
async fn a_filter_lists_the_contacts_of_two_companies_with_a_source() {
    let contact = |id: u64, company: u64, source: &str| json!({ "id": id, "companyId": company, "sourceId": source });
    let sandbox = Sandbox::builder()
        .seed(
            json!({ "companies": [{ "id": 9 }, { "id": 15 }, { "id": 16 }], "contacts": [
            contact(1, 9, "WEB"), contact(2, 15, "WEB"), contact(3, 16, "WEB"), contact(4, 9, "4"),
        ] }),
        )
        .start()
        .await;
    let client = client(sandbox.url());
    let of_companies = || {
        client
            .list::<Lead>()
            .filter(field!(Lead, company).any_of([9, 15]))
    };
    let rows = |query: vibecode_runtime::Query<Lead>| async {
        let rows = query.stream().all().await.unwrap();
        rows.iter().map(|row| row.id.get()).collect::<Vec<_>>()
    };
    let web = of_companies().filter(field!(Lead, source).equal(Source::Web));
    assert_eq!(rows(web).await, [1, 2]);
    let fair = of_companies().filter(field!(Lead, source).any_of([Source::Fair]));
    assert_eq!(rows(fair).await, [4]);
    let neither =
        of_companies().filter(field!(Lead, source).none_of(&[Source::Fair, Source::Web][..]));
    assert_eq!(rows(neither).await, [0_u64; 0]);
}

#[tokio::test]
async fn codes_go_there_and_back_one_and_several() {
    let channels = json!({ "type": "crm_status", "isMultiple": true });
    let sandbox = Sandbox::builder()
        .seed(json!({ "contacts": [{ "id": 7, "name": "Vera" }] }))
        .user_field(Entity::Contacts, "ufCrmChannels", channels)
        .start()
        .await;
    let client = client(sandbox.url());
    let several = [Channel::Mail, Channel::Other("POST".to_owned())];
    let patch = Lead::patch()
        .source(Source::Fair)
        .type_id(Type::Partner)
        .channels(several.clone());
    let updated = client.update(7, &patch).await.unwrap();
    let stored = sandbox.contact(7).unwrap();
    assert_eq!(stored["sourceId"], "4");
    assert_eq!(stored["ufCrmChannels"], json!(["MAIL", "POST"]));
    let before: Lead = updated.record().unwrap();
    assert_eq!(before.source, Some(Source::Fair));
    assert_eq!(before.channels, several);
    assert_eq!(
        wire(&before.to_patch()),
        json!({
            "sourceId": "4", "typeId": "PARTNER", "ufCrmChannels": ["MAIL", "POST"]
        })
    );
    let after = Lead {
        source: None,
        type_id: Some(Type::Client),
        ..before.clone()
    };
    assert_eq!(
        wire(&before.diff(&after).patch),
        json!({ "sourceId": "", "typeId": "CLIENT" })
    );
}

#[test]
fn a_code_without_a_variant_is_an_error_that_does_not_show_it() {
    let error = read_lead(r#"{"id":7,"typeId":"S3CRET"}"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("typeId") && !text.contains("S3CRET"),
        "{text}"
    );
    let lead = read_lead(r#"{"id":7,"sourceId":"NEW"}"#).unwrap();
    assert_eq!(lead.source, Some(Source::Other("NEW".to_owned())));
}

#[test]
fn every_form_of_nothing_is_not_a_code_and_a_number_is_one() {
    for nothing in ["null", r#""""#, "false", "[]", "0", r#""0""#] {
        let json = format!(
            r#"{{"id":7,"sourceId":{nothing},"typeId":{nothing},"ufCrmChannels":{nothing}}}"#
        );
        let lead = read_lead(&json).unwrap();
        assert_eq!(
            (lead.source, lead.type_id, lead.channels),
            (None, None, vec![]),
            "{nothing}"
        );
    }
    let lead = read_lead(r#"{"id":7,"sourceId":4,"ufCrmChannels":["MAIL","",0]}"#).unwrap();
    assert_eq!(
        (lead.source, lead.channels),
        (Some(Source::Fair), vec![Channel::Mail])
    );
}

#[test]
fn a_text_that_would_clear_the_field_is_never_sent_as_a_code() {
    for nothing in ["", " ", "0"] {
        assert_eq!(Source::from_status(nothing), None);
        let patch = Lead::patch().source(Source::Other(nothing.to_owned()));
        let refused = serde_json::to_string(&patch).unwrap_err().to_string();
        assert!(refused.contains("`sourceId`"), "{refused}");
    }
}

/// Hides an enum from the compiler: its `Encode` and `Decode` have no constant that names the field.
#[derive(Debug)]
struct Disguised<T>(T);

impl<K, T: Encode<K>> Encode<K> for Disguised<T> {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        self.0.encode(to)
    }
}

impl<K, T: Decode<K>> Decode<K> for Disguised<T> {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        T::decode(answered).map(Self)
    }
}

#[derive(Patch, Record, Debug)]
#[vibecode(entity = "contacts")]
struct Wrong {
    source_id: Option<Disguised<Type>>,
    post: Option<Disguised<Currency>>,
}

#[test]
fn a_newtype_around_the_codes_of_another_field_is_refused_at_run_time() {
    for (patch, own) in [
        (
            Wrong::patch().source_id(Disguised(Type::Client)),
            "`typeId` of contacts",
        ),
        (
            Wrong::patch().post(Disguised(Currency::Usd)),
            "`currency` of deals",
        ),
    ] {
        let refused = serde_json::to_string(&patch).unwrap_err().to_string();
        assert!(refused.contains(own), "{refused}");
    }
    for json in [r#"{"sourceId":"CLIENT"}"#, r#"{"post":"USD"}"#] {
        let read = RawAnswer::from_json::<Contacts>(json)
            .unwrap()
            .record::<Wrong>();
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Unreadable);
    }
}

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Generic<T> {
    source_id: Option<T>,
}

#[test]
fn a_status_of_a_type_parameter_takes_the_enum_and_text() {
    let patch = Generic::<Source>::patch().source_id(Source::Web);
    assert_eq!(wire(&patch), json!({ "sourceId": "WEB" }));
    let patch = Generic::<String>::patch().source_id("WEB");
    assert_eq!(wire(&patch), json!({ "sourceId": "WEB" }));
}
