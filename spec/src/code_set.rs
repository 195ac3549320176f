//! The closed set that the codes of a field come from.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Kind, SchemaError};

/// The key of a built-in description that names the set.
const BUILT_IN: &str = "statusSet";
/// How built-in data writes that a set has one part for each pipeline.
const BY_PIPELINE: &str = "_<pipeline>";
/// How built-in data writes the set of the currencies.
const CURRENCIES: &str = "currencies";

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
            Self::Currencies => Cow::Borrowed(CURRENCIES),
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

    /// Reads the set from the description of a portal's user field of kind `crm_status`:
    /// `settings.ENTITY_TYPE` (grade B). The text is the portal's, so it is the name of one status set,
    /// whatever it looks like.
    pub(crate) fn read(
        kind: &Kind,
        description: &Value,
        unreadable: impl Fn(&str) -> SchemaError,
    ) -> Result<Option<Self>, SchemaError> {
        let settings = description
            .get("settings")
            .filter(|_| *kind == Kind::Status);
        for key in ["ENTITY_TYPE", "entityType"] {
            match settings.and_then(|settings| settings.get(key)) {
                None | Some(Value::Null) => {}
                Some(Value::String(set)) if set.is_empty() => {}
                Some(Value::String(set)) => return Ok(Some(Self::Statuses(set.clone()))),
                Some(_) => return Err(unreadable(&format!("settings.{key}"))),
            }
        }
        Ok(None)
    }

    /// Reads the set from a built-in description: `statusSet`, in a vocabulary that only built-in data has.
    pub(crate) fn read_built_in(
        description: &Value,
        unreadable: impl Fn(&str) -> SchemaError,
    ) -> Result<Option<Self>, SchemaError> {
        match description.get(BUILT_IN) {
            None => Ok(None),
            Some(Value::String(set)) if set == CURRENCIES => Ok(Some(Self::Currencies)),
            Some(Value::String(set)) => Ok(Some(match set.strip_suffix(BY_PIPELINE) {
                Some(first) => Self::Stages(first.to_owned()),
                None => Self::Statuses(set.clone()),
            })),
            Some(_) => Err(unreadable(BUILT_IN)),
        }
    }
}

/// Returns whether a text can be a code. "" and "0" clear a field of kind `crm_status` (grade B), so neither
/// is a code of any set.
///
/// ```
/// use vibecode_spec::is_code;
///
/// assert!(is_code("NEW") && is_code("00"));
/// assert!(!is_code("") && !is_code("0") && !is_code(" 0 "));
/// ```
#[must_use]
pub fn is_code(text: &str) -> bool {
    !matches!(text.trim(), "" | "0")
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Entity, Field};

    #[test]
    fn only_built_in_data_names_the_currencies_and_the_stages() {
        let deals = Entity::Deals.schema();
        let codes = |name: &str| deals.field(name).unwrap().codes.clone();
        assert_eq!(codes("currency"), Some(CodeSet::Currencies));
        let stages = CodeSet::Stages("DEAL_STAGE".to_owned());
        assert_eq!(codes("stageId"), Some(stages));
        for name in ["currencies", "DEAL_STAGE_<pipeline>"] {
            for key in ["ENTITY_TYPE", "entityType"] {
                let description = json!({"type": "crm_status", "settings": {key: name}});
                let field = Field::read("ufCrm_1", &description).unwrap();
                assert_eq!(field.codes, Some(CodeSet::Statuses(name.to_owned())));
            }
            let description = json!({"type": "crm_status", "statusSet": name});
            assert_eq!(Field::read("ufCrm_1", &description).unwrap().codes, None);
        }
    }
}
