//! The table of customers in SQLite.

use std::{error::Error as _, path::Path};

use rusqlite::{
    Connection, OpenFlags, Result, Row,
    types::{FromSql, FromSqlError, FromSqlResult, ValueRef},
};
use vibecode_runtime::{CompanyId, Enumeration as _};

use crate::customer::{Loyalty, Wanted};

/// The columns that the table must have. `customer_id` is the key by which a contact is found
/// on the portal.
pub(crate) const CREATE: &str = "
    CREATE TABLE customers (
        customer_id INTEGER PRIMARY KEY,
        name TEXT,
        post TEXT,
        company_id INTEGER,
        phone TEXT,
        mobile TEXT,
        loyalty TEXT
    )";

const PART: &str = "
    SELECT customer_id, name, post, company_id, phone, mobile, loyalty
    FROM customers WHERE customer_id > ?1 ORDER BY customer_id LIMIT ?2";

pub(crate) struct Table {
    pub(crate) connection: Connection,
}

/// A row by its key; an error if it cannot be used.
pub(crate) struct Line {
    pub(crate) key: i64,
    pub(crate) wanted: Result<Wanted, String>,
}

impl Table {
    /// Opens a table for reading. A missing file is not created; a table without the columns is an
    /// error.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.prepare(PART)?;
        Ok(Self { connection })
    }

    /// Returns at most `limit` rows after this key. The table is not locked between two calls: a
    /// portal is slow, and others may want to write.
    pub(crate) fn after(&self, key: i64, limit: u32) -> Result<Vec<Line>> {
        let mut statement = self.connection.prepare(PART)?;
        let lines = statement.query_map((key, limit), |row| {
            Ok(Line {
                key: row.get("customer_id")?,
                wanted: wanted(row),
            })
        })?;
        lines.collect()
    }
}

fn wanted(row: &Row<'_>) -> Result<Wanted, String> {
    Ok(Wanted {
        name: text(row, "name")?,
        post: text(row, "post")?,
        company: value(row, "company_id")?.map(|Company(id)| id),
        phone: text(row, "phone")?,
        mobile: text(row, "mobile")?,
        loyalty: value(row, "loyalty")?,
    })
}

/// Returns a text; `None` if it is empty.
fn text(row: &Row<'_>, column: &str) -> Result<Option<String>, String> {
    let text: Option<String> = value(row, column)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// # Errors
/// The column and its problem; the value is not shown.
fn value<T: FromSql>(row: &Row<'_>, column: &str) -> Result<Option<T>, String> {
    let value = row.get(column);
    value.map_err(|error| match error.source() {
        Some(cause) => format!("{column}: {cause}"),
        None => format!("{column}: {error}"),
    })
}

impl FromSql for Loyalty {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let label = value.as_str()?;
        Self::from_label(label).ok_or_else(|| FromSqlError::Other("no label of an option".into()))
    }
}

struct Company(CompanyId);

impl FromSql for Company {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let id = CompanyId::try_from(value.as_i64()?);
        id.map(Self).map_err(FromSqlError::other)
    }
}
