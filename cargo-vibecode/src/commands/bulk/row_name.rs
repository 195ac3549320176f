//! How rows and records are named to people. Nobody knows a customer by the number of a row, so a row that is named alone
//! is named with its record.

/// Returns the name of a record, such as `contacts/71`.
pub(super) fn record_name(entity: &str, id: u64) -> String {
    format!("{entity}/{id}")
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
