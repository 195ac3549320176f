//! Which of the older Cyrillic encodings a text is in, if its words are evidence enough.
//!
//! Each of these encodings reads any bytes as some letters, so a text that is read in the wrong one is not damaged: it
//! says something else. `Иван` of a Mac is `€ван` to Windows, and the Hebrew `שרה` is `щшд`. A reading is accepted
//! only if it looks like Russian, and clearly more so than any other. What does not, such as a single short word, is left
//! to the user.

use encoding_rs::{Encoding, IBM866, ISO_8859_5, KOI8_U, WINDOWS_1251, X_MAC_CYRILLIC};

use crate::garbled::russian::{Assessment, Capitals, MARGIN_OF_A_READING};

/// The encodings that are recognised. The first is chosen if several read a text alike. KOI8-U has the letters of KOI8-R,
/// and the Ukrainian ones in place of frames.
pub(super) const ENCODINGS: [&Encoding; 5] =
    [WINDOWS_1251, KOI8_U, IBM866, X_MAC_CYRILLIC, ISO_8859_5];

/// Returns the encoding of these bytes, if they are Russian words in one and in no other.
pub(super) fn recognize(bytes: &[u8]) -> Option<&'static Encoding> {
    let readings = ENCODINGS.map(|encoding| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        (Assessment::of(&text), text, encoding)
    });
    let best = readings.iter().reduce(|best, next| {
        let is_better = next.0.likelihood > best.0.likelihood;
        if is_better { next } else { best }
    });
    let (reading, text, encoding) = best?;
    let others = readings.iter().filter(|(_, other, _)| other != text);
    let is_clear = others
        .map(|(other, ..)| reading.likelihood - other.likelihood)
        .all(|margin| margin >= MARGIN_OF_A_READING);
    (is_clear && reading.is_plausible(Capitals::Unknown)).then_some(*encoding)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use encoding_rs::{
        BIG5, EUC_KR, GBK, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1252, WINDOWS_1253,
        WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    };

    use super::*;

    /// The bytes of letters in an encoding. `encoding_rs` does not write every one of them, so each byte is read.
    pub(in super::super) struct Letters(BTreeMap<String, u8>);

    impl Letters {
        pub(in super::super) fn of(encoding: &'static Encoding) -> Self {
            let read = |byte| encoding.decode_without_bom_handling(&[byte]).0.into_owned();
            Self((0..=u8::MAX).map(|byte| (read(byte), byte)).collect())
        }

        pub(in super::super) fn bytes(&self, text: &str) -> Vec<u8> {
            let byte_of = |letter: char| *self.0.get(&letter.to_string()).expect("a letter it has");
            text.chars().map(byte_of).collect()
        }
    }

    pub(in super::super) fn written(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        Letters::of(encoding).bytes(text)
    }

    const RUSSIAN: [&str; 6] = [
        "Имя;Фамилия\nАнна;Иванова\nМария;Ёлкина\nЯков;Юрьев\nДмитрий;Щукин\n",
        "id;post\n71;директор по продажам\n",
        "id;post\n71;ДИРЕКТОР ПО ПРОДАЖАМ\n",
        "Хабибуллина;Гульшат\nЮсупов;Айдар\nЦой;Чжу\nШарафутдинов;Фарид\n",
        "Фёдоров\nЩербаков\nЖуков\nЧехов\nХрущёв\nЦветаева\nШмидт\n",
        "София;Търговски директор\nИван Петров;Велико Търново\n",
    ];

    #[test]
    fn russian_words_are_recognized_in_each_encoding() {
        for text in RUSSIAN {
            for encoding in ENCODINGS {
                let bytes = written(text, encoding);
                let read = recognize(&bytes);
                let read = read.map(|read| read.decode_without_bom_handling(&bytes).0);
                assert_eq!(read.as_deref(), Some(text), "{}", encoding.name());
            }
        }
        for text in [
            "ID;Должность\r\n71;Старший «бухгалтер» ООО, № 5\r\n",
            "Київ;Олексій Шевченко\nЛьвів;Євген Ґудзь\nОльга;директор",
        ] {
            let bytes = WINDOWS_1251.encode(text).0;
            assert_eq!(recognize(&bytes), Some(WINDOWS_1251), "{text}");
        }
    }

    #[test]
    fn words_of_other_languages_are_not_read_as_russian() {
        for (text, encoding) in [
            (
                "שלום;דוד כהן\nמנהל מכירות;משה לוי\nירושלים\nרחוב הרצל",
                WINDOWS_1255,
            ),
            ("שרה", WINDOWS_1255),
            ("יואב אורן", WINDOWS_1255),
            ("Γιώργος Παπαδόπουλος;Αθήνα", WINDOWS_1253),
            ("ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ", WINDOWS_1253),
            ("διευθυντης πωλησεων", WINDOWS_1253),
            ("Müller;Größe\nJürgen;Köln\nÜnal;Österreich", WINDOWS_1252),
            ("René;à côté é è", WINDOWS_1252),
            ("Łukasz;Wójcik\nŻółć", WINDOWS_1250),
            ("İbrahim;Çağrı Şahin", WINDOWS_1254),
            ("محمد علي;مدير المبيعات", WINDOWS_1256),
            ("สมชาย;ผู้จัดการ", WINDOWS_874),
            ("张伟;销售经理\n王芳", GBK),
            ("田中;営業部長", SHIFT_JIS),
            ("김철수;영업부장", EUC_KR),
            ("陳大文;經理", BIG5),
        ] {
            let bytes = encoding.encode(text).0;
            assert_eq!(recognize(&bytes), None, "{text}");
        }
        for bytes in [
            &b"id,post\n71,b\xff\n"[..],
            b"id,M\xfcller\n",
            b"M\x81ller",
            b"",
        ] {
            assert_eq!(recognize(bytes), None);
        }
    }

    #[test]
    fn no_few_words_of_a_script_without_capitals_look_russian() {
        let words = "שלום עולם דוד כהן מנהל מכירות משה לוי שרה גולדברג תל אביב יוסף אברהם ירושלים חברה רחוב הרצל \
            יואב אורן רחל מרים יעקב יצחק נועה תמר איתן עומר גיל רון ליאור שירה מיכל חיפה באר שבע מנכל שיווק כספים \
            מזכירה לקוח ספק טלפון דואר כתובת שם משפחה פרטי תפקיד הערות עובד מהנדס רופא עורך דין מורה נהג";
        let words: Vec<&str> = words.split_whitespace().collect();
        for count in 1..=6 {
            for some in words.windows(count) {
                let bytes = WINDOWS_1255.encode(&some.join(" ")).0.into_owned();
                assert_eq!(recognize(&bytes), None, "{some:?}");
            }
        }
    }

    #[test]
    fn a_word_that_is_too_short_is_left_to_the_user() {
        for (word, encoding) in [("Ок", WINDOWS_1251), ("Директор", X_MAC_CYRILLIC)] {
            assert_eq!(recognize(&written(word, encoding)), None, "{word}");
        }
    }
}
