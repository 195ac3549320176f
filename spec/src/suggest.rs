//! Finds the field that was probably meant by an unknown name.
//!
//! There are three steps. The first one that finds a field decides:
//!
//! 1. the same name in another spelling, or the upper name: `company_id`, `COMPANY_ID`;
//! 2. another name of the field, or its label: `first_name`, `DATE_CREATE`, `Position`;
//! 3. a typo of one of these names.
//!
//! Wrong advice is worse than none, since it leads to a write into the wrong field. Therefore a typo has
//! at most two mistakes, or one if the name is short or has many digits. The fields of other entities
//! are also candidates, so that `titel` suggests nothing for a contact. Fields that are about equally
//! close are listed together.

use std::sync::OnceLock;

use crate::{
    Entity, Field, Item,
    synonyms::{SYNONYMS, Synonyms},
};

/// A field that was probably meant.
///
/// ```
/// use vibecode_spec::{Entity, Likeness, Suggestion};
///
/// let deals = Entity::Deals.schema();
/// let meant = deals.suggestions("opportunity");
/// assert_eq!(meant, [Suggestion { name: "amount", likeness: Likeness::Meaning }]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion<'s> {
    /// The wire name.
    pub name: &'s str,
    /// How the given name resembles the wire name.
    pub likeness: Likeness,
}

/// How a given name resembles the name of a field.
///
/// ```
/// use vibecode_spec::{Entity, Likeness};
///
/// let likeness = |name| Entity::Contacts.schema().suggestions(name)[0].likeness;
/// assert_eq!(likeness("COMPANY_ID"), Likeness::Spelling);
/// assert_eq!(likeness("job_title"), Likeness::Meaning);
/// assert_eq!(likeness("psot"), Likeness::Typo);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Likeness {
    /// The same name in another spelling.
    Spelling,
    /// Another name of the field: its label, its native name, a synonym, or a typo of one of these.
    Meaning,
    /// A typo of the name of the field.
    Typo,
}

const MOST: usize = 3;

/// How the name of a user field begins, folded.
const USER_FIELD: &str = "ufcrm";

/// Returns the indexes of the fields that were probably meant. `fields` must be sorted by name.
pub(crate) fn candidates(fields: &[Field], name: &str) -> Vec<(usize, Likeness)> {
    let mut found = namesakes(fields, name);
    if found.is_empty() {
        found = near(fields, &fold(name), &mut 0);
    }
    found.truncate(MOST);
    found
}

/// Returns the fields that have this name in any spelling, or as another of their names.
pub(crate) fn namesakes(fields: &[Field], name: &str) -> Vec<(usize, Likeness)> {
    let folded = fold(name);
    let mut found = spelt(fields, &folded);
    if found.is_empty() {
        found = called(fields, &folded);
    }
    found.truncate(MOST);
    found
}

/// Returns the fields with this name or upper name, in any spelling.
fn spelt(fields: &[Field], folded: &str) -> Vec<(usize, Likeness)> {
    let has_name = |field: &Field| {
        let upper = field.upper_name.as_deref();
        is_spelling_of(&field.name, folded)
            || upper.is_some_and(|upper| is_spelling_of(upper, folded))
    };
    let indexed = fields.iter().enumerate();
    indexed
        .filter(|(_, field)| has_name(field))
        .map(|(index, _)| (index, Likeness::Spelling))
        .collect()
}

/// Returns the fields with this label, native name or synonym, in any spelling.
fn called(fields: &[Field], folded: &str) -> Vec<(usize, Likeness)> {
    // `ufCrmLoyalty` is made up from the label, if the field is `ufCrm_1721244707107`.
    let made_up = folded.strip_prefix(USER_FIELD);
    let has_label = |field: &Field| {
        let title = field.title.as_deref();
        title.is_some_and(|title| {
            is_spelling_of(title, folded)
                || made_up.is_some_and(|label| {
                    is_spelling_of(title, label) && fold(&field.name).starts_with(USER_FIELD)
                })
        })
    };
    let labelled = (0..fields.len()).filter(|index| fields.get(*index).is_some_and(has_label));
    let all = SYNONYMS
        .iter()
        .filter(|synonyms| synonyms.is_called(folded));
    let meant = all.filter_map(|synonyms| synonyms.index_in(fields));
    let mut found: Vec<usize> = labelled.chain(meant).collect();
    found.sort_unstable();
    found.dedup();
    let found = found.into_iter();
    found.map(|index| (index, Likeness::Meaning)).collect()
}

