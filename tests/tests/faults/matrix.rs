//! Every fault with every call that writes: what was sent, what is stored, what was reported, and that the
//! report is true.

use std::fmt::Write as _;

use vibecode_runtime::{Error, ErrorKind, Outcome, Result};
use vibecode_sandbox::{CallFault, Fault, Sandbox};

use super::{
    calls::{Item, Way, summary},
    every_fault::{Means, Named, every_fault},
    portal::{OWN_PHONE, client, count, portal, seconds, settle, stored, writes},
};

/// The expectation for one item: how often it is sent, and what is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Expected {
    writes: usize,
    report: String,
}

fn expected(writes: usize, report: impl Into<String>) -> Expected {
    Expected {
        writes,
        report: report.into(),
    }
}

/// The effect on an item of a fault that hits the first write.
fn of_write(way: Way, adds: bool, means: Means, named: &Named) -> Expected {
    let kind = named.kind;
    let means = match means {
        Means::LaterIfSets | Means::RefusedIfSets if adds => Means::LostBefore,
        Means::LaterIfSets => Means::Later,
        Means::RefusedIfSets => Means::Refused,
        other => other,
    };
    match means {
        Means::Answered => expected(1, "Ok"),
        Means::Later => expected(2, "Ok"),
        Means::Refused => expected(1, format!("{kind:?} NotApplied")),
        // A change that cannot add twice is sent again immediately, any other once the record has been read.
        Means::LostBefore if !adds || way.is_ensuring() => expected(2, "Ok"),
        Means::LostAfter if !adds => expected(2, "Ok"),
        Means::LostAfter if way.is_ensuring() => expected(1, "Ok"),
        Means::LostBefore | Means::LostAfter => expected(1, format!("{kind:?} Unknown")),
        Means::LaterIfSets | Means::RefusedIfSets => unreachable!("replaced above"),
    }
}

/// The effect on an item of a fault that hits the first read.
fn of_read(means: Means, named: &Named) -> Expected {
    match means {
        Means::Refused | Means::RefusedIfSets => {
            expected(0, format!("{:?} NotApplied", named.kind))
        }
        _ => expected(1, "Ok"),
    }
}

/// A sandbox with faults, a call that writes, and the expectation for each item.
struct Cell {
    name: String,
    sandbox: Sandbox,
    way: Way,
    items: Vec<(Item, Expected)>,
}

impl Cell {
    /// Runs the case, and returns what differs from the expectation.
    async fn play(self) -> String {
        let items: Vec<Item> = self.items.iter().map(|(item, _)| item.clone()).collect();
        let reports = self.way.write(&client(&self.sandbox), &items).await;
        settle().await;
        let mut wrong = String::new();
        if reports.len() != items.len() {
            let _ = writeln!(wrong, "{}: {} reports", self.name, reports.len());
        }
        for ((item, expected), report) in self.items.iter().zip(&reports) {
            for problem in problems(&self.sandbox, item, expected, report) {
                let _ = writeln!(wrong, "{}, {item:?}: {problem}", self.name);
            }
        }
        wrong
    }
}

fn problems(
    sandbox: &Sandbox,
    item: &Item,
    expected: &Expected,
    report: &Result<()>,
) -> Vec<String> {
    let mut problems = Vec::new();
    let sent = writes(sandbox).into_iter().filter(|(id, _)| *id == item.id);
    let bodies: Vec<_> = sent.map(|(_, body)| body).collect();
    let met = Expected {
        writes: bodies.len(),
        report: summary(report),
    };
    if met != *expected {
        problems.push(format!("{met:?} where there should be {expected:?}"));
    }
    if bodies.iter().any(|body| *body != item.body()) {
        problems.push(format!("something else was sent: {bodies:?}"));
    }
    problems.extend(untruths(sandbox, item, report));
    problems
}

