//! The files with the codes of a portal's closed sets: `vibecode/statuses.json` and
//! `vibecode/currencies.json`.

use std::{ops::Deref, path::Path, sync::Arc};

use vibecode_spec::{CodeFile, PortalCodes, PortalFile, SchemaError, file_bytes};

use crate::{digest, failure::Failure, schema_file};

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
    /// The names and the digests of the files.
    digests: Vec<(String, String)>,
}

impl KnownCodes {
    /// Reads the files that exist.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(crate) fn load() -> Result<Self, Failure> {
        let (mut known, mut digests) = (PortalCodes::default(), Vec::new());
        for file in CodeFile::ALL {
            if let Some(path) = schema_file::find(file)? {
                let unusable = |error| Failure::unusable(&path, error);
                let bytes = file_bytes(&path).map_err(unusable)?;
                let codes = PortalCodes::read(file, &bytes).map_err(unusable)?;
                known = known.or(codes);
                let name = PortalFile::from(file).file_name().into_owned();
                digests.push((name, digest::of(&bytes)));
            }
        }
        Ok(Self {
            codes: Arc::new(known),
            pipeline: None,
            digests,
        })
    }

    /// Sets the pipeline of the record.
    pub(crate) fn with_pipeline(self, pipeline: Option<u64>) -> Self {
        Self { pipeline, ..self }
    }

    /// Returns the pipeline of the record, if it is known.
    pub(crate) fn pipeline(&self) -> Option<u64> {
        self.pipeline
    }

    /// Returns the names and the digests of the files that were read.
    pub(crate) fn digests(&self) -> &[(String, String)] {
        &self.digests
    }

    #[cfg(test)]
    pub(crate) fn of(statuses: &str, currencies: &str) -> Self {
        let statuses = PortalCodes::read(CodeFile::Statuses, statuses).unwrap();
        let currencies = PortalCodes::read(CodeFile::Currencies, currencies).unwrap();
        Self {
            codes: Arc::new(statuses.or(currencies)),
            pipeline: None,
            digests: Vec::new(),
        }
    }
}

impl Deref for KnownCodes {
    type Target = PortalCodes;

    fn deref(&self) -> &PortalCodes {
        &self.codes
    }
}
