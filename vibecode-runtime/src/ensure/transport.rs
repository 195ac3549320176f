//! How records are read and written: each by its own request, or all in one batch.

use super::{Item, Stage};
use crate::{
    Client, Raw, Result,
    batch::{self, BatchCall, Turned},
    client::{Key, Request},
};

/// Reads and writes the records of items, and gives what became of each, in their order.
pub(super) trait Transport: Sync {
    fn read(
        &self,
        client: &Client,
        items: &[&mut Item],
    ) -> impl Future<Output = Vec<Result<Raw>>> + Send;

    fn write(
        &self,
        client: &Client,
        items: &[&mut Item],
    ) -> impl Future<Output = Vec<Result<Raw>>> + Send;
}

/// A request a record.
pub(super) struct OneByOne;

impl Transport for OneByOne {
    async fn read(&self, client: &Client, items: &[&mut Item]) -> Vec<Result<Raw>> {
        let mut reads = Vec::with_capacity(items.len());
        for item in items {
            let Key { entity, id } = item.job.key();
            reads.push(match Request::get(entity, id) {
                Ok(request) => client.send(&request, &[]).await,
                Err(error) => Err(error),
            });
        }
        reads
    }

    async fn write(&self, client: &Client, items: &[&mut Item]) -> Vec<Result<Raw>> {
        let mut writes = Vec::with_capacity(items.len());
        for item in items {
            let Stage::Write(body) = &item.stage else {
                continue;
            };
            let Key { entity, id } = item.job.key();
            let written = match Request::update(entity, id, body) {
                Ok(request) => client.send(&request, &[&item.lane]).await,
                Err(error) => Err(error),
            };
            item.lane.note(&written);
            writes.push(written);
        }
        writes
    }
}

/// A batch for all.
pub(super) struct Batched;

impl Transport for Batched {
    async fn read(&self, client: &Client, items: &[&mut Item]) -> Vec<Result<Raw>> {
        let calls = items.iter().map(|item| {
            let Key { entity, id } = item.job.key();
            BatchCall::get(entity, id)
        });
        let calls: Vec<BatchCall> = calls.filter_map(Result::ok).collect();
        let turned: Vec<Turned<'_>> = calls.iter().map(|call| (call, None)).collect();
        batch::run(client, &turned).await
    }

    async fn write(&self, client: &Client, items: &[&mut Item]) -> Vec<Result<Raw>> {
        let calls = items.iter().filter_map(|item| {
            let Key { entity, id } = item.job.key();
            let Stage::Write(body) = &item.stage else {
                return None;
            };
            let call = BatchCall::update(entity, id, body.clone()).ok()?;
            Some((call, &item.lane))
        });
        let calls: Vec<_> = calls.collect();
        let turned: Vec<Turned<'_>> = calls
            .iter()
            .map(|(call, lane)| (call, Some(*lane)))
            .collect();
        batch::run(client, &turned).await
    }
}
