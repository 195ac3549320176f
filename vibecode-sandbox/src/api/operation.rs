//! Operations on the portal, from a single request or from a call of a batch.

use http::StatusCode;
use serde_json::{Map, Value, json};
use vibecode_spec::Entity;

use super::WriteReport;
use crate::{
    portal::{
        Portal,
        list::query::{Order, Query},
    },
    wire::{Action, Failure},
};

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) action: Action,
    pub(crate) entity: Entity,
    /// `None` if the action needs no id, or if the given value is not an id.
    pub(crate) id: Option<u64>,
    /// The record to write, or the query.
    pub(crate) input: Map<String, Value>,
    /// The order of a list, which is in the input too.
    pub(crate) order: Order,
}

/// The answer of an operation, and what it changed.
#[derive(Debug)]
pub(crate) struct Success {
    pub(crate) status: StatusCode,
    pub(crate) data: Value,
    pub(crate) meta: Option<Value>,
    pub(crate) report: WriteReport,
}

impl Operation {
    pub(crate) fn run(&self, portal: &mut Portal) -> Result<Success, Failure> {
        let entity = self.entity;
        match self.action {
            Action::Fields => Ok(Success::of_read(portal.fields(entity)?)),
            Action::List | Action::Search => {
                let (data, meta) = portal.list(entity, &Query::parse(&self.input, &self.order)?)?;
                let meta = Some(meta);
                Ok(Success {
                    meta,
                    ..Success::of_read(data)
                })
            }
            Action::Get => Ok(Success::of_read(portal.get(entity, self.id()?)?)),
            Action::Create => {
                let (data, dropped) = portal.create(entity, &self.input)?;
                Ok(Success {
                    status: StatusCode::CREATED,
                    ..Success::of_write(data, dropped)
                })
            }
            Action::Update => {
                let (data, dropped) = portal.update(entity, self.id()?, &self.input)?;
                Ok(Success::of_write(data, dropped))
            }
            Action::Delete => {
                let id = self.id()?;
                portal.delete(entity, id)?;
                let data = json!({ "id": id, "deleted": true });
                Ok(Success::of_write(data, Vec::new()))
            }
        }
    }

    /// A value that is not a number is the id of no record.
    fn id(&self) -> Result<u64, Failure> {
        self.id.ok_or_else(Failure::entity_not_found)
    }
}

impl Success {
    /// Creates the answer of an operation that changed nothing.
    pub(crate) fn of_read(data: Value) -> Self {
        Self {
            status: StatusCode::OK,
            data,
            meta: None,
            report: WriteReport::default(),
        }
    }

    fn of_write(data: Value, dropped: Vec<String>) -> Self {
        let report = WriteReport {
            applied: true,
            dropped,
            ..WriteReport::default()
        };
        Self {
            report,
            ..Self::of_read(data)
        }
    }
}
