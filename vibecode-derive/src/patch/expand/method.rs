//! Generates the builder methods of a field.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use vibecode_spec::doc_text;

use super::{
    Expansion, beside,
    parameter::{Parameter, ParameterForm},
};
use crate::{
    check::field::{Access, Field, Form, MultifieldField, PlainField, Role},
    input::shape::bare,
    tokens::{
        lists::{Direction, list_of_use, own_list},
        names::own,
        runtime::{element, entity, kind, written_trait},
    },
};

const ADD_ONLY: &str =
    "The API only ever adds phones and emails, even one that the record has already.";

impl Expansion<'_> {
    pub(super) fn methods_of(&self, field: &Field<'_>) -> TokenStream {
        match &field.role {
            _ if field.access != Access::Written => TokenStream::new(),
            Role::Skipped => TokenStream::new(),
            Role::Id => self.id_check(field),
            Role::Plain(plain) => {
                let mut methods = self.setter(field, plain);
                methods.extend(self.clearer(field, plain));
                methods
            }
            Role::Multifield(multifield) => self.adder(field, multifield),
            Role::Broken => self.stubs(field),
        }
    }

    /// Returns a check that the type of the field is the entity's id.
    fn id_check(&self, field: &Field<'_>) -> TokenStream {
        let name = format_ident!("__{}", field.ident.unraw());
        let entity = entity(self.checked.entity);
        let ty = bare(field.ty);
        quote! {
            fn #name() {
                <#ty as __v::IsIdOf<#entity>>::check();
            }
        }
    }

    fn setter(&self, field: &Field<'_>, plain: &PlainField<'_>) -> TokenStream {
        let doc = format!("Sets {}.", described(plain));
        let visibility = &self.checked.input.visibility;
        let (ident, wire) = (own(field.ident), &plain.wire);
        let form = ParameterForm::of(plain.value_type, &self.parameters);
        let set = written_trait(&plain.kind, plain.multiple);
        let how = if let ParameterForm::List = form {
            "set_list"
        } else {
            "set"
        };
        let (how, zero) = (Ident::new(how, Span::call_site()), &self.zero);
        let parameter = Parameter::of(plain.value_type, &form, || {
            kind(&plain.kind, plain.multiple)
        });
        let Parameter {
            generics,
            ty,
            asserted,
            passed,
        } = parameter;
        let phantom = self.phantom();
        let entity = self.checked.entity;
        let own_list = match form {
            ParameterForm::AnyEncode => list_of_use(Direction::Written, &ty, plain, entity),
            _ => own_list(
                Direction::Written,
                plain.value_type,
                plain,
                entity,
                self.generics,
            ),
        };
        quote! {
            #[doc = #doc]
            #visibility fn #ident #generics(self, __value: #ty) -> Self {
                #own_list
                Self(<#asserted as __v::#set>::#how(self.#zero, #wire, #passed) #phantom)
            }
        }
    }

    fn clearer(&self, field: &Field<'_>, plain: &PlainField<'_>) -> Option<TokenStream> {
        let by = plain.clearing?;
        let wire = &plain.wire;
        let doc = format!("Clears `{wire}` by sending `{}`.", by.as_json());
        let visibility = &self.checked.input.visibility;
        let (name, json, zero) = (beside(field, "clear"), by.as_json(), &self.zero);
        let phantom = self.phantom();
        let clear = if plain.is_boolean() {
            quote!(clear_boolean)
        } else {
            quote!(clear)
        };
        Some(quote! {
            #[doc = #doc]
            #visibility fn #name(self) -> Self {
                Self(__v::#clear(self.#zero, #wire, #json) #phantom)
            }
        })
    }

    fn adder(&self, field: &Field<'_>, multifield: &MultifieldField<'_>) -> TokenStream {
        let visibility = &self.checked.input.visibility;
        let wire = multifield.which.name();
        let name = beside(field, "add");
        let element = element(multifield.which);
        let (parameter, call) = match &multifield.form {
            Form::Vec(ty) => {
                let form = ParameterForm::of(ty, &self.parameters);
                let parameter = Parameter::of(ty, &form, || multifield.kind());
                let Parameter {
                    asserted, passed, ..
                } = &parameter;
                let one = format_ident!("{element}Field");
                let call = quote!(<#asserted as __v::#one>::add(self.0, #wire, #passed));
                (parameter, call)
            }
            Form::List => {
                let ty = bare(field.ty);
                let parameter = Parameter::element(&element, ty);
                let Parameter { passed, .. } = &parameter;
                let list = format_ident!("{element}ListField");
                let call = quote!(<#ty as __v::#list>::add(self.0, #wire, #passed));
                (parameter, call)
            }
            Form::Typed {
                type_id,
                value_type,
            } => {
                let form = ParameterForm::of(value_type, &self.parameters);
                let parameter = Parameter::of(value_type, &form, || quote!(__v::kind::Text));
                let Parameter {
                    asserted, passed, ..
                } = &parameter;
                let call = quote!(
                    <#asserted as __v::TypedValueField>::add(self.0, #wire, #type_id, #passed)
                );
                (parameter, call)
            }
        };
        let doc = format!(
            "Adds a value {} to `{wire}`.\n\n{ADD_ONLY}",
            multifield.form.described()
        );
        let Parameter { generics, ty, .. } = &parameter;
        let phantom = self.phantom();
        quote! {
            #[doc = #doc]
            #visibility fn #name #generics(self, __value: #ty) -> Self {
                Self(#call #phantom)
            }
        }
    }

    /// Returns methods that accept any type, so that an error is reported only once.
    fn stubs(&self, field: &Field<'_>) -> TokenStream {
        let visibility = &self.checked.input.visibility;
        let ident = own(field.ident);
        let (add, clear) = (beside(field, "add"), beside(field, "clear"));
        quote! {
            #[doc(hidden)]
            #visibility fn #ident<__V>(self, _: __V) -> Self { self }
            #[doc(hidden)]
            #visibility fn #add<__V>(self, _: __V) -> Self { self }
            #[doc(hidden)]
            #visibility fn #clear(self) -> Self { self }
        }
    }
}

impl MultifieldField<'_> {
    /// Returns the type of the kind of one value.
    pub(super) fn kind(&self) -> TokenStream {
        let name = element(self.which);
        quote!(__v::kind::#name)
    }
}

impl Form<'_> {
    fn described(&self) -> String {
        match self {
            Self::Typed { type_id, .. } => format!("of the type `{type_id}`"),
            Self::Vec(_) | Self::List => "with its own type (a bare string is `WORK`)".to_owned(),
        }
    }
}

fn described(plain: &PlainField<'_>) -> String {
    let several = if plain.multiple { ", multiple" } else { "" };
    let kind = plain.kind.name();
    let title = plain.title.as_deref().map(doc_text);
    match title.filter(|title| !title.is_empty()) {
        Some(title) => format!("`{}`: {title} ({kind}{several})", plain.wire),
        None => format!("the user field `{}` ({kind}{several})", plain.wire),
    }
}
