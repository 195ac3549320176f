//! Fetches the portal's fields, statuses and currencies into files.

pub(crate) mod codes;
mod definitions;
mod fields;
mod files;
mod subject;
mod touch;

use std::path::{Path, PathBuf};

use serde_json::json;
use vibecode_runtime::Client;
use vibecode_spec::{CodeFile, Currencies, PortalFile};

use self::{
    codes::NoCodes,
    fields::saved,
    files::{Pulled, check_files},
    subject::subjects,
};
pub(crate) use self::{
    fields::{fetch, unusable_answer},
    subject::Subject,
};
use crate::{
    ExitStatus, code_file,
    failure::Failure,
    interrupts,
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

Files that name another portal than that of the key, or of a saved answer, are not replaced, unless --replace is given.

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

    /// Replace files of another portal than the one that the key, or the saved answer, is for.
    #[arg(long)]
    replace: bool,
}

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let fetched = match &args.from_file {
        Some(file) => Fetched::saved(args, file)?,
        None => Fetched::of_portal(args, portal_args, output).await?,
    };
    // Nothing is written before everything has been fetched.
    interrupts::say_early(
        "interrupted while the files were written: run the command again",
        output,
    )?;
    let (mut new, mut files) = (Vec::new(), Vec::new());
    for pulled in fetched.all {
        files.push(pulled.write(&mut new, output)?);
    }
    if !new.is_empty() {
        touch::roots(&new, output)?;
    }
    output.json(&json!({ "files": files }));
    Ok(fetched.status)
}

/// What is to be written.
struct Fetched {
    all: Vec<Pulled>,
    status: ExitStatus,
}

impl Fetched {
    /// Reads a saved answer.
    fn saved(args: &Args, file: &Path) -> Result<Self, Failure> {
        let [name] = args.entities.as_slice() else {
            let problem = "--from-file requires exactly one entity, as in `pull contacts --from-file answer.json`";
            return Err(Failure::new(problem));
        };
        let subject = Subject::of_name(name)?;
        let pulled = match subject {
            Subject::Fields(entity) => Pulled::Fields(entity, saved(file, entity)?),
            Subject::Codes(CodeFile::Statuses) => Pulled::Statuses(codes::saved_statuses(file)?),
            Subject::Codes(CodeFile::Currencies) => {
                Pulled::Currencies(code_file::read(file, Currencies::read_file)?)
            }
        };
        // A portal in the file was written by hand, or by `pull`.
        let portal = pulled.portal();
        let portal = portal.ok_or("the answer does not name its portal");
        check_files(&[subject], portal, args.replace)?;
        Ok(Self {
            all: vec![pulled],
            status: ExitStatus::Success,
        })
    }

    /// Fetches everything, unless it would replace files of another portal.
    async fn of_portal(
        args: &Args,
        portal_args: &PortalArgs,
        output: &Output,
    ) -> Result<Self, Failure> {
        let subjects = subjects(&args.entities)?;
        let client = portal::client(portal_args, |builder| builder)?;
        let portal = Identity::of(&client, portal_args).await?.portal;
        let unknown = "the API does not report which portal the key is for";
        check_files(&subjects, portal.as_deref().ok_or(unknown), args.replace)?;
        if portal.is_none() {
            output.warn(
                "the API does not report which portal the key is for, so the files do not name it",
            );
        }
        let mut fetched = Self {
            all: Vec::new(),
            status: ExitStatus::Success,
        };
        for subject in subjects {
            match subject {
                Subject::Fields(entity) => {
                    let mut fields = fetch(&client, entity, output).await?;
                    fields.portal.clone_from(&portal);
                    fetched.all.push(Pulled::Fields(entity, fields));
                }
                Subject::Codes(file) => {
                    match fetch_codes(&client, file, portal.as_deref(), output).await? {
                        Ok(pulled) => fetched.all.push(pulled),
                        Err(none) => {
                            let is_named = args.entities.iter().any(|name| name == file.name());
                            if is_named || matches!(none, NoCodes::Unusable(_)) {
                                fetched.status = ExitStatus::Attention;
                            }
                            output.warn(format!("{}: {}", not_written(file)?, none.message()));
                        }
                    }
                }
            }
        }
        Ok(fetched)
    }
}

async fn fetch_codes(
    client: &Client,
    file: CodeFile,
    portal: Option<&str>,
    output: &Output,
) -> Result<Result<Pulled, NoCodes>, Failure> {
    Ok(match file {
        CodeFile::Statuses => {
            let statuses = codes::statuses(client, portal, output).await?;
            statuses.map(|it| Pulled::Statuses(it.with_portal(portal.map(str::to_owned))))
        }
        CodeFile::Currencies => {
            let currencies = codes::currencies(client).await?;
            currencies.map(|it| Pulled::Currencies(it.with_portal(portal.map(str::to_owned))))
        }
    })
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
        replace: false,
    };
    run(&args, portal_args, output).await.map(drop)
}
