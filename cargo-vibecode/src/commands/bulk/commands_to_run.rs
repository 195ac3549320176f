//! The commands that are printed as the next step.

use super::job::BulkJob;

impl BulkJob<'_> {
    /// Returns the words of the command that resumes the job, with all of its rows.
    pub(super) fn words_to_resume(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut given = self.words().into_iter();
        while let Some(word) = given.next() {
            match word.as_str() {
                "--yes" | "--resume" => {}
                "--limit" => {
                    given.next();
                }
                limit if limit.starts_with("--limit=") => {}
                _ => words.push(word),
            }
        }
        words.push("--resume".to_owned());
        words
    }

    /// Returns the words of the command line, with the name of the file that is to be read again.
    pub(super) fn words(&self) -> Vec<String> {
        let words = std::env::args().skip(1);
        let mut words: Vec<String> = words.collect();
        if words.first().is_some_and(|word| word == "vibecode") {
            words.remove(0);
        }
        let path = self.input.path.display().to_string();
        let is_kept = self.args.yes && self.input.is_copy;
        let given = self.args.file.display().to_string();
        for word in words.iter_mut().filter(|word| is_kept && **word == given) {
            word.clone_from(&path);
        }
        words
    }
}

/// Returns a command that a shell splits into these words.
pub(super) fn command(words: &[String]) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=,@%+".contains(letter);
    let words = words.iter().map(|word| {
        if word.chars().all(plain) && !word.is_empty() {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    let words: Vec<String> = words.collect();
    format!("cargo vibecode {}", words.join(" "))
}
