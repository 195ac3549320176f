//! Tests what an enum of codes may contain, with and without the portal's files.

use std::{fs, path::PathBuf};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::schemas::errors_in;
use crate::enumeration;

pub(super) const STATUSES: &str = r#"{"format": 1, "pipelines": [{"id": 5, "name": "Partners"}], "sets": {
    "DEAL_STAGE": [{"code": "NEW", "name": "New"}, {"code": "WON", "name": "Won"}],
    "DEAL_STAGE_5": [{"code": "C5:NEW", "name": "New"}, {"code": "C5:4", "name": "Same"},
        {"code": "C5:WON", "name": "Same"}],
    "SOURCE": [{"code": "WEB", "name": "Website"}, {"code": "CALL", "name": "Звонок"}],
    "STATUS": [{"code": "NEW", "name": "New"}]
}}"#;
const CURRENCIES: &str = r#"{"success":true,"data":[{"id":"RUB","fullName":"Rouble"},{"id":"USD","fullName":"US dollar"}]}"#;

/// The folder of a portal's files, which is removed after the test.
pub(super) struct Portal(PathBuf);

impl Portal {
    pub(super) fn of(name: &str, files: &[(&str, &str)]) -> Self {
        let name = format!("vibecode-derive-{}-{name}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).unwrap();
        let fields = r#"{"ufCrmFrom":{"type":"crm_status","settings":{"ENTITY_TYPE":"SOURCE"}},
            "ufCrmFree":{"type":"crm_status"},"ufCrmTier":{"type":"enumeration","items":{"1":"Gold"}}}"#;
        for (file, text) in [("fields.json", fields)].iter().chain(files) {
            fs::write(folder.0.join(file), text).unwrap();
        }
        folder
    }

    pub(super) fn whole(name: &str) -> Self {
        let files = [("statuses.json", STATUSES), ("currencies.json", CURRENCIES)];
        Self::of(name, &files)
    }

