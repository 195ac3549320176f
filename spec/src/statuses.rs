//! The portal's status sets: the answer to `GET /v1/statuses`, or the file in which `cargo vibecode pull`
//! writes them.

use std::{collections::BTreeMap, path::Path};

use crate::{
    CodeSet, Entity, Item, Pipelines, SchemaError,
    answer::{Expected, check_format, file_bytes, stated_portal},
    json::{Json, Object},
    one_line,
    rows::{List, Row, position},
};

pub(crate) const STATUSES: List = List {
    expected: Expected(
        "the statuses are the answer to `GET /v1/statuses`, which `cargo vibecode pull` fetches",
    ),
    row: "status",
    key: "statusId",
};

/// The status sets of a portal, with the pipelines of its deals.
///
/// It is read from the answer to `GET /v1/statuses`, from the list of rows alone, or from a file that
/// `cargo vibecode pull` has written:
///
/// ```
/// use vibecode_spec::Statuses;
///
/// let statuses = Statuses::read(r#"{
///     "format": 1,
///     "pipelines": [{"id": 5, "name": "Partners"}],
///     "sets": {
///         "DEAL_STAGE": [
///             {"code": "NEW", "name": "New", "semantics": "process"},
///             {"code": "WON", "name": "Won", "semantics": "success"}
///         ],
///         "SOURCE": [{"code": "WEB", "name": "Website"}]
///     }
/// }"#)?;
/// let sources = statuses.set("SOURCE").expect("is in the file");
/// assert_eq!((&*sources[0].id, &*sources[0].label), ("WEB", "Website"));
///
/// let answer = r#"{"success":true,"data":[{"entityId":"SOURCE","statusId":"WEB","name":"Website"}]}"#;
/// assert_eq!(Statuses::read(answer)?.set("SOURCE"), Some(sources));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
///
/// The statuses of a set are in the order in which the portal shows them. An answer may be a part of the
/// portal's statuses; a file is a part only if it says `"partial": true`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statuses {
    sets: BTreeMap<String, Vec<Item>>,
    pipelines: Pipelines,
    is_complete: bool,
    portal: Option<String>,
}

impl Statuses {
    /// Reads an answer, or the content of a file.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] that says what the text is instead, or what of it cannot be read.
    pub fn read(bytes: impl AsRef<[u8]>) -> Result<Self, SchemaError> {
        Self::of_json(&STATUSES.expected.parse(bytes.as_ref())?)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Fails like [`Statuses::read`], and if the file cannot be read or is longer than 16 MiB.
    pub fn read_file(file: &Path) -> Result<Self, SchemaError> {
        Self::read(file_bytes(file)?)
    }

    pub(crate) fn of_json(answer: &Json<'_>) -> Result<Self, SchemaError> {
        match answer {
            Json::Object(file) if file.contains_key("format") => Self::of_file(file),
            answer => Self::of_rows(STATUSES.rows(answer)?, false),
        }
    }

    pub(crate) fn of_rows(mut rows: Vec<&Row<'_>>, is_complete: bool) -> Result<Self, SchemaError> {
        rows.sort_by_key(|row| position(row));
        let mut sets = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            let set = STATUSES.text(row, "entityId")?;
            let item = STATUSES.item(row, "statusId", "name")?;
            let item = item.with_semantics(semantics(row)?);
            sets.entry(set).or_default().push(item);
        }
        Self::of_sets(sets, is_complete)
    }

    fn of_file(file: &Object<'_>) -> Result<Self, SchemaError> {
        check_format(file)?;
        let Some(Json::Object(sets)) = file.get("sets") else {
            return STATUSES.refused("it has no `sets`");
        };
        let mut read = BTreeMap::new();
        for (name, items) in sets.members() {
            if items.is_empty_list() {
                return STATUSES.refused(&format!("the set `{}` has no status", one_line(name)));
            }
            let rows = STATUSES.rows(items)?;
            let items = rows.iter().map(|row| {
                let item = STATUSES.item(row, "code", "name")?;
                Ok(item.with_semantics(STATUSES.optional_text(row, "semantics")?))
            });
            read.insert(name.to_owned(), items.collect::<Result<_, _>>()?);
        }
        let is_complete = match file.get("partial") {
            None => true,
            Some(Json::Bool(partial)) => !partial,
            Some(_) => return STATUSES.refused("its `partial` is neither true nor false"),
        };
        let portal = stated_portal(file, STATUSES.expected)?;
        let statuses = Self::of_sets(read, is_complete)?.with_portal(portal);
        Ok(match file.get("pipelines") {
            None => statuses,
            Some(pipelines) => statuses.with_pipelines(Pipelines::of_file(pipelines)?),
        })
    }

