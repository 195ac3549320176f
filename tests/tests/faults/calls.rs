//! The calls that write, and what each of them reports.

use serde_json::Value;
use vibecode_runtime::{Client, Error, Result};

use super::portal::{CustomerPatch, customer};

/// A call that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Update,
    Ensure,
    Batch,
    UpdateMany,
    EnsureMany,
}

impl Way {
    pub(crate) const ONE_BY_ONE: [Self; 2] = [Self::Update, Self::Ensure];
    pub(crate) const IN_BATCHES: [Self; 3] = [Self::Batch, Self::UpdateMany, Self::EnsureMany];

    pub(crate) fn is_ensuring(self) -> bool {
        matches!(self, Self::Ensure | Self::EnsureMany)
    }

    /// The method by which it writes.
    pub(crate) fn writes_by(self) -> &'static str {
        match self {
            Self::Update | Self::Ensure => "PATCH",
            _ => "POST",
        }
    }

    /// Writes the items, and returns the report about each, in their order.
    pub(crate) async fn write(self, client: &Client, items: &[Item]) -> Vec<Result<()>> {
        match self {
            Self::Update => {
                let mut reports = Vec::new();
                for Item { id, patch } in items {
                    reports.push(client.update(*id, patch).await.map(drop));
                }
                reports
            }
            Self::Ensure => {
                let mut reports = Vec::new();
                for Item { id, patch } in items {
                    reports.push(client.ensure(*id, patch).await.map(drop));
                }
                reports
            }
            Self::Batch => {
                let mut batch = client.batch();
                for Item { id, patch } in items {
                    batch = batch.update(*id, patch);
                }
                let reports = batch.send().await.unwrap().into_iter();
                reports.map(|report| report.map(drop)).collect()
            }
            Self::UpdateMany => {
                let mut outcomes = client.update_many(pairs(items));
                let mut reports = Vec::new();
                while let Some(outcome) = outcomes.next().await {
                    assert_eq!(outcome.index, reports.len());
                    reports.push(outcome.result.map(drop));
                }
                reports
            }
            Self::EnsureMany => {
                let mut outcomes = client.ensure_many(pairs(items));
                let mut reports = Vec::new();
                while let Some(outcome) = outcomes.next().await {
                    assert_eq!(outcome.index, reports.len());
                    reports.push(outcome.result.map(drop));
                }
                reports
            }
        }
    }
}

fn pairs(items: &[Item]) -> Vec<(u64, CustomerPatch)> {
    items
        .iter()
        .map(|item| (item.id, item.patch.clone()))
        .collect()
}

/// A record and the values to write to it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) patch: CustomerPatch,
}

impl Item {
    /// A change that may be sent twice.
    pub(crate) fn that_sets(id: u64) -> Self {
        let patch = customer().post("Director").ratio(0.5);
        Self { id, patch }
    }

    /// A change that must not be sent twice.
    pub(crate) fn that_adds(id: u64) -> Self {
        let patch = customer()
            .post("Director")
            .add_phone("+79161112233")
            .add_email("ivan@company.ru");
        Self { id, patch }
    }

    pub(crate) fn body(&self) -> Value {
        serde_json::to_value(&self.patch).unwrap()
    }
}

/// A report, in a form that can be compared and read.
pub(crate) fn summary(report: &Result<()>) -> String {
    match report {
        Ok(()) => "Ok".to_owned(),
        Err(error) => reported_error(error),
    }
}

pub(crate) fn reported_error(error: &Error) -> String {
    format!("{:?} {:?}", error.kind(), error.outcome())
}
