//! What must not compile, and what the compiler says: `ui/{topic}/{mistake}.rs` and its `.stderr`.
//!
//! After a change of the wording, `TRYBUILD=overwrite cargo test -p vibecode-tests --test ui`
//! writes the messages anew, to be read in the diff.

#[test]
fn every_mistake_is_one_error_with_the_fix_in_it() {
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}
