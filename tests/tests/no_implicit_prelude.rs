//! The derive in a crate without the implicit prelude.
#![no_implicit_prelude]

use ::std::{
    assert_eq, concat,
    convert::Into,
    format,
    option::Option::{self, None, Some},
    prelude::v1::{derive, test},
    string::String,
    vec,
    vec::Vec,
};
use ::vibecode_runtime::{
    CompanyId, ContactId, Contacts, Email, Enumeration, Patch, Phone, RawAnswer, Record, UserId,
    field,
};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
    #[vibecode(other)]
    Other(u64),
}

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch, Record)]
#[vibecode(entity = "contacts", diff)]
struct Read<T> {
    source_id: Option<Source>,
    name: Option<T>,
    phone: Vec<Phone>,
    #[vibecode(type_id = "HOME")]
    email: Option<String>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<Loyalty>,
    #[vibecode(skip)]
    cached: u32,
}

#[test]
fn records_options_and_diffs_work_without_a_prelude() {
    let json = r#"{"sourceId":"CALL","name":"Ada","ufCrm_1721244707107":81}"#;
    let raw = RawAnswer::from_json::<Contacts>(json).unwrap();
    let mut read: Read<String> = raw.record().unwrap();
    assert_eq!(::serde_json::to_string(&read.to_patch()).unwrap(), json);
    assert_eq!(
        (read.phone.len(), read.email.is_none(), read.cached),
        (0, true, 0)
    );
    let before: Read<String> = raw.record().unwrap();
    read.loyalty = Some(Loyalty::Other(5));
    let diff = before.diff(&read);
    assert_eq!(
        ::serde_json::to_string(&diff.patch).unwrap(),
        r#"{"ufCrm_1721244707107":5}"#
    );
    assert_eq!(Loyalty::Gold.option_id(), 81);
    assert_eq!(Source::Web.status(), "WEB");
    assert_eq!(read.source_id.unwrap().status(), "CALL");
}

#[test]
fn fields_are_named_without_a_prelude() {
    let condition = field!(Read<String>, loyalty).any_of([Loyalty::Gold]);
    let field = field!(Read<String>, email);
    let shown = format!("{condition:?} {field:?}");
    assert_eq!(
        shown,
        r#"Condition { field: "ufCrm_1721244707107", operator: AnyOf, .. } Field(email)"#
    );
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer<'a, T, const N: usize> {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>,
    comments: &'a str,
    name: Option<T>,
    company_id: Option<CompanyId>,
    assigned_by_id: UserId,
    opened: bool,
    phone: Vec<Phone>,
    email: Mail,
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: [f64; N],
    #[vibecode(read_only)]
    updated_time: String,
    #[vibecode(skip)]
    cached: u32,
}

type Mail = Vec<Email>;

const BODY: &str = concat!(
    r#"{"post":"Director","comments":"a","name":"Ada","companyId":9,"assignedById":1,"opened":true,"#,
    r#""phone":"1","email":[{"value":"a@b.ru","typeId":"WORK"},{"value":"c@d.ru","typeId":"MAILING"}],"#,
    r#""ufCrm_694BF2A975BD0":[1.5]}"#,
);

#[test]
fn every_kind_of_setter_works_without_a_prelude() {
    let patch: CustomerPatch<'static, &str, 1> = Customer::patch()
        .post("Director")
        .comments("a")
        .name("Ada")
        .company_id(9)
        .assigned_by_id(1)
        .opened(true)
        .add_phone("1")
        .add_email("a@b.ru")
        .add_newsletter("c@d.ru")
        .scores([1.5])
        .maybe(None::<&str>, CustomerPatch::post);
    assert_eq!(::serde_json::to_string(&patch).unwrap(), BODY);
}

#[test]
fn to_patch_works_without_a_prelude() {
    let customer = Customer {
        id: ContactId::new(71),
        post: Some("Director".into()),
        comments: "a",
        name: Some("Ada"),
        company_id: Some(9.into()),
        assigned_by_id: 1.into(),
        opened: true,
        phone: vec!["1".into()],
        email: vec!["a@b.ru".into()],
        newsletter: Some("c@d.ru".into()),
        scores: [1.5],
        updated_time: "now".into(),
        cached: 5,
    };
    assert_eq!(::serde_json::to_string(&customer.to_patch()).unwrap(), BODY);
    assert_eq!((customer.id.get(), customer.cached), (71, 5));
    assert_eq!(customer.updated_time, "now");
}
