//! Every kind of field, written and read back.

use proptest::{
    collection::vec,
    option::of,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use vibecode_tests::scale;

use vibecode_runtime::{Deals, EmailType, PhoneType, RawAnswer};

use super::*;

/// One field for every kind with its own Rust type, and one for a list of that type.
#[derive(Patch, Record, Clone, PartialEq, Debug, Default)]
#[vibecode(entity = "contacts", diff)]
struct EveryKind {
    #[vibecode(field = "ufCrmString", kind = "string")]
    text: Option<String>,
    #[vibecode(field = "ufCrmStrings", kind = "string", multiple)]
    texts: Vec<String>,
    #[vibecode(field = "ufCrmInteger", kind = "integer")]
    integer: Option<i64>,
    #[vibecode(field = "ufCrmIntegers", kind = "integer", multiple)]
    integers: Vec<i64>,
    #[vibecode(field = "ufCrmDouble", kind = "double")]
    double: Option<f64>,
    #[vibecode(field = "ufCrmDoubles", kind = "double", multiple)]
    doubles: Vec<f64>,
    #[vibecode(field = "ufCrmBoolean", kind = "boolean")]
    boolean: Option<bool>,
    #[vibecode(field = "ufCrmBooleans", kind = "boolean", multiple)]
    booleans: Vec<bool>,
    #[vibecode(field = "ufCrmDate", kind = "date")]
    date: Option<Date>,
    #[vibecode(field = "ufCrmDates", kind = "date", multiple)]
    dates: Vec<Date>,
    #[vibecode(field = "ufCrmDatetime", kind = "datetime")]
    moment: Option<DateTime>,
    #[vibecode(field = "ufCrmDatetimes", kind = "datetime", multiple)]
    moments: Vec<DateTime>,
    #[vibecode(field = "ufCrmEnumeration", kind = "enumeration")]
    option: Option<u64>,
    #[vibecode(field = "ufCrmEnumerations", kind = "enumeration", multiple)]
    options: Vec<u64>,
    #[vibecode(field = "ufCrmMoney", kind = "money")]
    money: Option<Money>,
    #[vibecode(field = "ufCrmMoneys", kind = "money", multiple)]
    moneys: Vec<Money>,
    #[vibecode(field = "ufCrmUrl", kind = "url")]
    url: Option<String>,
    #[vibecode(field = "ufCrmUrls", kind = "url", multiple)]
    urls: Vec<String>,
    #[vibecode(field = "ufCrmAddress", kind = "address")]
    address: Option<Box<str>>,
    #[vibecode(field = "ufCrmEmployee", kind = "employee")]
    employee: Option<UserId>,
    #[vibecode(field = "ufCrmEmployees", kind = "employee", multiple)]
    employees: Vec<UserId>,
    #[vibecode(field = "ufCrmCrm", kind = "crm")]
    link: Option<CrmRef>,
    #[vibecode(field = "ufCrmCrms", kind = "crm", multiple)]
    links: Vec<CrmRef>,
    #[vibecode(field = "ufCrmStatus", kind = "crm_status")]
    status: Option<String>,
    #[vibecode(field = "ufCrmIblock", kind = "iblock_element")]
    element: Option<u64>,
    #[vibecode(field = "ufCrmIblocks", kind = "iblock_section", multiple)]
    sections: Vec<u64>,
    company_id: Option<CompanyId>,
    company_ids: Vec<CompanyId>,
}

/// The user fields of `EveryKind`, by name and type. A field with a plural name has several values.
const EVERY_KIND: &[(&str, &str)] = &[
    ("ufCrmString", "string"),
    ("ufCrmStrings", "string"),
    ("ufCrmInteger", "integer"),
    ("ufCrmIntegers", "integer"),
    ("ufCrmDouble", "double"),
    ("ufCrmDoubles", "double"),
    ("ufCrmBoolean", "boolean"),
    ("ufCrmBooleans", "boolean"),
    ("ufCrmDate", "date"),
    ("ufCrmDates", "date"),
    ("ufCrmDatetime", "datetime"),
    ("ufCrmDatetimes", "datetime"),
    ("ufCrmEnumeration", "enumeration"),
    ("ufCrmEnumerations", "enumeration"),
    ("ufCrmMoney", "money"),
    ("ufCrmMoneys", "money"),
    ("ufCrmUrl", "url"),
    ("ufCrmUrls", "url"),
    ("ufCrmAddress", "address"),
    ("ufCrmEmployee", "employee"),
    ("ufCrmEmployees", "employee"),
    ("ufCrmCrm", "crm"),
    ("ufCrmCrms", "crm"),
    ("ufCrmStatus", "crm_status"),
    ("ufCrmIblock", "iblock_element"),
    ("ufCrmIblocks", "iblock_section"),
];

fn is_list(name: &str) -> bool {
    name.ends_with('s') && !["ufCrmStatus", "ufCrmAddress"].contains(&name)
}

fn a_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,12}",
        "[\\x00-\\x7f]{1,12}",
        "[0-9]{1,3}",
        "null|false|0|\\[\\]|Y"
    ]
}

