//! The files with the codes of a portal's closed sets: `vibecode/statuses.json` and
//! `vibecode/currencies.json`.

use std::{ops::Deref, path::Path, sync::Arc};

use vibecode_spec::{CodeFile, PortalCodes, SchemaError, file_bytes};

use crate::{failure::Failure, portal_files::FetchedFile, schema_file};

/// Reads a file with codes, or a saved answer of the API.
///
/// # Errors
/// If it cannot be read, or is anything else.
pub(crate) fn read<T>(
    path: &Path,
    read_file: fn(&Path) -> Result<T, SchemaError>,
) -> Result<T, Failure> {
    read_file(path).map_err(|error| Failure::unusable(path, error))
}

/// The codes of the project's files, as far as there are any, and the pipeline of the record that they are for.
#[derive(Debug, Default, Clone)]
pub(crate) struct KnownCodes {
    codes: Arc<PortalCodes>,
    pipeline: Option<u64>,
    files: Vec<FetchedFile>,
}

impl KnownCodes {
    /// Reads the files that exist.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(crate) fn load() -> Result<Self, Failure> {
        let mut known = Self::default();
        for file in CodeFile::ALL {
            known.add(file)?;
        }
        Ok(known)
    }

    /// Returns the file with these codes, if it exists.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn load_file(file: CodeFile) -> Result<Option<FetchedFile>, Failure> {
        let mut known = Self::default();
        known.add(file)?;
        Ok(known.files.pop())
    }

    fn add(&mut self, file: CodeFile) -> Result<(), Failure> {
        if let Some(path) = schema_file::find(file)? {
            let unusable = |error| Failure::unusable(&path, error);
            let bytes = file_bytes(&path).map_err(unusable)?;
            let codes = PortalCodes::read(file, &bytes).map_err(unusable)?;
            let portal = codes.portal(file).map(str::to_owned);
            self.files.push(FetchedFile::new(file, &bytes, portal));
            let known = Arc::unwrap_or_clone(std::mem::take(&mut self.codes));
            self.codes = Arc::new(known.or(codes));
        }
        Ok(())
    }

    /// Sets the pipeline of the record.
    pub(crate) fn with_pipeline(self, pipeline: Option<u64>) -> Self {
        Self { pipeline, ..self }
    }

    /// Returns the pipeline of the record, if it is known.
    pub(crate) fn pipeline(&self) -> Option<u64> {
        self.pipeline
    }

    /// Replaces codes by those that the portal has now.
    pub(crate) fn updated(&self, now: PortalCodes) -> Self {
        let before = PortalCodes::clone(&self.codes);
        Self {
            codes: Arc::new(now.or(before)),
            ..self.clone()
        }
    }

    /// Returns the files that were read.
    pub(crate) fn files(&self) -> &[FetchedFile] {
        &self.files
    }

    #[cfg(test)]
    pub(crate) fn of(statuses: &str, currencies: &str) -> Self {
        let statuses = PortalCodes::read(CodeFile::Statuses, statuses).unwrap();
        let currencies = PortalCodes::read(CodeFile::Currencies, currencies).unwrap();
        Self {
            codes: Arc::new(statuses.or(currencies)),
            pipeline: None,
            files: Vec::new(),
        }
    }
}

impl Deref for KnownCodes {
    type Target = PortalCodes;

    fn deref(&self) -> &PortalCodes {
        &self.codes
    }
}
