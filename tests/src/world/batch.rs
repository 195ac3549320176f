//! `POST /v1/batch`: up to 50 calls, run one after another.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use tokio::{task, time};

use super::{
    World, admission,
    answer::{self, Answer},
    dice::Dice,
    fate::{CallFate, Fate, Ran},
    http::Request,
    life, list, portal, show,
};

fn calls(request: &Request) -> &[Value] {
    request
        .body
        .get("calls")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(call: &'a Value, key: &str) -> &'a str {
    call.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn action_writes(call: &Value) -> bool {
    matches!(text(call, "action"), "update" | "create" | "delete")
}

/// A call's entity as paths name it: `items/1040` for a smart process.
fn entity(call: &Value) -> String {
    let name = text(call, "entity");
    let kind = call
        .get("params")
        .and_then(|params| params.get("entityTypeId"));
    match kind {
        Some(kind) if name == "items" => format!("items/{kind}"),
        _ => name.to_owned(),
    }
}

fn id(call: &Value) -> Option<u64> {
    let id = call.get("entityId")?;
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}

/// Returns whether a batch writes.
pub(super) fn writes(request: &Request) -> bool {
    calls(request).iter().any(action_writes)
}

/// Returns the records that a batch writes to.
pub(super) fn targets(request: &Request) -> Vec<(String, u64)> {
    let writing = calls(request).iter().filter(|call| action_writes(call));
    writing
        .filter_map(|call| Some((entity(call), id(call)?)))
        .collect()
}

/// The results of the calls.
#[derive(Debug, Default)]
struct Said {
    results: Vec<(String, Value)>,
    errors: Map<String, Value>,
}

/// Processes a batch according to its fate.
pub(super) async fn carried_out(
    world: &World,
    index: usize,
    request: &Arc<Request>,
    fate: Fate,
    dice: &mut Dice,
) -> Answer {
    let calls = calls(request);
    if calls.is_empty() || calls.len() > 50 {
        return Answer::error(400, "BATCH_LIMIT_EXCEEDED");
    }
    let needs_id = |call: &&Value| matches!(text(call, "action"), "get" | "update" | "delete");
    if calls.iter().filter(needs_id).any(|call| id(call).is_none()) {
        return Answer::error(400, "MISSING_ENTITY_ID");
    }
    let adds = calls
        .iter()
        .any(|call| call.get("params").is_some_and(portal::adds));
    let all_dice = world.dice(dice.number());
    let said = match fate.ran(adds, dice) {
        Ran::Never => Said::default(),
        Ran::Before => all(world, index, request, all_dice).await,
        Ran::After => {
            let (world, request) = (world.clone(), Arc::clone(request));
            task::spawn(async move { all(&world, index, &request, all_dice).await });
            Said::default()
        }
    };
    time::sleep(world.rules().answer.draw(dice)).await;
    Answer::of(
        fate,
        shown(world, calls.len(), said),
        &world.rules().headers,
        dice,
    )
}

/// Runs all calls, one after another.
async fn all(world: &World, index: usize, request: &Request, mut dice: Dice) -> Said {
    let until = world.now() + world.rules().bounds.batch_run;
    let token = request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let mut said = Said::default();
    for (position, call) in calls(request).iter().enumerate() {
        let name = call
            .get("id")
            .and_then(Value::as_str)
            .map_or_else(|| position.to_string(), str::to_owned);
        let ended = world.rules().needs_session
            && !token.is_some_and(|token| admission::session_lives(world, token));
        if ended {
            said.errors.insert(name, answer::problem("TOKEN_EXPIRED"));
        } else if world.now() >= until {
            said.errors
                .insert(name, answer::problem("OPERATION_TIME_LIMIT"));
        } else if action_writes(call) {
            write(world, (index, &name), call, until, &mut said, &mut dice).await;
        } else {
            time::sleep(Duration::from_millis(10)).await;
            match look(world, call, index, &mut dice) {
                Ok(payload) => said.results.push((name, payload)),
                Err(code) => {
                    said.errors.insert(name, answer::problem(code));
                }
            }
        }
    }
    said
}

fn look(world: &World, call: &Value, index: usize, dice: &mut Dice) -> Result<Value, &'static str> {
    let entity = entity(call);
    match (text(call, "action"), id(call)) {
        ("get", Some(id)) => list::record(world, &entity, id, dice).ok_or("ENTITY_NOT_FOUND"),
        ("list" | "search", _) => {
            let params = call.get("params").cloned().unwrap_or_default();
            Ok(list::page(world, &entity, &params, index as u64).0)
        }
        ("fields", _) => Ok(json!({"fields": {}})),
        _ => Err("INVALID_REQUEST"),
    }
}

async fn write(
    world: &World,
    (index, name): (usize, &str),
    call: &Value,
    until: Duration,
    said: &mut Said,
    dice: &mut Dice,
) {
    let rules = world.rules();
    let entity = entity(call);
    let deletes = text(call, "action") == "delete";
    let id = match (text(call, "action"), id(call)) {
        ("create", _) => world.state().portal.free_id(),
        (_, Some(id)) => id,
        (_, None) => return,
    };
    let before = world.state().portal.now(&entity, id).cloned();
    if before.is_none() && text(call, "action") != "create" {
        said.errors
            .insert(name.to_owned(), answer::problem("ENTITY_NOT_FOUND"));
        return;
    }
    let mut body = call.get("params").cloned().unwrap_or_default();
    if let Value::Object(body) = &mut body {
        body.remove("entityTypeId");
    }
    let all_well = world.now() >= rules.calm_after;
    let fate = if all_well {
        CallFate::Fine
    } else {
        *dice.weighted(&rules.calls)
    };
    let left = until.saturating_sub(world.now());
    let run = rules.run.draw(dice).min(rules.bounds.run).min(left);
    let ran = fate.ran(portal::adds(&body), dice);
    if fate != CallFate::Fine {
        world.note(format!(
            "#{index} call {name} on {entity}/{id}: {fate:?} {ran:?}"
        ));
    }
    let sent = body.clone();
    life::change(
        world,
        index,
        (entity.clone(), id),
        (!deletes).then_some(body),
        (ran, run),
        dice,
    )
    .await;
    let after = world.state().portal.now(&entity, id).cloned();
    let shape = *dice.weighted(&rules.shapes);
    let echo = if fate == CallFate::OldRecord {
        show::Echo::Old
    } else {
        *dice.weighted(&rules.echoes)
    };
    let shown_id = if fate == CallFate::OtherRecord {
        id + 1
    } else {
        id
    };
    let payload = show::echo(
        &entity,
        shown_id,
        (before.as_ref(), after.as_ref()),
        &sent,
        (echo, shape),
    );
    let mut fails = |code: &str| said.errors.insert(name.to_owned(), answer::problem(code));
    match fate {
        CallFate::Fine | CallFate::OtherRecord | CallFate::OldRecord => {
            said.results.push((name.to_owned(), payload));
        }
        CallFate::Refused(code) | CallFate::Behind(code) | CallFate::Failed(code) => {
            fails(code);
        }
        CallFate::Limited(seconds) => {
            let mut problem = answer::problem("RATE_LIMITED");
            if let Some(seconds) = seconds {
                problem["retryAfter"] = json!(seconds);
            }
            said.errors.insert(name.to_owned(), problem);
        }
        CallFate::Both(code) => {
            fails(code);
            said.results.push((name.to_owned(), payload));
        }
        CallFate::Neither => {}
    }
}

fn shown(world: &World, total: usize, said: Said) -> Answer {
    let rules = &world.rules().batch;
    let (succeeded, failed) = (said.results.len(), said.errors.len());
    let counted = said
        .results
        .iter()
        .enumerate()
        .all(|(n, (name, _))| *name == n.to_string());
    let results = if said.results.is_empty() && rules.empty_is_list {
        json!([])
    } else if counted && rules.counted_is_list {
        said.results
            .into_iter()
            .map(|(_, payload)| payload)
            .collect()
    } else {
        Value::Object(said.results.into_iter().collect())
    };
    let errors = if said.errors.is_empty() && rules.empty_is_list {
        json!([])
    } else {
        Value::Object(said.errors)
    };
    let mut data = json!({"results": results, "errors": errors});
    if !rules.no_summary {
        data["summary"] = json!({"total": total, "succeeded": succeeded, "failed": failed});
    }
    Answer::data(200, &data)
}
