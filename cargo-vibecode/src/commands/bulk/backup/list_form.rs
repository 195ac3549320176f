//! How the lists for people are written: so that a spreadsheet that opens the file of the job opens them too.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use crate::text_file::UTF_8_MARK;

/// The head of the first column of each list.
const FIRST_COLUMN: &[u8] = b"record";

/// How the cells of a list are separated, and whether it begins with a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListForm {
    pub(crate) delimiter: u8,
    pub(crate) has_mark: bool,
}

impl ListForm {
    /// Returns the form of a list that exists.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn of_file(list: &Path) -> io::Result<Self> {
        let length = UTF_8_MARK.len() + FIRST_COLUMN.len() + 1;
        let mut start = Vec::new();
        let mut file = File::open(list)?.take(u64::try_from(length).unwrap_or_default());
        file.read_to_end(&mut start)?;
        Ok(Self::of_start(&start))
    }

    fn of_start(start: &[u8]) -> Self {
        let head = start.strip_prefix(UTF_8_MARK);
        let (head, has_mark) = head.map_or((start, false), |head| (head, true));
        let after = head.strip_prefix(FIRST_COLUMN);
        let delimiter = after.and_then(|after| after.first()).copied();
        Self {
            delimiter: delimiter.unwrap_or(b','),
            has_mark,
        }
    }

    /// Returns how the rows of a list are read.
    pub(super) fn reader(self) -> csv::ReaderBuilder {
        let mut reader = csv::ReaderBuilder::new();
        reader.delimiter(self.delimiter).flexible(true);
        reader
    }

    /// Returns a writer of rows that are appended to a list.
    pub(super) fn writer(self) -> csv::Writer<Vec<u8>> {
        self.writer_after(Vec::new())
    }

    /// Returns a writer of a list from its head on.
    pub(super) fn writer_of_new_list(self) -> csv::Writer<Vec<u8>> {
        let mark = if self.has_mark { UTF_8_MARK } else { b"" };
        self.writer_after(mark.to_vec())
    }

    fn writer_after(self, bytes: Vec<u8>) -> csv::Writer<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new();
        writer.delimiter(self.delimiter).from_writer(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_list_is_that_of_its_head() {
        for (start, delimiter, has_mark) in [
            ("record,field,value", b',', false),
            ("\u{feff}record;field;value", b';', true),
            ("record\tfield", b'\t', false),
            ("", b',', false),
        ] {
            let form = ListForm::of_start(start.as_bytes());
            let expected = ListForm {
                delimiter,
                has_mark,
            };
            assert_eq!(form, expected, "{start}");
        }
    }
}