fn a_date() -> impl Strategy<Value = Date> {
    (1_u16..=9999, 1_u8..=12, 1_u8..=28)
        .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn a_moment() -> impl Strategy<Value = DateTime> {
    let offset = prop_oneof!["Z", "[+-](0[0-9]|1[0-3]):(00|30|45)"];
    (a_date(), "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]", offset)
        .prop_map(|(date, time, offset)| format!("{date}T{time}{offset}").parse().unwrap())
}

fn a_money() -> impl Strategy<Value = Money> {
    ("-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,4})?", "[A-Z]{3}")
        .prop_map(|(amount, currency)| Money::new(amount, currency).unwrap())
}

fn a_link() -> impl Strategy<Value = CrmRef> {
    ("C|CO|D|L|SI|Q|T[1-9a-f][0-9a-f]{0,6}", 1_u64..)
        .prop_map(|(kind, id)| format!("{kind}_{id}").parse().unwrap())
}

fn a_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
        any::<i32>().prop_map(f64::from),
    ]
}

prop_compose! {
    fn texts_and_numbers()(
        text in of(a_text()), texts in vec(a_text(), 0..3),
        integer in of(any::<i64>()), integers in vec(any::<i64>(), 0..3),
        double in of(a_number()), doubles in vec(a_number(), 0..3),
        boolean in of(any::<bool>()), booleans in vec(any::<bool>(), 0..3),
        option in of(1_u64..), options in vec(1_u64.., 0..3),
    ) -> EveryKind {
        EveryKind {
            text, texts, integer, integers, double, doubles, boolean, booleans, option, options,
            ..EveryKind::default()
        }
    }
}

prop_compose! {
    fn a_record()(
        rest in texts_and_numbers(),
        (date, dates) in (of(a_date()), vec(a_date(), 0..3)),
        (moment, moments) in (of(a_moment()), vec(a_moment(), 0..3)),
        (money, moneys) in (of(a_money()), vec(a_money(), 0..3)),
        (url, urls) in (of(a_text()), vec(a_text(), 0..3)),
        (address, status) in (of(a_text().prop_map(String::into_boxed_str)), of(a_text())),
        (employee, employees) in (of(1_u64..), vec(1_u64.., 0..3)),
        (link, links) in (of(a_link()), vec(a_link(), 0..3)),
        (element, sections) in (of(1_u64..), vec(1_u64.., 0..3)),
        (company, companies) in (of(1_u64..), vec(1_u64.., 0..3)),
    ) -> EveryKind {
        EveryKind {
            date, dates, moment, moments, money, moneys, url, urls, address, status, link, links,
            element, sections,
            employee: employee.map(UserId::from),
            employees: employees.into_iter().map(UserId::from).collect(),
            company_id: company.map(CompanyId::from),
            company_ids: companies.into_iter().map(CompanyId::from).collect(),
            ..rest
        }
    }
}

