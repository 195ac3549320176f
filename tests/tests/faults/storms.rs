//! Many writes through every fault at once: 2,000 by default, or `STORM_WRITES`.

use tokio::task::JoinSet;
use vibecode_runtime::{Bulk, Client, Contacts, Error, Outcome, Result};
use vibecode_sandbox::{CallFault, Fault, Sandbox, Storm};
use vibecode_tests::scale;

use super::{
    calls::{Item, summary},
    every_fault::{REFUSED_KEY, every_fault},
    portal::{CustomerPatch, OWN_PHONE, client, count_in, customer, portal, seconds, settle},
};

/// How many records are written in a run.
fn many() -> u64 {
    scale::count("STORM_WRITES", 2_000)
}

/// How many records are written one by one, which takes longer.
fn single() -> u64 {
    many() / 5
}

/// How many single calls are in flight at a time.
const AT_A_TIME: usize = 32;

/// Four requests in ten are hit, by all kinds of faults.
fn storm(seed: u64) -> Storm {
    let in_batch = [
        Fault::in_batch((0..50).step_by(3).map(|call| (call, CallFault::missing()))),
        Fault::in_batch((1..50).step_by(3).map(|call| {
            let fault = CallFault::rate_limited(seconds(1));
            (call, fault)
        })),
        Fault::in_batch((2..50).step_by(3).map(|call| {
            let fault = CallFault::error("INTERNAL_ERROR").applied();
            (call, fault)
        })),
        Fault::drop_after_calls(20),
    ];
    let faults = every_fault().into_iter();
    let faults = faults
        .filter(|named| named.name != REFUSED_KEY)
        .map(|named| named.fault);
    let faults = faults.chain(in_batch);
    Storm::seeded(seed).probability(0.4).faults(faults)
}

/// A change of every contact: each has its own values, and every fourth has no phone.
fn items(number: u64) -> Vec<Item> {
    let item = |id: u64| {
        let patch = customer().post(post(id));
        let patch = match id % 4 {
            0 => patch,
            1 => patch.add_phone(phone(id)).add_email(email(id)),
            _ => patch.add_phone(phone(id)),
        };
        Item { id, patch }
    };
    (1..=number).map(item).collect()
}

fn post(id: u64) -> String {
    format!("Director {id}")
}

fn phone(id: u64) -> String {
    format!("+7916{id:07}")
}

fn email(id: u64) -> String {
    format!("ivan{id}@company.ru")
}

/// Returns how often each value of an item is stored, and how often the original phone.
fn times(sandbox: &Sandbox, id: u64) -> (Vec<usize>, usize) {
    let contact = sandbox.contact(id).unwrap();
    let mut times = vec![usize::from(contact["post"] == post(id))];
    if !id.is_multiple_of(4) {
        times.push(count_in(&contact, &phone(id)));
    }
    if id % 4 == 1 {
        times.push(count_in(&contact, &email(id)));
    }
    (times, count_in(&contact, OWN_PHONE))
}

/// Returns the reports that differ from the stored values.
fn untruths(sandbox: &Sandbox, items: &[Item], reports: &[Result<()>]) -> Vec<String> {
    assert_eq!(items.len(), reports.len(), "an item is reported once");
    let mut untruths = Vec::new();
    for (item, report) in items.iter().zip(reports) {
        let is_true = |times: &usize| match report.as_ref().map_err(Error::outcome) {
            Ok(()) => *times == 1,
            Err(Outcome::NotApplied) => *times == 0,
            Err(_) => *times <= 1,
        };
        let (times, own) = times(sandbox, item.id);
        if !times.iter().all(is_true) || own != 1 {
            untruths.push(format!(
                "{}: {times:?}, reported {}",
                item.id,
                summary(report)
            ));
        }
    }
    untruths
}

/// The number of items that succeeded, that were not applied, and that are unknown.
fn tally(reports: &[Result<()>]) -> [usize; 3] {
    let mut tally = [0; 3];
    for report in reports {
        tally[match report.as_ref().map_err(Error::outcome) {
            Ok(()) => 0,
            Err(Outcome::NotApplied) => 1,
            Err(_) => 2,
        }] += 1;
    }
    tally
}

async fn update_many(client: &Client, items: &[Item]) -> Vec<Result<()>> {
    reports(client.update_many(pairs(items)), items).await
}

async fn ensure_many(client: &Client, items: &[Item]) -> Vec<Result<()>> {
    reports(client.ensure_many(pairs(items)), items).await
}

fn pairs(items: &[Item]) -> Vec<(u64, CustomerPatch)> {
    let pairs = items.iter().map(|item| (item.id, item.patch.clone()));
    pairs.collect()
}

