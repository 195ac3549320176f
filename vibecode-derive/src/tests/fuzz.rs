//! Mutates real structs and enums. Every derive macro must return tokens for the result, and must never
//! panic.
//!
//! `FUZZ_CASES=200000 cargo test --release -p vibecode-derive fuzz` sets the number of cases. A failure
//! prints the number of its case; set `FUZZ_FIRST` to it to start there.

use std::{env, panic, str::FromStr};

use proc_macro2::{Delimiter, TokenStream};
use quote::quote;

use super::tokens::{Token, count, read, write};
use crate::{enumeration, patch, record};

type Derive = fn(TokenStream) -> TokenStream;

const DERIVES: [(&str, Derive); 3] = [
    ("Patch", patch::derive),
    ("Record", record::derive),
    ("Enumeration", enumeration::derive),
];

fn originals() -> Vec<Vec<Token>> {
    let struct_of_everything = quote! {
        /// A contact.
        #[vibecode(entity = "contacts", crate = "::vibecode_runtime", diff, builder = "Change")]
        #[allow(deprecated)]
        pub(crate) struct Customer<'a, T: Clone + 'a = String, const N: usize = 2>
        where
            Self: Sized,
            T: Send + Holds<Self>,
            for<'b> &'b T: Send,
        {
            #[vibecode(id)]
            id: ContactId,
            pub post: Option<String>,
            #[vibecode(field = "companyId", clear = "null")]
            company: Option<(CompanyId)>,
            comments: &'a str,
            name: ::std::option::Option<T>,
            #[serde(rename = "phones")]
            phone: Vec<Phone>,
            #[vibecode(field = "email", type_id = "MAILING")]
            newsletter: Option<String>,
            #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
            loyalty: Option<&'a Loyalty<N>>,
            #[vibecode(field = "ufCrmLevels", kind = "enumeration", multiple)]
            levels: [T; N],
            #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
            scores: [f64; { Self::COUNT }],
            #[vibecode(field = "typeId")]
            r#type: Option<Cow<'a, <T as Source>::Text>>,
            #[vibecode(read_only)]
            updated_time: String,
            #[vibecode(skip)]
            __cached: fn(u32) -> Self,
        }
    };
    let enum_of_options = quote! {
        /// The options of a list.
        #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
        #[derive(Clone)]
        pub enum Loyalty {
            #[vibecode(item = 81)]
            Gold,
            #[vibecode(item = 0x52)]
            r#Silver,
            #[vibecode(other)]
            Other(u64),
        }
    };
    let with_a_schema = quote! {
        #[vibecode(entity = "items/1040", schema = "../tests/schemas/items-1040.json", field = "ufCrm6_1639669411830")]
        enum State {
            #[vibecode(label = "Open")]
            Open,
            #[vibecode(item = 12)]
            Shut,
        }
    };
    let enum_of_codes = quote! {
        #[vibecode(entity = "deals", schema = "../tests/schemas/deals.json", field = "stageId", pipeline = 5)]
        enum Stage {
            #[vibecode(label = "New")]
            New,
            #[vibecode(status = "WON")]
            Won,
            #[vibecode(other)]
            Other(String),
        }
    };
    [
        struct_of_everything,
        enum_of_options,
        with_a_schema,
        enum_of_codes,
    ]
    .map(read)
    .into()
}

/// Tokens that a mutation can insert.
const POOL: &[&str] = &[
    "'a",
    "'static",
    "'_",
    "<T>::X",
    "<T>::X<'a>",
    "<Self as Trait<T>>::Y",
    "Self",
    "Self::N",
    "self",
    "crate::a::B",
    "super",
    "_",
    "r#fn",
    "r#type",
    "__v",
    "__V",
    "__body",
    "__private",
    "T",
    "N",
    "u64",
    "Option",
    "Option<Option<T>>",
    "Vec<Phone>",
    "dyn Send + 'a",
    "impl Into<T>",
    "fn(&'a T) -> !",
    "for<'b>",
    "where",
    "const",
    "struct",
    "enum",
    "union",
    "Fn(T) -> T",
    "name!(x)",
    "name! { }",
    "concat!(\"post\")",
    "#[vibecode]",
    "#[vibecode(id)]",
    "#[vibecode(skip)]",
    "#[vibecode(field = \"phone\")]",
    "#[vibecode(kind = \"enumeration\", multiple)]",
    "#[vibecode(other)]",
    "#[vibecode(item = 0)]",
    "#[allow(unused, reason = \"x\")]",
    "#[doc = \"``` panic!()\"]",
    "#![x]",
    "\"post\"",
    "\"post\"banana",
    "\"\"",
    "\"phone\"",
    "\"web\"",
    "\"fm\"",
    "\"deals\"",
    "\"items/1040\"",
    "\"a::b\"",
    "\"\\u{0}😀\"",
    "r#\"raw\"#",
    "b\"post\"",
    "c\"post\"",
    "'x'",
    "0",
    "5banana",
    "81u64",
    "1.5e3f32",
    "-1",
    "340282366920938463463374607431768211456",
    "true",
    "=",
    "==",
    ",",
    ":",
    "::",
    ";",
    "<",
    ">",
    ">>",
    "->",
    "=>",
    "#",
    "!",
    "&",
    "&&",
    "*",
    "?",
    "+",
    "|",
    "$",
    "@",
    "..",
    "..=",
    "~",
];

