//! Tests which texts can be codes, and what the errors about them advise.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    schemas::errors_in,
    statuses::{Portal, STATUSES, derive, errors, other},
};

#[test]
fn a_stage_with_a_colon_that_is_not_its_pipelines_prefix_is_refused_with_and_without_the_file() {
    let portal = Portal::whole("prefixes");
    let other = other();
    let in_five = quote!("stageId", pipeline = 5);
    for code in [
        "c5:WON",
        "C5:",
        "С5:LOSE",
        " C5:NEW",
        "DT1_2:X",
        "C05:LOSE",
        "C5:C5:WON",
    ] {
        let variants = quote! { #[vibecode(status = #code)] A, #other };
        let shown = code.trim();
        let expected = format!(
            "`{shown}` is not the code of a stage of pipeline 5: write it like `WON` or `C5:WON`"
        );
        assert_eq!(portal.errors("deals", &in_five, &variants), [&*expected]);
        assert_eq!(errors("deals", &in_five, &variants), [&*expected]);
    }
    let variants = quote! { #[vibecode(status = "c5:WON")] A, #other };
    assert_eq!(
        errors("deals", &quote!("stageId"), &variants),
        ["`c5:WON` is not the code of a stage of pipeline 0: write it like `WON`"]
    );
}

#[test]
fn a_text_that_cannot_be_a_code_is_refused_if_the_codes_are_not_known() {
    let other = other();
    let source = quote!("sourceId");
    let of = |code: &str| {
        let variants = quote! { #[vibecode(status = #code)] A, #other };
        let found = errors("contacts", &source, &variants);
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().unwrap()
    };
    assert!(of("Клиенты").contains("does not have the form of a code"));
    assert!(of("In work").contains("does not have the form of a code"));
    let spaces = "a code has no spaces before or after it: write `WEB`";
    assert_eq!(of("WEB "), spaces);
    // A code in the portal's file is a code, whatever it looks like.
    let statuses = r#"{"format": 1, "sets": {"SOURCE": [{"code": "Клиенты", "name": "A"}]}}"#;
    let portal = Portal::of("odd-code", &[("statuses.json", statuses)]);
    let variants = quote! { #[vibecode(status = "Клиенты")] A };
    assert!(portal.errors("contacts", &source, &variants).is_empty());
}

#[test]
fn the_advice_for_an_unknown_code_leads_to_the_code_that_was_meant() {
    let portal = Portal::whole("advice");
    let other = other();
    let of = |entity: &str, field: TokenStream, variant: TokenStream| {
        let found = portal.errors(entity, &field, &quote!(#variant A, #other));
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().unwrap()
    };
    let source = |variant| of("contacts", quote!("sourceId"), variant);
    assert_eq!(
        source(quote!(#[vibecode(status = "WEB ")])),
        "a code has no spaces before or after it: write `WEB`"
    );
    assert_eq!(
        source(quote!(#[vibecode(status = "web")])),
        "`sourceId` has no code `web`: did you mean `WEB`?"
    );
    assert_eq!(
        source(quote!(#[vibecode(status = "Website")])),
        "`sourceId` has no code `Website`: that is the name of `WEB`"
    );
    assert_eq!(
        source(quote!(#[vibecode(label = "WEB")])),
        "`WEB` is a code and not a name: write `status = \"WEB\"`"
    );
    let currency = of(
        "deals",
        quote!("currency"),
        quote!(#[vibecode(status = "rub")]),
    );
    assert_eq!(
        currency,
        "`currency` has no code `rub`: did you mean `RUB`?"
    );
    let in_five = |variant| of("deals", quote!("stageId", pipeline = 5), variant);
    assert_eq!(
        in_five(quote!(#[vibecode(status = "WIN")])),
        "`stageId` in pipeline 5 has no code `WIN`: did you mean `C5:WON`?"
    );
    assert_eq!(
        in_five(quote!(#[vibecode(status = "Same")])),
        "`stageId` in pipeline 5 has no code `Same`: that is the name of `C5:4` and `C5:WON`"
    );
    assert_eq!(
        in_five(quote!(#[vibecode(status = "C5:NOPE")])),
        "`stageId` in pipeline 5 has no code `C5:NOPE`: it has C5:NEW (New), C5:4 (Same), C5:WON (Same)"
    );
}

#[test]
fn missing_stages_say_that_pipeline_0_is_assumed() {
    let portal = Portal::whole("assumed-pipeline");
    let new = quote! { #[vibecode(status = "NEW")] New };
    assert_eq!(
        portal.errors("deals", &quote!("stageId"), &new),
        [
            "there is no variant for WON (Won) of pipeline 0: add the missing variants, or `#[vibecode(other)] Other(String)`; for the stages of another pipeline, write `pipeline = 5` on the enum"
        ]
    );
    let stated = &portal.errors("deals", &quote!("stageId", pipeline = 0), &new)[0];
    assert!(!stated.contains("of pipeline 0"), "{stated}");
}

#[test]
fn a_pipeline_that_cannot_be_read_is_the_only_error() {
    let portal = Portal::whole("no-number");
    let number = "the number of a pipeline is a whole number, without quotes: `pipeline = 5`";
    let signed = quote! { #[vibecode(status = "C5:4")] Four };
    for pipeline in [quote!(pipeline = "5"), quote!(pipeline = -1)] {
        let errors = portal.errors("deals", &quote!("stageId", #pipeline), &signed);
        assert_eq!(errors, [number], "{pipeline}");
    }
}

#[test]
fn a_file_with_stages_of_another_pipeline_in_a_pipeline_cannot_be_used() {
    for code in ["WON", "C2:WON"] {
        let statuses = format!(
            r#"{{"format": 1, "sets": {{"DEAL_STAGE_5": [{{"code": "{code}", "name": "Won"}}]}}}}"#
        );
        let portal = Portal::of("mixed-pipelines", &[("statuses.json", &statuses)]);
        let won = quote! { #[vibecode(status = "WON")] Won };
        let errors = portal.errors("deals", &quote!("stageId", pipeline = 5), &won);
        let file = portal.file("statuses.json");
        assert_eq!(errors.len(), 1, "{errors:?}");
        let start = format!(
            "the file {file} cannot be used: the stage `{code}` of `DEAL_STAGE_5` does not begin with `C5:`"
        );
        assert!(errors[0].starts_with(&start), "{errors:?}");
    }
}

#[test]
fn the_stages_of_quotes_and_smart_processes_are_checked_if_the_portal_has_their_sets() {
    let fields = r#"{"stageId":{"type":"crm_status"}}"#;
    let with = r#"{"format": 1, "sets": {"QUOTE_STATUS": [{"code": "DRAFT", "name": "Draft"}],
        "DYNAMIC_1040_STAGE_12": [{"code": "DT1040_12:NEW", "name": "New"}]}}"#;
    let other = other();
    let nope = quote! { #[vibecode(status = "NOPE")] Nope, #other };
    let stage = quote!("stageId");
    let in_twelve = quote!("stageId", pipeline = 12);
    let portal = Portal::of(
        "assumed",
        &[("fields.json", fields), ("statuses.json", with)],
    );
    assert_eq!(
        portal.errors("quotes", &stage, &nope),
        ["`stageId` has no code `NOPE`: it has DRAFT (Draft)"]
    );
    assert_eq!(
        portal.errors("items/1040", &in_twelve, &nope),
        ["`stageId` in pipeline 12 has no code `NOPE`: it has DT1040_12:NEW (New)"]
    );
    let message = &portal.errors("items/1040", &stage, &nope)[0];
    assert!(
        message.contains("has no pipeline 0, only stages of the pipelines 12"),
        "{message}"
    );
    let new = quote! { #[vibecode(status = "NEW")] New };
    assert!(portal.errors("items/1040", &in_twelve, &new).is_empty());
    // Without the sets, codes are taken unchanged.
    let without = [("fields.json", fields), ("statuses.json", STATUSES)];
    let portal = Portal::of("not-assumed", &without);
    assert!(portal.errors("quotes", &stage, &nope).is_empty());
    assert!(portal.errors("items/1040", &stage, &nope).is_empty());
}

#[test]
fn an_enum_of_an_unknown_field_fits_in_any_field() {
    for field in ["sorceId", "post"] {
        let tokens = derive(
            "contacts",
            &quote!(#field),
            &quote! { #[vibecode(status = "WEB")] Web },
        );
        assert_eq!(errors_in(&tokens).len(), 1, "{field}");
        let text = tokens.to_string();
        assert!(
            text.contains("impl < __K > __v :: Encode < __K >"),
            "{text}"
        );
        assert!(!text.contains("ClosedField :: of_codes"), "{text}");
    }
}
