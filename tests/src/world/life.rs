//! The life cycle of a request, from its last byte to its answer.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::watch, task, time};

use super::{
    World, admission,
    answer::{self, Answer, Manner},
    batch,
    dice::Dice,
    fate::{Fate, Ran},
    http::Request,
    ledger::Applied,
    list, portal, show,
};

/// When a connection was closed, if it was.
pub(super) type Closed = watch::Receiver<Option<Duration>>;

/// A record that a path names.
pub(super) fn target(path: &str) -> Option<(String, u64)> {
    let (entity, id) = path.rsplit_once('/')?;
    Some((entity.to_owned(), id.parse().ok()?))
}

fn is_write(request: &Request) -> bool {
    match request.method.as_str() {
        "PATCH" | "DELETE" => true,
        "POST" => {
            !request.path.ends_with("/search") && request.path != "batch" || batch::writes(request)
        }
        _ => false,
    }
}

/// Processes a request; `None` if it is never begun.
pub(super) async fn live(
    world: World,
    index: usize,
    request: Arc<Request>,
    mut closed: Closed,
) -> Option<Answer> {
    let mut dice = world.dice(index as u64);
    complete(&world, index, &request);
    if !begins(&world, index, &mut dice, &mut closed).await {
        return None;
    }
    let mut answer = match admission::refusal(&world, &request) {
        Some(refused) => refused,
        None => carried_out(&world, index, &request, &mut dice).await,
    };
    admission::headers(&world, &mut answer, &mut dice);
    let fate = format!("{} {:?}", answer.status, answer.manner);
    let asks_for = answer::asks_for(&answer);
    if let Some(seen) = world.state().ledger.seen.get_mut(index) {
        seen.fate = fate;
        seen.asks_for = asks_for;
    }
    Some(answer)
}

fn complete(world: &World, index: usize, request: &Request) {
    let now = world.now();
    let writes = match request.method.as_str() {
        "PATCH" | "DELETE" => target(&request.path).into_iter().collect(),
        _ if request.path == "batch" => batch::targets(request),
        _ => Vec::new(),
    };
    if let Some(seen) = world.state().ledger.seen.get_mut(index) {
        seen.complete = Some(now);
        seen.body = request.body.clone();
        seen.writes = writes;
    }
}

/// Waits in front of the API. Returns false if the request is abandoned there.
async fn begins(world: &World, index: usize, dice: &mut Dice, closed: &mut Closed) -> bool {
    let rules = world.rules();
    let calm = world.now() >= rules.calm_after;
    let queue = if calm {
        Duration::ZERO
    } else {
        rules.queue.draw(dice)
    };
    let late = dice.reach(rules.bounds.late);
    let abandons = dice.chance(rules.abandons);
    tokio::select! {
        biased;
        () = time::sleep(queue) => {}
        () = async {
            // An error means that the connection ended in another way, which does not happen while it waits.
            let _ = closed.wait_for(Option::is_some).await;
            time::sleep(late).await;
        } => {}
    }
    if abandons && closed.borrow().is_some() {
        world.note(format!("#{index} is not begun"));
        return false;
    }
    let now = world.now();
    if let Some(seen) = world.state().ledger.seen.get_mut(index) {
        seen.begun = Some(now);
    }
    true
}

async fn carried_out(
    world: &World,
    index: usize,
    request: &Arc<Request>,
    dice: &mut Dice,
) -> Answer {
    let rules = world.rules();
    let calm = world.now() >= rules.calm_after;
    let fates = match (is_write(request), request.path.as_str()) {
        (true, "batch") => &rules.batches,
        (true, _) => &rules.writes,
        (false, _) => &rules.reads,
    };
    let fate = if calm {
        Fate::Fine
    } else {
        *dice.weighted(fates)
    };
    world.note(format!("#{index} begins: {fate:?}"));
    match (request.method.as_str(), request.path.as_str()) {
        (_, "batch") => batch::carried_out(world, index, request, fate, dice).await,
        ("PATCH" | "DELETE", _) => write(world, index, request, fate, dice).await,
        ("POST", path) if !path.ends_with("/search") => {
            create(world, index, request, fate, dice).await
        }
        _ => read(world, index, request, fate, dice).await,
    }
}

