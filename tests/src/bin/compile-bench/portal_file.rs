//! A portal's schema, and its statuses.

use std::{fmt, io};

use serde_json::{Map, Value, json};
use vibecode_tests::generated::Workspace;

use crate::{
    contenders::Contender,
    fields::{Type, types, wire_name},
};

/// A file of the portal in a contender's crate.
#[derive(Clone, Copy)]
pub(crate) enum PortalFile {
    /// A schema with this many user fields.
    Schema { fields: usize },
    /// This many statuses of contacts' sources.
    Statuses { codes: usize },
}

impl PortalFile {
    pub(crate) fn write(self, workspace: &Workspace, contender: &Contender) -> io::Result<()> {
        let text = match self {
            Self::Schema { fields } => schema(fields),
            Self::Statuses { codes } => statuses(codes),
        };
        workspace.write(&self.path(contender), &text)
    }

    pub(crate) fn remove(self, workspace: &Workspace, contender: &Contender) -> io::Result<()> {
        workspace.remove(&self.path(contender))
    }

    fn path(self, contender: &Contender) -> String {
        let name = match self {
            Self::Schema { .. } => "contacts",
            Self::Statuses { .. } => "statuses",
        };
        format!("crates/{}/vibecode/{name}.json", contender.crate_name())
    }
}

impl fmt::Display for PortalFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema { fields } => write!(f, "a schema of {fields}"),
            Self::Statuses { codes } => write!(f, "statuses of {codes}"),
        }
    }
}

/// Returns a schema as `cargo vibecode pull` writes it.
fn schema(fields: usize) -> String {
    let described: Map<_, _> = types(fields).enumerate().map(describe).collect();
    let file = json!({"entity": "contacts", "fields": described, "format": 1, "partial": true});
    format!("{file:#}\n")
}

fn describe((field, ty): (usize, &Type)) -> (String, Value) {
    let name = wire_name(field);
    let upper = name.replace("ufCrm", "UF_CRM");
    let label = format!("Field {field}");
    let description = json!({
        "type": ty.kind, "isRequired": false, "isReadOnly": false, "isImmutable": false,
        "isMultiple": ty.is_multiple, "isDynamic": true, "title": upper, "upperName": upper,
        "formLabel": label, "listLabel": label,
        "settings": {"MIN_LENGTH": 0, "MAX_LENGTH": 0, "REGEXP": null},
    });
    (name, description)
}

/// Returns this many statuses of contacts' sources, in the form that `GET /v1/statuses` returns.
fn statuses(codes: usize) -> String {
    let rows = (0..codes).map(|code| {
        format!(
            "{{\"id\":{code},\"entityId\":\"SOURCE\",\"statusId\":\"CODE_{code}\",\"name\":\"Source {code}\",\"nameInit\":\"\",\"sort\":{code},\"system\":false,\"color\":null,\"semantics\":null,\"categoryId\":null,\"extra\":null}}"
        )
    });
    let rows: Vec<_> = rows.collect();
    format!("{{\"success\":true,\"data\":[{}]}}\n", rows.join(",\n"))
}
