//! The change that a row requests: each cell is added to it by the target of its column.

use vibecode_spec::Kind;

use super::{
    columns::{ColumnOptions, Columns, DEFAULT_ID},
    rows::{Cell, CellValue, Problem},
    tally::Effect,
    target::Target,
};
use crate::{
    change::{self, Change, PIPELINE, SEPARATOR},
    commands::bulk::args::Empty,
    garbled::{self, TextUse},
};

impl<'a> Columns<'a> {
    /// Returns the record of a row and its change; the change is empty if the row changes nothing.
    /// The effect of each cell is added to `effects`.
    ///
    /// # Errors
    /// The problems with its bad cells.
    pub(crate) fn change(
        &self,
        cells: &[Cell],
        effects: &mut Vec<(usize, Effect)>,
    ) -> Result<(u64, Change<'a>), Vec<Problem>> {
        let mut id = None;
        let ColumnOptions {
            entity,
            schema,
            codes,
            rules,
            ..
        } = *self.column_options;
        let mut change = Change::new(entity, schema, codes).with_rules(rules);
        if let Some(pipeline) = self.pipeline(cells) {
            change = change.in_pipeline(pipeline);
        }
        let mut problems = Vec::new();
        let mut has_id = false;
        for cell in cells {
            let name = self.names.get(cell.column).map_or("", String::as_str);
            let target = self.targets.get(cell.column);
            has_id |= matches!(target, Some(Ok(Target::Id)));
            let done = match target {
                Some(Ok(Target::Id)) => read_id(&cell.value).map(|read| {
                    id = Some(read);
                    Effect::Nothing
                }),
                Some(Ok(target)) => self
                    .column_options
                    .check_not_garbled(target, &cell.value)
                    .and_then(|()| self.column_options.apply(&mut change, target, &cell.value)),
                Some(Err(problem)) => Err(problem.clone()),
                None => Ok(Effect::Nothing),
            };
            match done {
                Ok(effect) => effects.push((cell.column, effect)),
                Err(problem) => problems.push(Problem {
                    value: cell.value.shown(),
                    ..Problem::of_column(name, problem)
                }),
            }
        }
        if !has_id {
            let id = self.column_options.id_column.unwrap_or(DEFAULT_ID);
            let problem = format!("the row has no `{id}`, the id of the record");
            problems.push(Problem::of_the_row(problem));
        }
        match id {
            Some(id) if problems.is_empty() => Ok((id, change)),
            _ => Err(problems),
        }
    }
}

impl Columns<'_> {
    /// Returns the id of the record of a row. `None`: it has none, or what it has is not an id.
    pub(crate) fn id_of(&self, cells: &[Cell]) -> Option<u64> {
        let is_id = |cell: &&Cell| matches!(self.targets.get(cell.column), Some(Ok(Target::Id)));
        read_id(&cells.iter().find(is_id)?.value).ok()
    }

    /// Returns the pipeline that a row sets, of which its stage must be too. The cell is read as it is sent: `1 234`
    /// may be a number, and what clears the field may be 0.
    fn pipeline(&self, cells: &[Cell]) -> Option<u64> {
        let ColumnOptions {
            schema,
            codes,
            style,
            empty,
            ..
        } = *self.column_options;
        let field = schema.field(PIPELINE)?;
        let is_pipeline = |cell: &&Cell| match self.targets.get(cell.column) {
            Some(Ok(target)) => target.field() == Some(PIPELINE),
            Some(Err(_)) | None => false,
        };
        let value = match &cells.iter().find(is_pipeline)?.value {
            CellValue::Text(text) => {
                let text = style.normal(&field.kind, text).ok()?;
                change::value(field, &text, codes).ok()?
            }
            CellValue::Empty if empty == Empty::Clear => change::clearing_value(field),
            CellValue::Empty | CellValue::List(_) => return None,
        };
        change::pipeline_number(&value)
    }
}

/// Returns `12` for `12.0` or `12,00`, as a spreadsheet writes a number with decimals. `12.000` may be twelve thousand.
fn without_zeros(text: &str) -> &str {
    let mut endings = [".0", ".00", ",0", ",00"].into_iter();
    let whole = endings.find_map(|ending| text.strip_suffix(ending));
    whole.unwrap_or(text)
}

fn read_id(value: &CellValue) -> Result<u64, String> {
    let id = match value {
        CellValue::Text(text) => without_zeros(text).parse().ok().filter(|id| *id > 0),
        CellValue::Empty | CellValue::List(_) => None,
    };
    id.ok_or_else(|| "requires the id of the record, a whole number above 0".to_owned())
}

