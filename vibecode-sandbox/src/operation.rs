//! What is asked of the portal, by a request of its own or by a call of a batch.

use http::StatusCode;
use serde_json::{Map, Value, json};
use vibecode_spec::Entity;

use crate::{answer::Effects, envelope::Failure, key::Access, portal::Portal, query::Query};

/// What can be done with the records of an entity (graded D).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    List,
    Get,
    Create,
    Update,
    Delete,
    Fields,
    Search,
}

/// One thing to do.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) action: Action,
    pub(crate) entity: Entity,
    /// `None` where the action asks for none, or where what was given is no id.
    pub(crate) id: Option<u64>,
    /// The record to write, or the query.
    pub(crate) input: Map<String, Value>,
}

/// What was done, and what is answered to it.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: StatusCode,
    pub(crate) data: Value,
    pub(crate) meta: Option<Value>,
    pub(crate) effects: Effects,
}

impl Action {
    pub(crate) const ALL: &[Self] = &[
        Self::List,
        Self::Get,
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Fields,
        Self::Search,
    ];

    /// What a batch calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Fields => "fields",
            Self::Search => "search",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.name() == name)
    }

    /// What a key must be allowed.
    pub(crate) fn access(self) -> Access {
        match self {
            Self::Create | Self::Update | Self::Delete => Access::Write,
            Self::List | Self::Get | Self::Fields | Self::Search => Access::Read,
        }
    }

    pub(crate) fn needs_id(self) -> bool {
        matches!(self, Self::Get | Self::Update | Self::Delete)
    }
}

impl Operation {
    pub(crate) fn run(&self, portal: &mut Portal) -> Result<Done, Failure> {
        let entity = self.entity;
        match self.action {
            Action::Fields => Ok(Done::read(portal.fields(entity)?)),
            Action::List | Action::Search => {
                let (data, meta) = portal.list(entity, &Query::read(&self.input)?)?;
                let meta = Some(meta);
                Ok(Done {
                    meta,
                    ..Done::read(data)
                })
            }
            Action::Get => Ok(Done::read(portal.get(entity, self.id()?)?)),
            Action::Create => {
                let (data, dropped) = portal.create(entity, &self.input)?;
                Ok(Done {
                    status: StatusCode::CREATED,
                    ..Done::written(data, dropped)
                })
            }
            Action::Update => {
                let (data, dropped) = portal.update(entity, self.id()?, &self.input)?;
                Ok(Done::written(data, dropped))
            }
            Action::Delete => {
                let id = self.id()?;
                portal.delete(entity, id)?;
                let data = json!({ "id": id, "deleted": true });
                Ok(Done::written(data, Vec::new()))
            }
        }
    }

    /// What is no number is the id of no record.
    fn id(&self) -> Result<u64, Failure> {
        self.id.ok_or_else(Failure::entity_not_found)
    }
}

impl Done {
    /// Nothing but an answer.
    pub(crate) fn read(data: Value) -> Self {
        Self {
            status: StatusCode::OK,
            data,
            meta: None,
            effects: Effects::default(),
        }
    }

    fn written(data: Value, dropped: Vec<String>) -> Self {
        let effects = Effects {
            applied: true,
            dropped,
            ..Effects::default()
        };
        Self {
            effects,
            ..Self::read(data)
        }
    }
}
