//! How much a text looks like Russian. It decides which of several readings of the same bytes was meant.
//!
//! - The words of a text are natural: Cyrillic letters only, no capital after a small letter, no `ь` after a vowel.
//! - Its letters are about as frequent as in Russian, and vowels follow consonants as they do there. Every letter and
//!   every pair adds the logarithm of its frequency. The sum is compared with that of letters at random, and with the
//!   sum of every other reading. `директор` (CP1251) gains 7, and is `ДХПЕЙРНП` in KOI8-R, which loses 5.
//!
//! A reading is accepted if it passes both comparisons by a factor of e³. A text without a word such as `Анна` needs much
//! more: scripts without capitals, such as Hebrew, are read as small letters alone, and a few of their words look Russian
//! by chance.

use std::sync::LazyLock;

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

/// The logarithms of frequencies: of letters at random, of a letter in a word that is not natural, of a sign.
const AT_RANDOM: f64 = -3.5;
const OF_ODD: f64 = -9.0;
const OF_SIGN: f64 = -6.0;
/// By how much a reading must exceed letters at random, and every other reading.
pub(crate) const MARGIN_OF_A_READING: f64 = 3.0;
/// The same for a text without a word that begins with a capital, and what each letter of it must exceed.
const MARGIN_WITHOUT_CAPITALS: f64 = 12.0;
const MARGIN_OF_A_LETTER: f64 = 0.5;
/// The same for texts with and without a word that begins with a capital, if the script is known to have capitals.
const MARGIN_OF_CAPITALIZED: f64 = 2.0;
const MARGIN_OF_SMALL_LETTERS: f64 = 5.0;
/// The number of letters below which a reading such as `Тин` for `ВШЭ` is not evidence.
const LEAST_LETTERS: f64 = 4.0;

/// What speaks for and against one reading of a text.
#[derive(Debug, Default)]
pub(crate) struct Assessment {
    natural_words: usize,
    odd_words: usize,
    /// Whether a natural word begins with a capital, and goes on with small letters.
    has_capitalized: bool,
    /// The number of letters of the natural words.
    letters: f64,
    /// The logarithm of the likelihood of all words that are not ASCII, and of the signs.
    pub(crate) likelihood: f64,
    /// How much more likely the natural words are than letters at random, as a logarithm.
    evidence: f64,
}

impl Assessment {
    pub(crate) fn of(text: &str) -> Self {
        let mut reading = Self::default();
        let is_between =
            |letter: char| (letter.is_ascii() && !letter.is_ascii_alphabetic()) || is_sign(letter);
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
        let signs = text.chars().filter(|letter| is_sign(*letter));
        reading.likelihood += signs.map(|_| OF_SIGN).sum::<f64>();
        reading
    }

    /// Returns whether a text is evidently Russian.
    pub(crate) fn is_plausible(&self, capitals: Capitals) -> bool {
        let (capitalized, small, least_letters) = match capitals {
            Capitals::Unknown => {
                let by_length = MARGIN_OF_A_LETTER * self.letters;
                (
                    MARGIN_OF_A_READING,
                    MARGIN_WITHOUT_CAPITALS.max(by_length),
                    0.0,
                )
            }
            Capitals::Expected => (
                MARGIN_OF_CAPITALIZED,
                MARGIN_OF_SMALL_LETTERS,
                LEAST_LETTERS,
            ),
        };
        let least = if self.has_capitalized {
            capitalized
        } else {
            small
        };
        self.evidence >= least
            && self.letters >= least_letters
            && self.natural_words > 4 * self.odd_words
    }

    /// Returns whether all words of a text are natural, and at least as likely as letters at random.
    pub(crate) fn looks_russian(&self) -> bool {
        self.odd_words == 0 && self.evidence >= 0.0
    }
}

/// Whether the letters may be those of a script without capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capitals {
    /// The bytes may be of any language.
    Unknown,
    /// The bytes were read as letters with capitals.
    Expected,
}

/// Returns the logarithm of the likelihood of a word, and its number of letters. `None` if no Russian word is written
/// like this.
fn natural(word: &str) -> Option<(f64, f64)> {
    let (mut likelihood, mut letters, mut vowels) = (0.0, 0.0, 0);
    let mut before: Option<(char, bool)> = None;
    for letter in word.chars() {
        let Letter {
            small,
            is_vowel,
            logarithm,
        } = letter_of(letter)?;
        likelihood += logarithm;
        letters += 1.0;
        let follows_vowel = vowels > 0;
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
        if follows.is_some_and(|it| !"ьъ".contains(it)) && !"ьъ".contains(small) {
            likelihood += match (follows_vowel, is_vowel) {
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

/// Returns whether a word of several letters is written as Russian words are: `Анна`, `анна` or `АННА`, and none of its
/// letters is one that no word begins with.
pub(crate) fn is_usual(word: &str) -> bool {
    let begins_usual = !word.starts_with(['ё', 'ў', 'Ў', 'ь', 'ъ', 'ы']);
    let rest = word.chars().skip(1);
    let is_small = rest.clone().all(char::is_lowercase);
    let is_capital = word.chars().all(char::is_uppercase);
    rest.count() > 0 && begins_usual && (is_small || is_capital) && natural(word).is_some()
}

/// Returns true for `Анна`, and not for `анна`, `АННА` or `А`.
fn is_capitalized(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let rest = letters.as_str();
    first && !rest.is_empty() && rest.chars().all(char::is_lowercase)
}

/// Returns true for signs beside words that are written in Russian. Each is rarer than any letter.
pub(crate) fn is_sign(letter: char) -> bool {
    matches!(
        letter,
        '«' | '»'
            | '„'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '–'
            | '—'
            | '…'
            | '№'
            | '°'
            | '•'
            | '\u{a0}'
    )
}

/// A letter of Russian.
#[derive(Debug, Clone, Copy)]
struct Letter {
    small: char,
    is_vowel: bool,
    /// The logarithm of its share.
    logarithm: f64,
}

/// The letters by their numbers from `FIRST`, so that each is looked up once: most texts of a file are looked at.
static LETTERS: LazyLock<[Option<Letter>; COUNT]> = LazyLock::new(|| {
    let mut letters = [None; COUNT];
    for (small, percent) in FREQUENCIES {
        let letter = Letter {
            small,
            is_vowel: VOWELS.contains(small),
            logarithm: (percent / 100.0).ln(),
        };
        for form in [Some(small), small.to_uppercase().next()] {
            let index = form.and_then(index);
            if let Some(known) = index.and_then(|index| letters.get_mut(index)) {
                *known = Some(letter);
            }
        }
    }
    letters
});

const FIRST: u32 = 0x400;
const COUNT: usize = 0x100;

fn index(letter: char) -> Option<usize> {
    usize::try_from(u32::from(letter).checked_sub(FIRST)?).ok()
}

/// Returns what is known of a letter. `None` if Russian does not have it.
fn letter_of(letter: char) -> Option<Letter> {
    LETTERS.get(index(letter)?).copied().flatten()
}
