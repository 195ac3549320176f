//! The wire forms of texts and numbers.

use vibecode_runtime::Patch;

use crate::{customer, json};

#[test]
fn text_is_sent_as_it_is() {
    let patch = customer().name("").post("a \"b\" \\ \n \u{0} é Иван 🦀");
    let expected = r#"{"name":"","post":"a \"b\" \\ \n \u0000 é Иван 🦀"}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn numbers_are_sent_whole() {
    let patch = customer().visits(i64::MIN).ratio(1e300).loyalty(u64::MAX);
    let expected = r#"{"ufCrmVisits":-9223372036854775808,"ufCrmRatio":1e+300,"ufCrm_1721244707107":18446744073709551615}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn a_number_is_read_from_the_wire_as_exactly_the_one_that_was_set() {
    for number in [
        0.1,
        -0.0,
        1.0 / 3.0,
        -6.509_212_913_611_46e-77,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        9_007_199_254_740_993.0,
    ] {
        let body = json(&customer().ratio(number));
        let text = body.strip_prefix(r#"{"ufCrmRatio":"#).unwrap();
        let read: f64 = text.strip_suffix('}').unwrap().parse().unwrap();
        assert_eq!(read.to_bits(), number.to_bits(), "{body}");
    }
}

#[test]
fn a_float_of_32_bits_is_sent_by_its_shortest_text() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Narrow {
        #[vibecode(field = "ufCrmRatio", kind = "double")]
        ratio: f32,
    }
    assert_eq!(json(&Narrow::patch().ratio(0.1)), r#"{"ufCrmRatio":0.1}"#);
}
