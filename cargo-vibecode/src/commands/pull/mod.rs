//! Fetches the portal's fields, statuses and currencies into files.

pub(crate) mod codes;
mod definitions;
mod fields;
mod files;
mod subject;
mod touch;

use std::path::PathBuf;

use serde_json::json;
use vibecode_spec::{CodeFile, Currencies, PortalFile};

use self::{codes::NoCodes, fields::saved, files::Pulled, subject::subjects};
pub(crate) use self::{
    fields::{fetch, unusable_answer},
    subject::Subject,
};
use crate::{
    ExitStatus, code_file,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    portal_identity::Identity,
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
