//! Enums that represent the options of a list.

use super::*;

#[tokio::test]
async fn options_go_there_and_back_one_and_several() {
    let sandbox = portal_with(json!({})).await;
    let drinks = [Drink::Other(93), Drink::Tea, Drink::Other(92)];
    let patch = Customer::patch().loyalty(Loyalty::Bronze).drinks(drinks);
    let updated = update(&sandbox, &patch).await;
    let stored = sandbox.contact(7).unwrap();
    assert_eq!(stored["ufCrm_1721244707107"], 83);
    assert_eq!(stored["ufCrm_1700000000001"], json!([93, 91, 92]));
    let customer: Customer = updated.record().unwrap();
    assert_eq!(customer.loyalty, Some(Loyalty::Bronze));
    assert_eq!(customer.drinks, drinks);
}

#[test]
fn an_enum_knows_the_ids_of_its_options_and_other_holds_the_rest() {
    assert_eq!(Loyalty::Gold.option_id(), 81);
    assert_eq!(Loyalty::from_option_id(83), Some(Loyalty::Bronze));
    assert_eq!(Loyalty::from_option_id(85), None);
    assert_eq!(Drink::from_option_id(91), Some(Drink::Tea));
    assert_eq!(Drink::from_option_id(1), Some(Drink::Other(1)));
    assert_eq!(Drink::Other(1).option_id(), 1);
    assert_eq!(Drink::FIELD, "ufCrm_1700000000001");
}

#[test]
fn without_a_schema_no_label_is_known() {
    assert_eq!(Loyalty::Gold.label(), None);
    assert_eq!(Loyalty::from_label("Gold"), None);
}

#[test]
fn the_id_0_is_not_an_option_and_is_never_written() {
    assert_eq!(Drink::from_option_id(0), None);
    let refused = serde_json::to_string(&Customer::patch().drinks([Drink::Tea, Drink::Other(0)]));
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("`ufCrm_1700000000001`"), "{refused}");
}

#[tokio::test]
async fn a_list_that_is_read_as_0_holds_nothing() {
    let values = json!({ "id": 7, "ufCrm_1721244707107": 0, "ufCrm_1700000000001": ["0"] });
    let mut record = values;
    let others = json!({ "name": "Vera", "opened": true });
    record
        .as_object_mut()
        .unwrap()
        .extend(others.as_object().unwrap().clone());
    let customer: Customer = answering(&record).await.get(7).await.unwrap();
    assert_eq!((customer.loyalty, customer.drinks), (None, vec![]));
}

/// Types around an enum, with parameters of the struct, represent the enum's list.
mod inside_other_types {
    use std::borrow::Cow;

    use vibecode_runtime::{
        Contacts, Decode, DecodeError, Encode, EncodeError, Encoder, RawAnswer, WireValue, kind,
    };

