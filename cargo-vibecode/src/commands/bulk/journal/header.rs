//! What identifies a job, at the beginning of its journal. A journal can only be used for the same job.

use std::collections::BTreeMap;

use clap::{ValueEnum, builder::PossibleValue};
use serde::{Deserialize, Serialize};
use vibecode_runtime::Client;
use vibecode_spec::one_line;

use super::review::Review;
use crate::{
    change::entries::Phones,
    commands::bulk::args::{Empty, HiddenRows},
    numbers::Numbers,
    portal_identity::same_portal,
};

/// The base URL of a job for which none was given.
pub(crate) const DOCUMENTED_URL: &str = "the documented one";

/// The version of the journal's format.
pub(crate) const VERSION: u32 = 9;
/// The first version in which each line has a checksum.
pub(crate) const FIRST_WITH_CHECKSUMS: u32 = 4;
/// The first version in which the rows of a text file have the numbers that a spreadsheet shows. Before, the number of a
/// row was that of the line on which it begins.
const FIRST_WITH_ROW_NUMBERS: u32 = 9;

/// Also on without the option, if a row adds phones or emails.
const ENSURE: &str = "--ensure";
const SHEET: &str = "--sheet";
/// If it is not given, no row with values is hidden, so that the file is read in the same way with it.
const HIDDEN_ROWS: &str = "--hidden-rows";
const ALLOW_GARBLED: &str = "--allow-garbled";
const MAP: &str = "--map or --mapping";
const IGNORE: &str = "--ignore";

/// The job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) version: u32,
    /// Is the same in no other journal. Earlier journals do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    pub(crate) entity: String,
    pub(crate) base_url: String,
    /// The portal's host, if the API reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) portal: Option<String>,
    /// The kind of the key and its rights, in words. Journals before version 3 do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// The folder in which the job was started: the files in `vibecode` are looked for there and above it. Journals before
    /// version 5 do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
    pub(crate) input_sha256: String,
    /// Journals before version 3 do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) meaning: Option<Meaning>,
    pub(crate) delimiter: Option<char>,
    pub(crate) map: Vec<(String, String)>,
    pub(crate) ignore: Vec<String>,
    pub(crate) id_column: Option<String>,
    #[serde(default)]
    pub(crate) reading: Reading,
    pub(crate) empty: Empty,
    #[serde(default)]
    pub(crate) phones: Phones,
    #[serde(default)]
    pub(crate) country: Option<u16>,
    pub(crate) ensure: bool,
    pub(crate) skip_bad: bool,
    pub(crate) settle_seconds: u64,
    /// What was reviewed, if `--reviewed` was given. Journals before version 5 do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reviewed: Option<Review>,
}

/// How the file is read, as far as it was not always so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub(crate) encoding: Option<String>,
    pub(crate) sheet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_rows: Option<HiddenRows>,
    pub(crate) timezone: Option<String>,
    pub(crate) currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decimal: Option<Numbers>,
    pub(crate) ignore_unknown: bool,
    /// Whether values are sent as they are given, under the name of the option. `None`: the journal does not say it.
    #[serde(
        rename = "allow_garbled",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) sends_as_given: Option<bool>,
}

/// What the rows of the file change, and what that depends on besides the file and the options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meaning {
    /// The digest of all changes that the rows request.
    pub(crate) changes_sha256: String,
    /// The version of cargo-vibecode.
    pub(crate) tool: String,
    /// The digests of the files in the folder `vibecode`, by their names.
    pub(crate) files: FileDigests,
}

/// The digests of files by their names, such as `contacts.json`. A file that does not exist has none.
pub(crate) type FileDigests = BTreeMap<String, String>;

/// Why a journal is not that of the job now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OtherJob {
    /// The file is another one, or has changed.
    File {
        /// The digests of both, in words.
        digests: String,
        /// How the job was started, as far as it is given otherwise now.
        then: Vec<Setting>,
    },
    Portal {
        then: String,
        now: String,
    },
    Settings {
        /// How the job was started, as far as it is given otherwise now.
        then: Vec<Setting>,
        differences: Vec<String>,
    },
}

