//! Whether the files in the folder `vibecode` belong to the portal that the key is for. On another portal, the same names
//! may mean other fields, options and codes.

use vibecode_runtime::Client;
use vibecode_sandbox::Sandbox;
use vibecode_spec::{
    CodeFile, CodeSet, EntityPath, Field, PortalCodes, PortalFile, Schema, one_line,
};

use crate::{
    change::{self, ItemTexts, set_of},
    code_file::KnownCodes,
    commands::{
        check::drift::{self, Difference},
        pull::{self, codes::NoCodes},
    },
    digest,
    failure::Failure,
    output::Output,
    plural::number_of,
    portal_identity::same_portal,
};

/// A file of a portal that a command has read.
#[derive(Debug, Clone)]
pub(crate) struct FetchedFile {
    file: PortalFile,
    digest: String,
    /// The portal's host. `None` if the file does not name it.
    pub(crate) portal: Option<String>,
}

impl FetchedFile {
    pub(crate) fn new(file: impl Into<PortalFile>, bytes: &[u8], portal: Option<String>) -> Self {
        Self {
            file: file.into(),
            digest: digest::of(bytes),
            portal,
        }
    }

    /// Returns the name of the file and its digest.
    pub(crate) fn name_and_digest(&self) -> (String, String) {
        (self.file.file_name().into_owned(), self.digest.clone())
    }

    fn shown(&self) -> String {
        format!("vibecode/{}", self.file.file_name())
    }

    /// Returns the name for `cargo vibecode pull`.
    fn pull_name(&self) -> String {
        if let PortalFile::Schema(entity) = self.file {
            return entity.path();
        }
        let name = self.file.file_name();
        name.trim_end_matches(".json").to_owned()
    }
}

/// Checks that the files are of this portal, and warns if that is not known, if it is a sandbox, or if there are no files.
///
/// # Errors
/// If a file is of another portal.
pub(crate) fn check_portal(
    files: &[FetchedFile],
    portal: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    if files.is_empty() {
        output.warn("no files of a portal were found in the folder `vibecode` of this folder or of one above it, so it is not checked whether the portal is the right one and has these fields: `cargo vibecode pull` fetches them");
        return Ok(());
    }
    let is_other = |of_file: &str| portal.is_some_and(|portal| !same_portal(of_file, portal));
    for file in files {
        if let (Some(of_file), Some(portal)) = (&file.portal, portal)
            && is_other(of_file)
        {
            // Nothing can be harmed there, so the files of any portal can be tried.
            if same_portal(portal, Sandbox::PORTAL) {
                output.warn(format!(
                    "{} is of the portal {}, and the key is for a sandbox, which may have other fields: start it with --schema vibecode",
                    file.shown(),
                    one_line(of_file)
                ));
                break;
            }
            return Err(Failure::new(format!(
                "{} is of the portal {}, and the key is for {}, so nothing was done: use the key of that portal, or replace the files by those of this one with `cargo vibecode pull --replace`",
                file.shown(),
                one_line(of_file),
                one_line(portal)
            )));
        }
    }
    let unnamed: Vec<&FetchedFile> = files.iter().filter(|it| it.portal.is_none()).collect();
    if !unnamed.is_empty() {
        let shown: Vec<String> = unnamed.iter().map(|file| file.shown()).collect();
        let names: Vec<String> = unnamed.iter().map(|file| file.pull_name()).collect();
        output.warn(format!(
            "{} {} no portal, so it is not checked that {} of this one: `cargo vibecode pull {}` fetches {} again",
            shown.join(" and "),
            if unnamed.len() == 1 { "names" } else { "name" },
            if unnamed.len() == 1 { "it is" } else { "they are" },
            names.join(" "),
            if unnamed.len() == 1 { "it" } else { "them" },
        ));
    } else if let (Some(file), None) = (files.first(), portal) {
        output.warn(format!(
            "the API does not report which portal the key is for, so it is not compared with that of {}",
            file.shown()
        ));
    }
    Ok(())
}

/// What has changed in the fields of an entity since its schema was fetched.
#[derive(Debug)]
pub(crate) struct Drift {
    entity: EntityPath,
    /// The fields as they are now, with the documented ones.
    pub(crate) schema: Schema,
    /// The fields that the portal lists.
    pub(crate) of_portal: Schema,
    differences: Vec<Difference>,
}

impl Drift {
    /// The requests that [`Drift::fetch`] sends: for the fields, and for the definitions of user fields.
    pub(crate) const REQUESTS: u64 = 2;

    /// Fetches the fields, and compares them with those of the portal's schema.
    ///
    /// # Errors
    /// If the portal does not answer, or if the answer is not a list of fields.
    pub(crate) async fn fetch(
        client: &Client,
        entity: EntityPath,
        of_file: &Schema,
        output: &Output,
    ) -> Result<Self, Failure> {
        let now = pull::fetch(client, entity, output).await?;
        let now = now
            .schema()
            .map_err(|error| pull::unusable_answer(entity, error))?;
        Ok(Self {
            entity,
            differences: drift::between(of_file, &now),
            schema: entity.schema_with(now.clone()),
            of_portal: now,
        })
    }

    /// Returns the sentence about a name that meant this field, if it means another one now: the field `now`, or none. A
    /// field that was removed is among the differences.
    pub(crate) fn renamed(&self, name: &str, wire_name: &str, now: Option<&str>) -> Option<String> {
        let is_there = self.schema.field(wire_name).is_some();
        let is_renamed = is_there && now != Some(wire_name);
        is_renamed.then(|| format!("`{}` meant `{wire_name}`, and does not now", one_line(name)))
    }

