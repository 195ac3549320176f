//! What of the portal the page shows.

/// The part of the URL's query that the document and its updates have in common.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct View {
    /// The path of an entity.
    pub(super) entity: String,
    /// Words that a record must contain.
    pub(super) find: String,
    /// Counted from 1.
    pub(super) page: usize,
}

impl View {
    /// Reads `entity=deals&find=Ivan&page=2`, all of which may be missing.
    pub(super) fn of_query(query: &str) -> Self {
        let value = |name| parameter(query, name);
        Self {
            entity: value("entity").unwrap_or_else(|| "contacts".to_owned()),
            find: value("find").unwrap_or_default(),
            page: value("page")
                .and_then(|page| page.parse().ok())
                .unwrap_or(1),
        }
    }
}

pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_query_the_first_contacts_are_shown() {
        let view = |entity: &str, find: &str, page| View {
            entity: entity.to_owned(),
            find: find.to_owned(),
            page,
        };
        assert_eq!(View::of_query(""), view("contacts", "", 1));
        let query = "after=5&entity=items%2F1040&find=%D0%AF+%26&page=3";
        assert_eq!(View::of_query(query), view("items/1040", "Я &", 3));
        assert_eq!(View::of_query("page=-1"), view("contacts", "", 1));
    }
}
