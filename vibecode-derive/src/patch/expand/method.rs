//! The methods that a field gives to the builder.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Type, ext::IdentExt};
use vibecode_spec::Multifield;

use super::{
    Expansion, spanned,
    set::{adders, clearer, clearing_text, element, setter},
};
use crate::{
    patch::field::{Field, Form, Role, Value, Values},
    shape::{Argument, bare},
};

/// What every adding method says.
const ADD_ONLY: &str = "The API only ever adds phones and emails, also where the record has the same one already.";

impl Expansion<'_> {
    pub(super) fn methods_of(&self, field: &Field<'_>) -> TokenStream {
        match &field.role {
            Role::Unwritten => TokenStream::new(),
            Role::Id => self.id_check(field),
            Role::Value(value) => {
                let mut methods = self.setter(field, value);
                methods.extend(self.clearer(field, value));
                methods
            }
            Role::Multifield(values) => self.adder(field, values),
            Role::Broken => self.stubs(field),
        }
    }

    /// Holds that the field's type is the entity's id.
    fn id_check(&self, field: &Field<'_>) -> TokenStream {
        let private = self.runtime.private();
        let runtime = self.runtime.path();
        let entity = super::entity_type(self.checked.entity);
        let ty = bare(field.ty);
        let name = format_ident!("__{}_is_the_id", field.ident.unraw());
        quote! {
            #[doc(hidden)]
            fn #name() {
                #private::id::<#ty, #runtime::#entity>();
            }
        }
    }

    fn setter(&self, field: &Field<'_>, value: &Value<'_>) -> TokenStream {
        let Value { wire, .. } = value;
        let doc = format!("Sets {}.", described(value));
        let visibility = &self.checked.input.visibility;
        let ident = field.ident;
        let private = self.runtime.private();
        let set = setter(&value.kind, value.multiple);
        let argument = Argument::of(value.value_type, &self.parameters);
        let kind = matches!(argument, Argument::AnyEncode)
            .then(|| self.runtime.kind(&value.kind, value.multiple));
        let Taken { generics, ty, asserted, given } =
            self.taken(value.value_type, &argument, kind.as_ref());
        quote! {
            #[doc = #doc]
            #visibility fn #ident #generics(self, value: #ty) -> Self {
                #private::#set::<#asserted, _>(self, #wire, #given)
            }
        }
    }

    fn clearer(&self, field: &Field<'_>, value: &Value<'_>) -> Option<TokenStream> {
        let clearing = value.clearing?;
        let wire = &value.wire;
        let doc = format!("Clears `{wire}` by sending `{}`.", clearing_text(clearing));
        let visibility = &self.checked.input.visibility;
        let private = self.runtime.private();
        let clear = clearer(clearing);
        let name = spanned(&format!("clear_{}", field.ident.unraw()), field);
        Some(quote! {
            #[doc = #doc]
            #visibility fn #name(self) -> Self {
                #private::#clear(self, #wire)
            }
        })
    }

    fn adder(&self, field: &Field<'_>, values: &Values<'_>) -> TokenStream {
        let visibility = &self.checked.input.visibility;
        let (private, runtime) = (self.runtime.private(), self.runtime.path());
        let wire = values.multifield.name();
        let name = spanned(&format!("add_{}", field.ident.unraw()), field);
        let (one, list) = adders(values.multifield);
        let (taken, call, under) = match &values.form {
            Form::Vec(ty) => {
                let argument = Argument::of(ty, &self.parameters);
                let kind = values.kind(&self.runtime);
                let taken = self.taken(ty, &argument, Some(&kind));
                let Taken { asserted, given, .. } = &taken;
                let call = quote!(#private::#one::<#asserted, _>(self, #wire, #given));
                (taken, call, "of the type that it brings; a bare string is `WORK`".to_owned())
            }
            Form::List => {
                let element = element(values.multifield);
                let taken = Taken::into(&quote!(#runtime::#element), private);
                let ty = bare(field.ty);
                let call = quote! {
                    #private::#list::<#ty, _>(
                        self,
                        #wire,
                        #private::OneOrAll::One(::core::convert::Into::into(value)),
                    )
                };
                (taken, call, "of the type that it brings; a bare string is `WORK`".to_owned())
            }
            Form::Typed { type_id, value_type, .. } => {
                let argument = Argument::of(value_type, &self.parameters);
                let kind = quote!(#runtime::kind::Text);
                let taken = self.taken(value_type, &argument, Some(&kind));
                let Taken { asserted, given, .. } = &taken;
                let call =
                    quote!(#private::typed_value::<#asserted, _>(self, #wire, #type_id, #given));
                (taken, call, format!("of the type `{type_id}`"))
            }
        };
        let doc = format!("Adds to `{wire}`: one value {under}.\n\n{ADD_ONLY}");
        let Taken { generics, ty, .. } = &taken;
        quote! {
            #[doc = #doc]
            #visibility fn #name #generics(self, value: #ty) -> Self {
                #call
            }
        }
    }

    /// Methods that take anything, so that a mistake that was told is told once.
    fn stubs(&self, field: &Field<'_>) -> TokenStream {
        let visibility = &self.checked.input.visibility;
        let ident = field.ident;
        let add = spanned(&format!("add_{}", ident.unraw()), field);
        let clear = spanned(&format!("clear_{}", ident.unraw()), field);
        quote! {
            #[doc(hidden)]
            #visibility fn #ident<__V>(self, _: __V) -> Self { self }
            #[doc(hidden)]
            #visibility fn #add<__V>(self, _: __V) -> Self { self }
            #[doc(hidden)]
            #visibility fn #clear(self) -> Self { self }
        }
    }

    /// `phone(…)` and `clear_phone()`, which say why they are not there.
    pub(super) fn explanations(&self) -> Option<TokenStream> {
        let fields: Vec<_> = self.fields().filter(|field| field.role.is_multifield()).collect();
        if fields.is_empty() {
            return None;
        }
        let patch = &self.patch;
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let traits = fields.iter().map(|field| explaining_traits(field));
        let methods = fields.iter().map(|field| self.explaining_methods(field));
        Some(quote! {
            const _: () = {
                #(#traits)*
                #[automatically_derived]
                #[allow(dead_code)]
                impl #parameters #patch #arguments #predicates {
                    #(#methods)*
                }
            };
        })
    }

    fn explaining_methods(&self, field: &Field<'_>) -> TokenStream {
        let visibility = &self.checked.input.visibility;
        let ident = field.ident;
        let clear = spanned(&format!("clear_{}", ident.unraw()), field);
        let (not_set, not_cleared) = explaining_names(field);
        // The lifetime keeps the compiler from seeing at the definition that this is never met.
        quote! {
            #[doc(hidden)]
            #visibility fn #ident<'__never, __V>(self, _: __V) -> Self where Self: #not_set<'__never> { self }
            #[doc(hidden)]
            #visibility fn #clear<'__never>(self) -> Self where Self: #not_cleared<'__never> { self }
        }
    }

    /// How a method takes a value of a type and hands it on.
    fn taken(&self, ty: &Type, argument: &Argument, kind: Option<&TokenStream>) -> Taken {
        let (private, runtime) = (self.runtime.private(), self.runtime.path());
        let given = quote!(#private::Set(value));
        match argument {
            Argument::ByValue => Taken {
                generics: None,
                ty: quote!(#ty),
                asserted: quote!(#ty),
                given,
            },
            Argument::Into => Taken::into(&quote!(#ty), private),
            Argument::Text => Taken {
                generics: None,
                ty: quote!(impl ::core::convert::AsRef<::core::primitive::str>),
                asserted: asserted(ty),
                given: quote! {
                    ::core::option::Option::Some(&::core::convert::AsRef::<::core::primitive::str>::as_ref(&value))
                },
            },
            Argument::AnyEncode => Taken {
                generics: Some(quote!(<__V: #runtime::Encode<#kind>>)),
                ty: quote!(__V),
                asserted: quote!(__V),
                given,
            },
        }
    }
}

/// How a method takes a value.
struct Taken {
    generics: Option<TokenStream>,
    /// The type of the argument.
    ty: TokenStream,
    /// The type that must have a wire form, with the place of the user's own.
    asserted: TokenStream,
    /// The value as it is handed on.
    given: TokenStream,
}

impl Taken {
    fn into(ty: &TokenStream, private: &TokenStream) -> Self {
        Self {
            generics: None,
            ty: quote!(impl ::core::convert::Into<#ty>),
            asserted: ty.clone(),
            given: quote!(#private::Set(value)),
        }
    }
}

/// The type to assert: a reference without its lifetime, which an argument does not have.
pub(super) fn asserted(ty: &Type) -> TokenStream {
    match bare(ty) {
        Type::Reference(reference) => {
            let (and, elem) = (&reference.and_token, &reference.elem);
            quote!(#and #elem)
        }
        other => quote!(#other),
    }
}

impl Values<'_> {
    pub(super) fn kind(&self, runtime: &super::Runtime) -> TokenStream {
        let (path, name) = (runtime.path(), element(self.multifield));
        quote!(#path::kind::#name)
    }
}

/// `post`: Position (string)
fn described(value: &Value<'_>) -> String {
    let several = if value.multiple { ", multiple" } else { "" };
    let kind = value.kind.name();
    match value.title {
        Some(title) => format!("`{}`: {title} ({kind}{several})", value.wire),
        None => format!("the user field `{}` ({kind}{several})", value.wire),
    }
}

fn explaining_names(field: &Field<'_>) -> (proc_macro2::Ident, proc_macro2::Ident) {
    let name = field.ident.unraw();
    (
        format_ident!("Set_{name}"),
        format_ident!("Clear_{name}"),
    )
}

fn explaining_traits(field: &Field<'_>) -> TokenStream {
    let (not_set, not_cleared) = explaining_names(field);
    let name = field.ident.unraw();
    let what = match &field.role {
        Role::Multifield(values) if values.multifield == Multifield::Email => "emails",
        _ => "phones",
    };
    let set = format!("`{name}` cannot be set: the API only ever adds {what}");
    let set_label = format!("call `add_{name}` instead");
    let cleared = format!("`{name}` cannot be cleared: the API only ever adds {what}");
    let note = format!(
        "the API has no way to replace or remove {what}: that is done in Bitrix24, in the record's own card"
    );
    quote! {
        #[diagnostic::on_unimplemented(message = #set, label = #set_label, note = #note)]
        #[allow(non_camel_case_types, clippy::allow_attributes)]
        pub trait #not_set<'__never> {}
        #[diagnostic::on_unimplemented(message = #cleared, label = "nothing clears it", note = #note)]
        #[allow(non_camel_case_types, clippy::allow_attributes)]
        pub trait #not_cleared<'__never> {}
    }
}
