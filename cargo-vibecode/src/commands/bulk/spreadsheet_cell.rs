//! Cells that a spreadsheet would execute, in files that are to be opened in one.
//!
//! A cell that begins with `=` is a formula, which can start programs and send data. An apostrophe
//! before it makes it text. The apostrophes are removed again when a file of failed rows is run:
//! [`guarded`] and [`unguarded`] are the inverse of each other.

use std::borrow::Cow;

const GUARD: u8 = b'\'';

/// Returns a cell that no spreadsheet executes.
pub(super) fn guarded(cell: &[u8]) -> Cow<'_, [u8]> {
    let rest = without_guards(cell);
    if is_formula(rest) {
        let mut guarded = vec![GUARD];
        guarded.extend_from_slice(cell);
        return guarded.into();
    }
    cell.into()
}

/// Returns the cell that [`guarded`] was given.
pub(super) fn unguarded(cell: &[u8]) -> &[u8] {
    match cell.strip_prefix(&[GUARD]) {
        Some(rest) if is_formula(without_guards(rest)) => rest,
        _ => cell,
    }
}

fn without_guards(cell: &[u8]) -> &[u8] {
    let guards = cell.iter().take_while(|byte| **byte == GUARD).count();
    cell.get(guards..).unwrap_or_default()
}

/// Returns true if a spreadsheet may execute the cell. A phone begins with `+` but calls nothing.
fn is_formula(cell: &[u8]) -> bool {
    match cell.first() {
        Some(b'=' | b'@' | b'\t' | b'\r') => true,
        Some(b'+' | b'-') => {
            cell.iter()
                .any(|byte| matches!(byte, b'(' | b'|' | b'!' | b'=' | b'&'))
                && !is_like_a_phone(cell)
        }
        _ => false,
    }
}

/// Returns true if there are only digits and what is written between them.
fn is_like_a_phone(cell: &[u8]) -> bool {
    cell.iter()
        .all(|byte| byte.is_ascii_digit() || b"+-() .;#".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_executes_is_guarded_and_read_again_as_it_was() {
        for (cell, is_guarded) in [
            ("=HYPERLINK(\"http://x\")", true),
            ("@SUM(A1)", true),
            ("+cmd|' /C calc'!A0", true),
            ("-2+3+cmd|' /C calc'!A0", true),
            ("\t=1", true),
            ("'=1", true),
            ("''=1", true),
            ("+7 (916) 111-22-33", false),
            ("+79161112233:MOBILE", false),
            ("-", false),
            ("-5", false),
            ("'79161112233", false),
            ("Director", false),
            ("", false),
        ] {
            let shown = guarded(cell.as_bytes());
            assert_eq!(
                shown.starts_with(b"'") && *shown != *cell.as_bytes(),
                is_guarded,
                "{cell}"
            );
            assert_eq!(unguarded(&shown), cell.as_bytes());
        }
    }
}
