//! Leave, set and clear: what a builder's calls write, and in which order.

use vibecode_runtime::{CompanyId, Patch, UserId};

use crate::{CustomerPatch, customer, json};

#[test]
fn a_fresh_patch_changes_nothing() {
    assert!(customer().is_empty());
    assert!(CustomerPatch::default().is_empty());
    assert_eq!(json(&customer()), "{}");
}

#[test]
fn leave_set_and_clear_are_three_things() {
    assert_eq!(json(&customer().name("Ivan")), r#"{"name":"Ivan"}"#);
    let set = customer().name("Ivan").post("Director");
    assert_eq!(json(&set), r#"{"name":"Ivan","post":"Director"}"#);
    let cleared = customer().name("Ivan").clear_post();
    assert_eq!(json(&cleared), r#"{"name":"Ivan","post":""}"#);
}

#[test]
fn of_two_sets_the_last_wins() {
    let patch = customer().post("Director").post("Chairman");
    assert_eq!(json(&patch), r#"{"post":"Chairman"}"#);
    let patch = customer().scores([1.0, 2.0]).scores([3.5]);
    assert_eq!(json(&patch), r#"{"ufCrm_694BF2A975BD0":[3.5]}"#);
}

#[test]
fn a_clear_before_the_first_value_is_kept() {
    let patch = customer().clear_company().post("Director");
    assert_eq!(json(&patch), r#"{"companyId":0,"post":"Director"}"#);
    let patch = customer().clear_company().add_phone("+7");
    assert_eq!(json(&patch), r#"{"companyId":0,"phone":"+7"}"#);
}

#[test]
fn a_clear_after_a_set_clears() {
    let patch = customer().post("Director").clear_post();
    assert_eq!(json(&patch), r#"{"post":""}"#);
}

#[test]
fn a_set_after_a_clear_sets() {
    let patch = customer().clear_post().post("Director");
    assert_eq!(json(&patch), r#"{"post":"Director"}"#);
}

#[test]
fn keys_stand_in_the_order_in_which_they_were_first_set() {
    let patch = customer()
        .visits(1)
        .add_phone("+7")
        .name("Ivan")
        .post("Director")
        .add_phone("+8")
        .visits(2)
        .name("Pyotr")
        .clear_post();
    let expected = r#"{"ufCrmVisits":2,"phone":["+7","+8"],"name":"Pyotr","post":""}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn a_patch_of_many_fields_keeps_every_one() {
    let patch = customer()
        .name("Ivan")
        .post("Director")
        .company(9)
        .company_ids([9, 10])
        .assigned_by_id(7)
        .observers([UserId::from(1), UserId::from(2)])
        .type_id("CLIENT")
        .opened(true)
        .loyalty(81_u64)
        .scores([0.5])
        .tags(["a".to_owned()])
        .visits(-3)
        .ratio(1.25)
        .curator(UserId::from(4))
        .add_phone("+7");
    let expected = concat!(
        r#"{"name":"Ivan","post":"Director","companyId":9,"companyIds":[9,10],"#,
        r#""assignedById":7,"observers":[1,2],"typeId":"CLIENT","opened":true,"#,
        r#""ufCrm_1721244707107":81,"ufCrm_694BF2A975BD0":[0.5],"ufCrmTags":["a"],"#,
        r#""ufCrmVisits":-3,"ufCrmRatio":1.25,"ufCrmCurator":4,"phone":"+7"}"#,
    );
    assert_eq!(json(&patch), expected);
}

#[test]
fn clearing_sends_what_clears_the_kind() {
    for (patch, expected) in [
        (customer().clear_post(), r#"{"post":""}"#),
        (customer().clear_type_id(), r#"{"typeId":""}"#),
        (customer().clear_company(), r#"{"companyId":0}"#),
        (customer().clear_company_ids(), r#"{"companyIds":[]}"#),
        (customer().clear_tags(), r#"{"ufCrmTags":[]}"#),
        (customer().clear_loyalty(), r#"{"ufCrm_1721244707107":""}"#),
        (customer().clear_visits(), r#"{"ufCrmVisits":""}"#),
        // A single user field, although it refers to a user.
        (customer().clear_curator(), r#"{"ufCrmCurator":""}"#),
    ] {
        assert_eq!(json(&patch), expected);
    }
}

#[test]
fn clear_overrides_what_clearing_sends() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Overridden {
        #[vibecode(clear = "null")]
        post: Option<String>,
        #[vibecode(clear = "")]
        company_id: Option<CompanyId>,
        #[vibecode(clear = "[]")]
        name: Option<String>,
        #[vibecode(clear = "false")]
        opened: Option<bool>,
        #[vibecode(field = "ufCrmVisits", kind = "integer", clear = "0")]
        visits: Option<i64>,
    }

    let patch = Overridden::patch()
        .clear_post()
        .clear_company_id()
        .clear_name()
        .clear_opened()
        .clear_visits();
    let expected = r#"{"post":null,"companyId":"","name":[],"opened":false,"ufCrmVisits":0}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn maybe_sets_a_value_that_is_present_and_ignores_none() {
    let patch = customer()
        .maybe(Some("Director"), CustomerPatch::post)
        .maybe(None::<String>, CustomerPatch::name)
        .maybe(Some("+7"), CustomerPatch::add_phone)
        .maybe(Some(5), CustomerPatch::visits);
    let expected = r#"{"post":"Director","phone":"+7","ufCrmVisits":5}"#;
    assert_eq!(json(&patch), expected);
    let patch = customer().maybe(Some(()), |patch, ()| patch.clear_post());
    assert_eq!(json(&patch), r#"{"post":""}"#);
}

#[test]
fn a_clone_changes_apart_from_its_original() {
    let patch = customer().post("Director").add_phone("+7");
    let clone = patch.clone().post("Chairman").add_phone("+8");
    assert_eq!(json(&patch), r#"{"post":"Director","phone":"+7"}"#);
    assert_eq!(json(&clone), r#"{"post":"Chairman","phone":["+7","+8"]}"#);
}