/// Why the rows that are left of a job must not be sent as they would be now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The API does not report the portal any more.
    NoPortal { then: String },
    OtherChanges {
        /// What has changed.
        reasons: Vec<String>,
        /// Whether the folder is another one, too.
        is_elsewhere: bool,
    },
}

/// The options that give a setting, without dashes.
type Options = &'static [&'static str];

/// What must be the same whenever a job is resumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The name that users know.
    name: &'static str,
    /// Its value can be given to the first of them.
    pub(crate) options: Options,
    pub(crate) value: SettingValue,
}

/// How something is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SettingValue {
    /// It is not given, and nothing is in its place.
    NotGiven,
    /// It is an option without a value, and given.
    Flag,
    /// The values of the option, one for each time it is given. If it has a default and is not given, this is the default:
    /// a printed command gives it too, since the environment of another shell may give another.
    Values(Vec<String>),
}

impl Header {
    /// Returns why this is not the job now.
    pub(crate) fn difference_from(&self, now: &Self) -> Option<OtherJob> {
        let (then, differences) = self.other_settings(now);
        // The digest of a spreadsheet is that of the rows that these options choose.
        let chooses_rows = |it: &Setting| [SHEET, HIDDEN_ROWS].contains(&it.name);
        if self.input_sha256 != now.input_sha256 && !then.iter().any(chooses_rows) {
            let digits = |digest: &str| digest.chars().take(8).collect::<String>();
            return Some(OtherJob::File {
                digests: format!(
                    "its SHA-256 began with {}, and now with {}",
                    digits(&self.input_sha256),
                    digits(&now.input_sha256)
                ),
                then,
            });
        }
        if let (Some(then), Some(now)) = (&self.portal, &now.portal)
            && !same_portal(then, now)
        {
            return Some(OtherJob::Portal {
                then: then.clone(),
                now: now.clone(),
            });
        }
        (!then.is_empty()).then_some(OtherJob::Settings { then, differences })
    }

    /// Returns whether the rows of the journal are numbered by the lines of a text file.
    pub(crate) fn numbers_rows_by_lines(&self) -> bool {
        self.version < FIRST_WITH_ROW_NUMBERS
    }

    /// Returns the settings of this job that are given otherwise now, and the differences in words.
    fn other_settings(&self, now: &Self) -> (Vec<Setting>, Vec<String>) {
        let of_now = now.settings();
        let settings = self.settings().into_iter().filter_map(|then| {
            let now = of_now.iter().find(|now| now.name == then.name)?;
            Some((then, now))
        });
        // If the rows are read in another way, they may add nothing any more, and are not ensured for that reason.
        let is_ensure_derived = self.requests_other_changes(now);
        let other = settings
            .filter(|(then, now)| then.value != now.value)
            .filter(|(then, _)| then.name != ENSURE || !is_ensure_derived)
            .filter(|(then, _)| then.name != HIDDEN_ROWS || then.value != SettingValue::NotGiven);
        let (mut then, differences): (Vec<Setting>, Vec<String>) = other
            .map(|(then, now)| {
                let (old, new) = (then.value.in_words(), now.value.in_words());
                let difference = format!("{} was {old} and is now {new}", then.name);
                (then, difference)
            })
            .unzip();
        // The file of --mapping gives both.
        let is_of_columns = |it: &Setting| [MAP, IGNORE].contains(&it.name);
        if then.iter().any(is_of_columns) {
            then.retain(|it| !is_of_columns(it));
            then.extend(self.settings().into_iter().filter(is_of_columns));
        }
        (then, differences)
    }

