//! The state of the page, as its script reads it. It contains no headers of requests: the key and
//! the session token are among them.

use serde_json::{Value, json};
use vibecode_spec::Entity;

use crate::{
    faults::Fault,
    log::LoggedRequest,
    portal::{Portal, multifield::Entry, record::Record},
};

/// The maximum numbers of contacts and requests on the page: a person reads no more, and every
/// change sends all of them.
const MAX_CONTACTS: usize = 200;
pub(super) const MAX_REQUESTS: usize = 200;

/// How much of a body is shown.
const MAX_BODY_LENGTH: usize = 4096;

/// Returns the state from the last requests, the number of all requests and the revision of the
/// log, and from the portal.
pub(super) fn of(
    (requests, request_count, revision): (Vec<LoggedRequest>, usize, u64),
    portal: &Portal,
) -> Value {
    let requests: Vec<Value> = requests.iter().map(request).collect();
    let (contacts, contact_count) = contacts(portal);
    json!({
        "revision": revision,
        "contacts": contacts,
        "contactCount": contact_count,
        "requests": requests,
        "requestCount": request_count,
    })
}

fn contacts(portal: &Portal) -> (Vec<Value>, usize) {
    let Some(table) = portal.tables.get(&Entity::Contacts.into()) else {
        return (Vec::new(), 0);
    };
    let shown = table.records.values().take(MAX_CONTACTS);
    (shown.map(contact).collect(), table.records.len())
}

fn contact(record: &Record) -> Value {
    let text = |name| record.values.get(name).and_then(Value::as_str);
    let names = ["name", "secondName", "lastName"];
    let names: Vec<&str> = names.into_iter().filter_map(text).collect();
    json!({
        "id": record.id,
        "name": names.join(" "),
        "post": text("post").unwrap_or_default(),
        "phones": entries(record, "PHONE"),
        "emails": entries(record, "EMAIL"),
    })
}

fn entries(record: &Record, kind: &str) -> Vec<Value> {
    let of_kind = record.entries.iter().filter(|entry| entry.kind == kind);
    let shown = |entry: &Entry| json!({ "value": entry.value, "type": entry.value_type });
    of_kind.map(shown).collect()
}

fn request(request: &LoggedRequest) -> Value {
    let body = request.body_str();
    let shown = beginning(body);
    let status = request.status().map(|status| status.as_u16());
    let fault = request.fault().map(Fault::name);
    json!({
        "serial": request.serial(),
        "method": request.method().as_str(),
        "path": request.path(),
        "query": request.query(),
        "body": shown,
        "bodyIsCut": shown.len() < body.len(),
        "status": status,
        "code": request.error_code(),
        "dropped": request.dropped(),
        "fault": fault,
        "applied": request.was_applied(),
        "over": request.is_over(),
    })
}

fn beginning(body: &str) -> &str {
    let mut ends = (0..=MAX_BODY_LENGTH.min(body.len())).rev();
    ends.find_map(|end| body.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_cut_between_two_letters() {
        let long = format!("x{}", "я".repeat(MAX_BODY_LENGTH));
        let shown = beginning(&long);
        assert_eq!(shown.len(), MAX_BODY_LENGTH - 1);
        assert!(long.starts_with(shown));
        assert_eq!(beginning("short"), "short");
    }
}
