//! The `--settings` flag: what a portal may do otherwise than the sandbox does by default.

use vibecode_sandbox::{ListShape, ResetUnit, SandboxBuilder, UnknownStatus, Window};

use crate::failure::Failure;

/// The grades are those of the table in the documentation of `vibecode-sandbox`.
pub(crate) const HELP: &str = "\
Settings, each for a portal that differs from the default. Grade
D: the API's documentation, B: the layer underneath, O: observed
on a portal, C: assumed by other clients, -: not known.
  formatted_phones
      a new phone is stored as +7 916 987-65-43 (B, its form -)
  partial_updates
      a PATCH answers the keys of the documented example (D)
  refuse_read_only
      a read-only key is refused: 400 READONLY_FIELD
      (D for tasks, - for others)
  unknown_status=refused
      an unknown status code is refused: 400 (-)
  unknown_status=dropped
      it is dropped: 200, and the field is unchanged (-)
  native_fields
      GET /v1/{entity}/fields has the native form (B)
  without_fm
      a record has no fm, only its aliases (-)
  list_shape=single_row_as_object
      a list with one row is that row (O, doubtful)
  list_shape=object
      a list is an object, as PHP writes one with gaps (B)
  untruthful_paging
      meta.total is 0, hasMore is true on a full last page (O)
  empty_maps_as_lists
      empty results and errors of a batch are [] (-)
  rate_limit_window=fixed
      rate-limit=300 counts whole minutes, not the last 60 s (-)
  rate_limit_reset=unix_time
      X-RateLimit-Reset is a time, not a number of seconds (-)";

type Apply = fn(SandboxBuilder) -> SandboxBuilder;

/// Every setting, by its name and its value.
const SETTINGS: &[(&str, Apply)] = &[
    ("formatted_phones", SandboxBuilder::formatted_phones),
    ("partial_updates", SandboxBuilder::partial_updates),
    ("refuse_read_only", SandboxBuilder::refuse_read_only),
    ("unknown_status=refused", |it| {
        it.unknown_status(UnknownStatus::Refused)
    }),
    ("unknown_status=dropped", |it| {
        it.unknown_status(UnknownStatus::Dropped)
    }),
    ("native_fields", SandboxBuilder::native_fields),
    ("without_fm", SandboxBuilder::without_fm),
    ("list_shape=single_row_as_object", |it| {
        it.list_shape(ListShape::SingleRowAsObject)
    }),
    ("list_shape=object", |it| it.list_shape(ListShape::Object)),
    ("untruthful_paging", SandboxBuilder::untruthful_paging),
    ("empty_maps_as_lists", SandboxBuilder::empty_maps_as_lists),
    ("rate_limit_window=fixed", |it| {
        it.rate_limit_window(Window::Fixed)
    }),
    ("rate_limit_reset=unix_time", |it| {
        it.rate_limit_reset(ResetUnit::UnixTime)
    }),
];

/// Applies settings, separated by commas.
///
/// # Errors
/// If a setting is unknown; the error lists all of them.
pub(crate) fn apply(builder: SandboxBuilder, list: &[String]) -> Result<SandboxBuilder, Failure> {
    let names = list.iter().flat_map(|names| names.split(','));
    names.map(str::trim).try_fold(builder, |builder, name| {
        let (_, apply) = SETTINGS
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| unknown(name))?;
        Ok(apply(builder))
    })
}

fn unknown(name: &str) -> Failure {
    let names = || SETTINGS.iter().map(|(name, _)| *name);
    let meant = vibecode_spec::closest(name, names());
    let advice = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("use any of {}", names().collect::<Vec<_>>().join(", ")),
    };
    Failure::new(format!(
        "--settings: there is no setting `{name}`: {advice}"
    ))
}

#[cfg(test)]
mod tests {
    use vibecode_sandbox::Sandbox;

    use super::*;

    #[test]
    fn the_help_has_every_setting_with_its_grade_and_nothing_else() {
        let lines: Vec<&str> = HELP.lines().skip(3).collect();
        let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
        let shown = lines.iter().filter(|line| is_name(line));
        let known = SETTINGS.iter().map(|(name, _)| *name);
        assert!(shown.map(|line| line.trim()).eq(known));
        let meanings = lines.split(is_name).skip(1);
        for meaning in meanings {
            let meaning = meaning.join(" ");
            let grade = meaning.rsplit_once('(').map(|(_, grade)| grade);
            assert!(
                grade.is_some_and(|grade| grade.starts_with(['D', 'B', 'O', 'C', '-'])),
                "{meaning}"
            );
        }
        assert!(HELP.lines().all(|line| line.len() <= 64), "{HELP}");
    }

    #[test]
    fn an_unknown_setting_is_refused_with_what_was_meant() {
        let problem = |name: &str| {
            let refused = apply(Sandbox::builder(), &[name.to_owned()]);
            refused.unwrap_err().to_string()
        };
        let typo = problem("formatted_phone,partial_updates");
        assert!(typo.contains("did you mean `formatted_phones`?"), "{typo}");
        let unlike = problem("fast");
        for (name, _) in SETTINGS {
            assert!(unlike.contains(name), "{unlike}");
        }
    }
}