/// A portal reads the text "0" as nothing, so a record with it is not read back as it was written.
fn without_zero_texts(record: EveryKind) -> EveryKind {
    let kept = |text: String| if text == "0" { "00".to_owned() } else { text };
    EveryKind {
        text: record.text.map(kept),
        url: record.url.map(kept),
        address: record
            .address
            .map(|text| kept(text.into()).into_boxed_str()),
        status: record.status.map(kept),
        ..record
    }
}

/// Returns the portal of `EVERY_KIND` with contact 7, and a client of it.
async fn portal_of_every_kind() -> (Sandbox, Client) {
    let mut builder = Sandbox::builder().seed(json!({ "contacts": [{ "id": 7 }] }));
    for (name, kind) in EVERY_KIND {
        let description = json!({ "type": kind, "isMultiple": is_list(name) });
        builder = builder.user_field(Entity::Contacts, *name, description);
    }
    let sandbox = builder.start().await;
    let client = client(sandbox.url());
    (sandbox, client)
}

#[tokio::test]
async fn a_text_of_zero_that_the_portal_cleared_is_a_mismatch_and_no_success_of_ensure() {
    let (sandbox, client) = portal_of_every_kind().await;
    let zeros = [
        EveryKind::patch().text("0"),
        EveryKind::patch().url("0"),
        EveryKind::patch().address("0"),
        EveryKind::patch().status("0"),
    ];
    for zero in zeros {
        let before = EveryKind::patch()
            .text("a")
            .url("b")
            .address("c")
            .status("d");
        client.update(7, &before).await.unwrap();
        let updated = client.update(7, &zero).await.unwrap();
        let sent = serde_json::to_value(&zero).unwrap();
        let name = sent.as_object().unwrap().keys().next().unwrap();
        assert_eq!(sent[name], "0");
        assert_eq!(sandbox.contact(7).unwrap()[name], Value::Null);
        let mismatches = updated.mismatches(&zero);
        assert_eq!(fields(&mismatches), [name]);
        assert_eq!(mismatches[0].kind(), MismatchKind::Different);

        client.update(7, &before).await.unwrap();
        let error = client.ensure(7, &zero).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotTaken, "{name}: {error}");
    }
}

#[test]
fn every_kind_is_read_as_it_was_written_whatever_was_there_before() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (_sandbox, client) = runtime.block_on(portal_of_every_kind());
    let there = std::cell::RefCell::new(EveryKind::default());
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(scale::count("PATCH_CASES", 400))
    };
    let result = TestRunner::new(config).run(&a_record().prop_map(without_zero_texts), |wanted| {
        let patch = there.borrow().diff(&wanted).patch;
        let updated = match runtime.block_on(client.update(7, &patch)) {
            Err(error) if error.kind() == ErrorKind::EmptyPatch => return Ok(()),
            updated => updated.map_err(|error| TestCaseError::fail(error.to_string()))?,
        };
        let read: EveryKind = updated
            .record()
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        there.replace(wanted.clone());
        let mismatches = updated.mismatches(&patch);
        prop_assert_eq!(fields(&mismatches), [""; 0]);
        prop_assert_eq!(&read, &wanted);
        prop_assert_eq!(wire(&read.to_patch()), wire(&wanted.to_patch()));
        Ok(())
    });
    result.unwrap();
}

/// The kinds that a portal does not return as they were written, and those that no user field has.
#[derive(Patch, Record, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts")]
struct Written {
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "ufCrmFile", kind = "file")]
    file: Option<File>,
    #[vibecode(field = "ufCrmFiles", kind = "file", multiple)]
    files: Vec<File>,
    #[vibecode(field = "ufCrmAddresses", kind = "address", multiple)]
    addresses: Vec<String>,
    #[vibecode(field = "ufCrmStatuses", kind = "crm_status", multiple)]
    statuses: Vec<String>,
    lead_id: Option<LeadId>,
    birthdate: Option<Date>,
    opened: Option<bool>,
    observers: Vec<UserId>,
}

