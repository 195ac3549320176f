//! The temporary record: created for the questions, and deleted whatever their outcome.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::json;
use tokio::time::sleep;
use vibecode_spec::Entity;

use super::{
    bench::read_id,
    raw_client::{NoAnswer, RawClient},
};
use crate::failure::Failure;

/// The prefix of the record's name.
const NAME: &str = "VIBECODE PROBE - delete me";

/// The pauses between searches for a record after its creation was not answered. It may appear
/// late.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(10),
];

/// The pauses between attempts to delete.
const DELETIONS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];

/// A record that only the probe knows.
#[derive(Debug)]
pub(crate) struct TemporaryRecord<'a> {
    client: &'a RawClient,
    entity: Entity,
    pub(crate) id: u64,
    name: String,
}

impl<'a> TemporaryRecord<'a> {
    /// Creates the record. If that is not answered, searches for the record and deletes it.
    ///
    /// # Errors
    /// If there is no record; or if there may be one, with its name.
    pub(crate) async fn create(client: &'a RawClient, entity: Entity) -> Result<Self, Failure> {
        let name = unique_name();
        let body = json!({ name_field(entity): name });
        let answer = client.send(Method::POST, entity.path(), Some(&body)).await;
        let problem = match answer {
            Ok(answer) if answer.is_success() => match answer.data().get("id").and_then(read_id) {
                Some(id) => {
                    return Ok(Self {
                        client,
                        entity,
                        id,
                        name,
                    });
                }
                None => "the answer contains no id".to_owned(),
            },
            Ok(answer) if is_refusal(answer.status) => {
                return Err(not_created(entity, &answer.status_and_code(), ""));
            }
            Ok(answer) => answer.status_and_code(),
            Err(NoAnswer::NotConnected) => {
                let problem = NoAnswer::NotConnected.to_string();
                return Err(not_created(entity, &problem, ""));
            }
            Err(no_answer) => no_answer.to_string(),
        };
        let left = match Self::delete_by_name(client, entity, &name).await {
            Some(id) => format!(". It was created nevertheless, with the id {id}, and is deleted"),
            None => format!(
                ". It may exist nevertheless: search the portal for `{name}`, and delete it"
            ),
        };
        Err(not_created(entity, &problem, &left))
    }

    /// Searches for a record by its name, since its id is not known, and deletes it.
    async fn delete_by_name(client: &'a RawClient, entity: Entity, name: &str) -> Option<u64> {
        let field = name_field(entity);
        let path = format!("{}/search", entity.path());
        let body = json!({ "filter": { field: name }, "limit": 5 });
        for pause in LOOKS {
            sleep(pause).await;
            client.reopen();
            let Ok(answer) = client.send(Method::POST, &path, Some(&body)).await else {
                continue;
            };
            let found = answer.data().as_array().into_iter().flatten();
            // If a portal does not understand the filter, no other record must be deleted.
            let mut own = found.filter(|record| record.get(field) == Some(&json!(name)));
            if let Some(id) = own.find_map(|record| record.get("id").and_then(read_id)) {
                let name = name.to_owned();
                let record = Self {
                    client,
                    entity,
                    id,
                    name,
                };
                return record.delete().await.is_ok().then_some(id);
            }
        }
        None
    }

    /// Deletes the record.
    ///
    /// # Errors
    /// If it still exists, or may exist: says which one to delete by hand.
    pub(crate) async fn delete(&self) -> Result<(), Failure> {
        let path = format!("{}/{}", self.entity.path(), self.id);
        let mut problem = String::new();
        for pause in DELETIONS {
            sleep(pause).await;
            self.client.reopen();
            match self.client.send(Method::DELETE, &path, None).await {
                // It is deleted, even if an earlier answer was lost.
                Ok(answer) if answer.is_success() || answer.status == 404 => return Ok(()),
                Ok(answer) => {
                    problem = answer.status_and_code();
                    if is_refusal(answer.status) {
                        break;
                    }
                }
                Err(no_answer) => problem = no_answer.to_string(),
            }
        }
        let (entity, id, name) = (self.entity.singular(), self.id, &self.name);
        Err(Failure::new(format!(
            "the temporary {entity} {id} could not be deleted ({problem}): delete it by hand. Its name is `{name}`"
        )))
    }
}

/// Returns the field for the name of a record.
fn name_field(entity: Entity) -> &'static str {
    match entity {
        Entity::Contacts => "name",
        _ => "title",
    }
}

/// Includes the time: two concurrent probes do not find each other's record.
fn unique_name() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let moment = since.unwrap_or_default().as_nanos();
    format!("{NAME} {moment:x}")
}

/// A 4xx says that nothing was done, and nothing will be. A gateway time-out (408) does not, and
/// after 429 the request is accepted in the next minute.
fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && status != 408 && status != 429
}

fn not_created(entity: Entity, problem: &str, left: &str) -> Failure {
    let entity = entity.singular();
    Failure::new(format!(
        "the temporary {entity} could not be created: {problem}{left}"
    ))
}