    pub(super) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Returns the errors of an enum for a field of this portal.
    pub(super) fn errors(
        &self,
        entity: &str,
        field: &TokenStream,
        variants: &TokenStream,
    ) -> Vec<String> {
        let schema = self.file("fields.json");
        errors_in(&derive(entity, &quote!(#field, schema = #schema), variants))
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn derive(entity: &str, field: &TokenStream, variants: &TokenStream) -> TokenStream {
    enumeration::derive(quote! {
        #[vibecode(entity = #entity, field = #field)]
        enum Codes { #variants }
    })
}

/// Returns the errors of an enum if there are no files of the portal.
pub(super) fn errors(entity: &str, field: &TokenStream, variants: &TokenStream) -> Vec<String> {
    errors_in(&derive(entity, field, variants))
}

pub(super) fn other() -> TokenStream {
    quote!(
        #[vibecode(other)]
        Other(String)
    )
}

/// Returns the codes that the variants are written as.
fn codes_in(tokens: &TokenStream) -> String {
    let text = tokens.to_token_stream().to_string();
    let (_, after) = text.split_once("fn wire_code").unwrap();
    let (body, _) = after.split_once("fn of_wire_code").unwrap();
    let codes = body.split('"').skip(1).step_by(2);
    codes.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_code_of_the_portal_has_a_variant_and_every_variant_a_code() {
    let portal = Portal::whole("every");
    let source = quote!("sourceId");
    let both = quote! { #[vibecode(status = "WEB")] Web, #[vibecode(label = "Звонок")] Call };
    for entity in ["contacts", "leads", "deals"] {
        assert!(portal.errors(entity, &source, &both).is_empty(), "{entity}");
    }
    assert!(
        portal
            .errors("contacts", &quote!("ufCrmFrom"), &both)
            .is_empty()
    );
    let one = quote! { #[vibecode(status = "WEB")] Web };
    assert_eq!(
        portal.errors("contacts", &source, &one),
        [
            "there is no variant for CALL (Звонок): add the missing variants, or `#[vibecode(other)] Other(String)`"
        ]
    );
    let other = other();
    assert!(
        portal
            .errors("contacts", &source, &quote!(#one, #other))
            .is_empty()
    );
    let unknown = quote! { #[vibecode(status = "WBE")] Web, #other };
    assert_eq!(
        portal.errors("contacts", &source, &unknown),
        ["`sourceId` has no code `WBE`: did you mean `WEB`?"]
    );
    let unknown = quote! { #[vibecode(status = "PARTNER")] Partner, #other };
    assert_eq!(
        portal.errors("contacts", &source, &unknown),
        ["`sourceId` has no code `PARTNER`: it has WEB (Website), CALL (Звонок)"]
    );
    // Lead stages are another set than the stages of deals.
    let lead = quote! { #[vibecode(status = "NEW")] New };
    assert!(portal.errors("leads", &quote!("stageId"), &lead).is_empty());
}

#[test]
fn a_field_of_an_unknown_set_takes_codes_unchanged() {
    let portal = Portal::whole("free");
    let any = quote! { #[vibecode(status = "A")] A };
    assert!(
        portal
            .errors("contacts", &quote!("ufCrmFree"), &any)
            .is_empty()
    );
    assert!(errors("contacts", &quote!("ufCrmFree"), &any).is_empty());
    assert!(errors("contacts", &quote!("sourceId"), &any).is_empty());
    let all = other();
    assert!(errors("contacts", &quote!("ufCrmFree"), &all).is_empty());
    // An answer may be a part of the portal's statuses.
    let part = r#"{"success":true,"data":[{"entityId":"STATUS","statusId":"A","name":"B"}]}"#;
    let portal = Portal::of("part", &[("statuses.json", part)]);
    assert!(
        portal
            .errors("contacts", &quote!("sourceId"), &any)
            .is_empty()
    );
}

#[test]
fn the_stages_of_a_pipeline_have_its_prefix() {
    let portal = Portal::whole("stages");
    let schema = portal.file("fields.json");
    for won in ["WON", "C5:WON"] {
        let variants = quote! {
            #[vibecode(status = "NEW")] New, #[vibecode(status = "4")] Four,
            #[vibecode(status = #won)] Won
        };
        let with = derive(
            "deals",
            &quote!("stageId", pipeline = 5, schema = #schema),
            &variants,
        );
        let without = derive("deals", &quote!("stageId", pipeline = 5), &variants);
        for tokens in [with, without] {
            assert!(errors_in(&tokens).is_empty());
            assert_eq!(codes_in(&tokens), "C5:NEW C5:4 C5:WON");
        }
    }
    let first = quote! { #[vibecode(status = "NEW")] New, #[vibecode(label = "Won")] Won };
    for field in [quote!("stageId"), quote!("stageId", pipeline = 0)] {
        let tokens = derive("deals", &quote!(#field, schema = #schema), &first);
        assert!(errors_in(&tokens).is_empty());
        assert_eq!(codes_in(&tokens), "NEW WON");
    }
}

#[test]
fn a_stage_of_another_pipeline_is_refused_with_and_without_the_portals_file() {
    let portal = Portal::whole("pipelines");
    let other = other();
    let code = quote! { #[vibecode(status = "C7:WON")] Won, #other };
    let expected = "`C7:WON` is a stage of pipeline 7, and this enum has the stages of pipeline 5: write `pipeline = 7` on the enum, or a stage of pipeline 5";
    let in_five = quote!("stageId", pipeline = 5);
    assert_eq!(portal.errors("deals", &in_five, &code), [expected]);
    assert_eq!(errors("deals", &in_five, &code), [expected]);
    let first = expected.replace("pipeline 5", "pipeline 0");
    assert_eq!(errors("deals", &quote!("stageId"), &code), [first]);

    let won = quote! { #[vibecode(status = "WON")] Won, #other };
    let absent = portal.errors("deals", &quote!("stageId", pipeline = 7), &won);
    let file = portal.file("statuses.json");
    assert_eq!(
        absent,
        [format!(
            "`{file}` has no pipeline 7, only stages of the pipelines 0, 5: if it is new, run `cargo vibecode pull statuses`"
        )]
    );
    let lose = quote! { #[vibecode(status = "LOSE")] Lose, #other };
    assert_eq!(
        portal.errors("deals", &in_five, &lose),
        [
            "`stageId` in pipeline 5 has no code `LOSE`: it has C5:NEW (New), C5:4 (Same), C5:WON (Same)"
        ]
    );
}

#[test]
fn only_the_stages_of_deals_take_a_pipeline() {
    let any = quote! { #[vibecode(status = "A")] A };
    for (entity, field) in [
        ("deals", "sourceId"),
        ("leads", "stageId"),
        ("contacts", "ufCrmA"),
    ] {
        let expected = "`pipeline` is only for the stages of deals: remove it";
        assert_eq!(
            errors(entity, &quote!(#field, pipeline = 5), &any),
            [expected]
        );
    }
    let number = "the number of a pipeline is a whole number, without quotes: `pipeline = 5`";
    for pipeline in [
        quote!(pipeline = "5"),
        quote!(pipeline),
        quote!(pipeline = 5u8),
        quote!(pipeline = -5),
        quote!(pipeline = 5.5),
    ] {
        let errors = errors("deals", &quote!("stageId", #pipeline), &any);
        assert_eq!(errors, [number], "{pipeline}");
    }
    let twice = quote!("stageId", pipeline = 5, pipeline = 5);
    assert_eq!(
        errors("deals", &twice, &any),
        ["`pipeline` is given twice: remove one"]
    );
}

#[test]
fn what_clears_a_field_is_not_a_code_and_needs_no_variant() {
    let statuses = r#"{"format": 1, "sets": {"SOURCE": [{"code": "0", "name": "Not set"},
        {"code": "WEB", "name": "Website"}]}}"#;
    let portal = Portal::of("clearing", &[("statuses.json", statuses)]);
    let web = quote! { #[vibecode(status = "WEB")] Web, };
    let source = quote!("sourceId");
    let complete = portal.errors("contacts", &source, &web);
    assert!(complete.is_empty(), "{complete:?}");
    let cleared = quote! { #web #[vibecode(label = "Not set")] NotSet };
    assert_eq!(
        portal.errors("contacts", &source, &cleared),
        [
            "the code with this name is `0`, which clears the field: remove the variant, and use `None` for a cleared field"
        ]
    );
}

#[test]
fn an_enum_has_options_or_codes_and_not_both() {
    let portal = Portal::whole("mixed");
    let item = quote! { #[vibecode(item = 81)] Web, };
    let other = other();
    assert_eq!(
        portal.errors("contacts", &quote!("sourceId"), &quote!(#item #other)),
        ["`sourceId` has codes: write `status = \"…\"` instead of `item`"]
    );
    let status = quote! { #[vibecode(status = "GOLD")] Gold };
    assert_eq!(
        portal.errors("contacts", &quote!("ufCrmTier"), &status),
        ["`ufCrmTier` has options with ids: write `item = …` instead of `status`"]
    );
    // The field is not described.
    let mixed = |first: &str| {
        let (one, two) = (
            quote!(
                #[vibecode(item = 1)]
                A
            ),
            quote!(
                #[vibecode(status = "B")]
                B
            ),
        );
        let variants = if first == "item" {
            quote!(#one, #two)
        } else {
            quote!(#two, #one)
        };
        errors("contacts", &quote!("ufCrmA"), &variants)
    };
    assert_eq!(
        mixed("item"),
        [
            "an earlier variant shows that the field has options with ids: write `item = …` instead of `status`"
        ]
    );
    assert_eq!(
        mixed("status"),
        [
            "an earlier variant shows that the field has codes: write `status = \"…\"` instead of `item`"
        ]
    );
    let both = quote! { #[vibecode(item = 1, status = "A")] A };
    assert_eq!(
        errors("contacts", &quote!("ufCrmA"), &both),
        ["a variant has an option (`item`) or a code (`status`), not both: remove one of the two"]
    );
}

#[test]
fn a_variant_of_an_enum_of_codes_is_checked_like_one_of_options() {
    let field = quote!("sourceId");
    let web = quote! { #[vibecode(status = "WEB")] Web, };
    for (variants, expected) in [
        (
            quote!(
                #[vibecode(other)]
                Other(u64)
            ),
            "this variant must hold the code: `Other(String)`",
        ),
        (
            quote!(
                #[vibecode(other)]
                Other
            ),
            "this variant must hold the code: `Other(String)`",
        ),
        (
            quote!(
                #[vibecode(other, status = "A")]
                Other(String)
            ),
            "the variant for all other codes has no `status` and no `label`: leave them out",
        ),
        (
            quote!(
                #[vibecode(other)]
                A(String),
                #[vibecode(other)]
                B(String)
            ),
            "another variant has `other` already: remove one of the two",
        ),
        (
            quote!(
                #[vibecode(status = "WEB")]
                Same
            ),
            "the code `WEB` already has the variant `Web`: remove one of the two",
        ),
        (
            quote!(
                #[vibecode(status = "A")]
                A(u8)
            ),
            "the variant of a code has no fields; only the variant with `#[vibecode(other)]` holds a code",
        ),
        (
            quote!(Bare),
            "the code of this variant is not given: add `#[vibecode(status = \"…\")]` with its code, as `cargo vibecode new` prints it",
        ),
        (
            quote!(
                #[vibecode(status = "A", label = "A")]
                A
            ),
            "one of `status` and `label` is enough: leave the other out",
        ),
        (
            quote!(
                #[vibecode(status = "")]
                A
            ),
            "this clears the field and is not a code: write the code itself",
        ),
        (
            quote!(
                #[vibecode(status = "0")]
                A
            ),
            "this clears the field and is not a code: write the code itself",
        ),
        (
            quote!(
                #[vibecode(status = 4)]
                A
            ),
            "`status` takes text in quotes: `status = \"WON\"`",
        ),
    ] {
        let found = errors("contacts", &field, &quote!(#web #variants));
        assert_eq!(found, [expected], "{variants}");
    }
    let string = quote! { #web #[vibecode(other)] Other(::std::string::String) };
    assert!(errors("contacts", &field, &string).is_empty());
}

#[test]
fn a_name_finds_its_code_only_in_the_portals_file() {
    let portal = Portal::whole("names");
    let label = quote! { #[vibecode(label = "Website")] Web, #[vibecode(other)] Other(String) };
    let field = quote!("sourceId");
    assert!(portal.errors("contacts", &field, &label).is_empty());
    let [message] = &errors("contacts", &field, &label)[..] else {
        panic!("one error");
    };
    assert_eq!(
        message,
        "a code is found by its name only if the portal's codes are known, and there is no file `vibecode-derive/vibecode/statuses.json` or `vibecode/statuses.json`, which `cargo vibecode pull` fetches: use `status = \"…\"`"
    );
    let other = other();
    let typo = quote! { #[vibecode(label = "Web site")] Web, #other };
    assert_eq!(
        portal.errors("contacts", &field, &typo),
        ["no code has the name `Web site`: did you mean `Website`?"]
    );
    let twice = quote! { #[vibecode(label = "Same")] Same, #other };
    assert_eq!(
        portal.errors("deals", &quote!("stageId", pipeline = 5), &twice),
        ["several codes have the name `Same`: use `status = …` with one of `C5:4`, `C5:WON`"]
    );
}

#[test]
fn the_currencies_of_the_portal_are_codes_too() {
    let portal = Portal::whole("currencies");
    let both = quote! { #[vibecode(status = "RUB")] Rub, #[vibecode(label = "US dollar")] Usd };
    for (entity, field) in [
        ("deals", "currency"),
        ("leads", "currencyId"),
        ("companies", "currencyId"),
    ] {
        assert!(portal.errors(entity, &quote!(#field), &both).is_empty());
    }
    let unknown = quote! { #[vibecode(status = "EUR")] Eur, #[vibecode(other)] Other(String) };
    assert_eq!(
        portal.errors("deals", &quote!("currency"), &unknown),
        ["`currency` has no code `EUR`: it has RUB (Rouble), USD (US dollar)"]
    );
    assert!(errors("deals", &quote!("currency"), &unknown).is_empty());
}

#[test]
fn a_file_of_codes_that_is_not_understood_is_reported_with_its_path() {
    let empty = r#"{"success":true,"data":[]}"#;
    let portal = Portal::of(
        "broken",
        &[("statuses.json", empty), ("currencies.json", STATUSES)],
    );
    let any = quote! { #[vibecode(status = "A")] A };
    let file = portal.file("statuses.json");
    assert_eq!(
        portal.errors("contacts", &quote!("sourceId"), &any),
        [format!(
            "the file {file} cannot be used: there is no status: the statuses are the answer to `GET /v1/statuses`, which `cargo vibecode pull` fetches"
        )]
    );
    let [message] = &portal.errors("deals", &quote!("currency"), &any)[..] else {
        panic!("one error");
    };
    assert!(message.contains("it has no `currencies`"), "{message}");
    // A complete file lacks a set.
    let portal = Portal::whole("lacks");
    let [message] = &portal.errors("contacts", &quote!("honorific"), &any)[..] else {
        panic!("one error");
    };
    let file = portal.file("statuses.json");
    assert_eq!(
        *message,
        format!(
            "the portal has no status set `HONORIFIC`, according to `{file}`: if it is new, run `cargo vibecode pull statuses`"
        )
    );
}

#[test]
fn a_required_file_of_codes_that_is_not_there_is_reported() {
    let any = quote! { #[vibecode(status = "A")] A };
    // The missing schema is reported alone.
    let found = errors("contacts", &quote!("sourceId", schema), &any);
    let [message] = &found[..] else {
        panic!("{found:?}");
    };
    assert!(message.starts_with("there is no schema"), "{message}");
}

#[test]
fn the_file_of_codes_is_tracked() {
    let portal = Portal::whole("tracked");
    let schema = portal.file("fields.json");
    let one = quote! { #[vibecode(other)] Other(String) };
    let field = quote!("sourceId", schema = #schema);
    let tokens = derive("contacts", &field, &one).to_string();
    let file = portal.file("statuses.json");
    assert!(
        tokens.contains(&format!("include_bytes ! ({file:?})")),
        "{tokens}"
    );
}
