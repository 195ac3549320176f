//! The commands that programs print as the next step: people copy a line from the command to its end.

/// What begins a command of ours.
const COMMAND: &str = "cargo vibecode ";

/// Checks that nothing follows a command on its line, such as a full stop, which would become a part of its last word. A
/// command within backticks may be anywhere.
///
/// # Panics
/// If something follows a command.
#[track_caller]
#[expect(clippy::panic, reason = "a test that fails")]
pub fn assert_end_their_lines(text: &str) {
    if let Some((line, after)) = text.lines().find_map(|line| Some((line, behind(line)?))) {
        panic!("`{after}` follows a command on its line:\n{line}");
    }
}

/// Returns what follows a command on a line, if it seems to be none of its words.
fn behind(line: &str) -> Option<&str> {
    // A document or an event has the same texts as JSON.
    if line.starts_with('{') {
        return None;
    }
    let mut commands = line.match_indices(COMMAND);
    // Also not one that another shell command runs: `source <(…)`.
    let is_bare = |at: usize| {
        !line
            .get(..at)
            .is_some_and(|before| before.ends_with(['`', '(']))
    };
    let (start, _) = commands.find(|(at, _)| is_bare(*at))?;
    let command = line.get(start..)?;
    let (mut is_quoted, mut before) = (false, ' ');
    let mut letters = command.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        is_quoted ^= letter == '\'';
        let is_last_of_word = letters.peek().is_none_or(|(_, next)| *next == ' ');
        // Alone it is the word after an option such as `--decimal`.
        let ends_sentence = is_last_of_word && before != ' ' && ".,;:".contains(letter);
        before = letter;
        let is_bracket = "()".contains(letter);
        if !is_quoted && (ends_sentence || is_bracket) {
            return command.get(at..);
        }
    }
    let again = command.get(COMMAND.len()..)?;
    again.contains(COMMAND).then_some(again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_command_is_found() {
        for (line, after) in [
            ("To send: cargo vibecode bulk contacts a.csv --yes", None),
            ("  cargo vibecode bulk contacts 'a, b.csv' --yes", None),
            ("cargo vibecode bulk contacts a.csv --decimal , --yes", None),
            ("run `cargo vibecode pull`, and check again (now).", None),
            (
                "{\"next\":\"cargo vibecode bulk contacts a.csv (it is sent)\"}",
                None,
            ),
            ("cargo vibecode bulk contacts a.csv. Then", Some(". Then")),
            ("cargo vibecode bulk contacts a.csv --yes.", Some(".")),
            ("cargo vibecode bulk contacts a.csv, which", Some(", which")),
            (
                "To undo: cargo vibecode bulk contacts a (sent)",
                Some("(sent)"),
            ),
            (
                "fetch it with `cargo vibecode pull`: cargo vibecode me.",
                Some("."),
            ),
            (
                "cargo vibecode me or cargo vibecode pull",
                Some("me or cargo vibecode pull"),
            ),
        ] {
            assert_eq!(behind(line), after, "{line}");
        }
    }
}