async fn read(
    world: &World,
    index: usize,
    request: &Request,
    fate: Fate,
    dice: &mut Dice,
) -> Answer {
    let rules = world.rules();
    let cacheable = request
        .header("cache-control")
        .is_none_or(|value| !value.contains("no-cache"));
    if cacheable && dice.chance(rules.cached) {
        let now = world.now();
        let kept = world.state().kept.get(&request.path).cloned();
        if let Some((since, answer)) = kept
            && now.saturating_sub(since) < Duration::from_secs(300)
        {
            world.note(format!("#{index} is answered from a cache"));
            return answer;
        }
    }
    let fine = list::read(world, request, index, dice);
    let takes = rules.read.draw(dice);
    let fine = match takes {
        takes if takes > Duration::from_secs(2) && dice.chance(0.3) => {
            time::sleep(takes / 2).await;
            fine.by(Manner::Slow(takes / 2))
        }
        takes => {
            time::sleep(takes).await;
            fine
        }
    };
    let answer = Answer::of(fate, fine, &rules.headers, dice);
    let begun = world
        .state()
        .ledger
        .seen
        .get(index)
        .and_then(|seen| seen.begun);
    if answer.status == 200 && fate == Fate::Fine {
        let since = begun.unwrap_or_default();
        let kept = answer.clone().by(Manner::Whole);
        world
            .state()
            .kept
            .entry(request.path.clone())
            .or_insert((since, kept));
    }
    answer
}

/// How a record may be shown this time, and the age of that state.
pub(super) fn age(world: &World, dice: &mut Dice) -> Duration {
    let rules = world.rules();
    if world.now() < rules.calm_after && dice.chance(rules.stale) {
        dice.reach(rules.bounds.stale)
    } else {
        Duration::ZERO
    }
}

/// Applies a change now, and records it in the ledger.
pub(super) fn apply(
    world: &World,
    (request, repeat): (usize, u32),
    (entity, id): (&str, u64),
    body: Option<&Value>,
) {
    let at = world.now();
    let form = world.rules().phones;
    let mut state = world.state();
    let mut applied = Applied {
        at,
        request,
        repeat,
        entity: entity.to_owned(),
        id,
        set: Vec::new(),
        added: Vec::new(),
    };
    match body {
        Some(body) => {
            let change = state.portal.apply(entity, id, body, at, form);
            (applied.set, applied.added) = (change.set, change.added);
        }
        None => state.portal.delete(entity, id, at),
    }
    let by = if repeat == 0 {
        ""
    } else {
        ", the API's own repeat"
    };
    let what = format!(
        "#{request} is applied to {entity}/{id}: {:?} {:?}{by}",
        applied.set, applied.added
    );
    state.ledger.note(at, what.chars().take(300).collect());
    state.ledger.applied.push(applied);
}

/// Applies a change as `ran` says, and returns the record as it is shown afterwards.
pub(super) async fn change(
    world: &World,
    index: usize,
    (entity, id): (String, u64),
    body: Option<Value>,
    (ran, run): (Ran, Duration),
    dice: &mut Dice,
) {
    let longest = world.rules().bounds.run;
    let repeats = body.as_ref().is_some_and(portal::adds) && dice.chance(world.rules().repeats);
    match ran {
        Ran::Never => time::sleep(run).await,
        Ran::Before => {
            let first = dice.reach(run);
            time::sleep(first).await;
            apply(world, (index, 0), (&entity, id), body.as_ref());
            let second = dice.up_to(run.saturating_sub(first));
            time::sleep(second).await;
            if repeats {
                apply(world, (index, 1), (&entity, id), body.as_ref());
            }
            time::sleep(run.saturating_sub(first + second)).await;
        }
        Ran::After => {
            let later = dice.reach(longest);
            let world = world.clone();
            task::spawn(async move {
                time::sleep(later).await;
                apply(&world, (index, 0), (&entity, id), body.as_ref());
            });
            time::sleep(run.min(Duration::from_secs(2))).await;
        }
    }
}

