//! Questions about batches.

use serde_json::{Value, json};

use super::Findings;
use crate::commands::probe::{
    bench::{self, Bench, Effect, text_field},
    finding::Finding,
};

/// The number of calls of the batch that measures the cost: enough to distinguish 1 from all, even
/// if other requests of the same key arrive in between.
const CALLS: usize = 10;

/// A map with more keys than this is a record, whatever it contains.
const MAX_KEYS: usize = 8;

/// Asks for the shape of the answer of `POST /v1/{entity}/batch`.
pub(super) async fn shape_of_entity_batch(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "updating one record";
    const ASSUMED: &str = "not used";
    let text = "probe 7";
    let path = format!("{}/batch", bench.entity.path());
    let item = json!({ "id": bench.id, text_field(bench.entity): text });
    let body = json!({ "action": "update", "items": [item] });
    let answer = bench.post(&path, &body).await?;
    let effect = bench.effect_on_text(&answer, text).await?;
    let here = match effect {
        Effect::Refused(_) => effect.describe(),
        _ => format!(
            "{}; data: {}",
            effect.describe(),
            shape(answer.data(), bench.id)
        ),
    };
    Ok(vec![Finding::information(ABOUT, here, ASSUMED)])
}

/// Asks what the answer contains of a record that an update in a batch has changed.
pub(super) async fn payload_of_update(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "the answer to an update in a batch";
    const ASSUMED: &str = "at least the id of the record";
    let text = "probe 9";
    let field = text_field(bench.entity);
    let params = bench::text(bench.entity, text);
    let answer = bench.post("batch", &calls(bench, [params])).await?;
    let effect = bench.effect_on_text(&answer, text).await?;
    let payload = answer.body.pointer("/data/results/c0");
    let here = match (effect, payload) {
        (Effect::Accepted, Some(Value::Object(record))) => match record.get(field) {
            Some(shown) if shown == text => "the changed record",
            Some(_) => "the record as it was before",
            None if record.contains_key("id") => "a record without the changed field",
            None => "an object without an id",
        },
        (Effect::Accepted, _) => "no record",
        (effect, _) => return Ok(vec![Finding::new(ABOUT, effect.describe(), ASSUMED, false)]),
    };
    Ok(vec![Finding::information(ABOUT, here, ASSUMED)])
}

/// Asks what a batch takes from the quota, and whether its last call is the last to be carried out.
pub(super) async fn cost_and_order(bench: &Bench<'_>) -> Findings {
    const ORDER: &str = "the order of the calls of a batch";
    const ANY: &str = "not relied on";
    let text = |index: usize| format!("probe 10 {index}");
    let params = (0..CALLS).map(|index| bench::text(bench.entity, &text(index)));
    let before = bench.get().await?.number("x-ratelimit-remaining");
    let answer = bench.post("batch", &calls(bench, params)).await?;
    let after = answer.number("x-ratelimit-remaining");
    let cost = cost(before, after);

    let shown = bench.read_field(text_field(bench.entity)).await?;
    let last = text(CALLS - 1);
    let written = shown
        .as_str()
        .is_some_and(|shown| shown.starts_with("probe 10 "));
    let order = if !answer.is_success() || !written {
        let why = format!("the batch writes nothing: {}", answer.status_and_code());
        Finding::not_testable(ORDER, why, ANY)
    } else if shown == *last {
        let here = "kept, which does not prove that calls wait for each other";
        Finding::information(ORDER, here, ANY)
    } else {
        Finding::information(ORDER, "not kept: the calls run in parallel", ANY)
    };
    Ok(vec![cost, order])
}

fn cost(before: Option<f64>, after: Option<f64>) -> Finding {
    const ABOUT: &str = "a batch of 10";
    const ASSUMED: &str = "counts as 1";
    let Some((before, after)) = before.zip(after) else {
        let why = "the header X-RateLimit-Remaining is not sent";
        return Finding::not_testable(ABOUT, why, ASSUMED);
    };
    // Other requests of the key count too, and old ones leave the window.
    match before - after {
        used if used < 0.0 => {
            Finding::not_testable(ABOUT, "the minute ended during the test", ASSUMED)
        }
        used if used <= 4.0 => Finding::new(ABOUT, "counts as 1", ASSUMED, true),
        used if used >= 9.0 => Finding::new(ABOUT, "counts as 10", ASSUMED, false),
        used => Finding::new(ABOUT, format!("counts as about {used}"), ASSUMED, false),
    }
}

/// Returns updates of the record with these params, with the ids `c0` and so on.
fn calls(bench: &Bench<'_>, params: impl IntoIterator<Item = Value>) -> Value {
    let calls = params.into_iter().enumerate().map(|(index, params)| {
        json!({
            "id": format!("c{index}"),
            "entity": bench.entity.path(),
            "action": "update",
            "entityId": bench.id,
            "params": params,
        })
    });
    json!({ "calls": calls.collect::<Vec<_>>() })
}

/// Returns the types of an answer without its values. A record is written as "record", whatever it
/// contains: its keys may be the portal's own.
fn shape(value: &Value, id: u64) -> String {
    match value {
        Value::Object(map) if map.contains_key("id") || map.len() > MAX_KEYS => "record".to_owned(),
        Value::Object(map) => {
            let parts = map.iter().map(|(key, value)| {
                let is_word = key.bytes().all(|byte| byte.is_ascii_lowercase());
                let key = match key.as_str() {
                    key if *key == id.to_string() => "<id>",
                    key if is_word => key,
                    _ => "<another>",
                };
                format!("{key}: {}", shape(value, id))
            });
            format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
        }
        Value::Array(values) => match values.first() {
            Some(first) => format!("[{}]", shape(first, id)),
            None => "[]".to_owned(),
        },
        Value::String(_) => "text".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Null => "null".to_owned(),
    }
}
