//! The runtime and the spec agree on the facts about the API.
#![cfg(test)]

use vibecode_runtime::{
    Contacts, EmailType, Encode, EncodeError, Encoder, Enumeration, ErrorCode, Patch, PatchJob,
    PhoneType, RawAnswer, Record, UserId, kind,
};
use vibecode_spec::{
    Clearing, ERROR_CODES, Entity, Kind, Multifield, boolean_of, is_code, is_invisible,
    is_wire_name,
};

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum AnySource {
    #[vibecode(other)]
    Other(String),
}

#[test]
fn the_runtime_and_the_spec_take_the_same_texts_for_codes() {
    for text in [
        "", " ", "\t\n", "0", " 0 ", "0\n", "\u{a0}", "\u{a0}0", "00", "0.0", "-0", "false", "N",
        "NEW", " NEW", "C5:0", "1",
    ] {
        let read = AnySource::from_status(text);
        assert_eq!(read.is_some(), is_code(text), "{text:?}");
    }
}

#[test]
fn the_runtime_and_the_spec_read_the_same_texts_as_booleans() {
    #[derive(Record)]
    #[vibecode(entity = "contacts")]
    struct Contact {
        #[vibecode(field = "ufCrm_1", kind = "boolean")]
        flag: bool,
    }
    for text in [
        "true", "false", "Y", "N", "y", "n", "1", "0", "2", "10", "1.0", "TRUE", "yes", " Y", "on",
    ] {
        let mut forms = vec![format!("\"{text}\"")];
        if serde_json::from_str::<serde_json::Value>(text).is_ok() {
            forms.push(text.to_owned());
        }
        for form in forms {
            let record = RawAnswer::from_json::<Contacts>(format!(r#"{{"ufCrm_1":{form}}}"#));
            let read = record.unwrap().record::<Contact>().ok();
            assert_eq!(read.map(|it| it.flag), boolean_of(text), "{form}");
        }
    }
}

#[test]
fn the_runtime_and_the_spec_accept_the_same_wire_names() {
    for name in [
        "post", "a", "a1", "a_1", "A", "ufCrm_1", "", "_a", "1a", "a-b", "a b", " a", "a\"", "a.b",
        "ä", "aä", "a\n",
    ] {
        let patch = PatchJob::untyped("contacts", 71).set(name, "Director");
        assert_eq!(patch.job().is_ok(), is_wire_name(name), "{name:?}");
    }
}

#[test]
fn the_runtime_and_the_spec_know_the_same_error_codes() {
    let runtime: Vec<_> = ErrorCode::KNOWN.iter().map(ErrorCode::as_str).collect();
    let spec: Vec<_> = ERROR_CODES.iter().map(|(code, _)| *code).collect();
    for code in &spec {
        assert!(runtime.contains(code), "only the spec knows {code}");
        let read = ErrorCode::from_wire(code);
        assert!(!matches!(read, ErrorCode::Other(_)), "{code}");
    }
    for (code, status) in ERROR_CODES {
        let usual = ErrorCode::from_wire(code).usual_status();
        assert_eq!(usual, *status, "{code}");
    }
    for code in &runtime {
        assert!(spec.contains(code), "only the runtime knows {code}");
    }
    assert_eq!(runtime.len(), spec.len(), "a code is listed twice");
}

#[test]
fn every_error_code_has_its_own_name_in_upper_camel_case() {
    for code in ErrorCode::KNOWN {
        let words = code.as_str().split('_');
        let name: String = words
            .map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_owned() + &rest.to_lowercase()
            })
            .collect();
        assert_eq!(format!("{code:?}"), name);
    }
}

#[test]
fn phones_and_emails_have_the_types_of_the_spec() {
    let phones: Vec<_> = PhoneType::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(phones, Multifield::Phone.type_ids());
    let emails: Vec<_> = EmailType::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(emails, Multifield::Email.type_ids());
}

#[test]
fn a_bare_phone_or_email_has_the_type_that_the_spec_gives_to_it() {
    assert_eq!(PhoneType::default().as_str(), Multifield::DEFAULT_TYPE_ID);
    assert_eq!(EmailType::default().as_str(), Multifield::DEFAULT_TYPE_ID);
}

