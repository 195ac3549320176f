//! The codes of the portal's closed sets: the files that list them, beside the schema.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use proc_macro2::TokenStream;
use vibecode_spec::{CodeFile, CodeLookUp, CodeSet, PortalCodes, PortalFile, SchemaFolders};

use crate::{
    check::{
        file_cache::{FileCache, crate_folder, given_file, tracking},
        portal::SearchedPaths,
    },
    input::attribute::OnStruct,
};

/// The file that lists the codes of a set, and its content.
pub(crate) struct CodesFile {
    /// The file that was read.
    file: Option<PathBuf>,
    /// The path as messages show it.
    pub(crate) shown: String,
    pub(crate) content: Content,
}

/// The result of looking for the codes of a portal.
#[derive(Clone)]
pub(crate) enum Content {
    /// There is no file: only the form of a code is checked. The text says where the file was looked for.
    Absent(String),
    Read(Arc<PortalCodes>),
    /// There is a file, but it cannot be used. The text names the file and says why.
    Broken(String),
}

impl CodesFile {
    /// Finds the file with the codes of a set: beside the schema that the enum names, or else where a
    /// schema is looked for.
    pub(crate) fn find(set: &CodeSet, attributes: &OnStruct) -> Self {
        let of_portal = CodeFile::of(set);
        let folders = crate_folder().map(|folder| SchemaFolders::of(&folder));
        let folders = folders.unwrap_or_default();
        let beside = attributes.schema.as_ref().map(|schema| {
            let schema = given_file(&schema.value());
            schema.with_file_name(&*PortalFile::from(of_portal).file_name())
        });
        let file = match &beside {
            Some(beside) => Some(beside.clone()).filter(|file| file.exists()),
            None => folders.find(of_portal),
        };
        let Some(file) = file else {
            let message = match beside {
                Some(beside) => format!("there is no file `{}`", folders.shown(&beside)),
                None => SearchedPaths::of(&folders, of_portal.into()).message_of("file"),
            };
            return Self {
                file: None,
                shown: String::new(),
                content: Content::Absent(message),
            };
        };
        let shown = folders.shown(&file);
        let content = read(&file, &shown, of_portal);
        let is_read = matches!(content, Content::Read(_));
        Self {
            file: is_read.then_some(file),
            shown,
            content,
        }
    }

    /// Looks up the codes of a set for a pipeline.
    pub(crate) fn codes(&self, set: &CodeSet, pipeline: u64) -> CodeLookUp<'_> {
        match &self.content {
            Content::Absent(_) | Content::Broken(_) => CodeLookUp::Unknown,
            Content::Read(codes) => codes.codes(set, pipeline),
        }
    }

    /// Returns the pipelines of a set that the file has.
    pub(crate) fn pipelines(&self, set: &CodeSet) -> Vec<u64> {
        let parts = match &self.content {
            Content::Absent(_) | Content::Broken(_) => None,
            Content::Read(codes) => codes.parts(set),
        };
        let parts = parts.unwrap_or_default().into_iter();
        parts.map(|(number, _)| number).collect()
    }

    /// Returns code that makes cargo rebuild the crate if the file is edited or removed.
    pub(crate) fn tracking(&self) -> TokenStream {
        tracking(self.file.as_deref())
    }
}

/// Reads a file, from the cache if it has not changed.
fn read(file: &Path, shown: &str, of_portal: CodeFile) -> Content {
    static CACHE: FileCache<CodeFile, Content> = FileCache::new();
    let content = CACHE.get(file, of_portal, |file| {
        match PortalCodes::read_file(of_portal, file) {
            Ok(codes) => Content::Read(Arc::new(codes)),
            Err(problem) => Content::Broken(format!("the file {shown} cannot be used: {problem}")),
        }
    });
    content.unwrap_or_else(|| Content::Absent(format!("there is no file `{shown}`")))
}