async fn reports<T: Send + 'static>(
    mut outcomes: Bulk<Contacts, T>,
    items: &[Item],
) -> Vec<Result<()>> {
    let mut reports = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        assert_eq!(outcome.index, reports.len(), "outcomes come in order");
        assert_eq!(outcome.id.get(), items[outcome.index].id);
        reports.push(outcome.result.map(drop));
    }
    reports
}

/// Ensures all items without faults, right after the storm: `ensure` waits for the writes that are open.
async fn make_good(sandbox: &Sandbox, client: &Client, items: &[Item]) {
    sandbox.calm();
    let reports = ensure_many(client, items).await;
    assert_eq!(tally(&reports), [items.len(), 0, 0]);
    settle().await;
    assert_eq!(untruths(sandbox, items, &reports), [""; 0]);
}

/// Checks that some writes succeeded and that some requests were hit.
fn assert_stormy(reports: &[Result<()>], sandbox: &Sandbox) {
    let tally = tally(reports);
    let hits = sandbox
        .requests()
        .iter()
        .filter(|request| request.fault().is_some())
        .count();
    println!("Ok, not applied, unknown: {tally:?}; {hits} requests were hit");
    assert!(tally[0] > 0 && hits > 10, "{tally:?}, {hits}");
}

#[tokio::test(start_paused = true)]
async fn a_storm_over_updates_doubles_nothing_and_loses_nothing() {
    let sandbox = portal(many()).start().await;
    let (client, items) = (client(&sandbox), items(many()));
    sandbox.storm(storm(1));
    let reports = update_many(&client, &items).await;
    assert_stormy(&reports, &sandbox);
    settle().await;
    assert_eq!(untruths(&sandbox, &items, &reports), [""; 0]);
    make_good(&sandbox, &client, &items).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_storm_over_updates_left_on_its_way_is_made_good_without_a_pause() {
    for seed in 20..23 {
        let sandbox = portal(many()).start().await;
        let (client, items) = (client(&sandbox), items(many()));
        sandbox.storm(storm(seed));
        let reports = update_many(&client, &items).await;
        assert_stormy(&reports, &sandbox);
        make_good(&sandbox, &client, &items).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_over_ensured_records_doubles_nothing_and_loses_nothing() {
    let sandbox = portal(many()).start().await;
    let (client, items) = (client(&sandbox), items(many()));
    sandbox.storm(storm(3));
    let reports = ensure_many(&client, &items).await;
    assert_stormy(&reports, &sandbox);
    settle().await;
    assert_eq!(untruths(&sandbox, &items, &reports), [""; 0]);
    make_good(&sandbox, &client, &items).await;
}

/// Sends the items in single calls, some of them concurrently.
async fn one_by_one<F>(items: &[Item], send: impl Fn(&Item) -> F) -> Vec<Result<()>>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut reports: Vec<Option<Result<()>>> = items.iter().map(|_| None).collect();
    let mut waiting = items.iter().enumerate();
    loop {
        while running.len() < AT_A_TIME
            && let Some((place, item)) = waiting.next()
        {
            let call = send(item);
            running.spawn(async move { (place, call.await) });
        }
        let Some(ended) = running.join_next().await else {
            return reports.into_iter().map(Option::unwrap).collect();
        };
        let (place, report) = ended.unwrap();
        reports[place] = Some(report);
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_over_single_updates_doubles_nothing_and_loses_nothing() {
    let sandbox = portal(single()).start().await;
    let (client, items) = (client(&sandbox), items(single()));
    sandbox.storm(storm(4));
    let update = |item: &Item| {
        let call = client.update(item.id, &item.patch);
        async { call.await.map(drop) }
    };
    let reports = one_by_one(&items, update).await;
    assert_stormy(&reports, &sandbox);
    settle().await;
    assert_eq!(untruths(&sandbox, &items, &reports), [""; 0]);
    make_good(&sandbox, &client, &items).await;
}

#[tokio::test(start_paused = true)]
async fn a_storm_over_single_ensured_records_doubles_nothing_and_loses_nothing() {
    let sandbox = portal(single()).start().await;
    let (client, items) = (client(&sandbox), items(single()));
    sandbox.storm(storm(5));
    let ensure = |item: &Item| {
        let call = client.ensure(item.id, &item.patch);
        async { call.await.map(drop) }
    };
    let reports = one_by_one(&items, ensure).await;
    assert_stormy(&reports, &sandbox);
    settle().await;
    assert_eq!(untruths(&sandbox, &items, &reports), [""; 0]);
    make_good(&sandbox, &client, &items).await;
}
