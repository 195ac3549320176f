//! What the rows would do, counted per column.

/// What a cell does to its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It belongs to no field: an id, or an ignored column.
    Nothing,
    Set,
    Cleared,
    /// It is the text `0`, which the API takes as empty.
    ClearedByZero,
    /// The cell is empty, and the field is not changed.
    Left,
    /// This many phones or emails are added.
    Added(u64),
}

/// The effects of the cells of one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ColumnTally {
    pub(crate) set: u64,
    pub(crate) cleared: u64,
    pub(crate) left: u64,
    pub(crate) added: u64,
    /// The row and the record of the first empty cell that clears.
    pub(crate) first_cleared: Option<(u64, u64)>,
    /// How many of the cells that clear are the text `0`, and the row and the record of the first.
    pub(crate) zeros: u64,
    pub(crate) first_zero: Option<(u64, u64)>,
}

/// The effects of all valid rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    columns: Vec<ColumnTally>,
    pub(crate) lacking_country: u64,
    /// The row and the record of the first phone without a country code.
    pub(crate) first_lacking: Option<(u64, u64)>,
    pub(crate) perhaps_placeholders: u64,
    /// The row and the record of the first email that may be a placeholder.
    pub(crate) first_perhaps_placeholder: Option<(u64, u64)>,
}

impl Tally {
    /// Counts the cells of a row, each with its column.
    pub(crate) fn add(&mut self, number: u64, id: u64, effects: &[(usize, Effect)]) {
        for (column, effect) in effects {
            if self.columns.len() <= *column {
                self.columns.resize(column + 1, ColumnTally::default());
            }
            let Some(tally) = self.columns.get_mut(*column) else {
                continue;
            };
            match effect {
                Effect::Nothing => {}
                Effect::Set => tally.set += 1,
                Effect::Cleared => {
                    tally.cleared += 1;
                    tally.first_cleared.get_or_insert((number, id));
                }
                Effect::ClearedByZero => {
                    tally.cleared += 1;
                    tally.zeros += 1;
                    tally.first_zero.get_or_insert((number, id));
                }
                Effect::Left => tally.left += 1,
                Effect::Added(count) => tally.added += count,
            }
        }
    }

    /// Counts the phones of a row that have no country code.
    pub(crate) fn add_lacking_country(&mut self, number: u64, id: u64, count: u64) {
        if count > 0 {
            self.lacking_country += count;
            self.first_lacking.get_or_insert((number, id));
        }
    }

    /// Counts the emails of a row that may be placeholders.
    pub(crate) fn add_perhaps_placeholders(&mut self, number: u64, id: u64, count: u64) {
        if count > 0 {
            self.perhaps_placeholders += count;
            self.first_perhaps_placeholder.get_or_insert((number, id));
        }
    }

    pub(crate) fn column(&self, column: usize) -> ColumnTally {
        self.columns.get(column).copied().unwrap_or_default()
    }
}

impl ColumnTally {
    /// Returns the counts for a table; a count of zero is an empty cell.
    pub(crate) fn cells(&self) -> [String; 4] {
        [self.set, self.cleared, self.left, self.added].map(|count| match count {
            0 => String::new(),
            count => count.to_string(),
        })
    }
}