    /// Returns the wire name of the field that a name means now.
    pub(crate) fn meaning_of(&self, name: &str) -> Option<&str> {
        let field = change::field(&self.schema, name).ok()?;
        Some(&field.name)
    }

    /// Checks that nothing has changed that decides what a command sends: the used fields, and what each used name
    /// means, also those of options. `renamed` says which names of fields mean something else now. Warns of everything
    /// else that has changed.
    ///
    /// # Errors
    /// If the command would send something else than with an up-to-date schema.
    pub(crate) fn check(
        &self,
        used: &[String],
        renamed: Vec<String>,
        texts: &ItemTexts,
        codes: &KnownCodes,
        output: &Output,
    ) -> Result<(), Failure> {
        let is_used = |it: &&Difference| used.contains(&it.field) && it.changes_meaning();
        let (relevant, others): (Vec<_>, Vec<_>) = self.differences.iter().partition(is_used);
        let is_known = |field: &str| relevant.iter().any(|it| it.field == field);
        let texts = texts.changed(&self.schema, codes).into_iter();
        let texts = texts.filter(|(field, _)| !is_known(field));
        let texts: Vec<String> = texts.map(|(_, problem)| problem).collect();
        let relevant = relevant.iter().map(ToString::to_string);
        let problems: Vec<String> = renamed.into_iter().chain(relevant).chain(texts).collect();
        let name = self.entity.path();
        if !problems.is_empty() {
            return Err(Failure::new(format!(
                "what this command uses has changed on the portal since vibecode/{} was fetched, so nothing was sent: run `cargo vibecode pull {name}`, and check again\n  {}",
                PortalFile::from(self.entity).file_name(),
                problems.join("\n  ")
            )));
        }
        if !others.is_empty() {
            output.warn(format!(
                "the fields of {name} have changed on the portal, but in nothing that this command uses ({}): update the schema with `cargo vibecode pull {name}`",
                number_of(others.len() as u64, "difference", "differences")
            ));
        }
        Ok(())
    }
}

/// The files of codes that the values of some fields are checked against, if they name this portal.
#[derive(Debug, Default)]
pub(crate) struct UsedCodes<'f> {
    sets: Vec<(CodeFile, &'f CodeSet)>,
}

impl<'f> UsedCodes<'f> {
    pub(crate) fn of(
        fields: impl Iterator<Item = &'f Field>,
        schema: &'f Schema,
        codes: &KnownCodes,
        portal: Option<&str>,
    ) -> Self {
        let is_comparable = |file: CodeFile| {
            let of_file = codes.portal(file);
            of_file.is_some_and(|it| portal.is_none_or(|portal| same_portal(it, portal)))
        };
        let sets = fields
            .filter_map(|field| set_of(field, schema))
            .map(|set| (CodeFile::of(set), set));
        Self {
            sets: sets.filter(|(file, _)| is_comparable(*file)).collect(),
        }
    }

    fn uses(&self, file: CodeFile) -> bool {
        self.sets.iter().any(|(of_set, _)| *of_set == file)
    }

    /// Returns the number of requests that [`UsedCodes::check`] sends. The statuses come with the pipelines.
    pub(crate) fn requests(&self) -> u64 {
        2 * u64::from(self.uses(CodeFile::Statuses)) + u64::from(self.uses(CodeFile::Currencies))
    }

    /// Fetches the codes, and checks that none of them and none of these texts means something else now or was removed.
    /// Warns if the portal does not show them.
    ///
    /// # Errors
    /// If the portal does not answer, or if a code has changed.
    pub(crate) async fn check(
        &self,
        client: &Client,
        (texts, schema): (&ItemTexts, &Schema),
        codes: &KnownCodes,
        output: &Output,
    ) -> Result<(), Failure> {
        for file in CodeFile::ALL.into_iter().filter(|file| self.uses(*file)) {
            let now: Result<PortalCodes, NoCodes> = match file {
                CodeFile::Statuses => pull::codes::statuses(client, None, output)
                    .await?
                    .map(Into::into),
                CodeFile::Currencies => pull::codes::currencies(client).await?.map(Into::into),
            };
            let name = file.name();
            let now = match now {
                Ok(now) => now,
                Err(NoCodes::Refused(problem) | NoCodes::Unusable(problem)) => {
                    output.warn(format!(
                        "it is not checked whether vibecode/{name}.json is up to date: {problem}"
                    ));
                    continue;
                }
            };
            let sets = self.sets.iter().filter(|(of_set, _)| *of_set == file);
            let mut changed: Vec<String> = sets
                .flat_map(|(_, set)| drift::between_sets(set, codes, &now))
                .filter(Difference::changes_meaning)
                .map(|difference| difference.to_string())
                .collect();
            changed.dedup();
            if changed.is_empty() {
                let texts = texts.changed(schema, &codes.updated(now));
                changed.extend(texts.into_iter().map(|(_, problem)| problem));
            }
            if !changed.is_empty() {
                return Err(Failure::new(format!(
                    "codes that this command uses have changed on the portal since vibecode/{name}.json was fetched, so nothing was sent: run `cargo vibecode pull {name}`, and check again\n  {}",
                    changed.join("\n  ")
                )));
            }
        }
        Ok(())
    }
}
