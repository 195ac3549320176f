use super::*;

/// Returns what a text is read as, or `None` if it is not JSON.
fn read(text: &str) -> Option<Value> {
    Json::read(text).map(|json| json.to_value())
}

#[test]
fn a_text_is_read_as_serde_json_reads_it() {
    for text in [
        "0",
        "-0",
        "18446744073709551615",
        "18446744073709551616",
        "999999999999999999999",
        "1234567890123456789",
        "01",
        "-",
        "1-2",
        "1.",
        "1.50",
        "1e5",
        "1e400",
        "5e",
        "+1",
        ".5",
        "nul",
        "nulll",
        "null",
        "true",
        "truefalse",
        "false",
        "False",
        "\"\"",
        "\"",
        "\"a\nb\"",
        "\"a\u{7f}b\"",
        r#""a\nb""#,
        r#""\"""#,
        r#""\\""#,
        r#""\"#,
        r#""\é""#,
        r#""\u00e9\/""#,
        r#""\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\x""#,
        "\"Лояльность\"",
        "[]",
        " [ 1 , 2 ] ",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "[[]]",
        "{}",
        "{\"a\":1}",
        "\t{\r\n\"a\" :1 , \"b\":[ ]\n}\n",
        "{\"a\":1,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1]",
        r#"{"a":1,"a":2}"#,
        r#"{"\u0061":1,"a":2}"#,
        r#"{"a":2,"\u0061":1}"#,
        "{} {}",
        "{}\u{a0}",
        "\u{b}1",
        "",
        " ",
    ] {
        let expected: Option<Value> = serde_json::from_str(text).ok();
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn lists_and_objects_are_nested_as_deep_as_serde_json_allows() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [1, 126, 127, 128, 129, 100_000] {
            let text = format!("{}0{}", open.repeat(depth), close.repeat(depth));
            let expected: Option<Value> = serde_json::from_str(&text).ok();
            assert_eq!(read(&text), expected, "{depth}");
            assert_eq!(expected.is_some(), depth < 128, "{depth}");
        }
    }
}

#[test]
fn of_several_members_with_one_key_the_last_counts() {
    let text = r#"{"b":1,"a":2,"b":3,"a":4,"b":5}"#;
    let json = Json::read(text).unwrap();
    let object = json.as_object().unwrap();
    let as_number = |json: &Json<'_>| json.to_value().as_u64();
    assert_eq!(object.get("b").and_then(as_number), Some(5));
    let members = object.members().into_iter();
    let members: Vec<_> = members.map(|(key, it)| (key, as_number(it))).collect();
    assert_eq!(members, [("a", Some(4)), ("b", Some(5))]);
}

#[test]
fn a_text_without_escapes_is_not_copied() {
    let Some(Json::Text(text)) = Json::read(r#""Лояльность""#) else {
        panic!("it is a text");
    };
    assert!(matches!(text, Cow::Borrowed("Лояльность")));
}

#[test]
fn a_value_of_serde_json_is_read_and_written_unchanged() {
    let text = r#"{"a":[null,true,-1.5,"b"],"c":{"d":18446744073709551615}}"#;
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(Json::from(&value).to_value(), value);
}
