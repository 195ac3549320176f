//! The state of the page, as its script reads it. It contains no headers of requests: the key and
//! the session token are among them.

use serde_json::{Map, Value, json};

use crate::{
    faults::Fault,
    log::{LoggedAnswer, LoggedRequest},
};

/// How much of a body or an answer the state contains, in bytes: every change sends all of it. The
/// page asks for the rest when a person opens the request.
const SHORT: usize = 1024;

/// How much of a body or an answer is shown at all.
const LONG: usize = 256 * 1024;

/// Returns the state from the last requests, the number of all requests and the revision of the
/// log, and from what is shown of the records.
pub(super) fn of(
    (requests, request_count, revision): (Vec<LoggedRequest>, usize, u64),
    records: Value,
) -> Value {
    let requests = requests.iter().map(|logged| request(logged, SHORT));
    // `json!` would copy the requests and the records.
    let state = [
        ("revision", revision.into()),
        ("records", records),
        ("requests", requests.collect()),
        ("requestCount", request_count.into()),
    ];
    let state = state.into_iter();
    state.map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Returns a request with as much of its body and its answer as is shown.
pub(super) fn whole_request(logged: &LoggedRequest) -> Value {
    request(logged, LONG)
}

fn request(request: &LoggedRequest, limit: usize) -> Value {
    let body = request.body_str();
    let shown = beginning(body, limit);
    let status = request.status().map(|status| status.as_u16());
    let fault = request.fault().map(Fault::name);
    let answer = request.answer();
    let answer_text = answer.map_or("", LoggedAnswer::text);
    let shown_answer = beginning(answer_text, limit);
    let answer_is_cut = answer.is_some_and(LoggedAnswer::is_cut);
    let errors = answer.map(LoggedAnswer::errors);
    json!({
        "serial": request.serial(),
        "method": request.method().as_str(),
        "path": request.path(),
        "query": request.query(),
        "body": shown,
        "bodyIsCut": shown.len() < body.len(),
        "answer": shown_answer,
        "answerIsCut": answer_is_cut || shown_answer.len() < answer_text.len(),
        "status": status,
        "code": request.error_code(),
        "error": errors.and_then(|errors| Some(error(errors.of_request.as_ref()?))),
        "isBatch": request.is_batch(),
        "failed": errors.filter(|_| request.is_batch()).map(|errors| failed(&errors.of_calls)),
        "dropped": request.dropped(),
        "fault": fault,
        "applied": request.was_applied(),
        "over": request.is_over(),
    })
}

/// Returns the failed calls of a batch, in the order of the answer.
fn failed(errors: &Map<String, Value>) -> Vec<Value> {
    let failed = errors.iter().map(|(id, of_call)| {
        let mut failed = error(of_call.as_object().unwrap_or(&Map::new()));
        failed.insert("id".to_owned(), id.as_str().into());
        Value::Object(failed)
    });
    failed.collect()
}

fn error(error: &Map<String, Value>) -> Map<String, Value> {
    let texts = ["code", "message", "hint"].into_iter().filter_map(|key| {
        let text = error.get(key)?.as_str()?;
        Some((key.to_owned(), text.into()))
    });
    texts.collect()
}

fn beginning(text: &str, limit: usize) -> &str {
    let mut ends = (0..=limit.min(text.len())).rev();
    ends.find_map(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_cut_between_two_letters() {
        let long = format!("x{}", "я".repeat(SHORT));
        let shown = beginning(&long, SHORT);
        assert_eq!(shown.len(), SHORT - 1);
        assert!(long.starts_with(shown));
        assert_eq!(beginning("short", SHORT), "short");
    }
}
