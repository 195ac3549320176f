//! Checks that an enum of options or codes is used only in the field that has its set.
//!
//! A type without parameters of the struct is checked when the crate is compiled. Lifetimes and
//! constants do not change the list, so they can be replaced by any value: `[Loyalty; N]` is checked as
//! `[Loyalty; 0]`. A type parameter is known only when the struct is used, so it is checked when the
//! compiler generates the code for that use. A newtype may hide its list from both checks: then the
//! runtime compares the lists when the value is set or read.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Generics, LitStr, Type, spanned::Spanned};
use vibecode_spec::{EntityPath, Kind};

use crate::{
    check::field::PlainField,
    input::shape::{TypeParameters, is_of_std},
    tokens::{
        names::{is_apostrophe, map_tokens, respan},
        runtime::kind,
    },
};

/// Whether a value is written or read.
#[derive(Clone, Copy)]
pub(crate) enum Direction<'a> {
    Written,
    Read,
    /// Read into this struct, which has no generics. If it derives `Patch` too, that reports a wrong enum,
    /// and the check of reading must not repeat the error.
    ReadIfNotWritten(&'a Ident),
}

/// Returns the check of a field of the struct. Its tokens have the span of the user's type.
pub(crate) fn own_list(
    direction: Direction<'_>,
    ty: &Type,
    field: &PlainField<'_>,
    entity: EntityPath,
    generics: &Generics,
) -> Option<TokenStream> {
    let check = Check::of(ty, field, entity)?;
    if TypeParameters::of(generics).are_in(ty) {
        return list_of_use(direction, ty, field, entity);
    }
    let Some(free) = without_parameters(ty.to_token_stream(), generics) else {
        return list_of_use(direction, ty, field, entity);
    };
    let Check { span, kind, .. } = &check;
    let list = match direction {
        Direction::Written => "WrittenField",
        Direction::Read | Direction::ReadIfNotWritten(_) => "ReadField",
    };
    let list = Ident::new(list, *span);
    let ty = respan(free, *span);
    let must_be = check.must_be(&quote_spanned!(*span=> <__v::#list<#ty, #kind>>::CLOSED_FIELD));
    let Direction::ReadIfNotWritten(record) = direction else {
        return Some(quote_spanned! {*span=>
            const _: () = {
                use __v::NoClosedField as _;
                #must_be
            };
        });
    };
    let mut record = record.clone();
    record.set_span(*span);
    Some(quote_spanned! {*span=>
        const _: () = {
            use __v::{NoClosedField as _, NotPatched as _};
            if !<__v::Patched<#record>>::IS_PATCHED {
                #must_be
            }
        };
    })
}

/// Returns the check of a type that is known only when the struct is used.
pub(crate) fn list_of_use(
    direction: Direction<'_>,
    ty: impl ToTokens,
    field: &PlainField<'_>,
    entity: EntityPath,
) -> Option<TokenStream> {
    let check = Check::of(field.value_type, field, entity)?;
    let Check { span, kind, .. } = &check;
    let code = match direction {
        Direction::Written => "Encode",
        Direction::Read | Direction::ReadIfNotWritten(_) => "Decode",
    };
    let code = Ident::new(code, *span);
    let must_be = check.must_be(&quote_spanned!(*span=> <#ty as __v::#code<#kind>>::CLOSED_FIELD));
    Some(quote_spanned!(*span=> const { #must_be };))
}

struct Check {
    span: Span,
    kind: TokenStream,
    entity: LitStr,
    wire: LitStr,
}

impl Check {
    /// Returns `None` for a field that no enum of options or codes fits. A status is often a `String`, and an
    /// option a `u64`, which need no check. In a text field, the runtime compares the enum of a currency with
    /// the field: a check would cost compile time in every struct, and would repeat the error of a type that
    /// is not found.
    fn of(ty: &Type, field: &PlainField<'_>, entity: EntityPath) -> Option<Self> {
        let may_be_enum = matches!(field.kind, Kind::Enumeration | Kind::Status) && !is_of_std(ty);
        let span = Span::mixed_site().located_at(ty.span());
        may_be_enum.then(|| Self {
            span,
            kind: respan(kind(&field.kind, field.multiple), span),
            entity: LitStr::new(&entity.path(), span),
            wire: LitStr::new(&field.wire, span),
        })
    }

    fn must_be(&self, list: &TokenStream) -> TokenStream {
        let Self {
            span, entity, wire, ..
        } = self;
        quote_spanned!(*span=> __v::ClosedField::must_be(#list, #entity, #wire))
    }
}

/// Replaces the lifetime and constant parameters of the struct in a type by arbitrary ones. Returns
/// `None` if no constant of a parameter's type is known.
fn without_parameters(ty: TokenStream, generics: &Generics) -> Option<TokenStream> {
    let is_lifetime = |ident: &Ident| generics.lifetimes().any(|it| it.lifetime.ident == *ident);
    let mut known = true;
    let mut after_apostrophe = false;
    let free = map_tokens(ty, &mut |token| {
        let was_after = after_apostrophe;
        after_apostrophe = is_apostrophe(&token);
        match &token {
            TokenTree::Ident(ident) if was_after && is_lifetime(ident) => {
                TokenTree::Ident(Ident::new("static", ident.span())).into()
            }
            TokenTree::Ident(ident) if !was_after && is_constant(ident, generics) => {
                constant(ident, generics).unwrap_or_else(|| {
                    known = false;
                    token.into()
                })
            }
            _ => token.into(),
        }
    });
    known.then_some(free)
}

fn is_constant(name: &Ident, generics: &Generics) -> bool {
    generics.const_params().any(|it| it.ident == *name)
}

/// Returns an arbitrary constant of a parameter's type, if one is known.
fn constant(name: &Ident, generics: &Generics) -> Option<TokenStream> {
    let parameter = generics.const_params().find(|it| it.ident == *name)?;
    let ty = parameter.ty.to_token_stream().to_string();
    Some(match ty.as_str() {
        "bool" => quote!(false),
        "char" => quote!('0'),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
        | "usize" => quote!(0),
        _ => return None,
    })
}