    /// Returns why the rows that are left must not be sent as they would be now.
    pub(crate) fn refusal(&self, now: &Self) -> Option<Refusal> {
        if let (Some(then), None) = (&self.portal, &now.portal) {
            return Some(Refusal::NoPortal { then: then.clone() });
        }
        if !self.requests_other_changes(now) {
            return None;
        }
        let (then, of_now) = (self.meaning.as_ref()?, now.meaning.as_ref()?);
        let mut reasons = self.changed_files(&of_now.files, now.folder.as_deref());
        let is_elsewhere = reasons.len() > changed_files(&then.files, &of_now.files).len();
        if then.tool != of_now.tool {
            reasons.push(format!(
                "this is cargo-vibecode {}, and {} started the job",
                of_now.tool, then.tool
            ));
        }
        Some(Refusal::OtherChanges {
            reasons,
            is_elsewhere,
        })
    }

    fn requests_other_changes(&self, now: &Self) -> bool {
        match (&self.meaning, &now.meaning) {
            (Some(then), Some(now)) => then.changes_sha256 != now.changes_sha256,
            (None, _) | (_, None) => false,
        }
    }

    /// Returns what is not the same or cannot be compared, and does not prevent the job from being resumed.
    pub(crate) fn warnings(&self, now: &Self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let (None, Some(now)) = (&self.portal, &now.portal) {
            warnings.push(format!(
                "the journal does not say for which portal the job was started: it is resumed for {now}"
            ));
        }
        if let (Some(then), Some(now)) = (&self.key, &now.key)
            && then != now
        {
            warnings.push(format!("the key was {then} and is now {now}"));
        }
        if self.version < FIRST_WITH_CHECKSUMS && self.meaning.is_some() {
            warnings.push(
                "an earlier version of cargo-vibecode wrote the journal, so it cannot be checked whether lines of it are missing"
                    .to_owned(),
            );
        }
        if self.meaning.is_none() {
            warnings.push(
                "an earlier version of cargo-vibecode wrote the journal, so it cannot be checked whether the rows still request the same changes: the files in the folder vibecode must be as they were when the job was started"
                    .to_owned(),
            );
        }
        warnings
    }

    /// Returns the files of the portal that have changed since, each as a statement, and the current folder if it is
    /// another one. They may be why rows are bad now.
    pub(crate) fn changed_files(&self, now: &FileDigests, folder: Option<&str>) -> Vec<String> {
        let Some(then) = &self.meaning else {
            return Vec::new();
        };
        let mut changed = changed_files(&then.files, now);
        if let (Some(then), Some(now)) = (self.folder.as_deref(), folder)
            && !changed.is_empty()
            && then != now
        {
            changed.push(format!(
                "the current folder has changed from {} to {}",
                one_line(then),
                one_line(now)
            ));
        }
        changed
    }

    /// Returns what must be the same whenever the job is resumed, without what the journal does not say.
    fn settings(&self) -> Vec<Setting> {
        let base_url = match &*self.base_url {
            DOCUMENTED_URL => Client::BASE_URL,
            other => other,
        };
        let delimiter = self.delimiter.map(|it| match it {
            '\t' => "tab".to_owned(),
            other => other.to_string(),
        });
        let map = self.map.iter();
        let map = map.map(|(column, field)| format!("{column}={field}"));
        let of_file = [
            Setting::text("the entity", &[], &self.entity),
            Setting::text("the base URL", &["base-url"], base_url),
            Setting::optional("--delimiter", &["delimiter"], delimiter.as_ref()),
            Setting::list(MAP, &["map", "mapping"], map),
            Setting::list(IGNORE, &["ignore"], self.ignore.iter().cloned()),
            Setting::optional("--id-column", &["id-column"], self.id_column.as_ref()),
        ];
        let of_sending = [
            Setting::word("--empty", &["empty"], Some(self.empty)),
            Setting::word("--phones", &["phones"], Some(self.phones)),
            Setting::optional("--country", &["country"], self.country),
            Setting::flag(ENSURE, &["ensure"], self.ensure),
            Setting::flag("--skip-bad", &["skip-bad"], self.skip_bad),
            Setting::text("--settle", &["settle"], self.settle_seconds),
        ];
        let of_file = of_file.into_iter().chain(self.reading.settings());
        of_file.chain(of_sending).collect()
    }
}

