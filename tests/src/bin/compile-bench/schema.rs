//! A portal's schema, and its statuses.

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

/// Returns this many statuses of contacts' sources, in the form that `GET /v1/statuses` returns.
pub(crate) fn statuses(codes: usize) -> String {
    let rows = (0..codes).map(|code| {
        format!(
            "{{\"id\":{code},\"entityId\":\"SOURCE\",\"statusId\":\"CODE_{code}\",\"name\":\"Source {code}\",\"nameInit\":\"\",\"sort\":{code},\"system\":false,\"color\":null,\"semantics\":null,\"categoryId\":null,\"extra\":null}}"
        )
    });
    let rows: Vec<_> = rows.collect();
    format!("{{\"success\":true,\"data\":[{}]}}\n", rows.join(",\n"))
}