/// Returns the values that are stored otherwise than was reported, and those that are there twice.
fn untruths(sandbox: &Sandbox, item: &Item, report: &Result<()>) -> Vec<String> {
    let mut untruths = Vec::new();
    let values: Vec<(String, usize)> = values_of(sandbox, item);
    for (value, times) in &values {
        let is_true = match report.as_ref().map_err(Error::outcome) {
            Ok(()) => *times == 1,
            Err(Outcome::NotApplied) => *times == 0,
            Err(_) => *times <= 1,
        };
        if !is_true {
            untruths.push(format!(
                "{value} is stored {times} times, reported {}",
                summary(report)
            ));
        }
    }
    let own = count(sandbox, item.id, OWN_PHONE);
    if own != 1 {
        untruths.push(format!("the phone from before is stored {own} times"));
    }
    untruths
}

fn values_of(sandbox: &Sandbox, item: &Item) -> Vec<(String, usize)> {
    let body = item.body();
    let fields = body.as_object().unwrap().iter();
    let values = fields.map(|(field, value)| {
        let times = match field.as_str() {
            "phone" | "email" => count(sandbox, item.id, value.as_str().unwrap()),
            _ => usize::from(sandbox.contact(item.id).unwrap()[field] == *value),
        };
        (field.clone(), times)
    });
    values.collect()
}