    fn of_sets(sets: BTreeMap<String, Vec<Item>>, is_complete: bool) -> Result<Self, SchemaError> {
        for (name, items) in &sets {
            STATUSES.check_unique(items, &format!("statuses of `{}`", one_line(name)))?;
            check_prefixes(name, items)?;
        }
        Ok(Self {
            sets,
            pipelines: Pipelines::default(),
            is_complete,
            portal: None,
        })
    }

    /// Sets the host of the portal that has these statuses.
    #[must_use]
    pub fn with_portal(self, portal: Option<String>) -> Self {
        Self { portal, ..self }
    }

    /// Returns the host of the portal that has these statuses, if it is stated.
    #[must_use]
    pub fn portal(&self) -> Option<&str> {
        self.portal.as_deref()
    }

    /// Adds the names of the pipelines.
    #[must_use]
    pub fn with_pipelines(self, pipelines: Pipelines) -> Self {
        Self { pipelines, ..self }
    }

    /// Returns the pipelines with their names.
    #[must_use]
    pub fn pipelines(&self) -> &Pipelines {
        &self.pipelines
    }

    /// Returns whether these are known to be all statuses of the portal.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Returns every set with its statuses, sorted by name.
    pub fn sets(&self) -> impl Iterator<Item = (&str, &[Item])> {
        self.sets.iter().map(|(name, items)| (&**name, &**items))
    }

    /// Returns the statuses of the set with this `entityId`.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<&[Item]> {
        self.sets.get(name).map(Vec::as_slice)
    }

    /// Returns the parts of a set that the portal has: one for each pipeline if the set is by pipeline,
    /// with the pipeline's number, and otherwise at most one.
    pub fn parts<'s>(&'s self, set: &CodeSet) -> impl Iterator<Item = (u64, &'s [Item])> + use<'s> {
        let mut parts: Vec<_> = self
            .sets()
            .filter_map(|(name, items)| Some((pipeline_of(set, name)?, items)))
            .collect();
        parts.sort_unstable_by_key(|(pipeline, _)| *pipeline);
        parts.into_iter()
    }
}

/// Returns the pipeline of a part of a set: 5 for `DEAL_STAGE_5`. `None` if it is not a part of this set.
fn pipeline_of(set: &CodeSet, name: &str) -> Option<u64> {
    let number = match set {
        CodeSet::Statuses(set) | CodeSet::Assumed(set) => return (set == name).then_some(0),
        CodeSet::Currencies => return None,
        CodeSet::Stages(first) if first == name => return Some(0),
        CodeSet::Stages(first) => name.strip_prefix(&**first)?.strip_prefix('_')?,
        CodeSet::ProcessStages(_) => name.rsplit_once('_')?.1,
    };
    let pipeline = number.parse().ok()?;
    (set.name(pipeline) == name).then_some(pipeline)
}

/// Refuses a stage of a deal's pipeline whose code has not exactly the prefix of that pipeline: it would be
/// the code of another pipeline.
fn check_prefixes(name: &str, items: &[Item]) -> Result<(), SchemaError> {
    let stages = deal_stages();
    let Some(pipeline) = stages.and_then(|set| pipeline_of(set, name)) else {
        return Ok(());
    };
    let is_full = |item: &&Item| {
        let full = stages.map(|set| set.full_code(&item.id, pipeline));
        matches!(full, Some(Ok(full)) if full == item.id)
    };
    let Some(wrong) = items.iter().find(|item| !is_full(item)) else {
        return Ok(());
    };
    let expected = match stages.and_then(|set| set.prefix(pipeline)) {
        Some(prefix) => format!("does not begin with `{prefix}`"),
        None => "has the prefix of another pipeline".to_owned(),
    };
    let (code, set) = (one_line(&wrong.id), one_line(name));
    STATUSES.refused(&format!(
        "the stage `{code}` of `{set}` {expected}, so it is not a stage of pipeline {pipeline}"
    ))
}

fn deal_stages() -> Option<&'static CodeSet> {
    Entity::Deals.schema().field("stageId")?.codes.as_ref()
}

/// Returns what a stage means, such as `success`. The API has it in `extra.SEMANTICS` and in `semantics`
/// (grade O).
fn semantics(row: &Row<'_>) -> Result<Option<String>, SchemaError> {
    if let Some(Json::Object(extra)) = row.get("extra")
        && let Some(semantics) = STATUSES.optional_text(extra, "SEMANTICS")?
    {
        return Ok(Some(semantics));
    }
    STATUSES.optional_text(row, "semantics")
}

#[cfg(test)]
mod tests;
