//! The form of the file: how its numbers are written, and which fields its columns have.

use super::{
    check::Checked,
    input::{mapping::Mapping, row_jobs::RowJobs},
    job::BulkJob,
};
use crate::{failure::Failure, numbers::Numbers};

impl BulkJob<'_> {
    /// Reads how the numbers of the file are written, and writes the mapping if it does not exist yet.
    pub(super) fn read_style(&mut self) -> Result<(), Failure> {
        let args = self.args;
        let options = self.column_options();
        if let Some(path) = &args.mapping
            && !path.exists()
        {
            Mapping::write(path, &RowJobs::columns_of(self.input, &options)?)?;
            self.output.line(format!(
                "the fields of the columns are in {}: correct them, and run the command again",
                path.display()
            ));
        }
        (self.style.numbers, self.digest_of_numbers) = Numbers::of_file(self.input, &options)?;
        Ok(())
    }

    /// Checks that the file was the same when its numbers were read: they decide what `1,234` means.
    pub(super) fn check_numbers(&self, checked: &Checked) -> Result<(), Failure> {
        match &self.digest_of_numbers {
            Some(digest) if *digest != checked.digest => {
                let problem = "the file has changed while it was being checked, and nothing was sent: run the command again";
                Err(Failure::in_file(&self.input.path, problem))
            }
            _ => Ok(()),
        }
    }
}
