//! Differences between the codes of two versions of a portal.

use std::collections::BTreeSet;

use vibecode_spec::{CodeSet, Currencies, Entity, PortalCodes, Statuses};

use super::{Difference, DifferenceKind, ItemWord, compare_items};
use crate::plural::number_of;

/// Returns the differences between all statuses, sorted by set. A new set breaks no build, and neither do
/// the names of pipelines. A set that a file with a part of the statuses lacks is not a difference.
pub(crate) fn between_statuses(old: &Statuses, new: &Statuses) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut note = |set: &str, kind| {
        all.push(Difference {
            field: set.to_owned(),
            kind,
        });
    };
    for (set, items) in old.sets() {
        match new.set(set) {
            Some(now) => compare_items(ItemWord::Code, items, now, |kind| note(set, kind)),
            None => note(set, DifferenceKind::Removed),
        }
    }
    let is_new = |set: &str| old.is_complete() && old.set(set).is_none();
    for (set, items) in new.sets().filter(|(set, _)| is_new(set)) {
        let kind = number_of(items.len() as u64, "code", "codes");
        note(set, DifferenceKind::Added { kind });
    }
    let (old, new) = (old.pipelines(), new.pipelines());
    let numbers: BTreeSet<u64> = old.iter().chain(new.iter()).map(|(id, _)| id).collect();
    let is_known = new.iter().next().is_some();
    let stages = Entity::Deals.schema().field("stageId");
    let stages = stages.and_then(|stage| stage.codes.as_ref());
    for number in numbers.into_iter().filter(|_| is_known) {
        let to = new.name(number);
        if let Some(stages) = stages.filter(|_| old.name(number) != to) {
            let to = to.map(str::to_owned);
            note(
                &stages.name(number),
                DifferenceKind::Pipeline { number, to },
            );
        }
    }
    all.sort_by(|one, other| one.field.cmp(&other.field));
    all
}

/// Returns the differences between the codes of a set, of each pipeline if it has codes by pipeline. The list is empty if
/// the old ones are not known.
pub(crate) fn between_sets(set: &CodeSet, old: &PortalCodes, new: &PortalCodes) -> Vec<Difference> {
    let mut all = Vec::new();
    let new = new.parts(set).unwrap_or_default();
    for (pipeline, items) in old.parts(set).unwrap_or_default() {
        let mut note = |kind| {
            all.push(Difference {
                field: set.name(pipeline).into_owned(),
                kind,
            });
        };
        match new.iter().find(|(number, _)| *number == pipeline) {
            Some((_, now)) => compare_items(ItemWord::Code, items, now, note),
            None => note(DifferenceKind::Removed),
        }
    }
    all
}

/// Returns the differences between all currencies.
pub(crate) fn between_currencies(old: &Currencies, new: &Currencies) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut note = |kind| {
        all.push(Difference {
            field: "currencies".to_owned(),
            kind,
        });
    };
    compare_items(ItemWord::Code, old.items(), new.items(), &mut note);
    if old.base() != new.base() {
        note(DifferenceKind::Base {
            to: new.base().map(str::to_owned),
        });
    }
    all
}