#[derive(Patch, Record, Clone, PartialEq, Debug)]
#[vibecode(entity = "deals")]
struct WrittenDeal {
    begindate: Option<Date>,
    closed_at: Option<DateTime>,
    amount: Option<u32>,
    tax_value: Option<f32>,
    contact_id: Option<ContactId>,
    quote_id: Option<u64>,
}

#[derive(Patch, Record, Clone, PartialEq, Debug)]
#[vibecode(entity = "deals")]
struct WrittenDealByMoment {
    begindate: Option<DateTime>,
}

fn a_file() -> impl Strategy<Value = File> {
    prop_oneof![
        (1_u64..).prop_map(File::keep),
        (a_text(), vec(any::<u8>(), 0..20)).prop_map(|(name, content)| File::upload(name, content)),
    ]
}

prop_compose! {
    fn a_written_contact()(
        phones in vec(("[+0-9 ]{1,15}x", 0_usize..4), 0..3),
        emails in vec(("[a-z]{1,5}@b\\.ru", 0_usize..4), 0..3),
        (file, files) in (of(a_file()), vec(a_file(), 0..3)),
        (addresses, statuses) in (vec(a_text(), 0..3), vec(a_text(), 0..3)),
        (lead, observers) in (of(1_u64..), vec(1_u64.., 0..3)),
        (birthdate, opened) in (of(a_date()), of(any::<bool>())),
    ) -> Written {
        // No value occurs twice, since an alias cannot distinguish two equal values.
        let phone = |(index, (value, at))| Phone::new(format!("{value}{index}"), PhoneType::ALL[at]);
        let email = |(index, (value, at))| Email::new(format!("{value}{index}"), EmailType::ALL[at]);
        Written {
            phone: phones.into_iter().enumerate().map(phone).collect(),
            email: emails.into_iter().enumerate().map(email).collect(),
            file, files, addresses, statuses, birthdate, opened,
            lead_id: lead.map(LeadId::from),
            observers: observers.into_iter().map(UserId::from).collect(),
        }
    }
}

prop_compose! {
    fn a_written_deal()(
        (begindate, closed_at) in (of(a_date()), of(a_moment())),
        (amount, tax_value) in (of(any::<u32>()), of(proptest::num::f32::NORMAL)),
        (contact, quote_id) in (of(1_u64..), of(1_u64..)),
    ) -> WrittenDeal {
        let contact_id = contact.map(ContactId::from);
        WrittenDeal { begindate, closed_at, amount, tax_value, contact_id, quote_id }
    }
}

/// What a patch writes, read as if it were the answer.
fn read_back<E: vibecode_runtime::Entity, T: Record>(patch: &impl serde::Serialize) -> T {
    let json = serde_json::to_string(patch).unwrap();
    let raw = RawAnswer::from_json::<E>(json).unwrap();
    raw.record()
        .unwrap_or_else(|error| panic!("{}: {error}", raw.as_str()))
}

fn for_each<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(500)
    };
    TestRunner::new(config).run(strategy, test).unwrap();
}

#[test]
fn what_every_kind_writes_it_reads() {
    for_each(&a_record(), |record| {
        let read: EveryKind = read_back::<Contacts, _>(&record.to_patch());
        prop_assert_eq!(read, record);
        Ok(())
    });
    for_each(&a_written_contact(), |contact| {
        let read: Written = read_back::<Contacts, _>(&contact.to_patch());
        prop_assert_eq!(read, contact);
        Ok(())
    });
    for_each(&a_written_deal(), |deal| {
        let read: WrittenDeal = read_back::<Deals, _>(&deal.to_patch());
        prop_assert_eq!(read, deal);
        Ok(())
    });
    for_each(&a_moment(), |begindate| {
        let deal = WrittenDealByMoment {
            begindate: Some(begindate),
        };
        let read: WrittenDealByMoment = read_back::<Deals, _>(&deal.to_patch());
        prop_assert_eq!(read, deal);
        Ok(())
    });
}
