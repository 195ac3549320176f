//! Types under other names. Only `Option` is recognised by its name.

use vibecode_runtime::{CompanyId, Email, Patch, Phone};

use crate::body;

type Text = String;
type Firm = CompanyId;
type Scores = Vec<f64>;
type List<T> = Vec<T>;
type Phones = Vec<Phone>;
type Line = Phone;
type Number = f64;
type Flag = bool;
type Borrowed = &'static str;
type Address = Text;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<Text>,
    name: Text,
    last_name: Borrowed,
    company_id: Option<Firm>,
    company_ids: List<Firm>,
    opened: Flag,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: Scores,
    #[vibecode(field = "ufCrmMarks", kind = "double", multiple)]
    marks: Option<Scores>,
    #[vibecode(field = "ufCrmTotal", kind = "double")]
    total: Number,
    phone: Phones,
    #[vibecode(field = "phone")]
    lines: Vec<Line>,
    email: List<Email>,
    #[vibecode(field = "email", type_id = "HOME")]
    private: Option<Address>,
    source_description: std::option::Option<std::string::String>,
}

#[test]
fn setters_of_aliases_take_what_the_types_take() {
    let patch = Customer::patch()
        .post("Director")
        .name("Ada")
        .last_name("Lovelace")
        .company_id(9)
        .company_ids([Firm::new(9)])
        .opened(true)
        .scores([])
        .marks(vec![1.5])
        .total(2.5)
        .add_phone("1")
        .add_lines(Phone::work("2"))
        .add_email("a@b.ru")
        .add_private("c@d.ru")
        .source_description("cold call")
        .clear_source_description();
    let expected = concat!(
        r#"{"post":"Director","name":"Ada","lastName":"Lovelace","companyId":9,"companyIds":[9],"#,
        r#""opened":true,"ufCrm_694BF2A975BD0":[],"ufCrmMarks":[1.5],"ufCrmTotal":2.5,"#,
        r#""phone":["1","2"],"#,
        r#""email":[{"value":"a@b.ru","typeId":"WORK"},{"value":"c@d.ru","typeId":"HOME"}],"#,
        r#""sourceDescription":""}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn to_patch_of_aliases_leaves_none_and_empty_values() {
    let customer = Customer {
        post: None,
        name: "Ada".to_owned(),
        last_name: "Lovelace",
        company_id: None,
        company_ids: vec![],
        opened: false,
        scores: vec![],
        marks: None,
        total: 0.0,
        phone: vec![],
        lines: vec![Phone::work("2")],
        email: vec![],
        private: None,
        source_description: None,
    };
    let expected =
        r#"{"name":"Ada","lastName":"Lovelace","opened":false,"ufCrmTotal":0.0,"phone":"2"}"#;
    assert_eq!(body(&customer.to_patch()), expected);
}
