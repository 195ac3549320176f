//! What is fetched, by its name.

use vibecode_spec::{CodeFile, Entity, EntityPath, PortalFile, closest, one_line};

use crate::failure::Failure;

/// The entities to use if none is named. The others are not in use, or not open to the key, on every
/// portal.
const DEFAULT: [Entity; 4] = [
    Entity::Contacts,
    Entity::Companies,
    Entity::Leads,
    Entity::Deals,
];

/// What is to be fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    Fields(EntityPath),
    Codes(CodeFile),
}

impl Subject {
    /// Returns the file with it.
    pub(super) fn file(self) -> PortalFile {
        match self {
            Self::Fields(entity) => entity.into(),
            Self::Codes(file) => file.into(),
        }
    }

    /// Returns what has this name: `statuses`, `currencies`, or an entity.
    ///
    /// # Errors
    /// If there is nothing with this name.
    pub(crate) fn of_name(name: &str) -> Result<Self, Failure> {
        if let Some(file) = CodeFile::from_name(name) {
            return Ok(Self::Codes(file));
        }
        if let Some(entity) = EntityPath::from_path(name) {
            return Ok(Self::Fields(entity));
        }
        let files = CodeFile::ALL.map(CodeFile::name);
        let known = Entity::ALL.iter().map(|entity| entity.path());
        let meant = Entity::suggest(name)
            .map(Entity::path)
            .or_else(|| closest(&name.to_lowercase(), known.chain(files)))
            .or_else(|| files.into_iter().find(|file| is_singular(name, file)));
        let meant = meant.map_or_else(
            || {
                format!(
                    "{}, or `{}`",
                    EntityPath::known_paths(),
                    files.join("` or `")
                )
            },
            |meant| format!("did you mean `{meant}`?"),
        );
        Err(Failure::new(format!(
            "there is no entity and no list of codes `{}`: {meant}",
            one_line(name)
        )))
    }
}

/// Returns true for `status` and `currency`, which are too different from the plurals for a typo.
fn is_singular(name: &str, file: &str) -> bool {
    let name = name.to_lowercase();
    let stem = name.strip_suffix('y').unwrap_or(&name);
    [format!("{stem}es"), format!("{stem}ies")].contains(&file.to_owned())
}

/// Returns the subjects with these names, and the lists of codes that are fetched with any entity.
pub(super) fn subjects(named: &[String]) -> Result<Vec<Subject>, Failure> {
    let named: Result<Vec<Subject>, _> = named.iter().map(|name| Subject::of_name(name)).collect();
    let mut subjects = named?;
    if subjects.is_empty() {
        let default = DEFAULT.into_iter().map(EntityPath::Entity);
        subjects.extend(default.map(Subject::Fields));
    }
    if subjects.iter().any(|it| matches!(it, Subject::Fields(_))) {
        subjects.retain(|it| matches!(it, Subject::Fields(_)));
        subjects.extend(CodeFile::ALL.map(Subject::Codes));
    }
    Ok(subjects)
}