#[test]
fn a_phone_is_compared_without_every_letter_that_nobody_sees() {
    let patch = PatchJob::untyped("contacts", 71).add("phone", "+79161112233", "WORK");
    let patch = patch.job().unwrap();
    for letter in (char::MIN..=char::MAX).filter(|letter| is_invisible(*letter)) {
        let answer = format!(
            r#"{{"fm":[{{"id":1,"typeId":"PHONE","valueType":"WORK","value":"+7 916{letter}111-22-33"}}]}}"#
        );
        let record = RawAnswer::from_json::<Contacts>(answer).unwrap();
        assert_eq!(patch.mismatches(&record), [], "{letter:?}");
    }
}

/// The aliases that show the entries of a type: `phoneWork` for WORK.
fn aliases(multifield: Multifield) -> Vec<(String, &'static str)> {
    let alias = |type_id: &'static str| {
        let (first, rest) = type_id.split_at(1);
        let alias = format!("{}{first}{}", multifield.name(), rest.to_lowercase());
        (alias, type_id)
    };
    multifield.type_ids().iter().copied().map(alias).collect()
}

#[test]
fn the_multifields_have_the_names_kinds_and_aliases_of_the_spec() {
    for multifield in Multifield::ALL {
        let (name, kind) = (multifield.name(), multifield.kind_in_fm());
        let default = [(name.to_owned(), Multifield::DEFAULT_TYPE_ID)];
        for (alias, type_id) in default.into_iter().chain(aliases(*multifield)) {
            let json = format!(r#"{{"{alias}":"+79161112233"}}"#);
            let raw = RawAnswer::from_json::<Contacts>(json).unwrap();
            let read = raw.multifields().unwrap();
            let read: Vec<_> = read.entries().iter().collect();
            assert_eq!(read.len(), 1, "{alias}");
            assert_eq!((read[0].kind(), read[0].value_type()), (kind, type_id));
        }
        for type_id in multifield.type_ids() {
            let patch = PatchJob::untyped("contacts", 71).add(name, "+79161112233", type_id);
            assert!(patch.job().is_ok(), "{name} {type_id}");
        }
    }
}

#[test]
fn no_job_writes_a_field_that_repeats_phones_and_emails_or_counts_them() {
    let never_set = |name: &str| {
        let set = PatchJob::untyped("contacts", 71).set(name, "a");
        let added = PatchJob::untyped("contacts", 71).add(name, "a", Multifield::DEFAULT_TYPE_ID);
        set.job().is_err() && added.job().is_err()
    };
    let aliases = Multifield::ALL.iter().flat_map(|each| aliases(*each));
    for (name, _) in aliases {
        assert!(never_set(&name), "{name}");
    }
    for name in Multifield::UNWRITABLE
        .iter()
        .chain(&["hasPhone", "hasEmail"])
    {
        assert!(never_set(name), "{name}");
    }
}

#[test]
fn a_job_clears_a_field_by_the_json_of_the_spec_and_by_no_other() {
    let job = |json: &str| {
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        PatchJob::untyped("contacts", 71).clear("post", value).job()
    };
    for clearing in Clearing::ALL {
        assert!(job(clearing.as_json()).is_ok(), "{clearing:?}");
    }
    for other in ["1", "true", "{}", "\" \"", "[0]"] {
        assert!(job(other).is_err(), "{other}");
    }
}

#[test]
fn the_entities_of_the_runtime_are_those_of_the_spec() {
    let spec = Entity::ALL.iter().copied().map(|it| {
        (
            it.type_name(),
            it.path(),
            it.id_type_name(),
            it.has_multifields(),
        )
    });
    let spec: Vec<_> = spec.collect();
    assert_eq!(spec, vibecode_runtime::__private::ENTITIES);
}

/// A user's own type, for every kind.
struct Own;

macro_rules! takes_own_types {
    ($($Kind:ident)+) => {$(
        impl Encode<kind::$Kind> for Own {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.text(stringify!($Kind));
                Ok(())
            }
        }
    )+};
}

takes_own_types! {
    Text Integer Double Boolean Date DateTime Enumeration Money Url Address File Crm Status Iblock
}

impl Encode<kind::Reference<vibecode_runtime::Users>> for Own {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.text("Reference");
        Ok(())
    }
}