impl Reading {
    fn settings(&self) -> impl Iterator<Item = Setting> {
        let decimal = self.decimal.and_then(Numbers::decimal_separator);
        let as_given = self.sends_as_given;
        let as_given = as_given.map(|it| Setting::flag(ALLOW_GARBLED, &["allow-garbled"], it));
        let settings = [
            Setting::optional("--encoding", &["encoding"], self.encoding.as_ref()),
            Setting::optional(SHEET, &["sheet"], self.sheet.as_ref()),
            Setting::word(HIDDEN_ROWS, &["hidden-rows"], self.hidden_rows),
            Setting::optional("--timezone", &["timezone"], self.timezone.as_ref()),
            Setting::optional("--currency", &["currency"], self.currency.as_ref()),
            Setting::optional("--decimal", &["decimal"], decimal),
            Setting::flag("--ignore-unknown", &["ignore-unknown"], self.ignore_unknown),
        ];
        settings.into_iter().chain(as_given)
    }
}

impl Refusal {
    /// Says why, and what to do. `as_new_job` says how the rows can be sent by a job of their own.
    pub(crate) fn in_words(&self, as_new_job: impl FnOnce() -> String) -> String {
        let (reasons, is_elsewhere) = match self {
            Self::NoPortal { then } => {
                return format!(
                    "the job was started for the portal {then}, and the API does not report now which portal the key is for: nothing was sent. Resume once the API reports it again"
                );
            }
            Self::OtherChanges {
                reasons,
                is_elsewhere,
            } => (reasons, *is_elsewhere),
        };
        let reasons = match reasons[..] {
            [] => String::new(),
            [..] => format!(" ({})", reasons.join("; ")),
        };
        let next = if is_elsewhere {
            "Run the command in the folder in which the job was started, or restore what has changed, to resume"
        } else {
            "Restore what has changed to resume"
        };
        format!(
            "the rows request other changes now than when the job was started{reasons}: nothing was sent. {next}. To send all rows of the file with the new changes instead, {}",
            as_new_job()
        )
    }
}

impl Setting {
    fn text(name: &'static str, options: Options, text: impl ToString) -> Self {
        Self::optional(name, options, Some(text))
    }

    fn optional(name: &'static str, options: Options, text: Option<impl ToString>) -> Self {
        Self::list(name, options, text.into_iter().map(|text| text.to_string()))
    }

    /// A word that the command line knows.
    fn word(name: &'static str, options: Options, word: Option<impl ValueEnum>) -> Self {
        let word = word.and_then(|it| it.to_possible_value());
        Self::optional(name, options, word.as_ref().map(PossibleValue::get_name))
    }

    fn list(name: &'static str, options: Options, texts: impl IntoIterator<Item = String>) -> Self {
        let texts: Vec<String> = texts.into_iter().collect();
        let value = if texts.is_empty() {
            SettingValue::NotGiven
        } else {
            SettingValue::Values(texts)
        };
        Self {
            name,
            options,
            value,
        }
    }

    /// An option without a value.
    fn flag(name: &'static str, options: Options, is_given: bool) -> Self {
        let value = if is_given {
            SettingValue::Flag
        } else {
            SettingValue::NotGiven
        };
        Self {
            name,
            options,
            value,
        }
    }
}

impl SettingValue {
    /// Returns the value as a user would say it.
    fn in_words(&self) -> String {
        match self {
            Self::NotGiven => "not given".to_owned(),
            Self::Flag => "given".to_owned(),
            Self::Values(values) => one_line(&values.join(", ")),
        }
    }
}

fn changed_files(then: &FileDigests, now: &FileDigests) -> Vec<String> {
    let mut changed = Vec::new();
    for (name, digest) in then {
        match now.get(name) {
            Some(now) if now == digest => {}
            Some(_) => changed.push(format!("vibecode/{name} has changed")),
            None => changed.push(format!(
                "vibecode/{name} is missing in this folder and in those above it"
            )),
        }
    }
    let new = now.keys().filter(|name| !then.contains_key(*name));
    changed.extend(new.map(|name| format!("vibecode/{name} is new")));
    changed
}
