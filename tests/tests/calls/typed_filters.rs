//! Filters and orders by the fields of a struct: what each method and each type of a field sends, and
//! which records the sandbox then answers.

use serde_json::{Value, json};
use vibecode_runtime::{
    CompanyId, Condition, ContactId, CrmRef, Date, DateTime, Decode, DecodeError, Encode,
    EncodeError, Encoder, Enumeration, ErrorKind, LeadId, Money, Order, Phone, Record, UserId,
    WireValue, field, kind,
};
use vibecode_sandbox::{Fault, Sandbox};

use crate::client;

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "ufCrmLoyalty")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
    #[vibecode(item = 82)]
    Silver,
}

/// A type that is written as several kinds.
#[derive(Debug)]
struct Code(String);

impl Encode<kind::Text> for Code {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.text(&self.0);
        Ok(())
    }
}

impl Encode<kind::Status> for Code {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.text(&self.0.to_uppercase());
        Ok(())
    }
}

impl Decode<kind::Status> for Code {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        Decode::<kind::Status>::decode(answered).map(Self)
    }
}

#[derive(Record, Debug)]
#[vibecode(entity = "contacts")]
struct Person {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>,
    last_name: Option<Box<str>>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    lead_id: Option<u64>,
    assigned_by_id: Option<UserId>,
    opened: Option<bool>,
    birthdate: Option<Date>,
    #[vibecode(read_only)]
    created_time: Option<String>,
    #[vibecode(field = "sourceId")]
    source: Option<Code>,
    phone: Vec<Phone>,
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
    #[vibecode(field = "ufCrmLoyalty", kind = "enumeration")]
    loyalty: Option<Loyalty>,
    #[vibecode(field = "ufCrmFruit", kind = "enumeration", multiple)]
    fruit: Vec<u64>,
    #[vibecode(field = "ufCrmAge", kind = "integer")]
    age: Option<i64>,
    #[vibecode(field = "ufCrmScores", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(field = "ufCrmSite", kind = "url")]
    site: Option<String>,
    #[vibecode(field = "ufCrmPlace", kind = "address")]
    place: Option<String>,
    #[vibecode(field = "ufCrmBudget", kind = "money")]
    budget: Option<Money>,
    #[vibecode(field = "ufCrmLink", kind = "crm")]
    link: Option<CrmRef>,
    #[vibecode(field = "ufCrmBlock", kind = "iblock_element")]
    block: Option<u64>,
    #[vibecode(field = "ufCrmCall", kind = "datetime")]
    call: Option<DateTime>,
    #[vibecode(field = "ufCrmType", kind = "string")]
    r#type: Option<String>,
    #[vibecode(skip)]
    #[expect(
        dead_code,
        reason = "it comes before a field that is found by its index"
    )]
    cached: u32,
    name: Option<String>,
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn moment(text: &str) -> DateTime {
    text.parse().unwrap()
}

/// Returns the filter of the only request: that of a list as text, or that of a search as JSON.
fn sent(sandbox: &Sandbox) -> Value {
    let requests = sandbox.requests();
    assert_eq!(requests.len(), 1);
    if requests[0].method() == "POST" {
        assert!(requests[0].path().ends_with("/contacts/search"));
        let body: Value = serde_json::from_str(requests[0].body_str()).unwrap();
        return body["filter"].clone();
    }
    let query = requests[0].query().unwrap();
    let url = reqwest::Url::parse(&format!("http://localhost/?{query}")).unwrap();
    let filters = url
        .query_pairs()
        .filter(|(name, _)| name.starts_with("filter"));
    let filters =
        filters.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
    Value::Object(filters.collect())
}

#[derive(Record)]
#[vibecode(entity = "deals")]
struct Deal {
    begindate: Option<Date>,
    probability: Option<i64>,
    amount: Option<f64>,
    quote_id: Option<u64>,
    contact_id: Option<ContactId>,
    #[vibecode(field = "ufCrmDeal", kind = "integer", multiple)]
    numbers: [u32; 2],
}

async fn filter_of(condition: Condition<Person>) -> Value {
    let sandbox = Sandbox::builder()
        .seed(json!({ "contacts": [] }))
        .start()
        .await;
    let query = client(&sandbox).list::<Person>().filter(condition);
    let _ = query.stream().all().await;
    sent(&sandbox)
}