/// One field of each kind that a user field can have.
macro_rules! every_kind {
    ($($field:ident: $wire:literal, $kind:literal => $Kind:literal;)+) => {
        #[derive(Patch)]
        #[vibecode(entity = "contacts")]
        struct EveryKind {
            $(
                #[vibecode(field = $wire, kind = $kind)]
                $field: Option<Own>,
            )+
        }

        #[derive(Patch)]
        #[vibecode(entity = "contacts")]
        struct EveryKindTwice {
            $(
                #[vibecode(field = $wire, kind = $kind, multiple)]
                $field: Option<Vec<Own>>,
            )+
        }

        const KINDS: &[&str] = &[$($kind),+];

        #[test]
        fn every_kind_of_user_field_is_written_by_its_own_encoding() {
            $(
                let one = EveryKind::patch().$field(Own);
                let json = serde_json::to_string(&one).unwrap();
                assert_eq!(json, format!(r#"{{"{}":"{}"}}"#, $wire, $Kind));
                let two = EveryKindTwice::patch().$field([Own, Own]);
                let json = serde_json::to_string(&two).unwrap();
                assert_eq!(json, format!(r#"{{"{}":["{1}","{1}"]}}"#, $wire, $Kind));
            )+
        }
    };
}

every_kind! {
    text: "ufCrmA", "string" => "Text";
    integer: "ufCrmB", "integer" => "Integer";
    double: "ufCrmC", "double" => "Double";
    boolean: "ufCrmD", "boolean" => "Boolean";
    date: "ufCrmE", "date" => "Date";
    moment: "ufCrmF", "datetime" => "DateTime";
    option: "ufCrmG", "enumeration" => "Enumeration";
    money: "ufCrmH", "money" => "Money";
    link: "ufCrmI", "url" => "Url";
    address: "ufCrmJ", "address" => "Address";
    file: "ufCrmK", "file" => "File";
    employee: "ufCrmL", "employee" => "Reference";
    record: "ufCrmM", "crm" => "Crm";
    status: "ufCrmN", "crm_status" => "Status";
    section: "ufCrmO", "iblock_section" => "Iblock";
    element: "ufCrmP", "iblock_element" => "Iblock";
}

#[test]
fn the_derive_takes_every_kind_of_user_field_that_the_spec_names() {
    assert_eq!(KINDS, Kind::user_field_names());
}

/// The kinds with the runtime's own types for them.
#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct PlainTypes {
    #[vibecode(field = "ufCrmA", kind = "string")]
    text: Option<String>,
    #[vibecode(field = "ufCrmB", kind = "integer")]
    integer: Option<i64>,
    #[vibecode(field = "ufCrmC", kind = "double")]
    double: Option<f64>,
    #[vibecode(field = "ufCrmD", kind = "boolean")]
    boolean: Option<bool>,
    #[vibecode(field = "ufCrmG", kind = "enumeration")]
    option: Option<u64>,
    #[vibecode(field = "ufCrmI", kind = "url")]
    link: Option<String>,
    #[vibecode(field = "ufCrmJ", kind = "address")]
    address: Option<String>,
    #[vibecode(field = "ufCrmL", kind = "employee")]
    employee: Option<UserId>,
    #[vibecode(field = "ufCrmN", kind = "crm_status")]
    status: Option<String>,
    #[vibecode(field = "ufCrmO", kind = "iblock_section")]
    section: Option<u64>,
    #[vibecode(field = "ufCrmP", kind = "iblock_element")]
    element: Option<u64>,
}

#[test]
fn every_kind_with_a_plain_type_takes_it() {
    let patch = PlainTypes::patch()
        .text("a")
        .integer(-1)
        .double(0.5)
        .boolean(true)
        .option(79)
        .link("https://example.org")
        .address("Moscow")
        .employee(7)
        .status("CLIENT")
        .section(1)
        .element(2);
    let json = r#"{"ufCrmA":"a","ufCrmB":-1,"ufCrmC":0.5,"ufCrmD":true,"ufCrmG":79,"ufCrmI":"https://example.org","ufCrmJ":"Moscow","ufCrmL":7,"ufCrmN":"CLIENT","ufCrmO":1,"ufCrmP":2}"#;
    assert_eq!(serde_json::to_string(&patch).unwrap(), json);
}
