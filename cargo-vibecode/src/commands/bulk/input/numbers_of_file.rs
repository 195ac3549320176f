//! The decimal separator that the numbers of a file agree on.

use vibecode_spec::Kind;

use super::{FileFormat, Input, columns::ColumnOptions, row_jobs::RowJobs, target::Target};
use crate::{change::SEPARATOR, failure::Failure, numbers::Numbers};

impl Numbers {
    /// Returns the separator that was given with `--decimal`, or else reads all numbers of the file. Also returns
    /// the hash of the file, unless only a part of it had to be read.
    ///
    /// # Errors
    /// If the file cannot be read, or if its columns cannot be assigned to fields.
    pub(in crate::commands::bulk) fn of_file(
        input: &Input,
        options: &ColumnOptions<'_>,
    ) -> Result<(Self, Option<String>), Failure> {
        if options.style.numbers != Self::Unknown {
            return Ok((options.style.numbers, None));
        }
        if input.format == FileFormat::JsonLines {
            return Ok((Self::Program, None));
        }
        let mut rows = RowJobs::open(input, options)?;
        let is_numeric = |target: &Result<Target, String>| {
            matches!(
                target,
                Ok(Target::Set {
                    kind: Kind::Number | Kind::Double | Kind::Money,
                    ..
                })
            )
        };
        let columns: Vec<bool> = rows
            .columns()
            .described()
            .map(|(_, it)| is_numeric(it))
            .collect();
        // The cells of a sheet that are numbers were copied with a point.
        let mut numbers = match &input.sheet {
            Some(sheet) if sheet.has_fractions => Self::Dot,
            _ => Self::Unknown,
        };
        if !columns.contains(&true) {
            return Ok((numbers, None));
        }
        while numbers != Self::Mixed && rows.read()? {
            let cells = rows.record().raw_cells().zip(&columns);
            for (cell, _) in cells.filter(|(_, is_numeric)| **is_numeric) {
                let text = String::from_utf8_lossy(cell);
                let amounts = text.split(SEPARATOR).map(|amount| {
                    amount.trim_end_matches(|letter: char| {
                        letter == '|' || letter.is_whitespace() || letter.is_ascii_alphabetic()
                    })
                });
                numbers = amounts.fold(numbers, |numbers, amount| {
                    numbers.with_shown_by(amount.trim())
                });
            }
        }
        let digest = (numbers != Self::Mixed).then(|| rows.digest());
        Ok((numbers, digest))
    }
}
