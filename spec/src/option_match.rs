//! Which option of a list a label means.

use crate::Item;

/// The options of a list, or the codes of a closed set, that a label can mean.
///
/// ```
/// use vibecode_spec::{OptionMatch, Schema};
///
/// let schema = Schema::read(r#"{"ufCrmTier": {"type": "enumeration", "items": [
///     {"ID": "81", "VALUE": "Gold"}, {"ID": "83", "VALUE": "Tea"}, {"ID": "84", "VALUE": "Tea"}
/// ]}}"#)?;
/// let tier = schema.field("ufCrmTier").expect("is in the schema");
/// assert_eq!(tier.option_by_label("gold"), OptionMatch::One(&tier.items[0]));
/// assert_eq!(tier.option_by_label("Glod"), OptionMatch::None);
/// assert!(matches!(tier.option_by_label("Tea"), OptionMatch::Ambiguous(_)));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionMatch<'f> {
    /// No option has this label.
    None,
    /// One option has it. Its label may differ from the given one in case.
    One(&'f Item),
    /// Several options have it, in the order of the list.
    Ambiguous(Vec<&'f Item>),
}

impl<'f> OptionMatch<'f> {
    /// Finds the options with this label among these: see
    /// [`Field::option_by_label`](crate::Field::option_by_label).
    #[must_use]
    pub fn of<I>(items: I, label: &str) -> Self
    where
        I: IntoIterator<Item = &'f Item, IntoIter: Clone>,
    {
        let items = items.into_iter();
        let exact: Vec<_> = items.clone().filter(|item| item.label == label).collect();
        if !exact.is_empty() {
            return Self::among(exact);
        }
        let lower = label.to_lowercase();
        let same_letters = |item: &&Item| item.label.to_lowercase() == lower;
        Self::among(items.filter(same_letters).collect())
    }

    /// Finds the options or codes that a text can mean, which is an id, a code or a label. `parts` are the
    /// lists in which it is looked up: several if the set is by pipeline.
    ///
    /// The case of letters never chooses between two items. A text that is an id means that item, unless it is
    /// also exactly the label of another one. Any other text means every item with this label in any case,
    /// and also an item with this id in another case, if there is one with the label.
    ///
    /// ```
    /// use vibecode_spec::{OptionMatch, Schema};
    ///
    /// let schema = Schema::read(r#"{"ufCrmTier": {"type": "enumeration", "items": [
    ///     {"ID": "81", "VALUE": "82"}, {"ID": "82", "VALUE": "Tea"}
    /// ]}}"#)?;
    /// let items = &*schema.field("ufCrmTier").expect("is in the schema").items;
    /// assert_eq!(OptionMatch::of_text([items], "81"), OptionMatch::One(&items[0]));
    /// assert_eq!(OptionMatch::of_text([items], "tea"), OptionMatch::One(&items[1]));
    /// assert!(matches!(OptionMatch::of_text([items], "82"), OptionMatch::Ambiguous(_)));
    /// # Ok::<(), vibecode_spec::SchemaError>(())
    /// ```
    #[must_use]
    pub fn of_text(parts: impl IntoIterator<Item = &'f [Item]>, text: &str) -> Self {
        let items: Vec<&Item> = parts.into_iter().flatten().collect();
        let found: Vec<&Item> = if items.iter().any(|item| item.id == text) {
            let is_exact = |item: &&Item| item.id == text || item.label == text;
            items.into_iter().filter(is_exact).collect()
        } else {
            let lower = text.to_lowercase();
            let has_label = |item: &Item| item.label.to_lowercase() == lower;
            if items.iter().any(|item| has_label(item)) {
                let is_alike = |item: &&Item| has_label(item) || item.id.to_lowercase() == lower;
                items.into_iter().filter(is_alike).collect()
            } else {
                Vec::new()
            }
        };
        Self::among(found)
    }

    fn among(items: Vec<&'f Item>) -> Self {
        match items[..] {
            [] => Self::None,
            [one] => Self::One(one),
            [..] => Self::Ambiguous(items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(labels: &[&str]) -> Vec<Item> {
        let numbered = (81..).zip(labels);
        let items = numbered.map(|(id, label)| Item::new(id.to_string(), (*label).to_owned()));
        items.collect()
    }

    /// Returns the ids of the options that a label can mean.
    fn ids(items: &[Item], label: &str) -> Vec<u64> {
        let found = match OptionMatch::of(items, label) {
            OptionMatch::None => Vec::new(),
            OptionMatch::One(item) => vec![item],
            OptionMatch::Ambiguous(items) => {
                assert!(items.len() > 1, "{label}");
                items
            }
        };
        found.into_iter().filter_map(Item::number).collect()
    }

    #[test]
    fn a_label_finds_its_option_in_any_case() {
        let items = items(&["Gold", "Серебро"]);
        assert_eq!(ids(&items, "Gold"), [81]);
        assert_eq!(ids(&items, "gOLD"), [81]);
        assert_eq!(ids(&items, "СЕРЕБРО"), [82]);
        for unknown in ["Golden", "", "81", " Gold"] {
            assert_eq!(ids(&items, unknown), [0_u64; 0], "{unknown}");
        }
    }

    #[test]
    fn the_exact_label_comes_before_labels_in_another_case() {
        for labels in [["Gold", "gold"], ["gold", "Gold"]] {
            let items = items(&labels);
            assert_eq!(ids(&items, labels[0]), [81]);
            assert_eq!(ids(&items, labels[1]), [82]);
        }
    }

    #[test]
    fn an_option_is_never_chosen_from_several() {
        let items = items(&["Gold", "gold", "Tea", "Tea", "tea"]);
        assert_eq!(ids(&items, "GOLD"), [81, 82]);
        assert_eq!(ids(&items, "Tea"), [83, 84]);
        assert_eq!(ids(&items, "tea"), [85]);
        assert_eq!(ids(&items, "TEA"), [83, 84, 85]);
    }

    #[test]
    fn a_text_that_is_an_id_and_the_label_of_another_item_means_both() {
        let item = |id: &str, label: &str| Item::new(id.to_owned(), label.to_owned());
        let first = [item("NEW", "New"), item("WON", "Won"), item("A", "WON")];
        let second = [
            item("C5:NEW", "New"),
            item("C5:B", "won"),
            item("USD", "USD"),
        ];
        let ids = |text: &str| {
            let found = match OptionMatch::of_text([&first[..], &second[..]], text) {
                OptionMatch::None => Vec::new(),
                OptionMatch::One(item) => vec![item],
                OptionMatch::Ambiguous(items) => items,
            };
            let ids: Vec<_> = found.iter().map(|item| item.id.as_str()).collect();
            ids.join(" ")
        };
        assert_eq!(ids("WON"), "WON A");
        assert_eq!(ids("New"), "NEW C5:NEW");
        assert_eq!(ids("usd"), "USD");
        // A code stays usable if names differ from it in case.
        assert_eq!(ids("NEW"), "NEW");
        assert_eq!(ids("USD"), "USD");
        // Neither does an exact name come before another case, nor a name before a code in another case.
        for text in ["Won", "won", "wOn"] {
            assert_eq!(ids(text), "WON A C5:B", "{text}");
        }
        // A code in another case that is not a name of anything does not match.
        assert_eq!(ids("c5:b"), "");
        assert_eq!(ids("x"), "");
    }
}
