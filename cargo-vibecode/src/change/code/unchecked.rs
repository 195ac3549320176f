//! Which fields have codes that cannot be checked.

use vibecode_spec::{CodeFile, CodeSet, Field, Kind, PortalFile, Schema, one_line};

use super::{has_codes, stage_of_pipeline};
use crate::code_file::KnownCodes;

/// Names of fields whose values are codes on every entity, also if it is not known of which set.
const CODES: [&str; 5] = ["stageId", "statusId", "sourceId", "typeId", "currencyId"];

/// Returns the set of which the values of a field are codes, or contain one, or which has a part for each of its
/// values if it is a pipeline.
pub(crate) fn set_of<'s>(field: &'s Field, schema: &'s Schema) -> Option<&'s CodeSet> {
    if let Some(stage) = stage_of_pipeline(field, schema) {
        return stage.codes.as_ref();
    }
    let is_money = field.codes.is_none() && field.kind == Kind::Money;
    field
        .codes
        .as_ref()
        .or(is_money.then_some(&CodeSet::Currencies))
}

/// Returns why the values of a field are not checked against the codes of the portal, and how to change that, as a
/// warning. `None` if they are checked, or if they are no codes.
pub(crate) fn unchecked(field: &Field, schema: &Schema, codes: &KnownCodes) -> Option<String> {
    let name = one_line(&field.name);
    let set = match set_of(field, schema) {
        None if has_codes(field) || is_called_so(field) => {
            return field.own_codes().is_none().then(|| {
                format!("`{name}` is not checked: it is not known which codes the field takes")
            });
        }
        None => return None,
        Some(_) if field.codes.is_some() && codes.of_field(field).is_some() => return None,
        Some(set) => set,
    };
    if codes.parts(set).is_some() {
        return None;
    }
    let of_portal = CodeFile::of(set);
    let (file, command) = (PortalFile::from(of_portal).file_name(), of_portal.name());
    let what = match set {
        CodeSet::Currencies => "currencies".to_owned(),
        set => format!("codes of the set {}", one_line(&set.name(0))),
    };
    Some(format!(
        "`{name}` is not checked: the {what} are not in vibecode/{file}, which `cargo vibecode pull {command}` fetches"
    ))
}

fn is_called_so(field: &Field) -> bool {
    matches!(field.kind, Kind::Text | Kind::Unknown(_)) && CODES.contains(&&*field.name)
}
