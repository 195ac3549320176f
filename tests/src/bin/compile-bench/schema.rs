//! A portal's schema.

use crate::fields::{Type, types, wire_name};

/// Returns a schema with this many user fields, in the form that `GET /v1/contacts/fields` returns.
pub(crate) fn schema(fields: usize) -> String {
    let described: Vec<_> = types(fields).enumerate().map(describe).collect();
    let described = described.join(",\n");
    format!("{{\"success\":true,\"data\":{{{described}}}}}\n")
}

fn describe((field, ty): (usize, &Type)) -> String {
    let name = wire_name(field);
    let upper = name.replace("ufCrm", "UF_CRM");
    format!(
        "\"{name}\":{{\"type\":\"{}\",\"isRequired\":false,\"isReadOnly\":false,\"isImmutable\":false,\"isMultiple\":{},\"isDynamic\":true,\"title\":\"{upper}\",\"upperName\":\"{upper}\",\"formLabel\":\"Field {field}\",\"listLabel\":\"Field {field}\",\"settings\":{{\"MIN_LENGTH\":0,\"MAX_LENGTH\":0,\"REGEXP\":null}}}}",
        ty.kind, ty.is_multiple
    )
}
