use serde_json::Value;

use super::*;

/// Returns what a text is read as, or the line and the column of its mistake.
fn read(text: &str) -> Result<Value, (usize, usize)> {
    let read = Json::read(text).map(|json| json.to_value());
    read.map_err(|mistake| (mistake.line, mistake.column))
}

/// Like [`read`], by `serde_json`.
fn expected(text: &str) -> Result<Value, (usize, usize)> {
    let read = serde_json::from_str(text);
    read.map_err(|error| (error.line(), error.column()))
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
        r#""\ud83d\u0041""#,
        r#""\ud83d\n""#,
        r#""\ud83dx""#,
        r#""\ud83d\"#,
        r#""\ud83d"#,
        r#""\u12"#,
        r#""\u12é""#,
        r#""\u+123""#,
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
        assert_eq!(read(text), expected(text), "{text}");
    }
}

/// The mistakes of people and of programs: a text that ends early, and a byte that is lacking, wrong or too many.
#[test]
fn a_mistake_anywhere_is_found_in_the_line_and_the_column_of_serde_json() {
    const BYTES: &str = "{}[]\":,\\/ \n\r\t\u{0}\u{1f}\u{7f}+-.eE0159abfnrtuDd8xé";
    let text = "{\n\t\"a\" : [null,true, false ,-1.50e+2, 0, 0.5E-3,18],\r\n\
        \"\\u00e9\\\"\\n\":\"\\ud83d\\uDE00 é\\/\",\n\"c\":{}, \"d\":[[ ]]}\n";
    for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
        let (before, after) = text.split_at(at);
        let mut rest = after.chars();
        rest.next();
        let without = format!("{before}{}", rest.as_str());
        for text in [before, &without] {
            assert_eq!(read(text), expected(text), "{text}");
        }
        for byte in BYTES.chars() {
            for after in [after, rest.as_str()] {
                let text = format!("{before}{byte}{after}");
                assert_eq!(read(&text), expected(&text), "{text}");
            }
        }
    }
}

#[test]
fn a_number_is_kept_as_it_is_written() {
    for text in ["0", "-0", "1.50", "1E5", "18446744073709551616"] {
        assert!(matches!(Json::read(text), Ok(Json::Number(written)) if written == text));
    }
}

#[test]
fn a_number_that_serde_json_may_refuse_is_not_read_as_null() {
    assert_ne!(read("17976931348623158e292"), Ok(Value::Null));
}

#[test]
fn lists_and_objects_are_nested_as_deep_as_serde_json_allows() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [1, 126, 127, 128, 129, 100_000] {
            let text = format!("{}0{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(read(&text), expected(&text), "{depth}");
            assert_eq!(read(&text).is_ok(), depth < 128, "{depth}");
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
    let Ok(Json::Text(text)) = Json::read(r#""Лояльность""#) else {
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