impl ColumnOptions<'_> {
    /// Refuses a value that looks garbled, unless values are sent as they are given.
    fn check_not_garbled(&self, target: &Target, value: &CellValue) -> Result<(), String> {
        let Some(field) = target.field().filter(|_| !self.sends_as_given) else {
            return Ok(());
        };
        let text_use = TextUse::of_field(self.entity, field);
        let mut texts = match value {
            CellValue::Empty => &[][..],
            CellValue::Text(text) => std::slice::from_ref(text),
            CellValue::List(texts) => texts,
        }
        .iter();
        match texts.find_map(|text| garbled::problem(text, text_use)) {
            Some(what) => Err(format!(
                "{what}: name the --encoding of the file if it was read in a wrong one, or correct the text. If it is meant, --allow-garbled sends it"
            )),
            None => Ok(()),
        }
    }

    /// Adds the value of a cell to the change, and returns its effect.
    fn apply(
        &self,
        change: &mut Change<'_>,
        target: &Target,
        value: &CellValue,
    ) -> Result<Effect, String> {
        match target {
            Target::Id | Target::Ignored | Target::Aside(_) => Ok(Effect::Nothing),
            Target::Nameless if *value == CellValue::Empty => Ok(Effect::Nothing),
            Target::Nameless => Err(
                "the cell has a value, but its column has no name: name the column, or empty it"
                    .to_owned(),
            ),
            Target::Set {
                field,
                is_multiple: false,
                kind,
            } => self.apply_to_one(change, field, kind, value),
            Target::Set {
                field,
                is_multiple: true,
                kind,
            } => self.apply_to_list(change, field, kind, value),
            Target::Add { .. } => self.apply_to_multifield(change, target, value),
        }
    }

    /// Sets or clears a field of one value.
    fn apply_to_one(
        &self,
        change: &mut Change<'_>,
        field: &str,
        kind: &Kind,
        value: &CellValue,
    ) -> Result<Effect, String> {
        match value {
            CellValue::Empty => self.apply_nothing(change, field),
            CellValue::Text(text) => {
                change.set(field, &self.style.normal(kind, text)?)?;
                Ok(if change.sets_text_zero(field) {
                    Effect::ClearedByZero
                } else {
                    Effect::Set
                })
            }
            CellValue::List(_) => Err(format!("`{field}` takes one value, not a list")),
        }
    }

    /// Sets or clears a field of several values.
    fn apply_to_list(
        &self,
        change: &mut Change<'_>,
        field: &str,
        kind: &Kind,
        value: &CellValue,
    ) -> Result<Effect, String> {
        match value {
            CellValue::Empty => return self.apply_nothing(change, field),
            CellValue::Text(text) if self.cells_hold_lists => {
                self.set_list(change, field, kind, text.split(SEPARATOR))?;
            }
            CellValue::Text(text) => self.set_list(change, field, kind, [text.as_str()])?,
            CellValue::List(texts) => {
                self.set_list(change, field, kind, texts.iter().map(String::as_str))?;
            }
        }
        Ok(Effect::Set)
    }

    /// Leaves or clears the field of an empty cell.
    fn apply_nothing(&self, change: &mut Change<'_>, field: &str) -> Result<Effect, String> {
        match self.empty {
            Empty::Leave => Ok(Effect::Left),
            Empty::Clear => change.clear(field).map(|()| Effect::Cleared),
        }
    }

    /// Adds phones or emails. The API cannot remove them: an empty cell just adds none.
    fn apply_to_multifield(
        &self,
        change: &mut Change<'_>,
        target: &Target,
        value: &CellValue,
    ) -> Result<Effect, String> {
        match (target, value) {
            (_, CellValue::Empty) => Ok(Effect::Left),
            (
                Target::Add {
                    multifield,
                    is_export,
                    ..
                },
                CellValue::Text(text),
            ) if self.cells_hold_lists => {
                let ends = |letter: char| {
                    letter == SEPARATOR || (*is_export && matches!(letter, ',' | '\n' | '\r'))
                };
                add(change, target, &self.rules.split(*multifield, text, ends))
            }
            (_, CellValue::Text(text)) => add(change, target, std::slice::from_ref(text)),
            (_, CellValue::List(texts)) => add(change, target, texts),
        }
    }

    fn set_list<'t>(
        &self,
        change: &mut Change<'_>,
        field: &str,
        kind: &Kind,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), String> {
        let texts = texts.into_iter().map(str::trim);
        let texts = texts.filter(|text| !text.is_empty());
        let normal = texts.map(|text| self.style.normal(kind, text).map(Into::into));
        let normal: Result<Vec<String>, String> = normal.collect();
        change.set_list(field, &normal?)
    }
}

fn add(change: &mut Change<'_>, target: &Target, values: &[String]) -> Result<Effect, String> {
    let Target::Add {
        field,
        multifield,
        type_id,
        ..
    } = target
    else {
        return Ok(Effect::Nothing);
    };
    let (mut added, mut has_values) = (0, false);
    for value in values.iter().map(|value| value.trim()) {
        let own = value.rsplit_once(':').map(|(_, own)| own);
        let has_own = own.is_some_and(|own| multifield.type_ids().contains(&own));
        // A value that the row has twice is added once.
        let is_new = match type_id {
            _ if value.is_empty() => continue,
            Some(type_id) if !has_own => change.add_once(field, &format!("{value}:{type_id}"))?,
            _ => change.add_once(field, value)?,
        };
        has_values = true;
        added += u64::from(is_new);
    }
    Ok(match (added, has_values) {
        (0, false) => Effect::Left,
        (0, true) => Effect::Nothing,
        _ => Effect::Added(added),
    })
}
