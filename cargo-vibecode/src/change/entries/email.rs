//! Whether an email address is plausible.
//!
//! Refused is what nobody can have as an address. What may be a placeholder, and may be real, is counted.

use crate::visible::is_invisible;

/// What an address may contain beside letters and digits (RFC 5322, without `|` and `` ` ``, which nobody uses).
const MARKS: &str = "@.!#$%&'*+-/=?^_{}~";

/// # Errors
/// Why the address is not plausible.
pub(super) fn check(text: &str) -> Result<(), String> {
    let problem = |text: &str| Err(text.to_owned());
    let (Some((name, domain)), count) = (text.split_once('@'), text.matches('@').count()) else {
        return problem("requires an email address, such as name@company.ru: there is no `@`");
    };
    if count > 1 {
        return problem(
            "has more than one email address: separate them with `;`, or use one cell or one --add each",
        );
    }
    // Invisible characters stay in a copied address. Some of them are alphabetic to Unicode.
    if text.contains(|letter: char| is_invisible(letter) && !letter.is_whitespace()) {
        return problem("has an invisible character: type the address again");
    }
    let is_known = |letter: char| letter.is_alphanumeric() || MARKS.contains(letter);
    if !text.chars().all(is_known) {
        return problem("has a character that no email address has: write only the address");
    }
    let labels: Vec<&str> = domain.split('.').collect();
    if labels.len() < 2 {
        return problem("has no dot after the `@`: write the whole domain");
    }
    let is_label = |label: &&str| {
        let allowed = label
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '-');
        !label.is_empty() && allowed && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = labels.last().copied().unwrap_or_default();
    let is_last = last.chars().count() >= 2 && !last.chars().all(|letter| letter.is_ascii_digit());
    if name.is_empty() || name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return problem("has no valid name before the `@`");
    }
    if !labels.iter().all(is_label) || !is_last {
        return problem("has no valid domain after the `@`");
    }
    if is_word_for_no(name, &labels) || is_unknown_ending(last) {
        return problem("is a placeholder and no address: leave it out, or write the address");
    }
    // A name in other letters is only at a domain in such letters.
    let is_mixed = has_letters_like_latin(name) && domain.is_ascii();
    let mut words = labels.into_iter().chain([name]);
    if is_mixed || words.any(has_letters_of_two_scripts) {
        return problem(
            "has Latin letters beside Cyrillic or Greek ones, which may look like them: type it again",
        );
    }
    Ok(())
}

/// Words for "no", which are written instead of an address.
const NO: [&str; 7] = ["нет", "нету", "no", "net", "none", "noemail", "nomail"];
/// Endings that are reserved and belong to nobody (RFC 2606).
const RESERVED: [&str; 4] = ["example", "invalid", "localhost", "test"];
/// The endings of Cyrillic domains.
const CYRILLIC: [&str; 17] = [
    "бг",
    "бел",
    "дети",
    "ею",
    "католик",
    "ком",
    "мкд",
    "мон",
    "москва",
    "онлайн",
    "орг",
    "рус",
    "рф",
    "сайт",
    "срб",
    "укр",
    "қаз",
];

/// Returns true for `нет@нет.рф` and `no@no.ru`: the name before the `@` is a word for "no", and is the domain's.
fn is_word_for_no(name: &str, labels: &[&str]) -> bool {
    NO.contains(&name.to_lowercase().as_str()) && is_name_of_domain(name, labels)
}

/// Returns true for `x@x.com`, `11@11.com` and `email@email.ru`: the name before the `@` is the domain's, and is the word
/// "email" or one repeated letter. Such an address may be real.
pub(super) fn may_be_placeholder(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let labels: Vec<&str> = domain.split('.').collect();
    let is_repeated = name.chars().all(|letter| name.starts_with(letter));
    (is_repeated || name.eq_ignore_ascii_case("email")) && is_name_of_domain(name, &labels)
}

fn is_name_of_domain(name: &str, labels: &[&str]) -> bool {
    let domain = labels.first();
    domain.is_some_and(|label| label.to_lowercase() == name.to_lowercase())
}

/// Returns true if no domain has this ending.
fn is_unknown_ending(last: &str) -> bool {
    let last = last.to_lowercase();
    let is_cyrillic = last.contains(|letter| matches!(letter, '\u{400}'..='\u{52f}'));
    RESERVED.contains(&last.as_str()) || (is_cyrillic && !CYRILLIC.contains(&last.as_str()))
}

/// Returns true if a word has Latin letters beside Cyrillic or Greek ones. No real name has both.
fn has_letters_of_two_scripts(word: &str) -> bool {
    word.contains(|letter: char| letter.is_ascii_alphabetic()) && has_letters_like_latin(word)
}

/// Returns true if a word has Cyrillic or Greek letters.
fn has_letters_like_latin(word: &str) -> bool {
    word.contains(|letter| matches!(letter, '\u{370}'..='\u{52f}'))
}

#[cfg(test)]
mod tests {
    use super::{check, may_be_placeholder};

    #[test]
    fn an_address_is_one_name_and_a_domain_with_a_dot() {
        for text in [
            "a@b.ru",
            "Ivan.Petrov+news@mail.company.com",
            "почта@компания.рф",
            "o'brien@company.ie",
            "a@xn--80a.xn--p1ai",
            "mail@mail.ru",
            "net@company.net",
            "info@net.ru",
            "test@example.com",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in [
            "",
            "-",
            "нет",
            "no",
            "a",
            "a@",
            "@b.ru",
            "a@b",
            "a@b.",
            "a@.ru",
            "a@b..ru",
            "a@b.r",
            "a b@c.ru",
            "a@b.ru c@d.ru",
            "a@b.ru, c@d.ru",
            "a@@b.ru",
            "mailto:a@b.ru",
            "<a@b.ru>",
            "a@b.ru,",
            "a@b,ru",
            "a@-b.ru",
            ".a@b.ru",
            "a@1.2",
            "+79161112233",
            "a@b.ru\u{a0}",
            "a@mail.\u{441}om",
            "\u{430}nna@mail.com",
            "\u{430}@b.ru",
            "\u{441}\u{435}\u{43e}@company.ru",
            "\u{3bf}@mail.ru",
            "нет@нет.нет",
            "нет@нет.рф",
            "test@test.test",
            "NO@no.ru",
            "anna@нет.нету",
            "anna@company.invalid",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_placeholder_and_may_be_real_is_not_refused() {
        for text in ["x@x.com", "11@11.com", "Email@email.kz", "a@a.ru"] {
            assert_eq!(check(text), Ok(()), "{text}");
            assert!(may_be_placeholder(text), "{text}");
        }
        for text in [
            "mail@mail.ru",
            "a@b.ru",
            "aa@a.ru",
            "cloud@cloud.cloud",
            "email@company.ru",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
            assert!(!may_be_placeholder(text), "{text}");
        }
    }

    #[test]
    fn a_problem_does_not_show_the_address() {
        for text in [
            "secret",
            "secret@b",
            "secret@b.ru secret@b.ru",
            "sec ret@b.ru",
        ] {
            assert!(!check(text).unwrap_err().contains("sec"), "{text}");
        }
    }
}
