//! Fetches the portal's fields, statuses and currencies into files.

pub(crate) mod codes;
mod definitions;
mod touch;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use vibecode_runtime::{Client, ErrorKind};
use vibecode_spec::{
    CodeFile, Currencies, Descriptions, Entity, EntityPath, PortalFile, Statuses, closest,
    one_line, portal_of_file,
};

use self::codes::NoCodes;
use crate::{
    ExitStatus, code_file,
    failure::Failure,
    output::Output,
    plural::number_of,
    portal::{self, PortalArgs},
    portal_identity::{Identity, same_portal},
    schema_file,
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode pull
  cargo vibecode pull quotes tasks items/1040
  cargo vibecode pull contacts --from-file answer.json

Exit codes: 0 all files are written, 1 a list of codes is not usable, or is named and not open to the key,
2 the command failed.";

/// The arguments of `pull`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entities, such as `contacts`, `tasks` or `items/1040` [default: contacts, companies, leads
    /// and deals]. The statuses and currencies are always fetched with them; `statuses` and
    /// `currencies` alone fetch only these.
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,

    /// Read a saved answer instead of the portal: that of `GET /v1/{entity}/fields`, or of
    /// `GET /v1/userfields/{entity}`, which completes an existing schema; for `pull statuses` and
    /// `pull currencies` that of `GET /v1/statuses` or `GET /v1/currencies`.
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,
}

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

/// What was fetched, for one file.
enum Pulled {
    Fields(EntityPath, Descriptions),
    Statuses(Statuses),
    Currencies(Currencies),
}

