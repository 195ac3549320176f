//! The naming rule of user fields on the wire.
//!
//! Bitrix24's REST layer converts an upper name (`UF_CRM_…`) into a wire name. There are three shapes (grade B):
//!
//! | upper name | shape | wire name |
//! |---|---|---|
//! | `UF_CRM_INV_SUM_ISSUED` | letters and underscores only | `ufCrmInvSumIssued` |
//! | `UF_CRM_2_1639669411830`, `UF_CRM_6_WORK_VISA` | 1 to 4 digits, then digits or letters | `ufCrm2_1639669411830`, `ufCrm6WorkVisa` |
//! | `UF_CRM_1721244707107`, `UF_CRM_694BF2A975BD0` | anything else | `ufCrm_` and the rest unchanged |

const UPPER_PREFIX: &str = "UF_CRM_";
const WIRE_PREFIX: &str = "ufCrm";

/// Returns the wire name of the user field with this upper name, or `None` if it is not the name of
/// a user field.
///
/// ```
/// use vibecode_spec::user_field_wire_name;
///
/// assert_eq!(user_field_wire_name("UF_CRM_1721244707107").as_deref(), Some("ufCrm_1721244707107"));
/// assert_eq!(user_field_wire_name("UF_CRM_INV_SUM_ISSUED").as_deref(), Some("ufCrmInvSumIssued"));
/// assert_eq!(user_field_wire_name("COMPANY_ID"), None);
/// ```
#[must_use]
pub fn user_field_wire_name(upper: &str) -> Option<String> {
    let rest = upper.strip_prefix(UPPER_PREFIX)?;
    if rest.is_empty() || !rest.chars().all(is_upper_name_char) {
        return None;
    }
    if is_words(rest) {
        return Some(format!("{WIRE_PREFIX}{}", camel_case(rest)));
    }
    Some(match rest.split_once('_') {
        Some((number, tail)) if is_short_number(number) && is_number(tail) => {
            format!("{WIRE_PREFIX}{number}_{tail}")
        }
        Some((number, tail)) if is_short_number(number) && is_words(tail) => {
            format!("{WIRE_PREFIX}{number}{}", camel_case(tail))
        }
        _ => format!("{WIRE_PREFIX}_{rest}"),
    })
}

/// The result of reading a name that looks like the name of a user field.
///
/// ```
/// use vibecode_spec::{UserFieldName, read_user_field_name};
///
/// let meant = |name: &str| Some(UserFieldName::Meant(name.to_owned()));
/// assert_eq!(read_user_field_name("UF_CRM_LOYALTY"), meant("ufCrmLoyalty"));
/// assert_eq!(read_user_field_name("ufCrm_"), Some(UserFieldName::Malformed));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserFieldName {
    /// A wire name in one of the three shapes.
    Wire,
    /// Not a wire name. Contains the wire name that was probably meant.
    Meant(String),
    /// Not a wire name, and the intended one cannot be guessed.
    Malformed,
}

/// Reads a name that may be the name of a user field. Returns `None` if it does not begin like one.
#[must_use]
pub fn read_user_field_name(name: &str) -> Option<UserFieldName> {
    let rest = after_prefix(name)?;
    let Some(upper) = upper_name(name, rest) else {
        return Some(UserFieldName::Malformed);
    };
    Some(match user_field_wire_name(&upper) {
        Some(wire) if wire == name => UserFieldName::Wire,
        Some(wire) => UserFieldName::Meant(wire),
        None => UserFieldName::Malformed,
    })
}

/// Returns whether a name begins like that of a user field, so that [`read_user_field_name`] reads it as one.
pub(crate) fn has_user_field_prefix(name: &str) -> bool {
    after_prefix(name).is_some()
}

/// Returns what follows `ufCrm` in any spelling, without the underscore in between.
fn after_prefix(name: &str) -> Option<&str> {
    let uf = name.get(..2).filter(|uf| uf.eq_ignore_ascii_case("uf"))?;
    let rest = name.get(uf.len()..)?.trim_start_matches('_');
    let crm = rest
        .get(..3)
        .filter(|crm| crm.eq_ignore_ascii_case("crm"))?;
    rest.get(crm.len()..)
        .map(|rest| rest.strip_prefix('_').unwrap_or(rest))
}

fn upper_name(name: &str, rest: &str) -> Option<String> {
    let words = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let has_lower = words.contains(|letter: char| letter.is_ascii_lowercase());
    // `ufCrmAB` is camel-cased too (`A_B`), `ufCrm_AB` is not.
    let joined = name.strip_prefix(WIRE_PREFIX) == Some(rest);
    let camel_cased = words.starts_with(|letter: char| letter.is_ascii_uppercase())
        && words.chars().all(|letter| letter.is_ascii_alphabetic())
        && (has_lower || joined);
    let rest = if camel_cased {
        upper_words(rest)
    } else {
        rest.to_ascii_uppercase()
    };
    let clean = !rest.is_empty() && rest.chars().all(is_upper_name_char);
    clean.then(|| format!("{UPPER_PREFIX}{rest}"))
}

