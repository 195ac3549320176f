//! The generated module: a struct, and an enum for each closed set.

use std::{collections::BTreeSet, fmt::Write as _};

use vibecode_spec::{
    Entity, Field, Kind, Multifield, Reference, Schema, doc_text, one_line, wire_name_of,
};

use super::{
    enums::{Enum, Enums},
    names::Names,
};
use crate::{change::is_fixed, code_file::KnownCodes};

/// The module of an entity.
pub(super) struct Module<'a> {
    entity: &'a str,
    fields: Vec<&'a Field>,
    codes: &'a KnownCodes,
}

impl<'a> Module<'a> {
    /// Creates a module with these fields.
    pub(super) fn new(entity: &'a str, fields: Vec<&'a Field>, codes: &'a KnownCodes) -> Self {
        Self {
            entity,
            fields,
            codes,
        }
    }

    /// Returns the text of the module, formatted like rustfmt.
    pub(super) fn text(&self) -> String {
        let struct_name = struct_name(self.entity);
        let mut types = names_of_types(&struct_name);
        let mut names = Names::default();
        let mut imports: BTreeSet<&str> = ["Patch", "Record"].into();
        let mut body = String::new();
        let enums = Enums::new(self.entity, self.codes);
        let mut all = Vec::new();
        let id = id_type(self.entity);
        imports.extend(id.imports);
        let _ = writeln!(body, "    /// The id of the record.");
        let _ = writeln!(body, "    #[vibecode(id)]");
        let _ = writeln!(body, "    pub id: {},", id.name);
        names.snake("id", "id");
        for field in &self.fields {
            let name = one_line(&field.name);
            if !is_wire_name(&field.name) {
                let _ = writeln!(
                    body,
                    "    // `{name}` is omitted: it is not a valid wire name."
                );
                continue;
            }
            let own = enums.of_field(field, &mut types);
            let Some(value) = value_type(field, own.as_slice()) else {
                let kind = one_line(field.kind.name());
                let _ = writeln!(
                    body,
                    "    // `{name}` is omitted: the type `{kind}` is unknown."
                );
                continue;
            };
            imports.extend(value.imports);
            push_field(&mut body, field, &value.name, &own, &mut names);
            all.extend(own);
        }
        if !all.is_empty() {
            imports.insert("Enumeration");
        }
        let mut text = String::new();
        let _ = writeln!(text, "//! The fields of `{}`.\n", self.entity);
        push_imports(&mut text, &imports);
        let _ = writeln!(text, "\n/// A record of `{}`.", self.entity);
        let _ = writeln!(text, "#[derive(Debug, Clone, Patch, Record)]");
        let _ = writeln!(text, "#[vibecode(entity = \"{}\", diff)]", self.entity);
        let _ = writeln!(text, "pub struct {struct_name} {{\n{body}}}");
        for each in &all {
            let _ = write!(text, "\n{}", each.text);
        }
        text
    }
}

/// Returns the default fields: all that can be written, and the times of creation and of the last
/// change.
pub(super) fn usual_fields(schema: &Schema) -> Vec<&Field> {
    const TIMES: &[&str] = &["createdTime", "updatedTime", "createdAt", "updatedAt"];
    let is_usual = |field: &&Field| {
        field.name != "id" && (!is_fixed(field) || TIMES.contains(&field.name.as_str()))
    };
    schema.fields().filter(is_usual).collect()
}

/// Returns the names of types, without those that the module itself uses.
fn names_of_types(struct_name: &str) -> Names {
    let builder_name = format!("{struct_name}Patch");
    let ids = Entity::ALL.iter().map(|entity| entity.id_type_name());
    let mut reserved: Vec<&str> = ids.collect();
    reserved.extend([
        struct_name,
        &builder_name,
        "Option",
        "String",
        "Vec",
        "Patch",
        "Record",
        "Enumeration",
        "Date",
        "DateTime",
        "Money",
        "CrmRef",
        "File",
        "Phone",
        "Email",
        "Id",
        "UserId",
        "SmartProcess",
    ]);
    Names::reserving(&reserved)
}

fn push_field(
    body: &mut String,
    field: &Field,
    type_name: &str,
    enums: &[Enum],
    names: &mut Names,
) {
    let wire = &field.name;
    let by_wire = Names::default().snake(wire, "field");
    let label = field.title.as_deref().filter(|_| field.is_user_field());
    let name = names.snake(label.unwrap_or(wire), &by_wire);
    push_doc(body, "    ", field.title.as_deref().unwrap_or(wire), wire);
    if let [first, .., _] = enums {
        let _ = writeln!(body, "    ///");
        let _ = writeln!(
            body,
            "    /// Each pipeline has an enum: for records of one pipeline, write its enum, such as"
        );
        let _ = writeln!(body, "    /// [`{}`], in place of `String`.", first.name);
    }
    let mut attributes = Vec::new();
    // The wire name is the field's name in camelCase, unless an attribute says otherwise.
    if field.is_user_field() || wire_name_of(&name) != *wire {
        attributes.push(format!("field = \"{wire}\""));
    }
    if is_fixed(field) {
        attributes.push("read_only".to_owned());
    }
    if !attributes.is_empty() {
        let _ = writeln!(body, "    #[vibecode({})]", attributes.join(", "));
    }
    let _ = writeln!(body, "    pub {name}: {type_name},");
}

