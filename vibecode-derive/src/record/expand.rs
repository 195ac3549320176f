//! Generates the code that reads a checked struct.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

use crate::{
    check::{
        Checked,
        field::{Access, Field, Form, Role, element_name},
    },
    input::shape::{TypeParameters, bare, predicate},
    tokens::{
        FIELDS_AT_ONCE,
        lists::{Direction, own_list},
        names::own,
        runtime::{element, entity, kind, name_of, private_module, reading_trait},
    },
};

pub(crate) fn expand(checked: &Checked<'_>) -> TokenStream {
    let input = checked.input;
    let private = private_module(input.attributes.runtime.as_ref());
    let (ident, entity) = (own(&input.ident), entity(checked.entity));
    let names: Vec<_> = checked.fields.iter().filter_map(name_by_index).collect();
    let found = index_of(&names);
    let listed = listed(checked);
    let reads_multifields = checked
        .fields
        .iter()
        .any(|field| matches!(field.role, Role::Multifield(_)));
    let made = if input.is_record {
        read(checked)
    } else {
        quote!(__v::read::broken())
    };
    let own_lists = own_lists(checked);
    let (parameters, arguments, _) = input.generics.split_for_impl();
    let clause = input.generics.where_clause.as_ref();
    let predicates = clause.into_iter().flat_map(|clause| &clause.predicates);
    let bounds = bounds(checked);
    quote! {
        const _: () = {
            use #private as __v;
            #[automatically_derived]
            impl #parameters __v::Record for #ident #arguments
            where
                #(#predicates,)*
                #(#bounds,)*
            {
                type Entity = #entity;
                const READ_NAMES: &'static [&'static __v::str] = &[#(#names),*];
                const READ_FIELDS: &'static __v::str = #listed;
                const READS_MULTIFIELDS: __v::bool = #reads_multifields;
                #[inline]
                fn index_of(__name: &__v::str) -> __v::Option<__v::usize> {
                    #found
                }
                fn from_fields(__fields: &__v::Fields<'_>) -> __v::Result<Self, __v::UnreadableField> {
                    #(#own_lists)*
                    #made
                }
            }
        };
    }
}

/// Returns the wire name of a field that is read by its index: see `index_of`.
fn name_by_index<'a>(field: &'a Field<'_>) -> Option<&'a str> {
    match &field.role {
        Role::Id => Some("id"),
        Role::Plain(plain) => Some(&plain.wire),
        Role::Skipped | Role::Multifield(_) | Role::Broken => None,
    }
}

/// Returns the expression that finds the index of `__name`.
fn index_of(names: &[&str]) -> TokenStream {
    let start_of_last = names.len().saturating_sub(1) / FIELDS_AT_ONCE * FIELDS_AT_ONCE;
    let (before, last) = names.split_at(start_of_last);
    let parts = before.chunks(FIELDS_AT_ONCE).enumerate();
    // A `return` in each arm would take the compiler longer.
    let parts = parts.map(|(part, names)| {
        let indexes = part * FIELDS_AT_ONCE..;
        quote! {
            let __found = match __name {
                #(#names => __v::Option::Some(#indexes),)*
                _ => __v::Option::None,
            };
            if __found.is_some() {
                return __found;
            }
        }
    });
    let indexes = start_of_last..;
    quote! {
        #(#parts)*
        match __name {
            #(#last => __v::Option::Some(#indexes),)*
            _ => __v::Option::None,
        }
    }
}

