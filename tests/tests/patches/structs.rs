//! Structs of other entities, with parameters, and of the benchmark.

use vibecode_runtime::{ContactId, LeadId, Patch};

use crate::{contenders, json};

#[test]
fn leads_deals_and_companies_have_their_own_names() {
    #[derive(Patch)]
    #[vibecode(entity = "deals")]
    struct Order {
        title: String,
        amount: Option<f64>,
        currency: Option<String>,
        lead_id: Option<LeadId>,
        #[vibecode(field = "contactIds")]
        people: Vec<ContactId>,
    }

    let patch = Order::patch()
        .title("First")
        .amount(1500.5)
        .currency("RUB")
        .clear_lead_id()
        .people([71]);
    let expected =
        r#"{"title":"First","amount":1500.5,"currency":"RUB","leadId":0,"contactIds":[71]}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn generic_and_borrowing_structs_patch_alike() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Borrowed<'a, T> {
        post: Option<&'a str>,
        #[vibecode(field = "ufCrmNote", kind = "string")]
        note: Option<T>,
    }

    let owned = String::from("Director");
    let patch = Borrowed::<String>::patch().post(&owned).note("x");
    assert_eq!(json(&patch), r#"{"post":"Director","ufCrmNote":"x"}"#);
    let full = Borrowed {
        post: Some(&owned),
        note: Some("y"),
    };
    assert_eq!(
        json(&full.to_patch()),
        r#"{"post":"Director","ufCrmNote":"y"}"#
    );
}

#[test]
fn both_contenders_of_the_benchmark_encode_to_the_same_bytes() {
    use contenders::{BorrowedInputs, OwnedInputs, hand_written, vibecode};

    let expected = concat!(
        r#"{"name":"Ivan","post":"Director","companyId":15,"assignedById":7,"#,
        r#""phone":[{"value":"+79161234567","typeId":"WORK"},{"value":"+79161112233","typeId":"MOBILE"}],"#,
        r#""ufCrm_1721244707107":81}"#,
    );
    let inputs = BorrowedInputs::new();
    assert_eq!(json(&vibecode::from_borrowed(&inputs)), expected);
    let by_hand = hand_written::from_borrowed(&inputs);
    assert_eq!(serde_json::to_string(&by_hand).unwrap(), expected);
    assert_eq!(json(&vibecode::from_owned(OwnedInputs::new())), expected);
    let by_hand = hand_written::from_owned(OwnedInputs::new());
    assert_eq!(serde_json::to_string(&by_hand).unwrap(), expected);
}
