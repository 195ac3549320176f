//! Letters that were lost: U+FFFD, or `?` in place of each. `????` was `Иван`, and `M?ller` was `Müller`.
//!
//! A `?` is also what people write, so what counts as evidence depends on the field. In a name, a word of `?`, several
//! of them in a row, or one before a small letter has no other meaning. In a text, `Why ???`, `???` and even
//! `Well??Yes` are questions: it takes a row of three before a small letter, words of `?` side by side, or nothing but
//! `?` in a row of four.

use super::TextUse;

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Consists of this number of `?`.
    Lost(usize),
    Number,
    Letters {
        begins_small: bool,
    },
}

impl Word {
    fn of(word: &str) -> Self {
        let first = word.chars().next();
        if word.chars().all(|letter| letter == '?') {
            Self::Lost(word.len())
        } else if word.chars().all(|letter| letter.is_ascii_digit()) {
            Self::Number
        } else {
            Self::Letters {
                begins_small: first.is_some_and(char::is_lowercase),
            }
        }
    }

    /// Returns the number of `?`, if there are several.
    fn lost(self) -> Option<usize> {
        match self {
            Self::Lost(count) => Some(count).filter(|count| *count > 1),
            Self::Number | Self::Letters { .. } => None,
        }
    }
}

/// Returns whether letters of a text were replaced with `?`.
pub(super) fn has_lost_letters(text: &str, text_use: TextUse) -> bool {
    if !text.contains('?') {
        return false;
    }
    let is_between = |letter: char| letter.is_whitespace() || "-–—.,:;'\"()«»/№#".contains(letter);
    let words = text.split(is_between).filter(|word| !word.is_empty());
    let words: Vec<Word> = words.map(Word::of).collect();
    let is_only_lost = has_only_lost(&words, text_use);
    match text_use {
        TextUse::Name => {
            let mut lost = words.iter().filter_map(|word| word.lost());
            is_only_lost
                || lost.next().is_some()
                || text.contains("???")
                || begins_small_after(text, 1)
        }
        TextUse::Text => is_only_lost || has_lost_words(&words) || begins_small_after(text, 3),
    }
}

/// Returns true if every word is `?` only, one of them several. Beside numbers, a long one or several are needed: `12 ??`
/// may be meant. In a text, a short one alone may be a question.
fn has_only_lost(words: &[Word], text_use: TextUse) -> bool {
    let (mut lost, mut longest) = (0, 0);
    for word in words {
        match word {
            Word::Lost(count) => {
                lost += 1;
                longest = longest.max(*count);
            }
            Word::Number => {}
            Word::Letters { .. } => return false,
        }
    }
    let may_be_meant = words.contains(&Word::Number) || text_use == TextUse::Text;
    longest >= 2 && (!may_be_meant || lost >= 2 || longest >= 4)
}

/// Returns true if two words of `?` are side by side, or if there are several, one of them long, and a sentence goes on
/// after one.
fn has_lost_words(words: &[Word]) -> bool {
    let lost: Vec<usize> = words.iter().filter_map(|word| word.lost()).collect();
    let mut pairs = words.iter().zip(words.iter().skip(1));
    let are_side_by_side =
        |(one, next): (&Word, &Word)| one.lost().is_some() && next.lost().is_some();
    let goes_on = |(one, next): (&Word, &Word)| {
        one.lost().is_some() && matches!(next, Word::Letters { begins_small: true })
    };
    let has_long = lost.iter().any(|count| *count >= 4);
    lost.len() >= 2 && (pairs.clone().any(are_side_by_side) || (has_long && pairs.any(goes_on)))
}

/// Returns true if a small letter follows this number of `?` or more, as none does in a question. A link has them too.
fn begins_small_after(text: &str, least: usize) -> bool {
    let is_link = |word: &&str| word.contains("://") || word.contains(['=', '&']);
    let mut words = text.split_whitespace().filter(|word| !is_link(word));
    words.any(|word| {
        let mut in_a_row = 0;
        word.chars().any(|letter| {
            let follows = in_a_row >= least && letter.is_lowercase();
            in_a_row = if letter == '?' { in_a_row + 1 } else { 0 };
            follows
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_letters_are_recognized() {
        for text in [
            "????",
            "???? ??????",
            "?? \"??????\"",
            "?????-???????",
            "?????? 12",
            "?. ??????",
            "????, 5, ??. 3",
            "Ив???ов",
            "???ович",
            "Звонил ???? ?????",
            "ООО «????» из ??????, ИНН 5",
            "Договор с ???? от ??????? числа",
        ] {
            assert!(has_lost_letters(text, TextUse::Text), "{text}");
            assert!(has_lost_letters(text, TextUse::Name), "{text}");
        }
    }

    #[test]
    fn a_name_is_not_a_question() {
        for text in [
            "??",
            "???",
            "Иван ????",
            "Иван ??",
            "?? Petrov",
            "M?ller",
            "?ukasz",
            "?аза?стан",
            "Петр???",
        ] {
            assert!(has_lost_letters(text, TextUse::Name), "{text}");
        }
        for text in [
            "?",
            "Иванов?",
            "Иванов??",
            "Иванов (?)",
            "Отдел «Что? Где? Когда?»",
        ] {
            assert!(!has_lost_letters(text, TextUse::Name), "{text}");
        }
    }

    #[test]
    fn a_question_is_not_a_lost_text() {
        for text in [
            "?",
            "??",
            "???",
            "Почему??",
            "Иван ????",
            "Что ??? Не понял",
            "Когда ??? перезвонить",
            "Когда ??? перезвонить ???",
            "Привет,как дела?нормально",
            "Да ну??Серьёзно",
            "https://a.ru/?q=??",
            "https://a.ru/???q",
            "Why ?? Because.",
            "12 ??",
        ] {
            assert!(!has_lost_letters(text, TextUse::Text), "{text}");
        }
    }
}
