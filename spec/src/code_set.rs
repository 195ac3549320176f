//! The closed set that the codes of a field come from.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Kind, SchemaError};

/// How built-in data writes that a set has one part for each pipeline.
const BY_PIPELINE: &str = "_<pipeline>";

/// The closed set that the codes of a field come from.
///
/// ```
/// use vibecode_spec::{CodeSet, Entity};
///
/// let source = Entity::Contacts.schema().field("sourceId").expect("a documented field");
/// assert_eq!(source.codes, Some(CodeSet::Statuses("SOURCE".to_owned())));
///
/// let stage = Entity::Deals.schema().field("stageId").expect("a documented field");
/// let stages = stage.codes.as_ref().expect("a field with codes");
/// assert_eq!(stages.name(0), "DEAL_STAGE");
/// assert_eq!(stages.name(5), "DEAL_STAGE_5");
/// assert_eq!(stages.full_code("WON", 5), "C5:WON");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeSet {
    /// A status set of the portal, by its `entityId`, such as `SOURCE`.
    Statuses(String),
    /// The stages of deals: a status set for each pipeline. The text is the `entityId` of pipeline 0.
    Stages(String),
    /// The portal's currencies.
    Currencies,
}

impl CodeSet {
    /// Returns the `entityId` of the set for a pipeline, which matters only to stages.
    #[must_use]
    pub fn name(&self, pipeline: u64) -> Cow<'_, str> {
        match self {
            Self::Stages(first) if pipeline > 0 => Cow::Owned(format!("{first}_{pipeline}")),
            Self::Statuses(name) | Self::Stages(name) => Cow::Borrowed(name),
            Self::Currencies => Cow::Borrowed("currencies"),
        }
    }

    /// Returns whether each pipeline has its own codes.
    #[must_use]
    pub fn is_by_pipeline(&self) -> bool {
        matches!(self, Self::Stages(_))
    }

    /// Returns a code as the API writes it: with the prefix of its pipeline (`C5:WON`, grade B), if the
    /// set is by pipeline and the code has no prefix.
    #[must_use]
    pub fn full_code<'c>(&self, code: &'c str, pipeline: u64) -> Cow<'c, str> {
        if self.is_by_pipeline() && pipeline > 0 && stage_pipeline(code).is_none() {
            Cow::Owned(format!("C{pipeline}:{code}"))
        } else {
            Cow::Borrowed(code)
        }
    }

    /// Reads the set of a field from its description. Built-in descriptions have the key `statusSet`; the
    /// description of a user field of kind `crm_status` has `settings.ENTITY_TYPE` (grade B).
    pub(crate) fn read(
        kind: &Kind,
        description: &Value,
        unreadable: impl Fn(&str) -> SchemaError,
    ) -> Result<Option<Self>, SchemaError> {
        let settings = description
            .get("settings")
            .filter(|_| *kind == Kind::Status);
        let stated = [
            ("statusSet", description.get("statusSet")),
            (
                "settings.ENTITY_TYPE",
                settings.and_then(|settings| settings.get("ENTITY_TYPE")),
            ),
            (
                "settings.entityType",
                settings.and_then(|settings| settings.get("entityType")),
            ),
        ];
        for (key, set) in stated {
            match set {
                None | Some(Value::Null) => {}
                Some(Value::String(set)) if set.is_empty() => {}
                Some(Value::String(set)) => return Ok(Some(Self::of_name(set))),
                Some(_) => return Err(unreadable(key)),
            }
        }
        Ok(None)
    }

    fn of_name(name: &str) -> Self {
        if name == "currencies" {
            return Self::Currencies;
        }
        match name.strip_suffix(BY_PIPELINE) {
            Some(first) => Self::Stages(first.to_owned()),
            None => Self::Statuses(name.to_owned()),
        }
    }
}

/// Returns the pipeline in the prefix of a stage's code: 5 for `C5:WON`.
///
/// ```
/// assert_eq!(vibecode_spec::stage_pipeline("C5:WON"), Some(5));
/// assert_eq!(vibecode_spec::stage_pipeline("WON"), None);
/// ```
#[must_use]
pub fn stage_pipeline(code: &str) -> Option<u64> {
    let (prefix, _) = code.split_once(':')?;
    let digits = prefix.strip_prefix('C')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}
