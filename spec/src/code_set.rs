//! The closed set that the codes of a field come from.

use std::borrow::Cow;

use crate::{Kind, SchemaError, json::Json};

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
/// assert_eq!(stages.full_code("WON", 5).as_deref(), Ok("C5:WON"));
/// assert_eq!(stages.full_code("C5:WON", 5).as_deref(), Ok("C5:WON"));
/// assert!(stages.full_code("C7:WON", 5).is_err() && stages.full_code("C5:", 5).is_err());
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
    /// A status set that a field probably has, by its `entityId`: it is certain only if the portal has it.
    Assumed(String),
    /// The stages of a smart process, by its number: a status set for each pipeline, such as
    /// `DYNAMIC_1040_STAGE_12` with codes such as `DT1040_12:NEW` (observed for invoices, which are the
    /// smart process 31). It is certain only if the portal has it.
    ProcessStages(u32),
}

/// Why a text is not the code of a stage of a pipeline: see [`CodeSet::full_code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAStage {
    /// It has the prefix of this other pipeline.
    OfPipeline(u64),
    /// It has a `:`, but does not begin with the prefix of a pipeline, or nothing follows the prefix.
    Malformed,
}

impl CodeSet {
    /// Returns the `entityId` of the set for a pipeline, which matters only to stages.
    #[must_use]
    pub fn name(&self, pipeline: u64) -> Cow<'_, str> {
        match self {
            Self::Stages(first) if pipeline > 0 => Cow::Owned(format!("{first}_{pipeline}")),
            Self::Statuses(name) | Self::Stages(name) | Self::Assumed(name) => Cow::Borrowed(name),
            Self::Currencies => Cow::Borrowed(CURRENCIES),
            Self::ProcessStages(process) => {
                Cow::Owned(format!("DYNAMIC_{process}_STAGE_{pipeline}"))
            }
        }
    }

    /// Returns whether each pipeline has its own codes.
    #[must_use]
    pub fn is_by_pipeline(&self) -> bool {
        matches!(self, Self::Stages(_) | Self::ProcessStages(_))
    }

    /// Returns whether it is certain that the field has this set. If not, codes are checked only if the
    /// portal has the set.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        !matches!(self, Self::Assumed(_) | Self::ProcessStages(_))
    }

    /// Returns what the codes of a pipeline begin with: `C5:` (grade B). Pipeline 0 has no prefix.
    #[must_use]
    pub fn prefix(&self, pipeline: u64) -> Option<String> {
        match self {
            Self::Stages(_) if pipeline > 0 => Some(format!("C{pipeline}:")),
            Self::ProcessStages(process) if pipeline > 0 => {
                Some(format!("DT{process}_{pipeline}:"))
            }
            Self::Stages(_)
            | Self::ProcessStages(_)
            | Self::Statuses(_)
            | Self::Assumed(_)
            | Self::Currencies => None,
        }
    }

    /// Returns a code as the API writes it: with the prefix of its pipeline, if the set is by pipeline
    /// and the code has no `:`.
    ///
    /// # Errors
    /// Fails if a stage has a `:` that is not the end of the prefix of this pipeline, or only the prefix.
    /// A second prefix in front of it would make a code that no portal has.
    pub fn full_code<'c>(&self, code: &'c str, pipeline: u64) -> Result<Cow<'c, str>, NotAStage> {
        // A smart process has no pipeline 0: no pipeline was stated.
        let is_stated = pipeline > 0 || matches!(self, Self::Stages(_));
        if !self.is_by_pipeline() || !is_stated {
            return Ok(Cow::Borrowed(code));
        }
        let prefix = self.prefix(pipeline);
        if !code.contains(':') {
            return Ok(prefix.map_or(Cow::Borrowed(code), |prefix| Cow::Owned(prefix + code)));
        }
        let stage = prefix.and_then(|prefix| code.strip_prefix(&*prefix));
        if stage
            .is_some_and(|stage| !stage.contains(':') && stage == stage.trim() && !stage.is_empty())
        {
            return Ok(Cow::Borrowed(code));
        }
        match stage_pipeline(code) {
            Some(other) if other != pipeline && matches!(self, Self::Stages(_)) => {
                Err(NotAStage::OfPipeline(other))
            }
            _ => Err(NotAStage::Malformed),
        }
    }

    /// Reads the set from the description of a portal's user field of kind `crm_status`:
    /// `settings.ENTITY_TYPE` (grade B). The text is the portal's, so it is the name of one status set,
    /// whatever it looks like.
    pub(crate) fn read(
        kind: &Kind,
        description: &Json<'_>,
        unreadable: impl Fn(&str) -> SchemaError,
    ) -> Result<Option<Self>, SchemaError> {
        if *kind != Kind::Status {
            return Ok(None);
        }
        let settings = description.get("settings");
        for key in ["ENTITY_TYPE", "entityType"] {
            match settings.and_then(|settings| settings.get(key)) {
                None | Some(Json::Null) => {}
                Some(Json::Text(set)) if set.is_empty() => {}
                Some(Json::Text(set)) => return Ok(Some(Self::Statuses(set.clone().into_owned()))),
                Some(_) => return Err(unreadable(&format!("settings.{key}"))),
            }
        }
        Ok(None)
    }

    /// Reads the set from a built-in description: `statusSet`, in a vocabulary that only built-in data has.
    pub(crate) fn read_built_in(
        description: &Json<'_>,
        unreadable: impl Fn(&str) -> SchemaError,
    ) -> Result<Option<Self>, SchemaError> {
        match description.get(BUILT_IN) {
            None => Ok(None),
            Some(Json::Text(set)) if set == CURRENCIES => Ok(Some(Self::Currencies)),
            Some(Json::Text(set)) => Ok(Some(match set.strip_suffix(BY_PIPELINE) {
                Some(first) => Self::Stages(first.to_owned()),
                None => Self::Statuses(set.clone().into_owned()),
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

/// Returns whether a text has the form of the codes that portals are known to have: ASCII letters, digits
/// and punctuation, without spaces. A name, such as `Клиенты`, does not. Use it if the codes of a set are not
/// known.
///
/// ```
/// use vibecode_spec::has_form_of_a_code;
///
/// assert!(has_form_of_a_code("UC_1ABC") && has_form_of_a_code("C5:WON"));
/// assert!(!has_form_of_a_code("Клиенты") && !has_form_of_a_code("In work") && !has_form_of_a_code("WEB "));
/// ```
#[must_use]
pub fn has_form_of_a_code(text: &str) -> bool {
    is_code(text) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns the pipeline in the prefix of a stage's code: 5 for `C5:WON`. Pipeline 0 has no prefix.
///
/// ```
/// assert_eq!(vibecode_spec::stage_pipeline("C5:WON"), Some(5));
/// for code in ["WON", "C05:WON", "C0:WON", "C5:", "c5:WON"] {
///     assert_eq!(vibecode_spec::stage_pipeline(code), None, "{code}");
/// }
/// ```
#[must_use]
pub fn stage_pipeline(code: &str) -> Option<u64> {
    let (prefix, stage) = code.split_once(':')?;
    let digits = prefix.strip_prefix('C')?;
    let pipeline: u64 = digits.parse().ok()?;
    // `u64` also parses a sign and leading zeros, which a prefix does not have.
    let is_canonical = pipeline > 0 && pipeline.to_string() == digits;
    (is_canonical && !stage.trim().is_empty()).then_some(pipeline)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Entity, Field};

    #[test]
    fn a_stage_with_a_colon_has_exactly_the_prefix_of_its_pipeline() {
        let stages = CodeSet::Stages("DEAL_STAGE".to_owned());
        for (code, pipeline, full) in [
            ("WON", 0, "WON"),
            ("WON", 5, "C5:WON"),
            ("C5:WON", 5, "C5:WON"),
            ("4", 5, "C5:4"),
        ] {
            assert_eq!(stages.full_code(code, pipeline).as_deref(), Ok(full));
        }
        for code in [
            "c5:WON",
            "C5:",
            "C5: ",
            "С5:LOSE",
            " C5:NEW",
            "C5: NEW",
            "C5:NEW ",
            "DT1_2:X",
            "C05:LOSE",
            "C0:WON",
            "C5:C5:WON",
            ":WON",
            "WON:",
        ] {
            assert_eq!(
                stages.full_code(code, 5),
                Err(NotAStage::Malformed),
                "{code}"
            );
        }
        for (code, pipeline, own) in [("C7:WON", 5, 7), ("C5:WON", 0, 5)] {
            let error = Err(NotAStage::OfPipeline(own));
            assert_eq!(stages.full_code(code, pipeline), error);
        }
        // Only stages have prefixes.
        let source = CodeSet::Statuses("SOURCE".to_owned());
        assert_eq!(source.full_code("a:b", 0).as_deref(), Ok("a:b"));
    }

    #[test]
    fn the_stages_of_a_smart_process_have_its_number_and_that_of_the_pipeline() {
        let stages = CodeSet::ProcessStages(1040);
        assert_eq!(stages.name(12), "DYNAMIC_1040_STAGE_12");
        for (code, pipeline, full) in [
            ("NEW", 12, "DT1040_12:NEW"),
            ("DT1040_12:NEW", 12, "DT1040_12:NEW"),
            ("DT1040_12:NEW", 0, "DT1040_12:NEW"),
        ] {
            assert_eq!(stages.full_code(code, pipeline).as_deref(), Ok(full));
        }
        let other = stages.full_code("DT1040_9:NEW", 12);
        assert_eq!(other, Err(NotAStage::Malformed));
    }

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
