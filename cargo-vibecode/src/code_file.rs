//! The files with the codes of a portal's closed sets: `vibecode/statuses.json` and
//! `vibecode/currencies.json`.

use std::{fs, path::Path};

use vibecode_spec::{CodeSet, Currencies, Field, Item, Kind, PortalFile, Statuses};

use crate::{failure::Failure, schema_file};

/// A file with codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeFile {
    Statuses,
    Currencies,
}

/// What a file with codes contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Codes {
    Statuses(Statuses),
    Currencies(Currencies),
}

impl CodeFile {
    pub(crate) const ALL: [Self; 2] = [Self::Statuses, Self::Currencies];

    /// Returns the name in the paths of the API and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Statuses => "statuses",
            Self::Currencies => "currencies",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.name() == name)
    }

    /// Reads a file, or a saved answer of the API.
    ///
    /// # Errors
    /// If it cannot be read, or is anything else.
    pub(crate) fn read(self, file: &Path) -> Result<Codes, Failure> {
        let bytes = fs::read(file).map_err(|error| Failure::of_file(file, &error))?;
        let read = match self {
            Self::Statuses => Statuses::read(bytes).map(Codes::Statuses),
            Self::Currencies => Currencies::read(bytes).map(Codes::Currencies),
        };
        read.map_err(|error| Failure::unusable(file, error))
    }

    /// Reads the file of the project, if there is one.
    ///
    /// # Errors
    /// If there is one and it cannot be read.
    pub(crate) fn load(self) -> Result<Option<Codes>, Failure> {
        let file = schema_file::find(self)?;
        file.map(|file| self.read(&file)).transpose()
    }
}

impl From<CodeFile> for PortalFile {
    fn from(file: CodeFile) -> Self {
        match file {
            CodeFile::Statuses => Self::Statuses,
            CodeFile::Currencies => Self::Currencies,
        }
    }
}

impl Codes {
    pub(crate) fn file(&self) -> CodeFile {
        match self {
            Self::Statuses(_) => CodeFile::Statuses,
            Self::Currencies(_) => CodeFile::Currencies,
        }
    }

    /// Returns the text of the file as `pull` writes it.
    pub(crate) fn file_text(&self) -> String {
        match self {
            Self::Statuses(statuses) => statuses.file_text(),
            Self::Currencies(currencies) => currencies.file_text(),
        }
    }

    /// Returns the number of codes.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Statuses(statuses) => statuses.sets().map(|(_, items)| items.len()).sum(),
            Self::Currencies(currencies) => currencies.items().len(),
        }
    }
}

/// The codes of the project's files, as far as there are any.
#[derive(Debug, Default)]
pub(crate) struct KnownCodes {
    statuses: Option<Statuses>,
    currencies: Option<Currencies>,
}

impl KnownCodes {
    /// Reads the files that exist.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(crate) fn load() -> Result<Self, Failure> {
        let mut known = Self::default();
        for file in CodeFile::ALL {
            match file.load()? {
                Some(Codes::Statuses(statuses)) => known.statuses = Some(statuses),
                Some(Codes::Currencies(currencies)) => known.currencies = Some(currencies),
                None => {}
            }
        }
        Ok(known)
    }

    /// Returns the codes of a field, by pipeline if its set is by pipeline: those of the files, or else
    /// those in the schema. There are none if the portal has no such set. Returns `None` if they are not
    /// known.
    pub(crate) fn of_field<'c>(&'c self, field: &'c Field) -> Option<Vec<(u64, &'c [Item])>> {
        let set = field.codes.as_ref();
        let in_file = set.and_then(|set| self.parts(set));
        // In a schema, the stages would be those of one pipeline, or of all.
        let is_in_schema = field.kind == Kind::Status
            && !field.items.is_empty()
            && !set.is_some_and(CodeSet::is_by_pipeline);
        in_file.or_else(|| is_in_schema.then(|| vec![(0, &*field.items)]))
    }

    /// Returns the parts of a set: see [`of_field`](Self::of_field).
    pub(crate) fn parts<'c>(&'c self, set: &'c CodeSet) -> Option<Vec<(u64, &'c [Item])>> {
        if *set == CodeSet::Currencies {
            return Some(vec![(0, self.currencies.as_ref()?.items())]);
        }
        let statuses = self.statuses.as_ref()?;
        let parts: Vec<_> = statuses.parts(set).collect();
        (!parts.is_empty() || statuses.is_complete()).then_some(parts)
    }

    /// Returns the name of a pipeline, if it is known.
    pub(crate) fn pipeline(&self, number: u64) -> Option<&str> {
        self.statuses.as_ref()?.pipelines().name(number)
    }

    #[cfg(test)]
    pub(crate) fn of(statuses: &str, currencies: &str) -> Self {
        Self {
            statuses: Some(Statuses::read(statuses).unwrap()),
            currencies: Some(Currencies::read(currencies).unwrap()),
        }
    }
}