async fn play(cells: Vec<Cell>) {
    let mut wrong = String::new();
    for cell in cells {
        wrong += &cell.play().await;
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[tokio::test(start_paused = true)]
async fn a_single_write_that_meets_a_fault_is_reported_as_it_is_stored() {
    let mut cells = Vec::new();
    for named in every_fault() {
        for way in Way::ONE_BY_ONE {
            for (item, adds) in [(Item::that_sets(1), false), (Item::that_adds(1), true)] {
                let sandbox = portal(1).start().await;
                sandbox.fault(named.fault.clone().on(way.writes_by()));
                let expected = of_write(way, adds, named.means, &named);
                cells.push(Cell {
                    name: format!("{} x {way:?}", named.name),
                    sandbox,
                    way,
                    items: vec![(item, expected)],
                });
            }
        }
    }
    play(cells).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_meets_a_fault_is_reported_as_it_is_stored_call_by_call() {
    let mut cells = Vec::new();
    for named in every_fault() {
        for way in Way::IN_BATCHES {
            let Some(means) = named.means_in_batch() else {
                continue;
            };
            let sandbox = portal(2).start().await;
            if way.is_ensuring() {
                // The first batch only reads.
                sandbox.fault(Fault::delay(seconds(0)));
            }
            sandbox.fault(named.fault.clone());
            cells.push(Cell {
                name: format!("{} x {way:?}", named.name),
                sandbox,
                way,
                items: vec![
                    (Item::that_sets(1), of_write(way, false, means, &named)),
                    (Item::that_adds(2), of_write(way, true, means, &named)),
                ],
            });
        }
    }
    play(cells).await;
}

#[tokio::test(start_paused = true)]
async fn a_read_that_meets_a_fault_is_repeated_and_the_write_sent_once() {
    let mut cells = Vec::new();
    for named in every_fault() {
        for way in [Way::Ensure, Way::EnsureMany] {
            let means = match way {
                Way::Ensure => Some(named.means),
                _ => named.means_in_batch(),
            };
            let Some(means) = means else { continue };
            let sandbox = portal(2).start().await;
            sandbox.fault(named.fault.clone());
            let expected = of_read(means, &named);
            cells.push(Cell {
                name: format!("{} x the read of {way:?}", named.name),
                sandbox,
                way,
                items: vec![(Item::that_adds(1), expected)],
            });
        }
    }
    play(cells).await;
}

/// The outcomes of the second and the third call of a batch, one that sets and one that adds.
fn call_faults() -> Vec<(&'static str, CallFault, Means)> {
    let limited = || CallFault::rate_limited(seconds(2));
    vec![
        ("RATE_LIMITED", limited(), Means::Later),
        (
            "QUEUE_OVERFLOW",
            CallFault::error("QUEUE_OVERFLOW"),
            Means::LaterIfSets,
        ),
        (
            "VALIDATION_ERROR",
            CallFault::error("VALIDATION_ERROR"),
            Means::RefusedIfSets,
        ),
        (
            "ENTITY_NOT_FOUND",
            CallFault::error("ENTITY_NOT_FOUND"),
            Means::Refused,
        ),
        (
            "INTERNAL_ERROR, not applied",
            CallFault::error("INTERNAL_ERROR"),
            Means::LostBefore,
        ),
        (
            "INTERNAL_ERROR, applied",
            CallFault::error("INTERNAL_ERROR").applied(),
            Means::LostAfter,
        ),
        (
            "BITRIX_UNAVAILABLE, applied",
            CallFault::error("BITRIX_UNAVAILABLE").applied(),
            Means::LostAfter,
        ),
        (
            "a code that nobody knows",
            CallFault::error("BRAND_NEW").applied(),
            Means::LostAfter,
        ),
    ]
}

/// Four items. The fault hits the two in the middle.
fn around(way: Way, means: Means, named: &Named) -> Vec<(Item, Expected)> {
    vec![
        (Item::that_adds(1), expected(1, "Ok")),
        (Item::that_sets(2), of_write(way, false, means, named)),
        (Item::that_adds(3), of_write(way, true, means, named)),
        (Item::that_sets(4), expected(1, "Ok")),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_wrong_inside_a_batch_leaves_the_others_alone() {
    let mut faults: Vec<Named> = Vec::new();
    for (name, fault, means) in call_faults() {
        let fault = Fault::in_batch([(1, fault.clone()), (2, fault)]);
        faults.push(Named::new(name, fault, means, ErrorKind::Api));
    }
    for (name, fault, means) in [
        ("applied", CallFault::missing(), Means::LostAfter),
        (
            "not applied",
            CallFault::missing().not_applied(),
            Means::LostBefore,
        ),
    ] {
        let fault = Fault::in_batch([(1, fault.clone()), (2, fault)]);
        let kind = ErrorKind::Unexpected;
        faults.push(Named::new(name, fault, means, kind));
    }
    let mut cells = Vec::new();
    for named in faults {
        for way in Way::IN_BATCHES {
            for is_php in [false, true] {
                let builder = portal(4);
                let builder = if is_php {
                    builder.empty_maps_as_lists()
                } else {
                    builder
                };
                let sandbox = builder.start().await;
                if way.is_ensuring() {
                    sandbox.fault(Fault::delay(seconds(0)));
                }
                sandbox.fault(named.fault.clone());
                let items = around(way, named.means, &named);
                let name = format!("{} x {way:?}, empty lists: {is_php}", named.name);
                cells.push(Cell {
                    name,
                    sandbox,
                    way,
                    items,
                });
            }
        }
    }
    play(cells).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_was_cut_short_at_the_portal_is_reported_as_it_is_stored() {
    let mut cells = Vec::new();
    for applied in 0..=3 {
        for way in Way::IN_BATCHES {
            let sandbox = portal(3).start().await;
            if way.is_ensuring() {
                sandbox.fault(Fault::delay(seconds(0)));
            }
            sandbox.fault(Fault::drop_after_calls(applied));
            let named = Named::new(
                "cut short",
                Fault::drop_before(),
                Means::LostAfter,
                ErrorKind::Interrupted,
            );
            let item = |index: usize, item: Item, adds: bool| {
                let means = if index < applied {
                    Means::LostAfter
                } else {
                    Means::LostBefore
                };
                (item, of_write(way, adds, means, &named))
            };
            cells.push(Cell {
                name: format!("cut short after {applied} x {way:?}"),
                sandbox,
                way,
                items: vec![
                    item(0, Item::that_adds(1), true),
                    item(1, Item::that_sets(2), false),
                    item(2, Item::that_adds(3), true),
                ],
            });
        }
    }
    play(cells).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_refusals_alone_is_read_if_empty_maps_are_lists() {
    let sandbox = portal(1).empty_maps_as_lists().start().await;
    let client = client(&sandbox);
    let patch = Item::that_sets(0).patch;
    let results = client.batch().update(404, &patch).send().await.unwrap();
    assert_eq!(
        summary(&results.into_iter().next().unwrap().map(drop)),
        "Api NotApplied"
    );
    let results = client.batch().update(1, &patch).send().await.unwrap();
    assert!(results[0].is_ok());
    assert_eq!(stored(&sandbox, 1, "post"), "Director");
}
