//! Determines the role of a field: checks its attributes and the shape of its type against the schema.

use proc_macro2::Ident;
use syn::{LitStr, Type};
use vibecode_spec::{Clearing, Kind, Multifield, closest};

use crate::{
    check::{
        field::{Access, Form, MultifieldField, PlainField, Role, element_name},
        look_up::{LookUp, Reported},
        properties::{Properties, Stated},
        wire_name::WireName,
    },
    input::{InputField, shape},
};

/// A field of the struct, and the schema that it is checked against.
pub(crate) struct FieldCheck<'a, 'c> {
    pub(crate) field: &'a InputField,
    pub(crate) name: &'c WireName,
    pub(crate) schema: LookUp<'c>,
}

impl<'a> FieldCheck<'a, '_> {
    /// Returns the role of the field, and whether it is written.
    pub(crate) fn role(&self) -> Result<(Role<'a>, Access), Reported> {
        let attributes = &self.field.attributes;
        if let Some(skip) = &attributes.skip {
            self.refuse_beside_skip(skip);
            return Ok((Role::Skipped, Access::Written));
        }
        if attributes.id.is_some() {
            return Ok((self.id()?, Access::Written));
        }
        let stated = Stated {
            kind: attributes.kind.as_ref(),
            multiple: attributes.multiple.as_ref(),
        };
        let properties = self.schema.properties(self.name, stated)?;
        let access = match &attributes.read_only {
            Some(_) => Access::MarkedReadOnly,
            None if properties.read_only => Access::ReadOnly,
            None if properties.immutable => Access::Immutable,
            None => Access::Written,
        };
        if access == Access::MarkedReadOnly {
            self.refuse_beside_read_only();
        }
        let role = match properties.kind {
            Kind::Multifield(multifield) => Role::Multifield(self.multifield(multifield)?),
            _ => Role::Plain(self.plain(properties)?),
        };
        Ok((role, access))
    }

    fn refuse_beside_skip(&self, skip: &Ident) {
        let given = &self.field.attributes;
        let texts = [&given.field, &given.kind, &given.type_id, &given.clear];
        let flags = [&given.multiple, &given.id, &given.read_only];
        if texts.iter().any(|it| it.is_some()) || flags.iter().any(|it| it.is_some()) {
            let message =
                "a skipped field does not belong to the API: leave everything but `skip` out";
            self.schema.errors.at(skip, message);
        }
    }

    fn refuse_beside_read_only(&self) {
        if let Some(clear) = &self.field.attributes.clear {
            self.schema.errors.at(
                clear,
                "a read-only field cannot be cleared: leave `clear` out",
            );
        }
    }

    fn id(&self) -> Result<Role<'a>, Reported> {
        let given = &self.field.attributes;
        let flags = [&given.multiple, &given.read_only].into_iter().flatten();
        if let Some(flag) = flags.into_iter().next() {
            let message = format!("the id of a record is never written: leave `{flag}` out");
            return self.schema.report(flag, message);
        }
        let texts = [&given.kind, &given.type_id, &given.clear];
        if let Some(text) = texts.into_iter().flatten().next() {
            let message = "the kind of a record's id is fixed: leave this out";
            return self.schema.report(text, message);
        }
        if self.name.text != "id" {
            let message = "the id of a record is called `id` on the wire: add `field = \"id\"`, or leave `field` out and name this field `id`";
            return self.schema.report(self.name, message);
        }
        Ok(Role::Id)
    }

    fn plain(&self, properties: Properties) -> Result<PlainField<'a>, Reported> {
        let attributes = &self.field.attributes;
        if let Some(type_id) = &attributes.type_id {
            let message = format!(
                "`{}` is not a phone or email: leave `type_id` out",
                self.name.text
            );
            return self.schema.report(type_id, message);
        }
        let optional = shape::option_of(&self.field.ty);
        let value_type = optional.unwrap_or_else(|| shape::bare(&self.field.ty));
        self.check_shape(&properties, value_type)?;
        let Properties {
            kind,
            multiple,
            required,
            user_field,
            title,
            ..
        } = properties;
        let clearing = self.clearing(optional.is_some(), kind.clearing(multiple, user_field))?;
        if let (true, Some(clear)) = (required, &attributes.clear) {
            let message = format!(
                "the portal requires a value for `{}`, which cannot be cleared: leave `clear` out",
                self.name.text
            );
            return self.schema.report(clear, message);
        }
        let required = required && clearing.is_some();
        Ok(PlainField {
            wire: self.name.text.clone(),
            title,
            kind,
            multiple,
            value_type,
            clearing: clearing.filter(|_| !required),
            required,
        })
    }

    fn refuse_two_options(&self, value_type: &Type) -> Result<(), Reported> {
        if shape::option_of(value_type).is_some() {
            let message = "one `Option` is enough: to leave a field unchanged and to clear it are different calls on the patch";
            return self.schema.report(value_type, message);
        }
        Ok(())
    }

    fn check_shape(&self, properties: &Properties, value_type: &Type) -> Result<(), Reported> {
        let name = &self.name.text;
        self.refuse_two_options(value_type)?;
        let Some(element) = shape::vec_of(value_type) else {
            return Ok(());
        };
        if !properties.multiple {
            let one = shape::written(element);
            let advice = if properties.kind == Kind::File && one == "u8" {
                "use `vibecode_runtime::File`, which `File::upload(name, bytes)` creates".to_owned()
            } else if properties.user_field {
                format!("add `multiple`, or use `{one}`")
            } else {
                format!("use `{one}`")
            };
            let held = match properties.kind {
                Kind::File => "a file",
                _ => "one value",
            };
            return self
                .schema
                .report(value_type, format!("`{name}` holds {held}: {advice}"));
        }
        Ok(())
    }

    fn clearing(&self, optional: bool, by_kind: Clearing) -> Result<Option<Clearing>, Reported> {
        let Some(given) = &self.field.attributes.clear else {
            return Ok(optional.then_some(by_kind));
        };
        if !optional {
            let message = "only an `Option` can be cleared: make this field an `Option`, or leave `clear` out";
            return self.schema.report(given, message);
        }
        match Clearing::from_name(&given.value()) {
            Some(clearing) => Ok(Some(clearing)),
            None => self.schema.report(
                given,
                "`clear` takes `\"null\"`, `\"0\"`, `\"[]\"`, `\"false\"`, or `\"\"` for an empty text",
            ),
        }
    }

    fn multifield(&self, multifield: Multifield) -> Result<MultifieldField<'a>, Reported> {
        let name = multifield.name();
        if let Some(clear) = &self.field.attributes.clear {
            let message = format!(
                "`{name}` cannot be cleared, since the API only ever adds phones and emails: leave `clear` out"
            );
            return self.schema.report(clear, message);
        }
        let form = match &self.field.attributes.type_id {
            Some(type_id) => self.typed_form(multifield, type_id)?,
            None => self.list_form(multifield)?,
        };
        Ok(MultifieldField {
            which: multifield,
            form,
        })
    }

    fn typed_form(&self, multifield: Multifield, type_id: &LitStr) -> Result<Form<'a>, Reported> {
        let given = type_id.value();
        let type_ids = multifield.type_ids();
        if !type_ids.contains(&given.as_str()) {
            let advice = closest(&given.to_uppercase(), type_ids.iter().copied()).map_or_else(
                || format!("expected one of `{}`", type_ids.join("`, `")),
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!("`{}` has no type `{given}`: {advice}", multifield.name());
            return self.schema.report(type_id, message);
        }
        let optional = shape::option_of(&self.field.ty);
        let value_type = optional.unwrap_or_else(|| shape::bare(&self.field.ty));
        self.refuse_two_options(value_type)?;
        if shape::vec_of(value_type).is_some() {
            let message = format!(
                "a field with `type_id` holds one value: use `Option<String>`, or leave `type_id` out and use `Vec<{}>`",
                element_name(multifield)
            );
            return self.schema.report(value_type, message);
        }
        Ok(Form::Typed {
            type_id: given,
            value_type,
        })
    }

    fn list_form(&self, multifield: Multifield) -> Result<Form<'a>, Reported> {
        let name = multifield.name();
        if shape::option_of(&self.field.ty).is_some() {
            let element = element_name(multifield);
            let message = format!(
                "`{name}` holds several values and cannot be cleared: use `Vec<{element}>`, or add `type_id = \"WORK\"` for one value of one type"
            );
            return self.schema.report(&self.field.ty, message);
        }
        Ok(match shape::vec_of(&self.field.ty) {
            Some(element) => Form::Vec(element),
            None => Form::List,
        })
    }
}
