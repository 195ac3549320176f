//! A server that answers lists in ways in which the sandbox does not.

use serde_json::{Value, json};
use vibecode_tests::servers;

use crate::{
    command_at,
    support::{Desk, Said},
};

/// The portal of its key.
pub(crate) const PORTAL: &str = "fake.invalid";

/// A server that answers each request with this text, and its base URL.
pub(crate) fn server(mut answer: impl FnMut(&str) -> String + Send + 'static) -> String {
    let url = servers::answering(move |request| {
        if request.starts_with("GET /v1/me ") {
            json!({ "success": true, "data": { "portal": PORTAL } }).to_string()
        } else {
            answer(request)
        }
    });
    url.unwrap()
}

/// The id above which a request asks for records, or 0.
pub(crate) fn id_above(request: &str) -> u64 {
    let above = request.split_once(r#""$gt":"#);
    let above = above.map_or("0", |(_, above)| above.split(['}', ',']).next().unwrap());
    above.parse().unwrap()
}

/// A portal that answers a page of contacts with the rows for the id above which they are requested, and counts them
/// as `count`, which is also the largest id at first.
pub(crate) fn portal(
    count: u64,
    mut rows: impl FnMut(u64) -> Vec<Value> + Send + 'static,
) -> String {
    server(move |request| {
        let above = id_above(request);
        let data = if request.contains("aggregate") && above == 0 {
            json!({ "count": count })
        } else if request.contains("aggregate") {
            json!({ "count": rows(above).len() })
        } else if request.contains("desc") {
            let last = (1..=count).rev().take(2);
            last.map(|id| json!({ "id": id })).collect()
        } else {
            rows(above).into()
        };
        json!({ "success": true, "data": data }).to_string()
    })
}

/// A portal with these rows, which answers them in one page.
pub(crate) fn portal_with(count: u64, rows: &Value) -> String {
    let rows = rows.as_array().unwrap().clone();
    let id = |row: &Value| row["id"].to_string().trim_matches('"').parse::<u64>();
    portal(count, move |above| {
        let rows = rows.iter().filter(|row| id(row).unwrap() > above);
        rows.cloned().collect()
    })
}

pub(crate) fn export_from(url: &str, desk: &Desk, words: &[&str]) -> Said {
    let mut command = command_at(url, desk, words);
    Said::of(command.args(["--output", "a.csv"]).output().unwrap())
}
