//! The source of a contender's crate.

use std::fmt::Write as _;

use crate::{
    contenders::{Codes, Contender, Kinds},
    fields::{FIELDS, Type, types, wire_name},
};

/// The types of the field that is edited between rounds. It is in the last struct, because rustc checks
/// again all code that an edit moves, and an edit moves everything below it in the file.
pub(crate) const EDITS: [&str; 2] = ["Option<String>", "String"];

/// How many structs a crate has, and how many fields each of them.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) structs: u32,
    pub(crate) fields: usize,
}

/// Returns the source with this type of the first field of the last struct.
pub(crate) fn source(contender: &Contender, size: Size, edited: &str) -> String {
    let last = size.structs - 1;
    let mut source = format!("//! Generated.\n{}", (contender.prelude)());
    for number in 0..size.structs {
        let codes = match contender.codes {
            Codes::No => String::new(),
            Codes::AsTheyStand | Codes::InFile { .. } => {
                source.push_str(&enum_of_codes(number));
                format!("    pub source_id: Option<C{number}>,\n")
            }
        };
        let _ = writeln!(source, "{}\npub struct S{number} {{", contender.derives);
        for (field, ty) in types(size.fields).enumerate() {
            let attribute = attribute(contender.kinds, field, ty);
            let ty = if (number, field) == (last, 0) {
                edited
            } else {
                ty.rust
            };
            let _ = writeln!(source, "{attribute}    pub field_{field}: {ty},");
        }
        source.push_str(&codes);
        source.push_str("}\n");
    }
    source
}

/// Returns an enum for some codes of the portal. It is above its struct, so that the edit does not move it.
fn enum_of_codes(number: u32) -> String {
    let mut source = format!(
        "#[derive(vibecode_runtime::Enumeration)]\n#[vibecode(entity = \"contacts\", field = \"sourceId\")]\npub enum C{number} {{\n"
    );
    for code in 0..3 {
        let _ = writeln!(source, "    #[vibecode(status = \"CODE_{code}\")] V{code},");
    }
    source + "    #[vibecode(other)] Other(String),\n}\n"
}

fn attribute(kinds: Kinds, field: usize, ty: &Type) -> String {
    let name = wire_name(field);
    let kind = match kinds {
        Kinds::Nowhere => return String::new(),
        Kinds::InSchema { .. } => String::new(),
        Kinds::InPlace if ty.is_multiple => format!(", kind = \"{}\", multiple", ty.kind),
        Kinds::InPlace => format!(", kind = \"{}\"", ty.kind),
    };
    format!("    #[vibecode(field = \"{name}\"{kind})]\n")
}

/// The table for diesel's structs.
pub(crate) fn table_of_diesel() -> String {
    let mut table = String::from("diesel::table! {\n    contacts (id) {\n        id -> BigInt,\n");
    for (field, ty) in types(FIELDS).enumerate() {
        let _ = writeln!(table, "        field_{field} -> {},", ty.diesel);
    }
    table + "    }\n}\n"
}