    use super::*;

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Borrowed<'a, L: Clone> {
        #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
        loyalty: Option<&'a Loyalty>,
        #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration", multiple)]
        drinks: Cow<'a, [Drink]>,
        #[vibecode(field = "ufCrmIds", kind = "enumeration", multiple)]
        ids: &'a [u64],
        #[vibecode(field = "ufCrmAny", kind = "enumeration", multiple)]
        any: Cow<'a, [L]>,
    }

    #[derive(Patch, Record, PartialEq, Debug)]
    #[vibecode(entity = "contacts")]
    struct Arrays<const N: usize, const EVEN: bool> {
        #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration", multiple)]
        drinks: [Drink; N],
        #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
        loyalty: Option<Parity<EVEN>>,
    }

    /// A type with its own constant.
    #[derive(PartialEq, Debug)]
    struct Parity<const EVEN: bool>(Loyalty);

    impl<const EVEN: bool> Encode<kind::Enumeration> for Parity<EVEN> {
        fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
            self.0.encode(to)
        }
    }

    impl<const EVEN: bool> Decode<kind::Enumeration> for Parity<EVEN> {
        fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
            Loyalty::decode(answered).map(Self)
        }
    }

    trait Source {
        type Loyalty;
    }

    struct Own;

    impl Source for Own {
        type Loyalty = Loyalty;
    }

    #[derive(Patch, Record)]
    #[vibecode(entity = "contacts")]
    struct OfParameters<T, S: Source> {
        #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration", multiple)]
        drinks: Vec<T>,
        #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
        loyalty: Option<<S as Source>::Loyalty>,
    }

    #[test]
    fn a_list_with_a_lifetime_or_a_constant_goes_there_and_back() {
        let borrowed = Borrowed {
            loyalty: Some(&Loyalty::Gold),
            drinks: Cow::Borrowed(&[Drink::Tea]),
            ids: &[5],
            any: Cow::Owned(vec![6_u64]),
        };
        let expected = json!({
            "ufCrm_1721244707107": 81, "ufCrm_1700000000001": [91], "ufCrmIds": [5], "ufCrmAny": [6],
        });
        assert_eq!(wire(&borrowed.to_patch()), expected);
        let patch = Borrowed::<u64>::patch()
            .loyalty(&Loyalty::Gold)
            .drinks(&[Drink::Tea][..])
            .ids(&[5][..])
            .any([6_u64]);
        assert_eq!(wire(&patch), expected);
        let arrays = Arrays::<2, true> {
            drinks: [Drink::Tea, Drink::Other(5)],
            loyalty: Some(Parity(Loyalty::Bronze)),
        };
        let sent = serde_json::to_string(&arrays.to_patch()).unwrap();
        let read = RawAnswer::from_json::<Contacts>(&sent).unwrap();
        assert_eq!(read.record::<Arrays<2, true>>().unwrap(), arrays);
    }

    #[test]
    fn a_list_of_a_type_parameter_goes_there_and_back() {
        let sent = wire(
            &OfParameters::<Drink, Own>::patch()
                .drinks([Drink::Tea])
                .loyalty(Loyalty::Gold),
        );
        let read = RawAnswer::from_json::<Contacts>(&sent.to_string()).unwrap();
        let read: OfParameters<Drink, Own> = read.record().unwrap();
        assert_eq!(wire(&read.to_patch()), sent);
    }

    /// Hides an enum from the compiler: its `Encode` and `Decode` have no constant that names the list.
    #[derive(Clone, Copy, PartialEq, Debug)]
    struct Disguised(Drink);

    impl Encode<kind::Enumeration> for Disguised {
        fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
            self.0.encode(to)
        }
    }

    impl Decode<kind::Enumeration> for Disguised {
        fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
            Drink::decode(answered).map(Self)
        }
    }

    #[derive(Patch, Record, Debug)]
    #[vibecode(entity = "contacts", diff)]
    struct Wrong {
        #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
        loyalty: Option<Disguised>,
        #[vibecode(field = "ufCrmLevels", kind = "enumeration", multiple)]
        levels: Vec<Disguised>,
    }

    #[derive(Patch, Record, Debug)]
    #[vibecode(entity = "companies")]
    struct OfAnotherEntity {
        #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration")]
        drink: Disguised,
    }

    #[derive(Patch, Record, PartialEq, Debug)]
    #[vibecode(entity = "contacts")]
    struct Right {
        #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration", multiple)]
        drinks: Vec<Disguised>,
    }

    #[test]
    fn a_newtype_around_the_enum_of_another_list_is_refused_when_it_is_set() {
        let tea = Disguised(Drink::Tea);
        let wrong = Wrong {
            loyalty: Some(tea),
            levels: vec![],
        };
        let none = Wrong {
            loyalty: None,
            levels: vec![],
        };
        let after_a_diff = none.diff(&none).patch.loyalty(tea);
        for (refused, field) in [
            (
                serde_json::to_string(&Wrong::patch().loyalty(tea)),
                "ufCrm_1721244707107",
            ),
            (
                serde_json::to_string(&Wrong::patch().levels([tea])),
                "ufCrmLevels",
            ),
            (
                serde_json::to_string(&wrong.to_patch()),
                "ufCrm_1721244707107",
            ),
            (serde_json::to_string(&after_a_diff), "ufCrm_1721244707107"),
            (
                serde_json::to_string(&OfAnotherEntity::patch().drink(tea)),
                "ufCrm_1700000000001",
            ),
        ] {
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains(&format!("`{field}`")), "{refused}");
            assert!(
                refused.contains("`ufCrm_1700000000001` of contacts"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_newtype_around_the_enum_of_another_list_is_refused_when_it_is_read() {
        let read = |json: &str| {
            RawAnswer::from_json::<Contacts>(json)
                .unwrap()
                .record::<Wrong>()
        };
        for json in [r#"{"ufCrm_1721244707107":91}"#, r#"{"ufCrmLevels":[91]}"#] {
            let error = read(json).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unreadable);
            assert!(error.to_string().contains("ufCrm_1700000000001"), "{error}");
        }
    }

    #[test]
    fn a_newtype_around_the_enum_of_the_same_list_goes_there_and_back() {
        let right = Right {
            drinks: vec![Disguised(Drink::Tea)],
        };
        let sent = serde_json::to_string(&right.to_patch()).unwrap();
        assert_eq!(sent, r#"{"ufCrm_1700000000001":[91]}"#);
        let read = RawAnswer::from_json::<Contacts>(&sent).unwrap();
        assert_eq!(read.record::<Right>().unwrap(), right);
    }
}

mod with_its_own_display {
    use std::{fmt, str::FromStr};

    use super::*;

    /// The app implements its own display and parsing, with the portal's schema and without it.
    macro_rules! shown {
        ($Name:ident, $($schema:tt)*) => {
            #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
            #[vibecode(entity = "contacts", field = "ufCrm_1721244707107", $($schema)*)]
            enum $Name {
                #[vibecode(item = 81)]
                Gold,
                #[vibecode(other)]
                Other(u64),
            }

            impl $Name {
                #[allow(clippy::trivially_copy_pass_by_ref, reason = "as apps write it")]
                fn label(&self) -> &'static str {
                    "our own"
                }
            }

            impl fmt::Display for $Name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.label())
                }
            }

            impl FromStr for $Name {
                type Err = fmt::Error;

                fn from_str(_: &str) -> Result<Self, fmt::Error> {
                    Ok(Self::Gold)
                }
            }
        };
    }

    shown!(Bare,);
    shown!(OfTheSchema, schema = "schemas/contacts.json");

    #[test]
    fn an_enum_has_no_display_but_its_own() {
        assert_eq!(Bare::Gold.to_string(), "our own");
        assert_eq!(OfTheSchema::Other(1).to_string(), "our own");
        assert_eq!(Enumeration::label(&OfTheSchema::Gold), Some("Gold"));
        assert_eq!("x".parse(), Ok(OfTheSchema::Gold));
        assert_eq!("x".parse(), Ok(Bare::Gold));
    }
}