/// Writes a label as a doc comment, or `name` if the label has no visible text.
pub(super) fn push_doc(text: &mut String, indent: &str, label: &str, name: &str) {
    let mut line = doc_text(label);
    if line.is_empty() {
        line = doc_text(name);
    }
    let _ = writeln!(text, "{indent}/// {line}");
}

/// Returns true if a name can be used in an attribute and in a request.
fn is_wire_name(name: &str) -> bool {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !name.is_empty() && name.chars().all(is_name)
}

fn push_imports(text: &mut String, imports: &BTreeSet<&str>) {
    const WIDTH: usize = 100;
    let all: Vec<&str> = imports.iter().copied().collect();
    let one_line = format!("use vibecode_runtime::{{{}}};", all.join(", "));
    if one_line.len() <= WIDTH {
        let _ = writeln!(text, "{one_line}");
        return;
    }
    let _ = writeln!(text, "use vibecode_runtime::{{");
    let mut line = String::from("   ");
    for name in all {
        if line.len() + name.len() + 2 > WIDTH {
            let _ = writeln!(text, "{line}");
            line = String::from("   ");
        }
        let _ = write!(line, " {name},");
    }
    let _ = writeln!(text, "{line}\n}};");
}

/// A type, and its import.
struct Type {
    name: String,
    imports: Vec<&'static str>,
}

impl Type {
    fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            imports: Vec::new(),
        }
    }

    fn of_runtime(name: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            imports: vec![name],
        }
    }
}

/// Returns the type of a field; `None` if its kind is not known.
fn value_type(field: &Field, enums: &[Enum]) -> Option<Type> {
    let single = match (&field.kind, enums) {
        (_, [own]) => Type::plain(&own.name),
        (kind, _) => plain_type(kind)?,
    };
    let is_list = field.multiple || matches!(field.kind, Kind::Multifield(_));
    let name = if is_list {
        format!("Vec<{}>", single.name)
    } else {
        format!("Option<{}>", single.name)
    };
    Some(Type { name, ..single })
}

/// Returns the type of one value of a kind without a closed set; `None` if the kind is not known.
fn plain_type(kind: &Kind) -> Option<Type> {
    Some(match kind {
        Kind::Text | Kind::Url | Kind::Address | Kind::Status => Type::plain("String"),
        Kind::Integer | Kind::Number => Type::plain("i64"),
        Kind::Double => Type::plain("f64"),
        Kind::Boolean => Type::plain("bool"),
        // A `Date` can be read from either form.
        Kind::Date | Kind::DateOrDateTime => Type::of_runtime("Date"),
        Kind::DateTime => Type::of_runtime("DateTime"),
        Kind::Money => Type::of_runtime("Money"),
        Kind::File => Type::of_runtime("File"),
        Kind::Crm => Type::of_runtime("CrmRef"),
        Kind::Iblock | Kind::Enumeration => Type::plain("u64"),
        Kind::Reference(Reference::Contact) => Type::of_runtime("ContactId"),
        Kind::Reference(Reference::Company) => Type::of_runtime("CompanyId"),
        Kind::Reference(Reference::Lead) => Type::of_runtime("LeadId"),
        Kind::Reference(Reference::Deal) => Type::of_runtime("DealId"),
        Kind::Reference(Reference::User) => Type::of_runtime("UserId"),
        Kind::Reference(Reference::Quote) => Type::of_runtime("QuoteId"),
        Kind::Reference(Reference::Task) => Type::of_runtime("TaskId"),
        Kind::Multifield(Multifield::Phone) => Type::of_runtime("Phone"),
        Kind::Multifield(Multifield::Email) => Type::of_runtime("Email"),
        _ => return None,
    })
}

/// Returns the type of a record's id.
fn id_type(entity: &str) -> Type {
    match Entity::from_path(entity) {
        Some(entity) => Type::of_runtime(entity.id_type_name()),
        None => Type {
            name: format!("Id<SmartProcess<{}>>", digits(entity)),
            imports: vec!["Id", "SmartProcess"],
        },
    }
}

fn struct_name(entity: &str) -> String {
    let singular = Entity::from_path(entity).map(Entity::singular);
    let otherwise = format!("Item{}", digits(entity));
    Names::default().camel(singular.unwrap_or(&otherwise), &otherwise)
}

pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