impl Subject {
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
fn subjects(named: &[String]) -> Result<Vec<Subject>, Failure> {
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

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let mut status = ExitStatus::Success;
    let mut all = Vec::new();
    if let Some(file) = &args.from_file {
        let [name] = args.entities.as_slice() else {
            let problem = "--from-file requires exactly one entity, as in `pull contacts --from-file answer.json`";
            return Err(Failure::new(problem));
        };
        all.push(match Subject::of_name(name)? {
            Subject::Fields(entity) => Pulled::Fields(entity, saved(file, entity)?),
            Subject::Codes(CodeFile::Statuses) => Pulled::Statuses(codes::saved_statuses(file)?),
            Subject::Codes(CodeFile::Currencies) => {
                Pulled::Currencies(code_file::read(file, Currencies::read_file)?)
            }
        });
    } else {
        let subjects = subjects(&args.entities)?;
        let client = portal::client(portal_args, |builder| builder)?;
        let portal = Identity::of(&client, portal_args).await?.portal;
        if portal.is_none() {
            output.warn(
                "the API does not report which portal the key is for, so the files do not name it",
            );
        }
        for subject in subjects {
            match subject {
                Subject::Fields(entity) => {
                    let mut fields = fetch(&client, entity, output).await?;
                    fields.portal.clone_from(&portal);
                    all.push(Pulled::Fields(entity, fields));
                }
                Subject::Codes(file) => {
                    let fetched = match file {
                        CodeFile::Statuses => {
                            let statuses = codes::statuses(&client, output).await?;
                            statuses.map(|it| Pulled::Statuses(it.with_portal(portal.clone())))
                        }
                        CodeFile::Currencies => {
                            let currencies = codes::currencies(&client).await?;
                            currencies.map(|it| Pulled::Currencies(it.with_portal(portal.clone())))
                        }
                    };
                    match fetched {
                        Ok(pulled) => all.push(pulled),
                        Err(none) => {
                            let is_named = args.entities.iter().any(|name| name == file.name());
                            if is_named || matches!(none, NoCodes::Unusable(_)) {
                                status = ExitStatus::Attention;
                            }
                            output.warn(format!("{}: {}", not_written(file)?, none.message()));
                        }
                    }
                }
            }
        }
    }
    // Nothing is written before everything has been fetched.
    let (mut new, mut files) = (Vec::new(), Vec::new());
    for pulled in all {
        files.push(pulled.write(&mut new, output)?);
    }
    if !new.is_empty() {
        touch::roots(&new, output)?;
    }
    output.json(&json!({ "files": files }));
    Ok(status)
}

/// Returns what happens to a file if its codes were not fetched.
fn not_written(file: CodeFile) -> Result<String, Failure> {
    let name = PortalFile::from(file).file_name();
    Ok(match schema_file::find(file)? {
        Some(_) => format!("vibecode/{name} stays as it is"),
        None => format!("vibecode/{name} is not written"),
    })
}

/// Fetches one entity's fields into its file.
///
/// # Errors
/// If the portal does not answer, or the file cannot be written.
pub(crate) async fn one(
    name: &str,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<(), Failure> {
    let args = Args {
        entities: vec![name.to_owned()],
        from_file: None,
    };
    run(&args, portal_args, output).await.map(drop)
}

/// Returns the fields of an entity as the portal describes them, with user fields completed by
/// their definitions.
///
/// # Errors
/// If the portal does not answer, or if the answer is not a list of fields.
pub(crate) async fn fetch(
    client: &Client,
    entity: EntityPath,
    output: &Output,
) -> Result<Descriptions, Failure> {
    let name = entity.path();
    let answer: Value = client.fields(&name).await?.parse()?;
    let mut descriptions =
        Descriptions::of_answer(&answer).map_err(|error| unusable_answer(entity, error))?;
    descriptions.is_complete = true;
    if !has_user_fields(entity) {
        return Ok(descriptions);
    }
    match client.user_fields(&name).await {
        Ok(answer) => {
            let problems = definitions::complete(&mut descriptions, &answer.parse()?, entity);
            for problem in problems {
                output.warn(format!(
                    "a definition of the user fields of {name} is ignored: {problem}"
                ));
            }
        }
        Err(error) if error.kind() == ErrorKind::Api => output.warn(format!(
            "the definitions of the user fields of {name} cannot be read, so options and labels may be missing: {error}"
        )),
        Err(error) => return Err(error.into()),
    }
    Ok(descriptions)
}

/// Returns true if the API defines user fields of the entity.
fn has_user_fields(entity: EntityPath) -> bool {
    match entity {
        EntityPath::Entity(entity) => entity.user_field_entity().is_some(),
        EntityPath::Items(_) => true,
    }
}

/// Creates the error of an answer that is not a list of an entity's fields.
pub(crate) fn unusable_answer(entity: EntityPath, problem: impl std::fmt::Display) -> Failure {
    let name = entity.path();
    Failure::new(format!(
        "the portal's answer about the fields of {name} cannot be used: {problem}"
    ))
}

/// Returns the fields of an entity in a saved answer.
fn saved(file: &Path, entity: EntityPath) -> Result<Descriptions, Failure> {
    let bytes = vibecode_spec::file_bytes(file).map_err(|error| Failure::unusable(file, error))?;
    if let Some(definitions) = definitions::saved(&bytes) {
        let mut descriptions = match schema_file::find(entity)? {
            Some(there) => schema_file::read(&there, entity)?.descriptions,
            None => Descriptions::default(),
        };
        let problems = definitions::complete(&mut descriptions, &definitions, entity);
        return match problems.into_iter().next() {
            Some(first) => Err(Failure::unusable(file, first)),
            None => Ok(descriptions),
        };
    }
    let mut descriptions =
        Descriptions::read(bytes).map_err(|error| Failure::unusable(file, error))?;
    if descriptions.entity.is_none() {
        // A file written by hand may be incomplete; every list that the API answers has the id.
        descriptions.is_complete = descriptions.fields.contains_key("id");
    }
    Ok(descriptions)
}

impl Pulled {
    /// Writes the file, and returns its document.
    fn write(self, new: &mut Vec<PathBuf>, output: &Output) -> Result<Value, Failure> {
        match self {
            Self::Fields(entity, descriptions) => {
                let name = entity.path();
                let schema = descriptions.schema();
                let checked = schema.and_then(|schema| schema.check_for(entity));
                checked.map_err(|error| {
                    Failure::new(format!("the fields of {name} cannot be used: {error}"))
                })?;
                let text = descriptions.file_text(&name);
                let (file, state) =
                    write(entity, &text, descriptions.portal.as_deref(), new, output)?;
                let count = descriptions.fields.len();
                let fields = number_of(count as u64, "field", "fields");
                output.line(format!("{file}: {state}, {fields}"));
                Ok(json!({
                    "entity": name,
                    "file": file,
                    "state": state,
                    "fields": count,
                    "codes": null,
                }))
            }
            Self::Statuses(statuses) => {
                let count = statuses.sets().map(|(_, items)| items.len()).sum();
                write_codes(
                    CodeFile::Statuses,
                    &statuses.file_text(),
                    statuses.portal(),
                    count,
                    new,
                    output,
                )
            }
            Self::Currencies(currencies) => {
                let count = currencies.items().len();
                write_codes(
                    CodeFile::Currencies,
                    &currencies.file_text(),
                    currencies.portal(),
                    count,
                    new,
                    output,
                )
            }
        }
    }
}

/// Writes a file with codes, and returns its document.
fn write_codes(
    of_portal: CodeFile,
    text: &str,
    portal: Option<&str>,
    count: usize,
    new: &mut Vec<PathBuf>,
    output: &Output,
) -> Result<Value, Failure> {
    let name = of_portal.name();
    let (file, state) = write(of_portal, text, portal, new, output)?;
    let one = match of_portal {
        CodeFile::Statuses => "status",
        CodeFile::Currencies => "currency",
    };
    let codes = number_of(count as u64, one, name);
    output.line(format!("{file}: {state}, {codes}"));
    Ok(json!({
        "entity": name,
        "file": file,
        "state": state,
        "fields": null,
        "codes": count,
    }))
}

/// Writes a file unless its text is the same, and returns its path and what happened to it.
fn write(
    file: impl Into<PortalFile>,
    text: &str,
    portal: Option<&str>,
    new: &mut Vec<PathBuf>,
    output: &Output,
) -> Result<(String, &'static str), Failure> {
    let file = schema_file::path(file)?;
    let before = fs::read(&file).ok();
    match (before.as_deref().map(portal_of_file).transpose(), portal) {
        (Ok(Some(Some(then))), Some(now)) if !same_portal(&then, now) => output.warn(format!(
            "{} was of the portal {}, and is of {} now",
            file.display(),
            one_line(&then),
            one_line(now)
        )),
        (Err(error), _) => output.warn(format!(
            "{} is replaced, and of which portal it was is not known: {error}",
            file.display()
        )),
        (Ok(_), _) => {}
    }
    let state = match &before {
        Some(before) if *before == text.as_bytes() => "unchanged",
        Some(_) => "changed",
        None => "new",
    };
    if state != "unchanged" {
        schema_file::write(&file, text)?;
    }
    let shown = file.display().to_string();
    if before.is_none() {
        new.push(file);
    }
    Ok((shown, state))
}
