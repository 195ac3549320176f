//! The codes of a portal's closed sets, and the look-up of the codes of a field.

use std::path::Path;

use crate::{CodeFile, CodeSet, Currencies, Field, Item, Pipelines, SchemaError, Statuses};

/// The codes of a portal's closed sets, as far as they are known.
///
/// ```
/// use vibecode_spec::{CodeFile, CodeLookUp, Entity, PortalCodes};
///
/// let statuses = r#"{"format": 1, "sets": {"DEAL_STAGE": [{"code": "NEW", "name": "New"}]}}"#;
/// let portal = PortalCodes::read(CodeFile::Statuses, statuses)?;
/// let stage = Entity::Deals.schema().field("stageId").expect("a documented field");
/// let stages = stage.codes.as_ref().expect("a field with codes");
/// assert!(matches!(portal.codes(stages, 0), CodeLookUp::Known([new]) if new.id == "NEW"));
/// assert_eq!(portal.codes(stages, 5), CodeLookUp::Absent);
///
/// let currency = Entity::Deals.schema().field("currency").expect("a documented field");
/// let currencies = currency.codes.as_ref().expect("a field with codes");
/// assert_eq!(portal.codes(currencies, 0), CodeLookUp::Unknown);
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortalCodes {
    statuses: Option<Statuses>,
    currencies: Option<Currencies>,
}

/// The result of looking up the codes of a closed set: see [`PortalCodes::codes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeLookUp<'c> {
    /// The portal has these codes.
    Known(&'c [Item]),
    /// The portal has no such set.
    Absent,
    /// The set is not among the portal's data that is available.
    Unknown,
}

impl PortalCodes {
    /// Reads an answer, or the content of a file. The codes of the other file are not known.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] that says what the text is instead, or what of it cannot be read.
    pub fn read(file: CodeFile, bytes: impl AsRef<[u8]>) -> Result<Self, SchemaError> {
        Ok(match file {
            CodeFile::Statuses => Statuses::read(bytes)?.into(),
            CodeFile::Currencies => Currencies::read(bytes)?.into(),
        })
    }

    /// Reads a file. The codes of the other file are not known.
    ///
    /// # Errors
    /// Fails like [`PortalCodes::read`], and if the file cannot be read or is longer than 16 MiB.
    pub fn read_file(file: CodeFile, path: &Path) -> Result<Self, SchemaError> {
        Ok(match file {
            CodeFile::Statuses => Statuses::read_file(path)?.into(),
            CodeFile::Currencies => Currencies::read_file(path)?.into(),
        })
    }

    /// Returns the host of the portal that has the codes of a file, if it is stated.
    #[must_use]
    pub fn portal(&self, file: CodeFile) -> Option<&str> {
        match file {
            CodeFile::Statuses => self.statuses.as_ref()?.portal(),
            CodeFile::Currencies => self.currencies.as_ref()?.portal(),
        }
    }

    /// Adds the codes that these lack.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            statuses: self.statuses.or(other.statuses),
            currencies: self.currencies.or(other.currencies),
        }
    }

    /// Looks up the codes of a set for a pipeline, which matters only to stages.
    ///
    /// The result is [`CodeLookUp::Absent`] if all statuses of the portal are known and the set is
    /// [certain](CodeSet::is_certain), or if the set is that of a pipeline and those of other pipelines are
    /// known.
    #[must_use]
    pub fn codes(&self, set: &CodeSet, pipeline: u64) -> CodeLookUp<'_> {
        let Some(parts) = self.parts(set) else {
            return CodeLookUp::Unknown;
        };
        let number = if set.is_by_pipeline() { pipeline } else { 0 };
        match parts.into_iter().find(|(part, _)| *part == number) {
            Some((_, items)) => CodeLookUp::Known(items),
            None => CodeLookUp::Absent,
        }
    }

    /// Returns the parts of a set: one for each pipeline if the set is by pipeline, with the pipeline's
    /// number, and otherwise one with the number 0. There are none if the portal has no such set. Returns
    /// `None` if the set is not known.
    #[must_use]
    pub fn parts(&self, set: &CodeSet) -> Option<Vec<(u64, &[Item])>> {
        if *set == CodeSet::Currencies {
            return Some(vec![(0, self.currencies.as_ref()?.items())]);
        }
        let statuses = self.statuses.as_ref()?;
        let parts: Vec<_> = statuses.parts(set).collect();
        let is_absent = statuses.is_complete() && set.is_certain();
        (!parts.is_empty() || is_absent).then_some(parts)
    }

    /// Returns the codes of a field, in the parts of its set: those of the portal, or else
    /// [those of its description](Field::own_codes). Returns `None` if they are not known.
    #[must_use]
    pub fn of_field<'c>(&'c self, field: &'c Field) -> Option<Vec<(u64, &'c [Item])>> {
        let of_portal = field.codes.as_ref().and_then(|set| self.parts(set));
        of_portal.or_else(|| Some(vec![(0, field.own_codes()?)]))
    }

    /// Returns the pipelines of deals, if the statuses are known.
    #[must_use]
    pub fn pipelines(&self) -> Option<&Pipelines> {
        self.statuses.as_ref().map(Statuses::pipelines)
    }
}

