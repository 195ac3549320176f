//! Operations on the portal, from a single request or from a call of a batch.

use http::StatusCode;
use serde_json::{Map, Value, json};
use vibecode_spec::EntityPath;

use super::{WriteReport, list_input::ListInput};
use crate::{
    portal::{Portal, list::query::Query},
    wire::{Action, Failure},
};

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) action: Action,
    pub(crate) entity: EntityPath,
    /// `None` if the action needs no id, or if the given value is not an id.
    pub(crate) id: Option<u64>,
    pub(crate) input: Input,
}

#[derive(Debug)]
pub(crate) enum Input {
    None,
    /// The record to write.
    Record(Map<String, Value>),
    List(ListInput),
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
                let Input::List(input) = &self.input else {
                    return Err(wrong_input());
                };
                let query = Query::parse(&input.query, &input.order)?;
                let (data, meta) = portal.list(entity, &query)?;
                Ok(Success::of_list(data, meta, &input.unused))
            }
            Action::Get => Ok(Success::of_read(portal.get(entity, self.id()?)?)),
            Action::Create => {
                let (data, dropped) = portal.create(entity, self.record()?)?;
                Ok(Success::of_creation(data, dropped))
            }
            Action::Update => {
                let (data, dropped) = portal.update(entity, self.id()?, self.record()?)?;
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

    fn record(&self) -> Result<&Map<String, Value>, Failure> {
        match &self.input {
            Input::Record(record) => Ok(record),
            Input::None | Input::List(_) => Err(wrong_input()),
        }
    }

    /// A value that is not a number is the id of no record.
    fn id(&self) -> Result<u64, Failure> {
        self.id.ok_or_else(Failure::entity_not_found)
    }
}

/// Whoever built the operation gave its action the input of another: a bug of the sandbox.
fn wrong_input() -> Failure {
    Failure::new(
        "INTERNAL_ERROR",
        "The sandbox read the request's input as that of another action",
    )
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

    /// Creates the answer of a list, some of the request's keys having had no effect.
    pub(crate) fn of_list(data: Value, meta: Value, unused: &[String]) -> Self {
        let report = WriteReport {
            dropped: unused.to_vec(),
            ..WriteReport::default()
        };
        Self {
            meta: Some(meta),
            report,
            ..Self::of_read(data)
        }
    }

    pub(crate) fn of_creation(data: Value, dropped: Vec<String>) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::of_write(data, dropped)
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