/// A name of which the given name may be a typo.
struct Near {
    mistakes: usize,
    /// The field with the name; `None` if only other entities have it.
    field: Option<usize>,
    likeness: Likeness,
}

/// Returns the fields of which this may be a typo, the closest first. `work` counts the letters that
/// were compared, for the test that a search is cheap.
fn near(fields: &[Field], folded: &str, work: &mut usize) -> Vec<(usize, Likeness)> {
    let Some(mut typo) = Typo::of(folded) else {
        return Vec::new();
    };
    let mut near = Vec::new();
    let mut add = |name: &str, field: Option<usize>, likeness: Likeness| {
        if let Some(mistakes) = typo.mistakes_in(name, work) {
            near.push(Near {
                mistakes,
                field,
                likeness,
            });
        }
    };
    for (index, field) in fields.iter().enumerate() {
        add(&field.name, Some(index), Likeness::Typo);
    }
    for synonyms in SYNONYMS {
        let owner = synonyms.index_in(fields);
        for name in synonyms.wire.iter().chain(synonyms.others) {
            if index_of(fields, name).is_none() {
                add(name, owner, Likeness::Meaning);
            }
        }
    }
    for name in unrelated_names() {
        if index_of(fields, name).is_none() {
            add(name, None, Likeness::Typo);
        }
    }
    near.sort_by_key(|near| near.mistakes);
    let fewest = near.first().map_or(0, |near| near.mistakes);
    let is_foreign = |near: &Near| near.mistakes == fewest && near.field.is_none();
    if near.iter().any(is_foreign) {
        return Vec::new();
    }
    let mut found: Vec<(usize, Likeness)> = Vec::new();
    for near in near.iter().filter(|near| near.mistakes <= fewest + 1) {
        if let Some(field) = near.field
            && found.iter().all(|(other, _)| *other != field)
        {
            found.push((field, near.likeness));
        }
    }
    found
}

/// Returns the documented names of all entities that have no synonyms.
fn unrelated_names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let fields = Entity::ALL
            .iter()
            .flat_map(|entity| entity.schema().fields());
        let mut names: Vec<&str> = fields.map(|field| field.name.as_str()).collect();
        names.retain(|name| !SYNONYMS.iter().any(|synonyms| synonyms.wire.contains(name)));
        names.sort_unstable();
        names.dedup();
        names
    })
}

impl Synonyms {
    fn is_called(&self, folded: &str) -> bool {
        let mut wire = self.wire.iter();
        self.others.contains(&folded) || wire.any(|name| is_spelling_of(name, folded))
    }

    fn index_in(&self, fields: &[Field]) -> Option<usize> {
        let mut wire = self.wire.iter();
        wire.find_map(|name| index_of(fields, name))
    }
}

fn index_of(fields: &[Field], name: &str) -> Option<usize> {
    let found = fields.binary_search_by(|field| field.name.as_str().cmp(name));
    found.ok()
}

/// Normalizes a name: removes the differences between spellings, which are case, underscores and spaces.
pub(crate) fn fold(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns whether a name is a spelling of a folded one. Names are compared from the end, since the
/// names of user fields have the same beginning.
///
/// This function and those below loop over bytes instead of using iterators: macros are built without
/// optimisation by default, and this code runs for each of some thousand fields.
fn is_spelling_of(name: &str, folded: &str) -> bool {
    let (mut letters, mut expected) = (name.as_bytes(), folded.as_bytes());
    while let [rest @ .., letter] = letters {
        if letter.is_ascii_alphanumeric() {
            let [expected_rest @ .., last] = expected else {
                return false;
            };
            if *last >= 128 || letter.to_ascii_lowercase() != *last {
                return false;
            }
            expected = expected_rest;
        } else if *letter >= 128 {
            return fold(name) == folded;
        }
        letters = rest;
    }
    expected.is_empty() && !folded.is_empty()
}

struct Typo<'a> {
    name: &'a [u8],
    letters: u64,
    /// The maximum number of mistakes in a typo.
    allowed: usize,
    /// The other name, folded.
    other: Vec<u8>,
}

