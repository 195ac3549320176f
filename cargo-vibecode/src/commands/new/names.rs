//! Rust names from labels in any script.

use std::collections::HashSet;

use vibecode_spec::is_builder_method;

/// Cyrillic letters by GOST 7.79-2000 (system B), without its diacritics.
const CYRILLIC: &[(char, &str)] = &[
    ('а', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('д', "d"),
    ('е', "e"),
    ('ё', "yo"),
    ('ж', "zh"),
    ('з', "z"),
    ('и', "i"),
    ('й', "j"),
    ('к', "k"),
    ('л', "l"),
    ('м', "m"),
    ('н', "n"),
    ('о', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('у', "u"),
    ('ф', "f"),
    ('х', "x"),
    ('ц', "cz"),
    ('ч', "ch"),
    ('ш', "sh"),
    ('щ', "shh"),
    ('ъ', ""),
    ('ы', "y"),
    ('ь', ""),
    ('э', "e"),
    ('ю', "yu"),
    ('я', "ya"),
    ('і', "i"),
    ('ї', "yi"),
    ('є', "ye"),
    ('ґ', "g"),
    ('ў', "u"),
];

/// Keywords that cannot be the name of a field or type, not even with `r#`.
const UNUSABLE: &[&str] = &["crate", "self", "super", "_"];

/// Keywords that need `r#`.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// The maximum length of a name, however long its label is: without underscores, and without the
/// number that may make it unique.
const MAX_LENGTH: usize = 30;

/// Names that have been used, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    used: HashSet<String>,
}

impl Names {
    /// Creates a set in which these names are used already.
    pub(super) fn reserving(names: &[&str]) -> Self {
        Self {
            used: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Returns whether this name is used.
    pub(super) fn has(&self, name: &str) -> bool {
        self.used.contains(name)
    }

    /// Returns an `UpperCamelCase` name, for a type or a variant.
    pub(super) fn camel(&mut self, label: &str, otherwise: &str) -> String {
        let words = words(label).into_iter().map(|word| capital(&word));
        self.once(words.collect(), otherwise, "")
    }

    /// Returns a `snake_case` name, for a field. A label such as "Clear post" is not used, since
    /// its name would collide with the method that clears another field.
    pub(super) fn snake(&mut self, label: &str, otherwise: &str) -> String {
        let name = words(label).join("_");
        let name = if is_builder_method(&name) {
            otherwise.to_owned()
        } else {
            name
        };
        let name = self.once(name, otherwise, "_");
        if KEYWORDS.contains(&name.as_str()) {
            return format!("r#{name}");
        }
        name
    }

    /// Returns the name, or another one if it cannot be used or is used already.
    fn once(&mut self, name: String, otherwise: &str, between: &str) -> String {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && !UNUSABLE.contains(&name.to_lowercase().as_str());
        let name = if is_name { name } else { otherwise.to_owned() };
        let mut unique = name.clone();
        let mut number = 1;
        while !self.used.insert(unique.clone()) {
            number += 1;
            unique = format!("{name}{between}{number}");
        }
        unique
    }
}

/// Returns the words of a label or a wire name, in lower-case Latin letters and digits.
fn words(label: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_small = false;
    for letter in label.chars() {
        // `companyId` is two words, `ИНН` is one.
        if letter.is_uppercase() && is_small {
            words.push(String::new());
        }
        is_small = letter.is_lowercase() || letter.is_numeric();
        match latin(letter) {
            Some(latin) => {
                if let Some(word) = words.last_mut() {
                    word.push_str(&latin);
                }
            }
            None => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    cut(words)
}

/// Returns as many of the first words as fit into a name.
fn cut(words: Vec<String>) -> Vec<String> {
    let mut room = MAX_LENGTH;
    let words = words.into_iter().map_while(|mut word| {
        if room < MAX_LENGTH && word.len() > room {
            return None;
        }
        // Words are ASCII by now.
        word.truncate(room);
        room -= word.len();
        (!word.is_empty()).then_some(word)
    });
    words.collect()
}

/// Returns a letter or a digit in Latin; `None` for a word separator.
fn latin(letter: char) -> Option<String> {
    if letter.is_ascii_alphanumeric() {
        return Some(letter.to_ascii_lowercase().to_string());
    }
    let small = letter.to_lowercase().next().unwrap_or(letter);
    if let Some((_, latin)) = CYRILLIC.iter().find(|(cyrillic, _)| *cyrillic == small) {
        return Some((*latin).to_owned());
    }
    if !letter.is_alphanumeric() {
        return None;
    }
    let latin = deunicode::deunicode_char(letter)?.to_lowercase();
    Some(latin.chars().filter(char::is_ascii_alphanumeric).collect())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_names_of_types_and_variants() {
        for (label, name) in [
            ("Золотой", "Zolotoj"),
            ("Gold", "Gold"),
            ("very important person", "VeryImportantPerson"),
            ("Щёлково-1", "Shhyolkovo1"),
            ("ИНН", "Inn"),
            ("北京", "Beijing"),
            ("Müller & Söhne", "MullerSohne"),
            ("", "Item81"),
            ("!!!", "Item81"),
            ("24 часа", "Item81"),
            ("Self", "Item81"),
        ] {
            assert_eq!(Names::default().camel(label, "Item81"), name, "{label}");
        }
    }

    #[test]
    fn labels_become_names_of_fields() {
        for (label, name) in [
            ("companyId", "company_id"),
            ("Loyalty programme", "loyalty_programme"),
            ("Type", "r#type"),
            ("Дата рождения", "data_rozhdeniya"),
            ("crate", "uf_crm_1"),
            // Every builder, or that of another field, has a method of this name.
            ("Maybe", "uf_crm_1"),
            ("Set unchecked", "uf_crm_1"),
            ("Clear post", "uf_crm_1"),
            ("Add phone", "uf_crm_1"),
            ("Clear", "clear"),
        ] {
            assert_eq!(Names::default().snake(label, "uf_crm_1"), name, "{label}");
        }
    }

    #[test]
    fn a_long_label_becomes_a_name_of_its_first_words() {
        let long = "very important person ".repeat(100);
        let name = Names::default().snake(&long, "field");
        assert_eq!(name, "very_important_person_very");
        let one_word = Names::default().camel(&"x".repeat(10_000), "Item81");
        assert_eq!(one_word.len(), MAX_LENGTH);
    }

    #[test]
    fn a_name_is_given_once() {
        let mut names = Names::reserving(&["Contact"]);
        let given =
            ["Gold", "gold", "Contact", "ЗОЛОТО", "Золото"].map(|it| names.camel(it, "Item"));
        assert_eq!(given, ["Gold", "Gold2", "Contact2", "Zoloto", "Zoloto2"]);
    }
}
