//! Which of the older Cyrillic encodings a text is in, if its words are evidence enough.
//!
//! Each of these encodings reads any bytes as some letters, so a text that is read in the wrong one is not damaged: it
//! says something else. `Иван` of a Mac is `€ван` to Windows, and the Hebrew `שרה` is `щшд`. A reading is accepted
//! only if it looks like Russian, and clearly more so than any other:
//!
//! - its words are natural: Cyrillic letters only, no capital after a small letter, no `ь` after a vowel;
//! - its letters are about as frequent as in Russian, and vowels follow consonants as they do there. Every letter and
//!   every pair adds the logarithm of its frequency. The sum is compared with that of letters at random, and with the
//!   sum of every other reading. `директор` (CP1251) gains 7, and is `ДХПЕЙРНП` in KOI8-R, which loses 5.
//!
//! What does not pass both comparisons by a factor of e³, such as a single short word, is left to the user. A text
//! without a word such as `Анна` needs much more: scripts without capitals, such as Hebrew, are read as small letters
//! alone, and a few of their words look Russian by chance.

use encoding_rs::{Encoding, IBM866, ISO_8859_5, KOI8_R, WINDOWS_1251, X_MAC_CYRILLIC};

/// The encodings that are recognised. The first is chosen if several read a text alike.
pub(super) const ENCODINGS: [&Encoding; 5] =
    [WINDOWS_1251, KOI8_R, IBM866, X_MAC_CYRILLIC, ISO_8859_5];

/// The frequencies of the letters in Russian texts, in percent, and of letters that only Ukrainian and Belarusian have.
const FREQUENCIES: [(char, f64); 38] = [
    ('о', 10.97),
    ('е', 8.45),
    ('а', 8.01),
    ('и', 7.35),
    ('н', 6.70),
    ('т', 6.26),
    ('с', 5.47),
    ('р', 4.73),
    ('в', 4.54),
    ('л', 4.40),
    ('к', 3.49),
    ('м', 3.21),
    ('д', 2.98),
    ('п', 2.81),
    ('у', 2.62),
    ('я', 2.01),
    ('ы', 1.90),
    ('ь', 1.74),
    ('г', 1.70),
    ('з', 1.65),
    ('б', 1.59),
    ('ч', 1.44),
    ('й', 1.21),
    ('х', 0.97),
    ('ж', 0.94),
    ('ш', 0.73),
    ('ю', 0.64),
    ('ц', 0.48),
    ('щ', 0.36),
    ('э', 0.32),
    ('ф', 0.26),
    ('і', 0.10),
    ('ї', 0.10),
    ('є', 0.10),
    ('ґ', 0.10),
    ('ў', 0.10),
    ('ъ', 0.04),
    ('ё', 0.04),
];
const VOWELS: &str = "аеёиоуыэюяіїє";
/// Signs beside words that are written in Russian. Each is rarer than any letter.
const SIGNS: &str = "«»„“”‘’–—…№°•\u{a0}";

/// The logarithms of frequencies: of letters at random, of a letter in a word that is not natural, of a sign.
const AT_RANDOM: f64 = -3.5;
const OF_ODD: f64 = -9.0;
const OF_SIGN: f64 = -6.0;
/// By how much a reading must exceed letters at random, and every other reading.
const MARGIN: f64 = 3.0;
/// The same for a text without a word that begins with a capital, and what each letter of it must exceed.
const MARGIN_WITHOUT_CAPITALS: f64 = 12.0;
const MARGIN_OF_A_LETTER: f64 = 0.5;

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
        .all(|margin| margin >= MARGIN);
    (is_clear && reading.is_plausible()).then_some(*encoding)
}

/// What speaks for and against one reading of a text.
#[derive(Debug, Default)]
struct Assessment {
    natural_words: usize,
    odd_words: usize,
    /// Whether a natural word begins with a capital, and goes on with small letters.
    has_capitalized: bool,
    /// The number of letters of the natural words.
    letters: f64,
    /// The logarithm of the likelihood of all words that are not ASCII, and of the signs.
    likelihood: f64,
    /// How much more likely the natural words are than letters at random, as a logarithm.
    evidence: f64,
}