impl<'a> Typo<'a> {
    /// Returns `None` if the name is too short, or not ASCII.
    fn of(folded: &'a str) -> Option<Self> {
        let name = folded.as_bytes();
        let digits = name.iter().filter(|letter| letter.is_ascii_digit());
        let allowed = match name.len() {
            0..3 => return None,
            3..6 => 1,
            // The names of numbered fields of a portal differ in one or two digits.
            _ if digits.count() > 3 => 1,
            _ => 2,
        };
        folded.is_ascii().then(|| Self {
            name,
            letters: name.iter().fold(0, |all, letter| all | bit(*letter)),
            allowed,
            other: Vec::new(),
        })
    }

    /// Returns the number of mistakes that turn another name into this one, if it is at most `allowed`.
    fn mistakes_in(&mut self, other: &str, work: &mut usize) -> Option<usize> {
        *work += other.len();
        if other.len() + self.allowed < self.name.len() {
            return None;
        }
        let mut letters = 0;
        self.other.clear();
        for letter in other.as_bytes() {
            if letter.is_ascii_alphanumeric() {
                letters |= bit(*letter);
                self.other.push(letter.to_ascii_lowercase());
            }
        }
        // A mistake adds a letter, removes one, or does both.
        let differing = (letters ^ self.letters).count_ones() as usize;
        let longer = self.name.len().abs_diff(self.other.len());
        if longer > self.allowed || differing > 2 * self.allowed {
            return None;
        }
        distance(self.name, &self.other, self.allowed, work)
    }
}

/// Returns the bit for a letter or digit. Each has a different one.
fn bit(letter: u8) -> u64 {
    match letter {
        b'0'..=b'9' => 1 << (letter - b'0'),
        _ => 1 << (10 + (letter | 32).saturating_sub(b'a') % 54),
    }
}

/// Returns the number of letters to add, remove, replace or swap with the next one, if it is at most
/// `limit`. The limit must be small.
#[expect(
    clippy::indexing_slicing,
    reason = "rows are one longer than `other`, and each index is checked against a length"
)]
fn distance(one: &[u8], other: &[u8], limit: usize, work: &mut usize) -> Option<usize> {
    let (mut one, mut other) = (one, other);
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other)
        && a == b
    {
        *work += 1;
        (one, other) = (one_rest, other_rest);
    }
    while let ([one_rest @ .., a], [other_rest @ .., b]) = (one, other)
        && a == b
    {
        *work += 1;
        (one, other) = (one_rest, other_rest);
    }
    if one.is_empty() || other.is_empty() {
        let mistakes = one.len().max(other.len());
        return (mistakes <= limit).then_some(mistakes);
    }
    // The remaining letters differ at both ends, so one mistake can explain at most two of them: a swap.
    if limit == 1 && one.len().max(other.len()) > 2 {
        return None;
    }
    let mut before = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut row = vec![0; other.len() + 1];
    for i in 0..one.len() {
        row[0] = i + 1;
        let mut fewest_in_row = row[0];
        for j in 0..other.len() {
            let replaced = last[j] + usize::from(one[i] != other[j]);
            let mut fewest = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i] == other[j - 1] && one[i - 1] == other[j] {
                fewest = fewest.min(before[j - 1] + 1);
            }
            row[j + 1] = fewest;
            fewest_in_row = fewest_in_row.min(fewest);
        }
        *work += other.len();
        if fewest_in_row > limit {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    let mistakes = last[other.len()];
    (mistakes <= limit).then_some(mistakes)
}

