//! `to_patch`: a patch of all values in a struct.

use vibecode_runtime::{ContactId, Phone};

use crate::{Customer, customer, json};

fn bare() -> Customer {
    Customer {
        id: 71.into(),
        name: "Ivan".to_owned(),
        post: None,
        company: None,
        company_ids: None,
        assigned_by_id: 1.into(),
        observers: Vec::new(),
        type_id: None,
        opened: None,
        phone: Vec::new(),
        email: Vec::new(),
        newsletter: None,
        desk: None,
        loyalty: None,
        scores: Vec::new(),
        tags: None,
        visits: None,
        ratio: None,
        curator: None,
        updated_time: "2026-04-15T12:00:00+03:00".to_owned(),
        cached: 3,
    }
}

#[test]
fn to_patch_leaves_none_and_empty_lists() {
    let customer = bare();
    let patch = customer.to_patch();
    assert_eq!(json(&patch), r#"{"name":"Ivan","assignedById":1}"#);
    // By reference: the struct is still usable, including its fields that the API does not have.
    assert_eq!((customer.cached, customer.id), (3, ContactId::from(71)));
}

#[test]
fn to_patch_sets_and_adds_all_that_is_present() {
    let customer = Customer {
        post: Some("Director".to_owned()),
        company: Some(9.into()),
        company_ids: Some(vec![9.into()]),
        observers: vec![2.into()],
        type_id: Some("CLIENT".to_owned()),
        opened: Some(false),
        phone: vec![Phone::work("+7"), Phone::mobile("+8")],
        email: vec!["a@b.com".into()],
        newsletter: Some("b@b.com".to_owned()),
        desk: Some("+9".to_owned()),
        loyalty: Some(81),
        scores: vec![0.5, 1.5],
        tags: Some(vec!["a".to_owned()]),
        visits: Some(0),
        ratio: Some(0.25),
        curator: Some(3.into()),
        ..bare()
    };
    let expected = concat!(
        r#"{"name":"Ivan","post":"Director","companyId":9,"companyIds":[9],"assignedById":1,"#,
        r#""observers":[2],"typeId":"CLIENT","opened":false,"#,
        r#""phone":[{"value":"+7","typeId":"WORK"},{"value":"+8","typeId":"MOBILE"},{"value":"+9","typeId":"WORK"}],"#,
        r#""email":[{"value":"a@b.com","typeId":"WORK"},{"value":"b@b.com","typeId":"MAILING"}],"#,
        r#""ufCrm_1721244707107":81,"ufCrm_694BF2A975BD0":[0.5,1.5],"ufCrmTags":["a"],"#,
        r#""ufCrmVisits":0,"ufCrmRatio":0.25,"ufCrmCurator":3}"#,
    );
    assert_eq!(json(&customer.to_patch()), expected);
}

#[test]
fn an_empty_list_that_is_given_to_a_setter_is_sent() {
    let patch = customer().scores([]);
    assert_eq!(json(&patch), r#"{"ufCrm_694BF2A975BD0":[]}"#);
}

#[test]
fn to_patch_can_be_changed_further() {
    let patch = bare().to_patch().name("Pyotr").clear_post();
    assert_eq!(
        json(&patch),
        r#"{"name":"Pyotr","assignedById":1,"post":""}"#
    );
}