#[tokio::test(start_paused = true)]
async fn equality_with_a_plain_value_is_listed_for_every_type_of_a_field() {
    let moment = moment("2026-04-15T12:00:00+03:00");
    for (condition, name, value) in [
        (field!(Person, id).equal(71), "id", "71"),
        (field!(Person, id).equal(ContactId::from(71)), "id", "71"),
        (field!(Person, post).equal("Director"), "post", "Director"),
        (
            field!(Person, post).equal("\"a\" \n".to_owned()),
            "post",
            "\"a\" \n",
        ),
        (field!(Person, post).equal(&"a".to_owned()), "post", "a"),
        (
            field!(Person, last_name).equal("Ivanov"),
            "lastName",
            "Ivanov",
        ),
        (field!(Person, company).equal(15), "companyId", "15"),
        (
            field!(Person, company).equal(CompanyId::from(15)),
            "companyId",
            "15",
        ),
        (field!(Person, lead_id).equal(5), "leadId", "5"),
        (
            field!(Person, lead_id).equal(LeadId::from(5)),
            "leadId",
            "5",
        ),
        (field!(Person, assigned_by_id).equal(1), "assignedById", "1"),
        (field!(Person, opened).equal(true), "opened", "true"),
        (
            field!(Person, birthdate).equal(date("1990-05-08")),
            "birthdate",
            "1990-05-08",
        ),
        (
            field!(Person, created_time).equal(&moment),
            "createdTime",
            "2026-04-15T12:00:00+03:00",
        ),
        (
            field!(Person, call).equal(moment.clone()),
            "ufCrmCall",
            "2026-04-15T12:00:00+03:00",
        ),
        (
            field!(Person, source).equal(Code("web".into())),
            "sourceId",
            "WEB",
        ),
        (field!(Person, phone).equal("+7 916"), "phone", "+7 916"),
        (
            field!(Person, phone).equal(Phone::mobile("+7 916")),
            "phone",
            "+7 916",
        ),
        (
            field!(Person, newsletter).equal("a@example.com"),
            "email",
            "a@example.com",
        ),
        (
            field!(Person, loyalty).equal(Loyalty::Silver),
            "ufCrmLoyalty",
            "82",
        ),
        (field!(Person, fruit).equal(7), "ufCrmFruit", "7"),
        (field!(Person, age).equal(-5), "ufCrmAge", "-5"),
        (field!(Person, scores).equal(4.5), "ufCrmScores", "4.5"),
        (field!(Person, scores).equal(4), "ufCrmScores", "4"),
        (
            field!(Person, site).equal("https://example.org"),
            "ufCrmSite",
            "https://example.org",
        ),
        (
            field!(Person, place).equal("Moscow"),
            "ufCrmPlace",
            "Moscow",
        ),
        (
            field!(Person, budget).equal("300|RUB".parse::<Money>().unwrap()),
            "ufCrmBudget",
            "300|RUB",
        ),
        (
            field!(Person, link).equal(CrmRef::contact(2)),
            "ufCrmLink",
            "C_2",
        ),
        (field!(Person, block).equal(12), "ufCrmBlock", "12"),
        (field!(Person, r#type).equal("a"), "ufCrmType", "a"),
        (field!(Person, name).equal("Ivan"), "name", "Ivan"),
    ] {
        let expected = json!({ format!("filter[{name}]"): value });
        assert_eq!(filter_of(condition).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_kinds_that_only_deals_have_are_compared_too() {
    let moment = moment("2026-04-15T12:00:00Z");
    for (condition, filter) in [
        (
            field!(Deal, begindate).less(date("2026-04-15")),
            json!({"begindate": {"$lt": "2026-04-15"}}),
        ),
        (
            field!(Deal, begindate).greater(moment),
            json!({"begindate": {"$gt": "2026-04-15T12:00:00Z"}}),
        ),
        (
            field!(Deal, probability).greater(50),
            json!({"probability": {"$gt": 50}}),
        ),
        (
            field!(Deal, amount).any_of([3_000_000_000_i64, 5]),
            json!({"amount": {"$in": [3_000_000_000_i64, 5]}}),
        ),
        (
            field!(Deal, quote_id).not_equal(8),
            json!({"quoteId": {"$ne": 8}}),
        ),
        (
            field!(Deal, contact_id).any_of([71]),
            json!({"contactId": {"$in": [71]}}),
        ),
        (
            field!(Deal, numbers).any_of([7]),
            json!({"ufCrmDeal": {"$in": [7]}}),
        ),
    ] {
        let sandbox = Sandbox::start().await;
        let query = client(&sandbox).list::<Deal>().filter(condition);
        let _ = query.stream().next().await;
        let sent: Value = serde_json::from_str(sandbox.requests()[0].body_str()).unwrap();
        assert_eq!(sent["filter"], filter);
    }
}

#[tokio::test(start_paused = true)]
async fn every_other_comparison_is_searched_with_its_operator() {
    for (condition, filter) in [
        (
            field!(Person, post).not_equal("a"),
            json!({"post": {"$ne": "a"}}),
        ),
        (field!(Person, id).greater(5), json!({"id": {"$gt": 5}})),
        (
            field!(Person, scores).any_of([4.5, 5.0]),
            json!({"ufCrmScores": {"$in": [4.5, 5.0]}}),
        ),
        (
            field!(Person, age).greater_or_equal(18),
            json!({"ufCrmAge": {"$gte": 18}}),
        ),
        (
            field!(Person, birthdate).less(date("1990-05-08")),
            json!({"birthdate": {"$lt": "1990-05-08"}}),
        ),
        (
            field!(Person, created_time).less_or_equal(moment("2026-04-15T12:00:00Z")),
            json!({"createdTime": {"$lte": "2026-04-15T12:00:00Z"}}),
        ),
        (
            field!(Person, post).contains("ire"),
            json!({"post": {"$contains": "ire"}}),
        ),
        (
            field!(Person, phone).contains("916"),
            json!({"phone": {"$contains": "916"}}),
        ),
        (
            field!(Person, company).any_of([9, 15]),
            json!({"companyId": {"$in": [9, 15]}}),
        ),
        (
            field!(Person, company).any_of(vec![CompanyId::from(9)]),
            json!({"companyId": {"$in": [9]}}),
        ),
        (
            field!(Person, company).any_of(&[9, 15][..]),
            json!({"companyId": {"$in": [9, 15]}}),
        ),
        (
            field!(Person, loyalty).any_of([Loyalty::Gold]),
            json!({"ufCrmLoyalty": {"$in": [81]}}),
        ),
        (
            field!(Person, phone).any_of(["+7", "+8"]),
            json!({"phone": {"$in": ["+7", "+8"]}}),
        ),
        (
            field!(Person, post).none_of(["a".to_owned()]),
            json!({"post": {"$nin": ["a"]}}),
        ),
    ] {
        assert_eq!(filter_of(condition).await, filter);
    }
}

#[tokio::test(start_paused = true)]
async fn several_comparisons_of_a_field_must_all_match() {
    let contacts: Vec<_> = (1..=9)
        .map(|id| json!({ "id": id, "post": format!("Post {id}") }))
        .collect();
    let sandbox = Sandbox::builder()
        .seed(json!({ "contacts": contacts }))
        .start()
        .await;
    let query = client(&sandbox)
        .list::<Person>()
        .filter(field!(Person, id).greater(2))
        .filter(field!(Person, id).less_or_equal(7))
        .filter(field!(Person, id).any_of([1, 3, 5, 7, 9]))
        .filter(field!(Person, id).not_equal(5))
        .filter(field!(Person, post).contains("Post"));
    let rows = query.stream().all().await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id.get()).collect::<Vec<_>>(),
        [3, 7]
    );
    let filter = json!({
        ">id": 2, "<=id": 7, "id": {"$in": [1, 3, 5, 7, 9]}, "!=id": 5, "post": {"$contains": "Post"},
    });
    assert_eq!(sent(&sandbox), filter);
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_cannot_be_sent_is_the_only_row_and_nothing_is_requested() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let list = || client.list::<Person>();
    let map = std::collections::BTreeMap::from([(1, f64::NAN)]);
    for (query, reason) in [
        (list().filter(field!(Person, scores).equal(f64::NAN)), "NaN"),
        (
            list().filter(field!(Person, scores).any_of([1.5, f64::INFINITY])),
            "NaN",
        ),
        (
            list().filter(field!(Person, company).equal(0)),
            "0 refers to no record",
        ),
        (
            list().filter(field!(Person, fruit).none_of([1, 0])),
            "0 is no id",
        ),
        (list().filter_unchecked("ufCrm_x", f64::NAN), "NaN"),
        (list().filter_unchecked("ufCrm_x", map), "NaN"),
        (list().filter_unchecked("ufCrm_x", None::<u64>), "null"),
        (list().filter_unchecked("ufCrm_x", json!([])), "empty list"),
        (list().filter_unchecked("ufCrm_x", json!([1, null])), "null"),
        (list().filter_unchecked("ufCrm_x", json!({})), "empty list"),
        (
            list().filter_unchecked("ufCrm_x", json!({"$in": []})),
            "empty list",
        ),
        (
            list()
                .filter(field!(Person, id).equal(1))
                .filter(field!(Person, id).any_of([2])),
            "two filters on `id`",
        ),
        (
            list()
                .filter(field!(Person, id).not_equal(1))
                .filter(field!(Person, id).not_equal(2)),
            "two filters on `id`",
        ),
        (
            list()
                .filter(field!(Person, post).equal("a"))
                .filter_unchecked("post", "b"),
            "two filters on `post`",
        ),
        (
            // Also if no record can match another filter.
            list()
                .filter(field!(Person, id).any_of([]))
                .filter(field!(Person, id).equal(0)),
            "0 refers to no record",
        ),
    ] {
        let mut rows = query.stream();
        let error = rows.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(rows.next().await.is_none());
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_checked_is_sent_as_it_is() {
    for (value, filter) in [
        (json!("a\"b"), json!({"filter[ufCrm_x]": "a\"b"})),
        (json!(true), json!({"filter[ufCrm_x]": "true"})),
        (json!(1.5), json!({"filter[ufCrm_x]": "1.5"})),
        (
            json!({"$gte": 5, "$lt": 9}),
            json!({"ufCrm_x": {"$gte": 5, "$lt": 9}}),
        ),
        (json!([1, 2]), json!({"ufCrm_x": [1, 2]})),
    ] {
        let sandbox = Sandbox::start().await;
        let query = client(&sandbox)
            .list::<Person>()
            .filter_unchecked("ufCrm_x", value);
        let _ = query
            .order_unchecked("ufCrm_y", Order::Descending)
            .stream()
            .next()
            .await;
        assert_eq!(sent(&sandbox), filter);
        let request = &sandbox.requests()[0];
        let order = format!("{:?}{}", request.query(), request.body_str());
        let orders = [
            "order%5BufCrm_y%5D=desc&order%5Bid%5D=asc",
            r#""order":{"ufCrm_y":"desc","id":"asc"}"#,
        ];
        assert!(orders.iter().any(|it| order.contains(it)), "{order}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_row_is_one_request_of_one_row() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let list = || {
        client
            .list::<Person>()
            .order(field!(Person, name), Order::Ascending)
    };
    let first = list().first().await.unwrap().unwrap();
    assert_eq!(first.name.as_deref(), Some("Anna"));
    assert!(
        sandbox.requests()[0]
            .query()
            .unwrap()
            .contains("limit=1&offset=0")
    );
    let none = list()
        .filter(field!(Person, name).equal("Nobody"))
        .first()
        .await;
    assert!(none.unwrap().is_none());
    assert_eq!(sandbox.requests().len(), 2);
    assert!(
        list()
            .filter(field!(Person, name).any_of([]))
            .first()
            .await
            .unwrap()
            .is_none()
    );
    assert!(list().limit(0).first().await.unwrap().is_none());
    assert_eq!(sandbox.requests().len(), 2);
    sandbox.fault(Fault::error("SCOPE_DENIED"));
    assert!(list().first().await.is_err());
}

#[test]
fn a_query_can_be_counted_by_another_thread() {
    fn is_sent<T: Send + 'static>(_: T) {}
    let client =
        vibecode_runtime::Client::new(vibecode_runtime::Credentials::personal("vibe_api_1"));
    let client = client.unwrap();
    is_sent(client.list::<Person>().count());
    is_sent(client.list::<Person>().first());
}

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "deals", field = "currency")]
enum Currency {
    #[vibecode(status = "RUB")]
    Rub,
    #[vibecode(other)]
    Other(String),
}

#[derive(Record)]
#[vibecode(entity = "companies")]
struct Company {
    #[vibecode(field = "currencyId")]
    currency: Option<Currency>,
}

#[derive(Record)]
#[vibecode(entity = "deals")]
struct Sale {
    currency: Option<Currency>,
    title: Option<Currency>,
}

#[tokio::test(start_paused = true)]
async fn a_code_of_another_field_is_not_sent_in_a_filter() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let companies = || client.list::<Company>();
    let deals = || client.list::<Sale>();
    let currency = field!(Company, currency);
    for error in [
        companies()
            .filter(currency.equal(Currency::Rub))
            .count()
            .await,
        companies()
            .filter(currency.any_of([Currency::Rub]))
            .count()
            .await,
        companies()
            .filter(currency.none_of(vec![Currency::Rub]))
            .count()
            .await,
        deals()
            .filter(field!(Sale, title).equal(Currency::Rub))
            .count()
            .await,
    ] {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
        assert!(
            error.to_string().contains("a code of `currency` of deals"),
            "{error}"
        );
    }
    assert!(sandbox.requests().is_empty());
    let own = deals().filter(field!(Sale, currency).equal(Currency::Rub));
    assert!(own.count().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_would_match_every_record_or_is_not_a_code_is_not_sent_in_a_filter() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let people = client
        .list::<Person>()
        .filter(field!(Person, post).contains(""));
    let error = people.count().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert!(
        error
            .to_string()
            .contains("every text contains an empty one"),
        "{error}"
    );
    let sales = client.list::<Sale>();
    let nothing = field!(Sale, currency).equal(Currency::Other(String::new()));
    let error = sales.filter(nothing).count().await.unwrap_err().to_string();
    assert!(
        error.contains("it is not a code") && !error.contains("clear"),
        "{error}"
    );
    assert!(sandbox.requests().is_empty());
}