/// Returns the candidate that is closest to `name`, if it is close enough to have been meant. Use it for
/// a small set of words, such as the keys of an attribute.
///
/// A third of the letters may differ, but at least one. A swap of two adjacent letters counts as one
/// difference, and a difference in case as none if all letters are the same.
///
/// ```
/// use vibecode_spec::closest;
///
/// assert_eq!(closest("psot", ["name", "post"]), Some("post"));
/// assert_eq!(closest("POST", ["name", "post"]), Some("post"));
/// assert_eq!(closest("colour", ["name", "post"]), None);
/// ```
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    let lower = name.to_lowercase();
    let letters: Vec<char> = name.chars().collect();
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = if candidate.to_lowercase() == lower {
                0
            } else {
                damerau_levenshtein(&letters, candidate)
            };
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns the number of letters to add, to remove, to replace, or to swap with the next one, also if others are between
/// the two in one of the texts: `ca` and `abc` differ in 2. This is the distance of the crate strsim, without which the
/// macros are built.
#[expect(
    clippy::indexing_slicing,
    reason = "there are two rows and columns more than letters"
)]
fn damerau_levenshtein(one: &[char], other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    // Row 0 and column 0 stand for letters that never occurred.
    let never = one.len() + other.len();
    // For each letter of `other`, the position after the last equal letter of `one` so far, or 0.
    let mut after_same = vec![0; other.len()];
    let mut rows = vec![vec![never; other.len() + 2]; one.len() + 2];
    for i in 0..=one.len() {
        rows[i + 1][1] = i;
    }
    for j in 0..=other.len() {
        rows[1][j + 1] = j;
    }
    for (i, letter) in one.iter().enumerate() {
        let mut last_same = 0;
        for (j, other_letter) in other.iter().enumerate() {
            let earlier = after_same[j];
            let between = (i - earlier) + (j - last_same);
            let swapped = rows[earlier][last_same] + between + 1;
            let replaced = rows[i + 1][j + 1] + usize::from(letter != other_letter);
            let added_or_removed = rows[i + 2][j + 1].min(rows[i + 1][j + 2]) + 1;
            rows[i + 2][j + 2] = swapped.min(replaced).min(added_or_removed);
            if letter == other_letter {
                last_same = j + 1;
                after_same[j] = i + 1;
            }
        }
    }
    rows[one.len() + 1][other.len() + 1]
}

/// Returns the code that is closest to `code`, if it is close enough to have been meant: see [`closest`].
///
/// The prefix of a stage does not count, since all stages of a pipeline have the same one. A stage of
/// another pipeline is not suggested.
///
/// ```
/// use vibecode_spec::{Item, Statuses, closest_code};
///
/// let statuses = Statuses::read(r#"{"format": 1, "sets": {"DEAL_STAGE_5": [
///     {"code": "C5:LOSE", "name": "Lost"}, {"code": "C5:WON", "name": "Won"}
/// ]}}"#)?;
/// let stages = statuses.set("DEAL_STAGE_5").expect("is in the file");
/// assert_eq!(closest_code("won", stages), Some("C5:WON"));
/// assert_eq!(closest_code("c5:won", stages), Some("C5:WON"));
/// assert_eq!(closest_code("C5:NOPE", stages), None);
/// assert_eq!(closest_code("C7:WON", stages), None);
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
pub fn closest_code<'i>(code: &str, items: impl IntoIterator<Item = &'i Item>) -> Option<&'i str> {
    let parts = |code: &'_ str| code.rsplit_once(':').map(|(prefix, _)| prefix.len() + 1);
    let (prefix, stage) = code.split_at(parts(code).unwrap_or_default());
    let candidates = items.into_iter().filter_map(|item| {
        let (own, stage) = item.id.split_at(parts(&item.id).unwrap_or_default());
        let is_candidate = prefix.is_empty() || own.eq_ignore_ascii_case(prefix);
        is_candidate.then_some((&*item.id, stage))
    });
    let candidates: Vec<_> = candidates.collect();
    let meant = closest(stage, candidates.iter().map(|(_, stage)| *stage))?;
    let found = candidates.iter().find(|(_, stage)| *stage == meant);
    found.map(|(id, _)| *id)
}

#[cfg(test)]
mod tests;
