//! Whether an email address is plausible.

/// # Errors
/// Why it is no plausible address.
pub(super) fn check(text: &str) -> Result<(), String> {
    let problem = |text: &str| Err(text.to_owned());
    let (Some((name, domain)), count) = (text.split_once('@'), text.matches('@').count()) else {
        return problem("requires an email address, such as name@company.ru: there is no `@`");
    };
    if count > 1 {
        return problem(
            "has more than one email address: separate them with `;`, or use one cell each",
        );
    }
    let is_strange = |letter: char| {
        letter.is_whitespace() || letter.is_control() || "<>()[],;:\"\\|`".contains(letter)
    };
    if text.chars().any(is_strange) {
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
    if is_placeholder(name, &labels) || is_unknown_ending(last) {
        return problem(
            "looks like a placeholder and not like an address: empty the cell, or write the address",
        );
    }
    if labels
        .into_iter()
        .chain([name])
        .any(has_letters_of_two_scripts)
    {
        return problem(
            "has Latin letters beside others that look like them, such as the Cyrillic `с`: type it again",
        );
    }
    Ok(())
}

/// Words that are written instead of an address.
const PLACEHOLDERS: [&str; 8] = [
    "нет", "нету", "no", "net", "none", "noemail", "nomail", "email",
];
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

/// Returns true for `нет@нет.нет`, `no@no.ru` and `a@a.ru`: the name before the `@` is the domain's, and is a placeholder
/// or one repeated letter.
fn is_placeholder(name: &str, labels: &[&str]) -> bool {
    let name = name.to_lowercase();
    let is_name = |label: &&str| label.to_lowercase() == name;
    let is_repeated = name.chars().all(|letter| name.starts_with(letter));
    let is_word = PLACEHOLDERS.contains(&name.as_str()) || is_repeated;
    labels.iter().all(is_name) || (is_word && labels.first().is_some_and(is_name))
}

/// Returns true if no domain has this ending.
fn is_unknown_ending(last: &str) -> bool {
    let last = last.to_lowercase();
    let is_cyrillic = last.contains(|letter| matches!(letter, '\u{400}'..='\u{52f}'));
    RESERVED.contains(&last.as_str()) || (is_cyrillic && !CYRILLIC.contains(&last.as_str()))
}

/// Returns true if a word has Latin letters beside Cyrillic or Greek ones. No real name has both.
fn has_letters_of_two_scripts(word: &str) -> bool {
    let is_alike = |letter: char| matches!(letter, '\u{370}'..='\u{52f}');
    word.contains(|letter: char| letter.is_ascii_alphabetic()) && word.contains(is_alike)
}

#[cfg(test)]
mod tests {
    use super::check;

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
            "нет@нет.нет",
            "нет@нет.рф",
            "test@test.test",
            "NO@no.ru",
            "a@a.ru",
            "11@11.com",
            "anna@нет.нету",
            "anna@company.invalid",
        ] {
            assert!(check(text).is_err(), "{text}");
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