/// With the portal's schema, `kind` and `multiple` are known from it.
mod with_a_schema {
    use super::*;

    #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
    #[vibecode(
        entity = "contacts",
        field = "ufCrm_1721244707107",
        schema = "schemas/contacts.json"
    )]
    enum Tier {
        #[vibecode(label = "Gold")]
        Gold,
        #[vibecode(item = 82)]
        Silver,
        #[vibecode(label = "Bronze")]
        Bronze,
    }

    #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
    #[vibecode(
        entity = "contacts",
        field = "ufCrm_1700000000001",
        schema = "schemas/contacts.json"
    )]
    enum Beverage {
        #[vibecode(label = "Coffee")]
        Coffee,
        #[vibecode(other)]
        Other(u64),
    }

    /// The other option of the list has the same label.
    #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
    #[vibecode(
        entity = "contacts",
        field = "ufCrmTwins",
        schema = "schemas/contacts.json"
    )]
    enum Twin {
        #[vibecode(item = 72)]
        Branch,
        #[vibecode(other)]
        Other(u64),
    }

    #[derive(Patch, Record, Clone, PartialEq, Debug)]
    #[vibecode(entity = "contacts", schema = "schemas/contacts.json", diff)]
    struct Customer {
        post: Option<String>,
        #[vibecode(read_only)]
        type_id: Option<String>,
        #[vibecode(field = "ufCrm_1721244707107")]
        tier: Option<Tier>,
        #[vibecode(field = "ufCrm_1700000000001")]
        drinks: Vec<Beverage>,
        uf_crm_floor: Option<i64>,
        uf_crm_tags: Vec<String>,
        #[vibecode(read_only)]
        uf_crm_rating: Option<f64>,
        #[vibecode(kind = "string")]
        uf_crm_booking: Option<String>,
    }

    #[derive(Patch, Record, Clone, PartialEq, Debug)]
    #[vibecode(entity = "items/1040", schema = "schemas/items-1040.json")]
    struct Visit {
        #[vibecode(id)]
        id: Id<SmartProcess<1040>>,
        title: String,
        opportunity: Option<f64>,
        company_id: Option<CompanyId>,
        #[vibecode(field = "ufCrm6WorkVisa")]
        visa: Option<Date>,
        #[vibecode(field = "ufCrm6_1639669411830")]
        states: Vec<State>,
        #[vibecode(read_only)]
        created_time: Option<DateTime>,
    }

    #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
    #[vibecode(
        entity = "items/1040",
        field = "ufCrm6_1639669411830",
        schema = "schemas/items-1040.json"
    )]
    enum State {
        #[vibecode(item = 11)]
        Open,
        #[vibecode(item = 12)]
        Shut,
    }

    #[test]
    fn labels_are_known_whether_the_variant_names_its_label_or_its_id() {
        assert_eq!(Tier::Silver.label(), Some("Silver"));
        assert_eq!(Tier::Gold.label(), Some("Gold"));
        assert_eq!((Tier::Gold.option_id(), Tier::Bronze.option_id()), (81, 83));
        assert_eq!(Tier::from_label("Bronze"), Some(Tier::Bronze));
        assert_eq!(Tier::from_label("bronze"), None);
        assert_eq!(Beverage::Coffee.label(), Some("Coffee"));
        assert_eq!(Beverage::Other(91).label(), None);
        assert_eq!(Beverage::from_label("Coffee"), Some(Beverage::Coffee));
        assert_eq!(Beverage::from_label("91"), None);
    }

    #[test]
    fn a_label_of_several_options_finds_none_even_if_only_one_has_a_variant() {
        assert_eq!(Twin::Branch.label(), Some("Branch"));
        assert_eq!(Twin::from_label("Branch"), None);
    }

    #[tokio::test]
    async fn a_struct_that_takes_its_kinds_from_the_schema_goes_there_and_back() {
        let schema = include_str!("../../schemas/contacts.json");
        let sandbox = Sandbox::builder()
            .schema(Entity::Contacts, serde_json::from_str(schema).unwrap())
            .start()
            .await;
        let patch = Customer::patch()
            .post("Guide")
            .tier(Tier::Silver)
            .drinks([Beverage::Coffee, Beverage::Other(91)])
            .uf_crm_floor(4)
            .uf_crm_tags(["a".to_owned()])
            .uf_crm_booking("b");
        let updated = client(sandbox.url()).update(71, &patch).await.unwrap();
        assert!(updated.mismatches(&patch).is_empty());
        let customer: Customer = updated.record().unwrap();
        assert_eq!(wire(&customer.to_patch()), wire(&patch));
        assert_eq!(wire(&customer.diff(&customer).patch), json!({}));
    }

    #[tokio::test]
    async fn a_smart_process_is_written_to_its_own_path_and_read() {
        let patch = Visit::patch()
            .title("Tour")
            .opportunity(10.5)
            .clear_company_id()
            .visa(Date::new(2027, 1, 2).unwrap())
            .states([State::Shut, State::Open]);
        let expected = r#"{"title":"Tour","opportunity":10.5,"companyId":0,"ufCrm6WorkVisa":"2027-01-02","ufCrm6_1639669411830":[12,11]}"#;
        assert_eq!(serde_json::to_string(&patch).unwrap(), expected);
        let mut record: Value = serde_json::from_str(expected).unwrap();
        record["id"] = json!(5);
        let client = answering(&record).await;
        let updated = client.update(5, &patch).await.unwrap();
        let visit: Visit = updated.record().unwrap();
        assert_eq!(visit.states, [State::Shut, State::Open]);
        assert_eq!((visit.id, visit.company_id), (5.into(), None));
        let error = updated.record::<super::Customer>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        // The sandbox has no entity for a smart process; it sees the path.
        let sandbox = Sandbox::start().await;
        let refused = super::client(sandbox.url()).update(5, &patch).await;
        assert!(refused.is_err());
        assert_eq!(sandbox.requests()[0].path(), "/v1/items/1040/5");
    }
}