impl From<Statuses> for PortalCodes {
    fn from(statuses: Statuses) -> Self {
        Self {
            statuses: Some(statuses),
            currencies: None,
        }
    }
}

impl From<Currencies> for PortalCodes {
    fn from(currencies: Currencies) -> Self {
        Self {
            statuses: None,
            currencies: Some(currencies),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Entity;

    fn row(set: &str, code: &str) -> Value {
        json!({"entityId": set, "statusId": code, "name": code})
    }

    #[test]
    fn a_set_that_a_part_of_the_statuses_lacks_is_unknown_and_not_absent() {
        let rows = vec![row("DEAL_STAGE", "NEW"), row("DEAL_STAGE_5", "C5:NEW")];
        let source = CodeSet::Statuses("SOURCE".to_owned());
        let stages = CodeSet::Stages("DEAL_STAGE".to_owned());
        let part = PortalCodes::from(Statuses::of_answer(&rows.clone().into()).unwrap());
        let all = PortalCodes::from(Statuses::of_all_rows(&rows).unwrap());
        assert_eq!(part.codes(&source, 0), CodeLookUp::Unknown);
        assert_eq!(all.codes(&source, 0), CodeLookUp::Absent);
        for statuses in [&part, &all] {
            let of_five = statuses.codes(&stages, 5);
            assert!(matches!(of_five, CodeLookUp::Known([item]) if item.id == "C5:NEW"));
            // The stages of the pipelines come together.
            assert_eq!(statuses.codes(&stages, 7), CodeLookUp::Absent);
            let currencies = statuses.codes(&CodeSet::Currencies, 0);
            assert_eq!(currencies, CodeLookUp::Unknown);
        }
    }

    #[test]
    fn the_codes_of_a_description_count_only_if_those_of_the_portal_are_unknown() {
        let own = json!({"type": "crm_status", "settings": {"ENTITY_TYPE": "SOURCE"},
            "items": [{"ID": "OWN", "VALUE": "Own"}]});
        let field = Field::read("ufCrm_1", &own).unwrap();
        let first = |codes: &PortalCodes| {
            let parts = codes.of_field(&field).unwrap();
            parts.first().map(|(_, items)| items[0].id.clone())
        };
        let of = |set| Statuses::of_all_rows(&[row(set, "A")]).unwrap().into();
        assert_eq!(first(&PortalCodes::default()).as_deref(), Some("OWN"));
        assert_eq!(first(&of("SOURCE")).as_deref(), Some("A"));
        assert_eq!(first(&of("STATUS")), None);
        let stage = Entity::Deals.schema().field("stageId").unwrap();
        assert_eq!(PortalCodes::default().of_field(stage), None);
    }

    #[test]
    fn a_description_of_stages_or_of_a_list_has_no_codes_of_its_own() {
        let items = json!([{"ID": "1", "VALUE": "One"}]);
        let list = json!({"type": "enumeration", "items": items});
        let list = Field::read("ufCrm_1", &list).unwrap();
        assert_eq!(list.own_codes(), None);
        let own = json!({"type": "crm_status", "items": items});
        let mut field = Field::read("ufCrm_1", &own).unwrap();
        assert_eq!(field.own_codes().map(<[Item]>::len), Some(1));
        field.codes = Some(CodeSet::Stages("DEAL_STAGE".to_owned()));
        assert_eq!(field.own_codes(), None);
    }
}
