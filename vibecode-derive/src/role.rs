//! Determines the role of a field: checks its attributes and the shape of its type against the schema.

use proc_macro2::Ident;
use syn::{LitStr, Type};
use vibecode_spec::{Clearing, Kind, Multifield, closest};

use crate::{
    field::{Access, Form, Role, Value, Values},
    look_up::{Known, Reported, Subject},
    shape,
};

impl<'a> Subject<'a, '_> {
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
        let known = self.known()?;
        let access = match &attributes.read_only {
            Some(_) => Access::MarkedReadOnly,
            None if known.read_only => Access::ReadOnly,
            None if known.immutable => Access::Immutable,
            None => Access::Written,
        };
        if access == Access::MarkedReadOnly {
            self.refuse_beside_read_only();
        }
        let role = match known.kind {
            Kind::Multifield(multifield) => Role::Multifield(self.multifield(multifield)?),
            _ => Role::Value(self.value(known)?),
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
            self.errors.at(skip, message);
        }
    }

    fn refuse_beside_read_only(&self) {
        if let Some(clear) = &self.field.attributes.clear {
            self.errors.at(
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
            return self.report(flag, message);
        }
        let texts = [&given.kind, &given.type_id, &given.clear];
        if let Some(text) = texts.into_iter().flatten().next() {
            let message = "the kind of a record's id is fixed: leave this out";
            return self.report(text, message);
        }
        if self.name.text != "id" {
            let message = "the id of a record is called `id` on the wire: add `field = \"id\"`, or leave `field` out and name this field `id`";
            return self.report(&self.name, message);
        }
        Ok(Role::Id)
    }

    fn value(&self, known: Known) -> Result<Value<'a>, Reported> {
        let attributes = &self.field.attributes;
        if let Some(type_id) = &attributes.type_id {
            let message = format!(
                "`{}` is not a phone or email: leave `type_id` out",
                self.name.text
            );
            return self.report(type_id, message);
        }
        let optional = shape::option_of(&self.field.ty);
        let holds = optional.unwrap_or_else(|| shape::bare(&self.field.ty));
        self.check_shape(&known, holds)?;
        let clearing = known.kind.clearing(known.multiple, known.user_field);
        let clearing = self.clearing(optional.is_some(), clearing)?;
        if let (true, Some(clear)) = (known.required, &attributes.clear) {
            let message = format!(
                "the portal requires a value for `{}`, which cannot be cleared: leave `clear` out",
                self.name.text
            );
            return self.report(clear, message);
        }
        let required = known.required && clearing.is_some();
        Ok(Value {
            wire: self.name.text.clone(),
            title: known.title,
            kind: known.kind,
            multiple: known.multiple,
            holds,
            clearing: clearing.filter(|_| !required),
            required,
        })
    }

    fn refuse_two_options(&self, holds: &Type) -> Result<(), Reported> {
        if shape::option_of(holds).is_some() {
            let message = "one `Option` is enough: to leave a field unchanged and to clear it are different calls on the patch";
            return self.report(holds, message);
        }
        Ok(())
    }

    fn check_shape(&self, known: &Known, holds: &Type) -> Result<(), Reported> {
        let name = &self.name.text;
        self.refuse_two_options(holds)?;
        if !known.multiple && shape::vec_of(holds).is_some() {
            let one = shape::vec_of(holds).map(shape::written).unwrap_or_default();
            let advice = if known.kind == Kind::File && one == "u8" {
                "use `vibecode_runtime::File`, which `File::upload(name, bytes)` creates".to_owned()
            } else if known.user_field {
                format!("add `multiple`, or use `{one}`")
            } else {
                format!("use `{one}`")
            };
            let held = match known.kind {
                Kind::File => "a file",
                _ => "one value",
            };
            return self.report(holds, format!("`{name}` holds {held}: {advice}"));
        }
        Ok(())
    }

    fn clearing(&self, optional: bool, by_kind: Clearing) -> Result<Option<Clearing>, Reported> {
        let Some(given) = &self.field.attributes.clear else {
            return Ok(optional.then_some(by_kind));
        };
        if !optional {
            let message = "only an `Option` can be cleared: make this field an `Option`, or leave `clear` out";
            return self.report(given, message);
        }
        match Clearing::from_name(&given.value()) {
            Some(clearing) => Ok(Some(clearing)),
            None => self.report(
                given,
                "`clear` takes `\"null\"`, `\"0\"`, `\"[]\"`, `\"false\"`, or `\"\"` for an empty text",
            ),
        }
    }

    fn multifield(&self, multifield: Multifield) -> Result<Values<'a>, Reported> {
        let name = multifield.name();
        if let Some(clear) = &self.field.attributes.clear {
            let message = format!(
                "`{name}` cannot be cleared, since the API only ever adds phones and emails: leave `clear` out"
            );
            return self.report(clear, message);
        }
        let form = match &self.field.attributes.type_id {
            Some(type_id) => self.typed_form(multifield, type_id)?,
            None => self.list_form(multifield)?,
        };
        Ok(Values { multifield, form })
    }

    fn typed_form(&self, multifield: Multifield, type_id: &LitStr) -> Result<Form<'a>, Reported> {
        let given = type_id.value();
        let known = multifield.type_ids();
        if !known.contains(&given.as_str()) {
            let advice = closest(&given.to_uppercase(), known.iter().copied()).map_or_else(
                || format!("expected one of `{}`", known.join("`, `")),
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!("`{}` has no type `{given}`: {advice}", multifield.name());
            return self.report(type_id, message);
        }
        let optional = shape::option_of(&self.field.ty);
        let holds = optional.unwrap_or_else(|| shape::bare(&self.field.ty));
        self.refuse_two_options(holds)?;
        if shape::vec_of(holds).is_some() {
            let message = format!(
                "a field with `type_id` holds one value: use `Option<String>`, or leave `type_id` out and use `Vec<{}>`",
                element(multifield)
            );
            return self.report(holds, message);
        }
        Ok(Form::Typed {
            type_id: given,
            holds,
        })
    }

    fn list_form(&self, multifield: Multifield) -> Result<Form<'a>, Reported> {
        let name = multifield.name();
        if shape::option_of(&self.field.ty).is_some() {
            let element = element(multifield);
            let message = format!(
                "`{name}` holds several values and cannot be cleared: use `Vec<{element}>`, or add `type_id = \"WORK\"` for one value of one type"
            );
            return self.report(&self.field.ty, message);
        }
        Ok(match shape::vec_of(&self.field.ty) {
            Some(element) => Form::Vec(element),
            None => Form::List,
        })
    }
}

/// Returns the name of the runtime's type for the values of a multifield.
fn element(multifield: Multifield) -> &'static str {
    match multifield {
        Multifield::Email => "Email",
        _ => "Phone",
    }
}
