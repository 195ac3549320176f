//! The schema files of a project, `vibecode/<entity>.json`, and where its other files of a portal are.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use vibecode_spec::{
    CodeFile, Descriptions, Entity, EntityPath, PortalFile, Schema, SchemaError, SchemaFolders,
    file_bytes,
};

use crate::{
    failure::Failure, part_file::PartFile, portal_files::FetchedFile, portal_identity::same_portal,
};

/// Returns the entity with this name, such as `contacts` or `items/1040`.
///
/// # Errors
/// If there is no such entity.
pub(crate) fn entity(name: &str) -> Result<EntityPath, Failure> {
    EntityPath::from_path(name).ok_or_else(|| {
        let meant = Entity::suggest(name).map_or_else(EntityPath::known_paths, |meant| {
            format!("did you mean `{}`?", meant.path())
        });
        Failure::new(format!("there is no entity `{name}`: {meant}"))
    })
}

/// Returns the known fields of an entity: the documented ones, and the portal's if there is a file.
///
/// # Errors
/// If there is no such entity, if no field of it is known, or if its file is not a schema.
pub(crate) fn load(name: &str) -> Result<Schema, Failure> {
    load_fields(name).map(|fields| fields.schema)
}

/// The known fields of an entity.
#[derive(Debug)]
pub(crate) struct KnownFields {
    pub(crate) entity: EntityPath,
    /// The documented fields with those of the portal.
    pub(crate) schema: Schema,
    /// The file with the portal's fields, and these fields alone.
    pub(crate) of_portal: Option<(FetchedFile, Schema)>,
}

impl KnownFields {
    pub(crate) fn file(&self) -> Option<&FetchedFile> {
        self.of_portal.as_ref().map(|(file, _)| file)
    }

    /// Returns the portal's fields, if its file names this portal, or if it is not known which it is. A file without a
    /// portal may have been written by hand, with a part of the fields.
    pub(crate) fn fetched_from(&self, portal: Option<&str>) -> Option<&Schema> {
        let (file, schema) = self.of_portal.as_ref()?;
        let of_file = file.portal.as_deref()?;
        let is_other = portal.is_some_and(|portal| !same_portal(of_file, portal));
        (!is_other).then_some(schema)
    }
}

/// Returns the known fields of an entity, and which of them are in its file if there is one.
///
/// # Errors
/// Fails like [`load`].
pub(crate) fn load_fields(name: &str) -> Result<KnownFields, Failure> {
    let entity = entity(name)?;
    let documented = entity.documented();
    match find(entity)? {
        Some(file) => {
            let file = read(&file, entity)?;
            Ok(KnownFields {
                entity,
                schema: entity.schema_with(file.schema.clone()),
                of_portal: Some((file.fetched, file.schema)),
            })
        }
        None if documented.fields().next().is_none() => Err(Failure::new(format!(
            "no field of {name} is known without the portal's schema: fetch it with `cargo vibecode pull {name}`"
        ))),
        None => Ok(KnownFields {
            entity,
            schema: documented.clone(),
            of_portal: None,
        }),
    }
}

/// A parsed schema file.
#[derive(Debug)]
pub(crate) struct SchemaFile {
    pub(crate) descriptions: Descriptions,
    /// Only the portal's fields.
    pub(crate) schema: Schema,
    pub(crate) fetched: FetchedFile,
}

/// Reads a schema file.
///
/// # Errors
/// If it cannot be read, or is not a schema of the entity.
pub(crate) fn read(file: &Path, entity: EntityPath) -> Result<SchemaFile, Failure> {
    let unusable = |error: SchemaError| Failure::unusable(file, error);
    let bytes = file_bytes(file).map_err(unusable)?;
    let descriptions = Descriptions::read(&bytes).map_err(unusable)?;
    let schema = descriptions.schema().map_err(unusable)?;
    schema.check_for(entity).map_err(unusable)?;
    Ok(SchemaFile {
        fetched: FetchedFile::new(entity, &bytes, descriptions.portal.clone()),
        descriptions,
        schema,
    })
}

/// Returns the file of an entity, or another file of the portal, if there is one.
///
/// # Errors
/// If the current folder cannot be determined.
pub(crate) fn find(file: impl Into<PortalFile>) -> Result<Option<PathBuf>, Failure> {
    Ok(folders()?.find(file))
}

/// Returns the paths of all entities that have a file.
///
/// # Errors
/// If the current folder cannot be determined.
pub(crate) fn entities() -> Result<Vec<String>, Failure> {
    let entities = folders()?.entities();
    Ok(entities.into_iter().map(EntityPath::path).collect())
}

/// Returns the path of an entity's file, or of another file of the portal, whether it exists or not.
///
/// # Errors
/// If the current folder cannot be determined.
pub(crate) fn path(file: impl Into<PortalFile>) -> Result<PathBuf, Failure> {
    let path = folders()?.path_of(file);
    path.ok_or_else(|| {
        Failure::new(
            "cannot determine where the file belongs: the current folder has no usable path",
        )
    })
}

/// Returns the folders that the macros search too. If none of them has a file, the nearest folder above that has one is
/// returned: who changes records by a spreadsheet has no `Cargo.toml`. The search ends at a `Cargo.toml`, since the files
/// above a project are not those of the project.
fn folders() -> Result<SchemaFolders, Failure> {
    let here = env::current_dir()
        .map_err(|error| Failure::new(format!("cannot determine the current folder: {error}")))?;
    let of_project = SchemaFolders::of(&here);
    if has_files(&of_project) {
        return Ok(of_project);
    }
    let mut folder = &*here;
    while !folder.join("Cargo.toml").is_file()
        && let Some(above) = folder.parent()
    {
        let folders = SchemaFolders::of(above);
        if has_files(&folders) {
            return Ok(folders);
        }
        folder = above;
    }
    Ok(of_project)
}

fn has_files(folders: &SchemaFolders) -> bool {
    let mut codes = CodeFile::ALL.into_iter();
    !folders.entities().is_empty() || codes.any(|file| folders.find(file).is_some())
}

/// Writes a file atomically: a reader finds either the old text or the new one.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let written = || {
        fs::create_dir_all(folder)?;
        let (part, mut new) = PartFile::create(file, fs::OpenOptions::new().write(true))?;
        new.write_all(text.as_bytes())?;
        part.keep(&new)
    };
    written().map_err(|error| Failure::of_file(file, &error))
}
