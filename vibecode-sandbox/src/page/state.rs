//! The state of the page, as its script reads it. It contains no headers of requests: the key and
//! the session token are among them.

use serde_json::{Value, json};
use vibecode_spec::Entity;

use crate::{LoggedRequest, multifield::Entry, portal::Portal, record::Record, service::Service};

/// The maximum numbers of contacts and requests on the page: a person reads no more, and every
/// change sends all of them.
const MOST_CONTACTS: usize = 200;
const MOST_REQUESTS: usize = 200;

/// How much of a body is shown.
const LONGEST_BODY: usize = 4096;

pub(crate) fn of(service: &Service) -> Value {
    // The log first: the records are then as new as the revision, or newer.
    let (requests, came_in, revision) = service.log.last(MOST_REQUESTS);
    let requests: Vec<Value> = requests.iter().map(request).collect();
    let portal = service.portal();
    let (contacts, held) = contacts(&portal);
    json!({
        "revision": revision,
        "contacts": contacts,
        "contactsHeld": held,
        "requests": requests,
        "requestsCameIn": came_in,
    })
}

fn contacts(portal: &Portal) -> (Vec<Value>, usize) {
    let Some(table) = portal.tables.get(&Entity::Contacts) else {
        return (Vec::new(), 0);
    };
    let shown = table.records.values().take(MOST_CONTACTS);
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
    let own = record.entries.iter().filter(|entry| entry.kind == kind);
    let shown = |entry: &Entry| json!({ "value": entry.value, "type": entry.value_type });
    own.map(shown).collect()
}

fn request(request: &LoggedRequest) -> Value {
    let body = request.body_str();
    let shown = beginning(body);
    let status = request.status().map(|status| status.as_u16());
    let fault = request.fault().map(crate::Fault::name);
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

/// Returns the part of a body that is shown.
fn beginning(body: &str) -> &str {
    let mut ends = (0..=LONGEST_BODY.min(body.len())).rev();
    ends.find_map(|end| body.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_cut_between_two_letters() {
        let long = format!("x{}", "я".repeat(LONGEST_BODY));
        let shown = beginning(&long);
        assert_eq!(shown.len(), LONGEST_BODY - 1);
        assert!(long.starts_with(shown));
        assert_eq!(beginning("short"), "short");
    }
}
