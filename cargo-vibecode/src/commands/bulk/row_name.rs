//! How rows and records are named to people. Nobody knows a customer by the number of a row, so a row that is named alone
//! is named with its record.

/// Returns the name of a record, such as `contacts/71`.
pub(super) fn record_name(entity: &str, id: u64) -> String {
    format!("{entity}/{id}")
}

/// Returns the id in the name of a record of this entity, as [`record_name`] has written it.
pub(super) fn record_id(entity: &str, name: &str) -> Option<u64> {
    let id = name.strip_prefix(entity)?.strip_prefix('/')?.parse().ok()?;
    (name == record_name(entity, id)).then_some(id)
}

/// Returns the name of a row, such as `row 17 (contacts/71)`. `None`: it is not known which record the row is about.
pub(super) fn row_name(row: u64, record: Option<&str>) -> String {
    format!("row {}", with_record(row, record))
}

/// Returns the name of a row in a column for rows, such as `17 (contacts/71)`.
pub(super) fn with_record(row: u64, record: Option<&str>) -> String {
    match record {
        Some(record) => format!("{row} ({record})"),
        None => row.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_record_is_read_from_its_name_and_from_nothing_else() {
        for entity in ["contacts", "items/1040"] {
            assert_eq!(record_id(entity, &record_name(entity, 71)), Some(71));
        }
        for name in [
            "",
            "71",
            "contacts/",
            "contacts/x",
            "contacts/071",
            "deals/71",
            "contacts71",
        ] {
            assert_eq!(record_id("contacts", name), None, "{name}");
        }
    }
}