/// `6WorkVisa` → `6_WORK_VISA`
fn upper_words(camel: &str) -> String {
    let mut upper = String::with_capacity(camel.len() + 4);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !upper.is_empty() && !upper.ends_with('_') {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

/// `WORK_VISA` → `WorkVisa`
fn camel_case(words: &str) -> String {
    let mut camel = String::with_capacity(words.len());
    for word in words.split('_') {
        let mut letters = word.chars();
        camel.extend(letters.next());
        camel.extend(letters.map(|letter| letter.to_ascii_lowercase()));
    }
    camel
}

fn is_upper_name_char(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
}

fn is_words(text: &str) -> bool {
    text.contains(|letter: char| letter.is_ascii_uppercase())
        && text
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit())
}

fn is_short_number(text: &str) -> bool {
    is_number(text) && text.len() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upper name and wire name: the three shapes and their edge cases.
    const TABLE: &[(&str, &str)] = &[
        ("UF_CRM_INV_SUM_ISSUED", "ufCrmInvSumIssued"),
        ("UF_CRM_LOYALTY", "ufCrmLoyalty"),
        ("UF_CRM_A_B_TEST", "ufCrmABTest"),
        ("UF_CRM_AB", "ufCrmAb"),
        ("UF_CRM_2_1639669411830", "ufCrm2_1639669411830"),
        ("UF_CRM_6_WORK_VISA", "ufCrm6WorkVisa"),
        ("UF_CRM_1234_X", "ufCrm1234X"),
        ("UF_CRM_1721244707107", "ufCrm_1721244707107"),
        ("UF_CRM_694BF2A975BD0", "ufCrm_694BF2A975BD0"),
        ("UF_CRM_12345_X", "ufCrm_12345_X"),
        ("UF_CRM_12345_67890", "ufCrm_12345_67890"),
        ("UF_CRM_6", "ufCrm_6"),
        ("UF_CRM_6_WORK_2", "ufCrm_6_WORK_2"),
    ];

    #[test]
    fn the_three_shapes_of_upper_names_become_wire_names() {
        for (upper, wire) in TABLE {
            assert_eq!(user_field_wire_name(upper).as_deref(), Some(*wire));
        }
    }

    #[test]
    fn every_wire_name_is_known_as_one_and_every_upper_name_leads_to_it() {
        for (upper, wire) in TABLE {
            let meant = UserFieldName::Meant((*wire).to_owned());
            assert_eq!(read_user_field_name(wire), Some(UserFieldName::Wire));
            assert_eq!(read_user_field_name(upper), Some(meant.clone()));
            let lower = upper.to_lowercase();
            assert_eq!(read_user_field_name(&lower), Some(meant), "{lower}");
        }
    }

    #[test]
    fn a_wrongly_spelt_wire_name_leads_to_the_right_one() {
        for (given, wire) in [
            ("ufCrm1721244707107", "ufCrm_1721244707107"),
            ("ufcrm_1721244707107", "ufCrm_1721244707107"),
            ("UFCRM_1721244707107", "ufCrm_1721244707107"),
            ("ufCrm_694bf2a975bd0", "ufCrm_694BF2A975BD0"),
            ("ufCrm_2_1639669411830", "ufCrm2_1639669411830"),
            ("ufCrm_LOYALTY", "ufCrmLoyalty"),
            ("ufCrm_WorkVisa", "ufCrmWorkVisa"),
            ("ufCrm6_WORK_VISA", "ufCrm6WorkVisa"),
            ("ufCrm694bf2a975bd0", "ufCrm_694BF2A975BD0"),
            ("uf_crm_loyalty", "ufCrmLoyalty"),
        ] {
            let meant = Some(UserFieldName::Meant(wire.to_owned()));
            assert_eq!(read_user_field_name(given), meant, "{given}");
        }
    }

    #[test]
    fn a_name_that_begins_like_a_user_field_is_read_as_one() {
        let broken = ["ufCrm", "ufCrm_ю", "UF__CRM_1"];
        for (name, is_like) in [
            ("companyId", false),
            ("uf", false),
            ("ufCr", false),
            ("ю", false),
        ]
        .into_iter()
        .chain(
            TABLE
                .iter()
                .flat_map(|(upper, wire)| [(*upper, true), (*wire, true)]),
        )
        .chain(broken.map(|name| (name, true)))
        {
            assert_eq!(has_user_field_prefix(name), is_like, "{name}");
            assert_eq!(read_user_field_name(name).is_some(), is_like, "{name}");
        }
    }

    #[test]
    fn what_is_not_a_user_field_returns_none_and_what_is_broken_is_malformed() {
        assert_eq!(read_user_field_name("companyId"), None);
        assert_eq!(read_user_field_name("uf"), None);
        assert_eq!(read_user_field_name("ю"), None);
        for broken in ["ufCrm", "ufCrm_", "ufCrm_ю", "UF_CRM_", "ufCrm a"] {
            let read = read_user_field_name(broken);
            assert_eq!(read, Some(UserFieldName::Malformed), "{broken}");
        }
    }
}