const DELIMITERS: [Delimiter; 4] = [
    Delimiter::Parenthesis,
    Delimiter::Brace,
    Delimiter::Bracket,
    Delimiter::None,
];

/// `SplitMix64`: the same numbers for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap();
        usize::try_from(self.next() % limit).unwrap()
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// Calls a function at the token with this index, counted in depth-first order.
fn at(tokens: &mut Vec<Token>, index: &mut usize, change: &mut dyn FnMut(&mut Vec<Token>, usize)) {
    for here in 0..tokens.len() {
        if *index == 0 {
            *index = usize::MAX;
            return change(tokens, here);
        }
        *index -= 1;
        if let Some(Token::Group(_, inside)) = tokens.get_mut(here) {
            at(inside, index, change);
        }
        if *index == usize::MAX {
            return;
        }
    }
}

/// Returns tokens to insert: from the pool, from the struct itself, or a group.
fn some(random: &mut Random, own: &[Token]) -> Vec<Token> {
    match random.below(6) {
        0..=2 => read(TokenStream::from_str(random.of::<&str>(POOL)).unwrap()),
        3 => {
            let mut own = own.to_vec();
            let mut found = Vec::new();
            let mut index = random.below(count(&own));
            at(&mut own, &mut index, &mut |tokens, here| {
                found.push(tokens[here].clone());
            });
            found
        }
        4 => vec![Token::Group(*random.of(&DELIMITERS), Vec::new())],
        _ => {
            let inside = (0..random.below(3)).flat_map(|_| some(random, own));
            let inside = inside.collect();
            vec![Token::Group(*random.of(&DELIMITERS), inside)]
        }
    }
}

fn mutate(tokens: &mut Vec<Token>, random: &mut Random) {
    let put_in = some(random, tokens);
    let (how, delimiter) = (random.below(7), *random.of(&DELIMITERS));
    let (mut index, other) = (random.below(count(tokens)), random.next());
    at(tokens, &mut index, &mut |tokens, here| match how {
        0 => drop(tokens.remove(here)),
        1 => tokens.insert(here, tokens[here].clone()),
        2 => {
            let other = usize::try_from(other % 1024).unwrap() % tokens.len();
            tokens.swap(here, other);
        }
        3 => drop(tokens.splice(here..=here, put_in.clone())),
        4 => drop(tokens.splice(here..here, put_in.clone())),
        // Changes the delimiter of a group, or puts a token into a group.
        5 => match &mut tokens[here] {
            Token::Group(own, _) => *own = delimiter,
            Token::Text(_) => {
                let inside = vec![tokens.remove(here)];
                tokens.insert(here, Token::Group(delimiter, inside));
            }
        },
        _ => tokens.truncate(here + 1),
    });
}

/// Returns the fault of a derive macro in a case, if there is one.
fn fault(case: u64, originals: &[Vec<Token>]) -> Option<String> {
    let mut random = Random(case);
    let mut tokens = random.of(originals).clone();
    for _ in 0..=random.below(6) {
        mutate(&mut tokens, &mut random);
    }
    let input = write(&tokens);
    let is_an_item = syn::parse2::<syn::DeriveInput>(input.clone()).is_ok();
    let mut faults = DERIVES.iter().filter_map(|(name, derive)| {
        let output = panic::catch_unwind(|| derive(write(&tokens)).to_string());
        let fault = match output {
            Err(_) => "panicked".to_owned(),
            Ok(output) if TokenStream::from_str(&output).is_err() => format!("gave {output}"),
            Ok(output) if !is_an_item && !output.contains("compile_error") => {
                format!("accepted what is not an item, and gave {output}")
            }
            Ok(_) => return None,
        };
        Some(format!("case {case}: of\n{input}\n{name} {fault}"))
    });
    faults.next()
}

fn from_env(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |number| number.parse().unwrap())
}

#[test]
fn fuzz_no_mutation_of_a_struct_or_an_enum_makes_a_derive_panic() {
    let (first, cases) = (from_env("FUZZ_FIRST", 0), from_env("FUZZ_CASES", 300));
    let originals = originals();
    for case in first..first + cases {
        if let Some(fault) = fault(case, &originals) {
            panic!("{fault}");
        }
    }
}

#[test]
fn fuzz_starts_from_code_that_the_derives_accept() {
    let [everything, options, with_a_schema, codes] = originals().try_into().unwrap();
    for (tokens, derive) in [
        (&everything, DERIVES[0].1),
        (&everything, DERIVES[1].1),
        (&options, DERIVES[2].1),
        (&with_a_schema, DERIVES[2].1),
        (&codes, DERIVES[2].1),
    ] {
        let output = derive(write(tokens)).to_string();
        assert!(!output.contains("compile_error"), "{output}");
    }
}