async fn write(
    world: &World,
    index: usize,
    request: &Arc<Request>,
    fate: Fate,
    dice: &mut Dice,
) -> Answer {
    let rules = world.rules();
    let Some((entity, id)) = target(&request.path) else {
        return Answer::error(404, "ROUTE_NOT_FOUND");
    };
    let before = world.state().portal.now(&entity, id).cloned();
    if before.is_none() {
        return Answer::error(404, "ENTITY_NOT_FOUND");
    }
    let deletes = request.method == "DELETE";
    let badly = |kind: &str| {
        request
            .body
            .get(kind)
            .is_some_and(|value| portal::written(value).is_none())
    };
    if !deletes && (badly("phone") || badly("email")) {
        return Answer::error(400, "INVALID_MULTIFIELD_SHAPE");
    }
    let run = rules.run.draw(dice).min(rules.bounds.run);
    let ran = fate.ran(portal::adds(&request.body), dice);
    let body = (!deletes).then(|| request.body.clone());
    // A separate task, so that it goes on whatever happens to the connection.
    change(world, index, (entity.clone(), id), body, (ran, run), dice).await;
    time::sleep(rules.answer.draw(dice)).await;
    let fine = if deletes {
        if dice.chance(0.5) {
            Answer {
                status: 204,
                headers: Vec::new(),
                body: String::new(),
                manner: Manner::Whole,
            }
        } else {
            Answer::data(200, &Value::Null)
        }
    } else {
        let echo = *dice.weighted(&rules.echoes);
        let echo = match fate {
            Fate::OldRecord => show::Echo::Old,
            Fate::PassedOn(_) => show::Echo::Sent,
            _ => echo,
        };
        let shape = *dice.weighted(&rules.shapes);
        let after = world.state().portal.now(&entity, id).cloned();
        let shown = if fate == Fate::OtherRecord {
            id + 1
        } else {
            id
        };
        let both = (before.as_ref(), after.as_ref());
        Answer::data(
            200,
            &show::echo(&entity, shown, both, &request.body, (echo, shape)),
        )
    };
    Answer::of(fate, fine, &rules.headers, dice)
}

async fn create(
    world: &World,
    index: usize,
    request: &Arc<Request>,
    fate: Fate,
    dice: &mut Dice,
) -> Answer {
    let rules = world.rules();
    let entity = request.path.clone();
    let id = world.state().portal.free_id();
    let run = rules.run.draw(dice).min(rules.bounds.run);
    let ran = fate.ran(false, dice);
    change(
        world,
        index,
        (entity.clone(), id),
        Some(request.body.clone()),
        (ran, run),
        dice,
    )
    .await;
    time::sleep(rules.answer.draw(dice)).await;
    let shape = *dice.weighted(&rules.shapes);
    let after = world
        .state()
        .portal
        .now(&entity, id)
        .cloned()
        .unwrap_or_default();
    let fine = Answer::data(201, &show::record(&entity, id, &after, shape));
    Answer::of(fate, fine, &rules.headers, dice)
}

/// The answer of `/me`.
pub(super) fn me() -> Value {
    json!({
        "portal": "example.bitrix24.ru",
        "type": "personal",
        "tariff": {"code": "ru_demo", "name": "Demo", "isCommercial": false},
        "scopes": ["crm", "user"],
        "accessMode": "READWRITE",
        "owner": {"userId": 1},
        "currentUser": null,
        "api": {"entityApi": {"entities": {"contacts": "/v1/contacts"}, "operations": ["POST /batch"]}},
    })
}
