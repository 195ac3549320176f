//! A struct with more fields than one part of the generated code handles.

use super::*;

macro_rules! wide {
    ($($field:ident $wire:literal,)*) => {
        #[derive(Patch, Record)]
        #[vibecode(entity = "contacts")]
        struct Wide {
            #[vibecode(id)]
            id: ContactId,
            $(
                #[vibecode(field = $wire, kind = "integer")]
                $field: u64,
            )*
        }

        /// The wire names, and the values of the fields, in the order of the struct.
        const WIRE_NAMES: &[&str] = &[$($wire),*];

        impl Wide {
            fn values(&self) -> Vec<u64> {
                vec![$(self.$field),*]
            }
        }
    };
}

wide! {
    f1 "ufCrm_1001",
    f2 "ufCrm_1002",
    f3 "ufCrm_1003",
    f4 "ufCrm_1004",
    f5 "ufCrm_1005",
    f6 "ufCrm_1006",
    f7 "ufCrm_1007",
    f8 "ufCrm_1008",
    f9 "ufCrm_1009",
    f10 "ufCrm_1010",
    f11 "ufCrm_1011",
    f12 "ufCrm_1012",
    f13 "ufCrm_1013",
    f14 "ufCrm_1014",
    f15 "ufCrm_1015",
    f16 "ufCrm_1016",
    f17 "ufCrm_1017",
    f18 "ufCrm_1018",
    f19 "ufCrm_1019",
    f20 "ufCrm_1020",
    f21 "ufCrm_1021",
    f22 "ufCrm_1022",
    f23 "ufCrm_1023",
    f24 "ufCrm_1024",
    f25 "ufCrm_1025",
    f26 "ufCrm_1026",
    f27 "ufCrm_1027",
    f28 "ufCrm_1028",
    f29 "ufCrm_1029",
    f30 "ufCrm_1030",
    f31 "ufCrm_1031",
    f32 "ufCrm_1032",
    f33 "ufCrm_1033",
    f34 "ufCrm_1034",
    f35 "ufCrm_1035",
    f36 "ufCrm_1036",
    f37 "ufCrm_1037",
    f38 "ufCrm_1038",
    f39 "ufCrm_1039",
    f40 "ufCrm_1040",
    f41 "ufCrm_1041",
    f42 "ufCrm_1042",
    f43 "ufCrm_1043",
    f44 "ufCrm_1044",
    f45 "ufCrm_1045",
    f46 "ufCrm_1046",
    f47 "ufCrm_1047",
    f48 "ufCrm_1048",
    f49 "ufCrm_1049",
    f50 "ufCrm_1050",
    f51 "ufCrm_1051",
    f52 "ufCrm_1052",
    f53 "ufCrm_1053",
    f54 "ufCrm_1054",
    f55 "ufCrm_1055",
    f56 "ufCrm_1056",
    f57 "ufCrm_1057",
    f58 "ufCrm_1058",
    f59 "ufCrm_1059",
    f60 "ufCrm_1060",
    f61 "ufCrm_1061",
    f62 "ufCrm_1062",
    f63 "ufCrm_1063",
    f64 "ufCrm_1064",
    f65 "ufCrm_1065",
    f66 "ufCrm_1066",
    f67 "ufCrm_1067",
    f68 "ufCrm_1068",
    f69 "ufCrm_1069",
    f70 "ufCrm_1070",
}

fn record() -> serde_json::Map<String, Value> {
    let numbers = (1_u64..).map(Value::from);
    let fields = WIRE_NAMES.iter().map(|name| (*name).to_owned());
    let mut record: serde_json::Map<_, _> = fields.zip(numbers).collect();
    record.insert("id".to_owned(), json!(71));
    record
}

fn read(record: &serde_json::Map<String, Value>) -> Result<Wide, Error> {
    let json = serde_json::to_string(record).unwrap();
    vibecode_runtime::RawAnswer::from_json::<Contacts>(json)?.record()
}

#[test]
fn each_of_many_fields_is_read_into_its_own_field() {
    let wide = read(&record()).unwrap();
    assert_eq!(wide.id, ContactId::from(71));
    let expected: Vec<u64> = (1..).take(WIRE_NAMES.len()).collect();
    assert_eq!(wide.values(), expected);
}

#[test]
fn each_of_many_fields_that_does_not_fit_is_named() {
    for name in WIRE_NAMES {
        let mut record = record();
        record[*name] = json!("a text");
        let error = read(&record).err().unwrap();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn each_of_many_fields_is_patched_from_its_own_field() {
    let patch = read(&record()).unwrap().to_patch();
    let mut expected = record();
    expected.remove("id");
    assert_eq!(
        serde_json::to_value(&patch).unwrap(),
        Value::Object(expected)
    );
}

#[test]
fn an_unknown_name_beside_many_fields_is_not_read() {
    let mut record = record();
    record.insert("ufCrm_1071".to_owned(), json!("a text"));
    assert_eq!(read(&record).unwrap().values().len(), WIRE_NAMES.len());
}