/// Returns the fields with the names of their kinds, in the form that the runtime's `read_fields` looks
/// up.
fn listed(checked: &Checked<'_>) -> String {
    let fields = checked.fields.iter().map(|field| {
        let name = field.ident.unraw();
        match &field.role {
            Role::Skipped => format!("{name}:-"),
            Role::Broken => format!("{name}:?"),
            Role::Id => format!("{name}:Own"),
            Role::Plain(plain) => {
                let several = if plain.multiple { "*" } else { "" };
                format!("{name}:{}{several}", name_of(&plain.kind))
            }
            Role::Multifield(multifield) => format!("{name}:{}", element_name(multifield.which)),
        }
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// Returns the expression that reads the struct.
fn read(checked: &Checked<'_>) -> TokenStream {
    let fields = read_fields(checked);
    if fields.len() <= FIELDS_AT_ONCE {
        let fields = fields.iter().map(|(ident, value)| quote!(#ident: #value));
        return quote!(__v::Result::Ok(Self { #(#fields,)* }));
    }
    let locals: Vec<_> = (0..fields.len())
        .map(|index| format_ident!("__field_{index}"))
        .collect();
    let values: Vec<_> = fields.iter().map(|(_, value)| value).collect();
    // Without the types, the compiler would infer all of them together.
    let types: Vec<_> = checked.fields.iter().map(|field| field.ty).collect();
    let parts = locals
        .chunks(FIELDS_AT_ONCE)
        .zip(values.chunks(FIELDS_AT_ONCE))
        .zip(types.chunks(FIELDS_AT_ONCE))
        .map(|((locals, values), types)| {
            quote! {
                let (#(#locals,)*) = (|| {
                    __v::Result::<(#(#types,)*), __v::UnreadableField>::Ok((#(#values,)*))
                })()?;
            }
        });
    let idents = fields.iter().map(|(ident, _)| ident);
    quote! {
        #(#parts)*
        __v::Result::Ok(Self { #(#idents: #locals,)* })
    }
}

/// Returns the name of each field of the struct, and the expression that reads it.
fn read_fields(checked: &Checked<'_>) -> Vec<(Ident, TokenStream)> {
    let entity = entity(checked.entity);
    let mut next_index = 0_usize;
    let fields = checked.fields.iter().map(|field| {
        let ident = own(field.ident);
        let index = next_index;
        next_index += usize::from(name_by_index(field).is_some());
        let value = match &field.role {
            Role::Skipped => {
                let ty = bare(field.ty);
                quote!(<#ty as __v::Default>::default())
            }
            Role::Broken => quote!(__v::read::broken()?),
            Role::Id => {
                let ty = bare(field.ty);
                quote!(<#ty as __v::IsIdOf<#entity>>::read(__fields, #index)?)
            }
            Role::Plain(plain) => {
                let (reading, ty) = (reading_trait(&plain.kind, plain.multiple), plain.value_type);
                quote!(<#ty as __v::#reading>::read(__fields, #index)?)
            }
            Role::Multifield(multifield) => {
                let wire = multifield.which.name();
                match &multifield.form {
                    Form::Vec(_) | Form::List => {
                        let ty = bare(field.ty);
                        let reading = format_ident!("{}ListReading", element(multifield.which));
                        quote!(<#ty as __v::#reading>::read(__fields)?)
                    }
                    Form::Typed { type_id, value_type } => {
                        quote!(<#value_type as __v::TypedValueReading>::read(__fields, #wire, #type_id)?)
                    }
                }
            }
        };
        (ident, value)
    });
    fields.collect()
}

/// Returns the bounds that reading requires of fields with a type parameter in their type, including
/// skipped fields.
fn bounds(checked: &Checked<'_>) -> Vec<TokenStream> {
    let parameters = TypeParameters::of(&checked.input.generics);
    let fields = checked.fields.iter();
    fields
        .filter_map(|field| bound(field, &parameters))
        .collect()
}

fn bound(field: &Field<'_>, parameters: &TypeParameters) -> Option<TokenStream> {
    let (ty, bound) = match &field.role {
        Role::Skipped => (field.ty, quote!(__v::Default)),
        Role::Plain(plain) => {
            let kind = kind(&plain.kind, plain.multiple);
            (plain.value_type, quote!(__v::Decode<#kind>))
        }
        Role::Multifield(multifield) => match &multifield.form {
            Form::Vec(_) | Form::List => {
                let element = element(multifield.which);
                let kind = quote!(__v::kind::Multiple<__v::kind::#element>);
                (field.ty, quote!(__v::Decode<#kind>))
            }
            Form::Typed { value_type, .. } => (*value_type, quote!(__v::Decode<__v::kind::Text>)),
        },
        Role::Id | Role::Broken => return None,
    };
    parameters.are_in(ty).then(|| predicate(ty, &bound))
}

/// Returns the checks that enums of options are used only in the fields that have their lists.
fn own_lists(checked: &Checked<'_>) -> Vec<TokenStream> {
    let generics = &checked.input.generics;
    let checks = checked.fields.iter().filter_map(|field| {
        let Role::Plain(plain) = &field.role else {
            return None;
        };
        let direction = if field.access == Access::Written && generics.params.is_empty() {
            Direction::ReadIfNotWritten(&checked.input.ident)
        } else {
            Direction::Read
        };
        own_list(direction, plain.value_type, plain, checked.entity, generics)
    });
    checks.collect()
}
