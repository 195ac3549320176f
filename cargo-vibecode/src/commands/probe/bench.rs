//! Writes the temporary record and reads it back.

use reqwest::Method;
use serde_json::{Map, Value, json};
use vibecode_runtime::Phone;
use vibecode_spec::{Entity, Schema};

use super::raw_client::{Answer, NoAnswer, RawClient};

/// The temporary record, and the portal's fields.
#[derive(Debug)]
pub(crate) struct Bench<'a> {
    pub(crate) client: &'a RawClient,
    pub(crate) entity: Entity,
    pub(crate) id: u64,
    /// The documented fields and the portal's own.
    pub(crate) schema: Schema,
}

/// The effect of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The record shows the written value.
    Accepted,
    /// The answer was a success, but the record did not change.
    Ignored,
    /// The answer was an error: its status and code.
    Refused(String),
}

impl<'a> Bench<'a> {
    /// Reads the portal's fields, or uses the documented ones if the portal does not show its own.
    pub(crate) async fn prepare(
        client: &'a RawClient,
        entity: Entity,
        id: u64,
    ) -> Result<Self, NoAnswer> {
        let path = format!("{}/fields", entity.path());
        let answer = client.send(Method::GET, &path, None).await?;
        let portal = Schema::read(answer.body.to_string());
        let schema = match portal {
            Ok(portal) if answer.is_success() => entity.schema().with_portal(portal),
            _ => entity.schema().clone(),
        };
        Ok(Self {
            client,
            entity,
            id,
            schema,
        })
    }

    /// Changes the record.
    pub(crate) async fn patch(&self, body: &Value) -> Result<Answer, NoAnswer> {
        let path = self.path();
        self.client.send(Method::PATCH, &path, Some(body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer, NoAnswer> {
        self.client.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn get(&self) -> Result<Answer, NoAnswer> {
        self.client.send(Method::GET, &self.path(), None).await
    }

    /// Reads the record. A record that cannot be read is not one whose fields are empty.
    pub(crate) async fn read(&self) -> Result<Map<String, Value>, NoAnswer> {
        let answer = self.get().await?;
        let record = answer.data().as_object().filter(|_| answer.is_success());
        record.cloned().ok_or(NoAnswer::NotRead)
    }

    /// Reads one field of the record.
    pub(crate) async fn read_field(&self, name: &str) -> Result<Value, NoAnswer> {
        Ok(self.read().await?.remove(name).unwrap_or_default())
    }

    /// Sends a body that should set the text field to this text, and returns its effect.
    pub(crate) async fn try_text(&self, body: &Value, text: &str) -> Result<Effect, NoAnswer> {
        let answer = self.patch(body).await?;
        self.effect_on_text(&answer, text).await
    }

    /// Returns the effect of a write that should have set the text field to this text.
    pub(crate) async fn effect_on_text(
        &self,
        answer: &Answer,
        text: &str,
    ) -> Result<Effect, NoAnswer> {
        if !answer.is_success() {
            return Ok(Effect::Refused(answer.status_and_code()));
        }
        let shown = self.read_field(text_field(self.entity)).await?;
        Ok(if shown == text {
            Effect::Accepted
        } else {
            Effect::Ignored
        })
    }

    /// Returns the entries of `fm` with this phone; `None` if reads show no `fm`.
    pub(crate) async fn entries(&self, phone: &str) -> Result<Option<Vec<Value>>, NoAnswer> {
        let record = self.read().await?;
        let Some(fm) = record.get("fm").and_then(Value::as_array) else {
            return Ok(None);
        };
        let phone = Phone::work(phone);
        let own = fm.iter().filter(|entry| {
            let value = entry.get("value").and_then(Value::as_str);
            value.is_some_and(|value| phone.is_same_value(value))
        });
        Ok(Some(own.cloned().collect()))
    }

    /// Returns true if the entity has phones.
    pub(crate) fn has_phones(&self) -> bool {
        self.schema.field("phone").is_some()
    }

    fn path(&self) -> String {
        format!("{}/{}", self.entity.path(), self.id)
    }
}

impl Effect {
    /// Returns the effect in words, for a report.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Accepted => "accepted".to_owned(),
            Self::Ignored => "ignored without an error".to_owned(),
            Self::Refused(why) => format!("refused: {why}"),
        }
    }
}

/// Returns a built-in text field that no person and no rule of a portal depends on.
pub(crate) fn text_field(entity: Entity) -> &'static str {
    match entity {
        Entity::Companies => "bankingDetails",
        Entity::Deals => "additionalInfo",
        _ => "post",
    }
}

/// Returns a body that sets the text field to this text.
pub(crate) fn text(entity: Entity, text: &str) -> Value {
    json!({ text_field(entity): text })
}

/// Reads the id of a record, which the API writes as a number or as text.
pub(crate) fn read_id(id: &Value) -> Option<u64> {
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}
