//! Whether the answer to a creation shows another record than the one that was sent.

use crate::{
    RawAnswer,
    patch::body::{Body, FieldChange},
    value::equality::ComparedAs,
    wire::json,
};

impl Body {
    /// Returns whether a record has another text in a field that was set. The id of such a record may be that of
    /// somebody else.
    ///
    /// Only texts are compared. A portal may replace a number, a code or a responsible person by another one, and an
    /// empty text is a value that was not taken: `mismatches` reports both.
    pub(crate) fn is_of_another(&self, record: &RawAnswer) -> bool {
        let shown = record.look_up(self.changes().map(|(name, _)| &**name));
        self.changes().any(|(name, change)| {
            let FieldChange::Set(sent, ComparedAs::Text) = change else {
                return false;
            };
            let texts = shown.field(name).and_then(|shown| {
                let shown = json::string(shown.as_str())?;
                Some((json::string(sent)?, shown))
            });
            texts.is_some_and(|(sent, shown)| is_another_text(&sent, &shown))
        })
    }
}

/// A portal may clean a text: cut it off, or add or remove spaces and markup. So a text is another one only if
/// neither has all letters and digits of the other in the same order.
fn is_another_text(sent: &str, shown: &str) -> bool {
    let [sent, shown] = [sent, shown].map(|text| -> Vec<char> {
        let letters = text.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    });
    !(has_in_order(&sent, &shown) || has_in_order(&shown, &sent))
}

fn has_in_order(text: &[char], part: &[char]) -> bool {
    let mut text = text.iter();
    part.iter().all(|letter| text.any(|other| other == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_the_portal_has_cleaned_is_not_another_one() {
        for (sent, shown, is_another) in [
            ("Ivan", "Ivan", false),
            (" Ivan ", "Ivan", false),
            ("Ivan", "", false),
            ("<b>Hi</b> you", "Hi you", false),
            ("Hi you", "<p>Hi you</p>", false),
            ("A \"B\"", "A &quot;B&quot;", false),
            ("IVAN", "Ivan", false),
            ("a very long text", "a very", false),
            ("Ivan", "Olga", true),
            ("Director", "Clerk", true),
            ("crm-1001", "crm-1002", true),
        ] {
            assert_eq!(is_another_text(sent, shown), is_another, "{sent} {shown}");
        }
    }
}
