//! Letters that were lost: U+FFFD, or `?` in place of each. `????` was `Иван`. `Why??` has letters, so it is a text.

/// Returns true if every word is `?` only, one of them several. Beside numbers, a long one or several are needed: `12 ??`
/// may be meant.
pub(super) fn has_lost_letters(text: &str) -> bool {
    if !text.contains("??") {
        return false;
    }
    let is_between = |letter: char| letter.is_whitespace() || "-–—.,:;'\"()«»/№#".contains(letter);
    let (mut lost, mut longest, mut has_numbers) = (0, 0, false);
    for word in text.split(is_between).filter(|word| !word.is_empty()) {
        if word.chars().all(|letter| letter == '?') {
            lost += 1;
            longest = longest.max(word.len());
        } else if word.chars().all(|letter| letter.is_ascii_digit()) {
            has_numbers = true;
        } else {
            return false;
        }
    }
    longest >= 2 && (!has_numbers || lost >= 2 || longest >= 4)
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_letters_are_recognized() {
        for text in [
            "??",
            "????",
            "???? ??????",
            "?? \"??????\"",
            "?????-???????",
            "?????? 12",
            "?. ??????",
            "????, 5, ??. 3",
        ] {
            assert!(has_lost_letters(text), "{text}");
        }
    }
}