impl Assessment {
    fn of(text: &str) -> Self {
        let mut reading = Self::default();
        let is_between = |letter: char| {
            (letter.is_ascii() && !letter.is_ascii_alphabetic()) || SIGNS.contains(letter)
        };
        for word in text.split(is_between).filter(|word| !word.is_ascii()) {
            if let Some((likelihood, letters)) = natural(word) {
                reading.natural_words += 1;
                reading.has_capitalized |= is_capitalized(word);
                reading.letters += letters;
                reading.likelihood += likelihood;
                reading.evidence += likelihood - AT_RANDOM * letters;
            } else {
                reading.odd_words += 1;
                reading.likelihood += word.chars().map(|_| OF_ODD).sum::<f64>();
            }
        }
        let signs = text.chars().filter(|letter| SIGNS.contains(*letter));
        reading.likelihood += signs.map(|_| OF_SIGN).sum::<f64>();
        reading
    }

    fn is_plausible(&self) -> bool {
        let is_evident = if self.has_capitalized {
            self.evidence >= MARGIN
        } else {
            self.evidence >= MARGIN_WITHOUT_CAPITALS.max(MARGIN_OF_A_LETTER * self.letters)
        };
        is_evident && self.natural_words > 4 * self.odd_words
    }
}

/// Returns the logarithm of the likelihood of a word, and its number of letters. `None` if no Russian word is written
/// like this.
fn natural(word: &str) -> Option<(f64, f64)> {
    let (mut likelihood, mut letters, mut vowels) = (0.0, 0.0, 0);
    let mut before: Option<(char, bool)> = None;
    for (letter, small) in word.chars().map(|letter| (letter, small(letter))) {
        likelihood += frequency(small)?.ln();
        letters += 1.0;
        let is_vowel = VOWELS.contains(small);
        vowels = if is_vowel { vowels + 1 } else { 0 };
        let follows = before.map(|(before, _)| before);
        let is_odd = match small {
            'ь' | 'ъ' => follows.is_none_or(|it| VOWELS.contains(it) || "йьъ".contains(it)),
            'ы' => follows.is_none_or(|it| VOWELS.contains(it) || "гкхжшщчй".contains(it)),
            _ => false,
        };
        let is_capital = letter != small;
        let follows_small = before.is_some_and(|(_, is_capital)| !is_capital);
        // `ООО` is a word, too.
        if is_odd || (is_capital && follows_small) || (vowels > 2 && letters > 3.0) {
            return None;
        }
        if let Some(before) = follows.filter(|it| !"ьъ".contains(*it) && !"ьъ".contains(small))
        {
            likelihood += match (VOWELS.contains(before), is_vowel) {
                (false, true) => 0.39,
                (false, false) => -0.5,
                (true, false) => 0.49,
                (true, true) => -1.43,
            };
        }
        before = Some((small, is_capital));
    }
    Some((likelihood, letters))
}

/// Returns true for `Анна`, and not for `анна`, `АННА` or `А`.
fn is_capitalized(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let rest = letters.as_str();
    first && !rest.is_empty() && rest.chars().all(char::is_lowercase)
}

fn small(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// Returns the share of a letter.
fn frequency(small: char) -> Option<f64> {
    let mut known = FREQUENCIES.iter();
    let (_, percent) = known.find(|(letter, _)| *letter == small)?;
    Some(percent / 100.0)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{
        BIG5, EUC_KR, GBK, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1252, WINDOWS_1253,
        WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    };

    use super::*;

    /// `encoding_rs` does not write every one of them, so a text is found by reading each byte.
    fn written(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        let read = |byte| encoding.decode_without_bom_handling(&[byte]).0.into_owned();
        let bytes: Vec<(String, u8)> = (0..=u8::MAX).map(|byte| (read(byte), byte)).collect();
        let byte_of = |letter: char| {
            let found = bytes.iter().find(|(text, _)| *text == letter.to_string());
            found.expect("the encoding has the letter").1
        };
        text.chars().map(byte_of).collect()
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
