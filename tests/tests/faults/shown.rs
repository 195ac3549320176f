//! The secrets, and the texts that are searched for them.

use std::{error::Error as StdError, fmt::Debug};

use vibecode_runtime::Error;

use super::traced::Traced;

pub(crate) const KEY: &str = "vibe_api_kq7wzsecret";
pub(crate) const APP_KEY: &str = "vibe_app_kq8wzsecret";
pub(crate) const TOKEN: &str = "vibe_session_kq9wzsecret";
pub(crate) const OTHER_TOKEN: &str = "vibe_session_kq6wzsecret";
pub(crate) const PHONE: &str = "+79163334455";
pub(crate) const EMAIL: &str = "kqwz@person.ru";
pub(crate) const NEWSLETTER: &str = "kqxz@person.ru";

/// Parts of the above that occur nowhere else.
pub(crate) const SECRETS: &[&str] = &["wzsecret", "9163334455", "kqwz", "kqxz", "person.ru"];

/// All texts that were shown, with their sources, and the traces.
pub(crate) struct Shown(Vec<(String, String)>, Traced);

impl Shown {
    pub(crate) fn begin() -> Self {
        Self(Vec::new(), Traced::begin())
    }

    pub(crate) fn text(&mut self, place: &str, text: String) {
        self.0.push((place.to_owned(), text));
    }

    pub(crate) fn debug(&mut self, place: &str, value: &impl Debug) {
        self.text(place, format!("{value:?} {value:#?}"));
    }

    pub(crate) fn error(&mut self, place: &str, error: &Error) {
        self.debug(place, error);
        let mut next: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(error) = next {
            self.text(place, format!("{error} {error:#} {error:?} {error:#?}"));
            next = error.source();
        }
    }

    pub(crate) fn result<T: Debug>(&mut self, place: &str, result: &Result<T, Error>) {
        match result {
            Ok(value) => self.debug(place, value),
            Err(error) => self.error(place, error),
        }
    }

    pub(crate) fn results<T: Debug>(&mut self, place: &str, results: &[Result<T, Error>]) {
        for result in results {
            self.result(place, result);
        }
    }

    /// Checks that there was something to search.
    pub(crate) fn assert_traced(&self, least: usize) {
        let attempts = self.1.text().matches("vibecode.request").count();
        assert!(attempts >= least, "only {attempts} attempts were traced");
    }

    /// Checks that none of it contains a secret.
    pub(crate) fn assert_silent(&self, least: usize) {
        let traced = ("the trace".to_owned(), self.1.text());
        for (place, text) in self.0.iter().chain([&traced]) {
            let secret = SECRETS.iter().find(|secret| text.contains(**secret));
            assert!(secret.is_none(), "{place} shows {secret:?}: {text}");
        }
        let errors = self.0.iter().filter(|(_, text)| text.contains("Error {"));
        let errors = errors.count();
        assert!(errors >= least, "only {errors} errors were looked at");
    }
}
