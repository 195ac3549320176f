//! The check that a type which stands for the options of a list is used on that list alone.
//!
//! A type without parameters of the struct is checked when the crate is checked. Lifetimes and
//! constants change nothing about the list, so that any do: `[Loyalty; N]` is checked as
//! `[Loyalty; 0]`. What a type parameter is, is known when the struct is used, so the check is made when
//! the code for that use is generated. A newtype may hide its list from both: the runtime
//! compares the lists when the value is set or read.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Generics, LitStr, Type, spanned::Spanned};
use vibecode_spec::Kind;

use crate::{
    field::Value,
    names::{is_apostrophe, map_tokens, respan},
    runtime::kind,
    shape::TypeParameters,
    whose::Whose,
};

/// Which way a value goes.
#[derive(Clone, Copy)]
pub(crate) enum Direction {
    Written,
    Read,
}

/// The check of a field of the struct. All of it is at the place of the user's type.
pub(crate) fn own_list(
    direction: Direction,
    ty: &Type,
    field: &Value<'_>,
    whose: Whose,
    generics: &Generics,
) -> Option<TokenStream> {
    if TypeParameters::of(generics).are_in(ty) {
        return list_of_use(direction, ty, field, whose);
    }
    let Some(free) = without_parameters(ty.to_token_stream(), generics) else {
        return list_of_use(direction, ty, field, whose);
    };
    let check = Check::of(ty, field, whose)?;
    let Check { place, kind, .. } = &check;
    let list = match direction {
        Direction::Written => "WrittenList",
        Direction::Read => "ReadList",
    };
    let list = Ident::new(list, *place);
    let ty = respan(free, *place);
    let must_be = check.must_be(&quote_spanned!(*place=> <__v::#list<#ty, #kind>>::LIST));
    Some(quote_spanned! {*place=>
        const _: () = {
            use __v::NoList as _;
            #must_be
        };
    })
}

/// The check of a type that is known when the struct is used.
pub(crate) fn list_of_use(
    direction: Direction,
    ty: impl ToTokens,
    field: &Value<'_>,
    whose: Whose,
) -> Option<TokenStream> {
    let check = Check::of(field.holds, field, whose)?;
    let Check { place, kind, .. } = &check;
    let code = match direction {
        Direction::Written => "Encode",
        Direction::Read => "Decode",
    };
    let code = Ident::new(code, *place);
    let must_be = check.must_be(&quote_spanned!(*place=> <#ty as __v::#code<#kind>>::LIST));
    Some(quote_spanned!(*place=> const { #must_be };))
}

struct Check {
    place: Span,
    kind: TokenStream,
    entity: LitStr,
    wire: LitStr,
}

impl Check {
    /// `None` for a field that is not a list.
    fn of(ty: &Type, field: &Value<'_>, whose: Whose) -> Option<Self> {
        let place = Span::mixed_site().located_at(ty.span());
        (field.kind == Kind::Enumeration).then(|| Self {
            place,
            kind: respan(kind(&field.kind, field.multiple), place),
            entity: LitStr::new(&whose.path(), place),
            wire: LitStr::new(&field.wire, place),
        })
    }

    fn must_be(&self, list: &TokenStream) -> TokenStream {
        let Self {
            place,
            entity,
            wire,
            ..
        } = self;
        quote_spanned!(*place=> __v::List::must_be(#list, #entity, #wire))
    }
}

/// A type with some lifetime and some constant for each parameter of the struct. `None` if no
/// constant is known for one of them.
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

/// Some constant of the type of a parameter, if one is known.
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
