//! Generates the builder methods of a field.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Type, ext::IdentExt};
use vibecode_spec::{Clearing, doc_text};

use super::{Expansion, beside};
use crate::{
    field::{Access, Field, Form, Role, Value, Values},
    lists::{Direction, list_of_use, own_list},
    names::own,
    runtime::{clearing, element, entity, kind, written_trait},
    shape::{Argument, bare},
};

const ADD_ONLY: &str =
    "The API only ever adds phones and emails, even one that the record has already.";

impl Expansion<'_> {
    pub(super) fn methods_of(&self, field: &Field<'_>) -> TokenStream {
        match &field.role {
            _ if field.access != Access::Written => TokenStream::new(),
            Role::Skipped => TokenStream::new(),
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

    fn setter(&self, field: &Field<'_>, value: &Value<'_>) -> TokenStream {
        let doc = format!("Sets {}.", described(value));
        let visibility = &self.checked.input.visibility;
        let (ident, wire) = (own(field.ident), &value.wire);
        let argument = Argument::of(value.holds, &self.parameters);
        let set = written_trait(&value.kind, value.multiple);
        let how = if let Argument::List = argument {
            quote!(set_list)
        } else {
            quote!(set)
        };
        let taken = Taken::of(value.holds, &argument, || kind(&value.kind, value.multiple));
        let Taken {
            generics,
            ty,
            asserted,
            given,
        } = taken;
        let entity = self.checked.entity;
        let own_list = match argument {
            Argument::AnyEncode => list_of_use(Direction::Written, &ty, value, entity),
            _ => own_list(
                Direction::Written,
                value.holds,
                value,
                entity,
                self.generics,
            ),
        };
        quote! {
            #[doc = #doc]
            #visibility fn #ident #generics(mut self, __value: #ty) -> Self {
                #own_list
                <#asserted as __v::#set>::#how(&mut self.0, #wire, #given);
                self
            }
        }
    }

    fn clearer(&self, field: &Field<'_>, value: &Value<'_>) -> Option<TokenStream> {
        let by = value.clearing?;
        let wire = &value.wire;
        let doc = format!("Clears `{wire}` by sending `{}`.", sent(by));
        let visibility = &self.checked.input.visibility;
        let (name, clearing) = (beside(field, "clear"), clearing(by));
        Some(quote! {
            #[doc = #doc]
            #visibility fn #name(mut self) -> Self {
                __v::clear(&mut self.0, #wire, __v::Clearing::#clearing);
                self
            }
        })
    }

    fn adder(&self, field: &Field<'_>, values: &Values<'_>) -> TokenStream {
        let visibility = &self.checked.input.visibility;
        let wire = values.multifield.name();
        let name = beside(field, "add");
        let element = element(values.multifield);
        let (taken, call) = match &values.form {
            Form::Vec(ty) => {
                let argument = Argument::of(ty, &self.parameters);
                let taken = Taken::of(ty, &argument, || values.kind());
                let Taken {
                    asserted, given, ..
                } = &taken;
                let one = format_ident!("{element}Field");
                let call = quote!(<#asserted as __v::#one>::add(&mut self.0, #wire, #given));
                (taken, call)
            }
            Form::List => {
                let ty = bare(field.ty);
                let taken = Taken::into(&quote!(__v::#element), ty);
                let Taken { given, .. } = &taken;
                let list = format_ident!("{element}ListField");
                let call = quote!(<#ty as __v::#list>::add(&mut self.0, #wire, #given));
                (taken, call)
            }
            Form::Typed { type_id, holds } => {
                let argument = Argument::of(holds, &self.parameters);
                let taken = Taken::of(holds, &argument, || quote!(__v::kind::Text));
                let Taken {
                    asserted, given, ..
                } = &taken;
                let call = quote!(
                    <#asserted as __v::TypedValueField>::add(&mut self.0, #wire, #type_id, #given)
                );
                (taken, call)
            }
        };
        let doc = format!(
            "Adds a value {} to `{wire}`.\n\n{ADD_ONLY}",
            values.form.described()
        );
        let Taken { generics, ty, .. } = &taken;
        quote! {
            #[doc = #doc]
            #visibility fn #name #generics(mut self, __value: #ty) -> Self {
                #call;
                self
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

/// The argument of a method.
struct Taken {
    generics: Option<TokenStream>,
    /// The type of the argument.
    ty: TokenStream,
    /// The type that must have a wire form, with the span of the user's type.
    asserted: TokenStream,
    /// The expression that is passed on for the argument.
    given: TokenStream,
}

impl Taken {
    fn of(ty: &Type, argument: &Argument, kind: impl FnOnce() -> TokenStream) -> Self {
        let given = quote!(__value);
        match argument {
            Argument::ByValue => Self {
                generics: None,
                ty: quote!(#ty),
                asserted: quote!(#ty),
                given,
            },
            Argument::Into => Self::into(&quote!(#ty), ty),
            Argument::List => Self {
                ty: bound(ty, "IntoList", &quote!(#ty)),
                ..Self::into(&quote!(#ty), ty)
            },
            Argument::Text => Self {
                generics: None,
                ty: bound(ty, "TakenAs", &quote!(__v::str)),
                asserted: asserted(ty),
                given: quote!(__v::AsRef::<__v::str>::as_ref(&__value)),
            },
            Argument::AnyEncode => {
                let kind = kind();
                Self {
                    generics: Some(quote!(<__V: __v::Encode<#kind>>)),
                    ty: quote!(__V),
                    asserted: quote!(__V),
                    given,
                }
            }
        }
    }

    fn into(ty: &TokenStream, at: &Type) -> Self {
        Self {
            generics: None,
            ty: bound(at, "TakenInto", ty),
            asserted: ty.clone(),
            given: quote!(__value),
        }
    }
}

/// Returns `impl Trait<parameter>` with spans from the first to the last token of the user's type, so
/// that the compiler points there.
fn bound(at: &Type, name: &str, parameter: &TokenStream) -> TokenStream {
    let mut tokens = at.to_token_stream().into_iter();
    let first = tokens
        .next()
        .map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    let name = Ident::new(name, first);
    let mut bound = quote_spanned!(first=> impl __v::#name<);
    bound.extend(parameter.clone());
    bound.extend(quote_spanned!(last=> >));
    bound
}

/// Returns the type to assert. A lifetime is removed from a reference, since an argument does not have
/// it.
fn asserted(ty: &Type) -> TokenStream {
    match bare(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => {
            let (and, elem) = (&reference.and_token, &reference.elem);
            quote!(#and #elem)
        }
        other => quote!(#other),
    }
}

impl Values<'_> {
    /// Returns the type of the kind of one value.
    pub(super) fn kind(&self) -> TokenStream {
        let name = element(self.multifield);
        quote!(__v::kind::#name)
    }
}

impl Form<'_> {
    fn described(&self) -> String {
        match self {
            Self::Typed { type_id, .. } => format!("of the type `{type_id}`"),
            _ => "with its own type (a bare string is `WORK`)".to_owned(),
        }
    }
}

fn described(value: &Value<'_>) -> String {
    let several = if value.multiple { ", multiple" } else { "" };
    let kind = value.kind.name();
    let title = value.title.as_deref().map(doc_text);
    match title.filter(|title| !title.is_empty()) {
        Some(title) => format!("`{}`: {title} ({kind}{several})", value.wire),
        None => format!("the user field `{}` ({kind}{several})", value.wire),
    }
}

fn sent(clearing: Clearing) -> &'static str {
    match clearing {
        Clearing::Zero => "0",
        Clearing::EmptyList => "[]",
        Clearing::Null => "null",
        Clearing::False => "false",
        _ => "\"\"",
    }
}
