//! Patches whose fields are known only at run time.

use serde::{Serialize, Serializer};

use super::PatchJob;
use crate::{
    Error, ErrorKind, Result,
    kind::Kind,
    patch::{
        body::{Body, FieldChange, is_finite},
        check::{check, checked_id},
    },
    value::{
        encode::to_json,
        entity::is_entity,
        equality::ComparedAs,
        multifield::{self, Multifield},
    },
};

/// A patch for tools that know the fields only at run time, such as importers. Created by
/// [`PatchJob::untyped`].
///
/// The compiler checks nothing: **the caller must check names and values against a schema**, such as
/// the answer of [`Client::fields`](crate::Client::fields). The API answers a misspelled name with 200
/// and changes nothing. Rules that need no schema are enforced: phones and emails are added and never
/// set or cleared, read-only lists of them are never written, and a field is cleared only by one of the
/// values that clear.
///
/// The patch keeps the first name, value or type that cannot be sent as its failure, and
/// [`UntypedPatch::job`] returns it. If a field is set twice, the last value is sent. Serializing the
/// patch writes the body of the request. Debug shows names, but no values.
///
/// ```
/// use vibecode_runtime::{ErrorKind, PatchJob};
///
/// let patch = PatchJob::untyped("contacts", 71)
///     .set("post", "Director")
///     .add("phone", "+79161112233", "MOBILE")
///     .clear("companyId", 0);
/// assert_eq!(
///     serde_json::to_string(&patch)?,
///     r#"{"post":"Director","phone":[{"value":"+79161112233","typeId":"MOBILE"}],"companyId":0}"#,
/// );
/// assert!(!patch.job()?.is_idempotent());
///
/// let error = PatchJob::untyped("contacts", 71).set("phone", "+79161112233").job().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidPatch);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a patch does nothing until it is sent"]
pub struct UntypedPatch {
    entity: String,
    id: u64,
    body: Body,
}

impl PatchJob {
    /// Creates an empty patch of a record whose fields are known only at run time.
    pub fn untyped(entity: impl Into<String>, id: u64) -> UntypedPatch {
        UntypedPatch {
            entity: entity.into(),
            id,
            body: Body::default(),
        }
    }
}

impl PatchJob {
    /// Creates a patch of the same record that sets only this field, given by its wire name. `ensure` and
    /// `mismatches` compare the value as they compare that of the job.
    pub fn untyped_with(&self, name: impl Into<String>, value: impl Serialize) -> UntypedPatch {
        let name = name.into();
        let compared = match self.body.change_of(&name) {
            Some(FieldChange::Set(_, compared) | FieldChange::Clear(_, compared)) => compared,
            Some(FieldChange::Add(_)) | None => ComparedAs::Form,
        };
        Self::untyped(self.entity(), self.id).set_compared(name, compared, value)
    }
}

impl UntypedPatch {
    /// Sets a field, given by its wire name, to a value in the wire form of its kind.
    ///
    /// The kind is not known, so `ensure` and `mismatches` compare the value by its form: the texts `300|RUB` and
    /// `300.00|RUB` are the same amount. Use [`set_as`](Self::set_as) if the kind is known.
    pub fn set(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.set_compared(name.into(), ComparedAs::Form, value)
    }

    /// Sets a field of this kind, given by its wire name, to a value in the wire form of the kind. The kind
    /// only determines how `ensure` and `mismatches` compare the value with the record. A list is of the kind of
    /// its values.
    ///
    /// ```
    /// use vibecode_runtime::{PatchJob, kind};
    ///
    /// // The text has to be shown as it is, although a time would have other forms.
    /// let patch = PatchJob::untyped("contacts", 71).set_as::<kind::Text>("post", "2026-04-15");
    /// assert!(patch.job()?.is_idempotent());
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    pub fn set_as<K: Kind>(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.set_compared(name.into(), K::COMPARED_AS, value)
    }

    fn set_compared(mut self, name: String, compared: ComparedAs, value: impl Serialize) -> Self {
        match refusal(&name) {
            Some(reason) => self.body.refuse(name, reason),
            None => self.body.set_untyped(name, compared, &value),
        }
        self
    }

    /// Adds a value to `phone` or `email`, with a type such as `WORK` ([`PhoneType`](crate::PhoneType),
    /// [`EmailType`](crate::EmailType)).
    pub fn add(mut self, name: &str, value: &str, type_id: &str) -> Self {
        let multifield = Multifield::of_field(name);
        let body = &mut self.body;
        match multifield.map(|it| (it.field, it.value_type(type_id))) {
            Some((field, Some(value_type))) => body.add(field, &|to| to.entry(value, value_type)),
            Some((_, None)) => body.refuse(
                name.to_owned(),
                "its type is not one of `PhoneType` or `EmailType`",
            ),
            None => body.refuse(name.to_owned(), "only `phone` and `email` can be added to"),
        }
        self
    }

    /// Clears a field by sending the value that clears its kind: `""` for text, dates and single user
    /// fields, 0 for references, an empty list for multiple fields; null or false if the portal accepts
    /// them.
    ///
    /// The kind is not known, so a boolean that is shown as `N` does not count as cleared. Use
    /// [`clear_as`](Self::clear_as) if the kind is known.
    pub fn clear(self, name: impl Into<String>, by: impl Serialize) -> Self {
        self.clear_compared(name.into(), ComparedAs::Form, by)
    }

    /// Clears a field of this kind, as [`clear`](Self::clear) does. The kind only determines how `ensure` and `mismatches`
    /// compare the cleared field with the record.
    pub fn clear_as<K: Kind>(self, name: impl Into<String>, by: impl Serialize) -> Self {
        self.clear_compared(name.into(), K::COMPARED_AS, by)
    }

    fn clear_compared(mut self, name: String, compared: ComparedAs, by: impl Serialize) -> Self {
        let json = to_json(&by).ok().filter(|_| is_finite(&by));
        let by = json.and_then(|json| clearing(&json));
        match (refusal(&name), by) {
            (Some(reason), _) => self.body.refuse(name, reason),
            (None, Some(by)) => self
                .body
                .take(&name.into(), &FieldChange::Clear(by, compared)),
            (None, None) => self.body.refuse(
                name,
                "a field is cleared by an empty text, 0, an empty list, null or false",
            ),
        }
        self
    }

    /// Returns whether the patch changes nothing. Such a patch cannot be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Returns a job with this patch, to be sent by [`Client::update_job`](crate::Client::update_job)
    /// and the other calls that take jobs.
    ///
    /// # Errors
    /// - [`ErrorKind::InvalidPatch`]: the entity, or the name, the value or the type of a field cannot
    ///   be sent. The error names the field and shows no value.
    /// - [`ErrorKind::EmptyPatch`]: the patch changes nothing.
    /// - [`ErrorKind::InvalidId`]: the id is 0.
    pub fn job(self) -> Result<PatchJob> {
        let Self { entity, id, body } = self;
        if !is_entity(&entity) {
            let problem = format!(
                "`{}` is not an entity whose records can be changed: name it as in the API's paths, such as `contacts` or `items/1040`",
                entity.escape_debug()
            );
            return Err(Error::not_sent(ErrorKind::InvalidPatch, problem));
        }
        let id = checked_id(id)?;
        check(&entity, &body)?;
        Ok(PatchJob {
            entity: entity.into(),
            id,
            body,
        })
    }
}

/// Returns why a field of this name can be neither set nor cleared, if so.
fn refusal(name: &str) -> Option<&'static str> {
    if Multifield::of_field(name).is_some() {
        Some("the API only ever adds phones and emails: add it instead")
    } else if is_never_set(name) {
        Some("no patch can set or clear it")
    } else if !is_field_name(name) {
        Some("a field's name begins with a letter, and has letters, digits and underscores")
    } else {
        None
    }
}

pub(super) fn is_field_name(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.bytes().all(is_of_name)
}

/// Returns whether no patch sets a field of this name, since it can only be added to, or is read-only.
/// It is not known whether the API accepts a name in another spelling, such as `PHONE_WORK`.
pub(super) fn is_never_set(name: &str) -> bool {
    let is_same = |known: &&str| {
        let letters = name.bytes().filter(|byte| *byte != b'_');
        let known = known.bytes().map(|byte| byte.to_ascii_lowercase());
        letters.map(|byte| byte.to_ascii_lowercase()).eq(known)
    };
    let lists = [&["id"], multifield::ONLY_READ, multifield::FLAGS];
    lists.into_iter().flatten().any(is_same) || multifield::is_name(name)
}

/// Returns the value, as JSON, if it is one that clears a field.
pub(super) fn clearing(json: &str) -> Option<&'static str> {
    let clearings = ["\"\"", "0", "[]", "null", "false"];
    clearings.into_iter().find(|clearing| *clearing == json)
}

/// Writes the body of the request.
impl Serialize for UntypedPatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.body.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = "+79161112233";

    fn begun() -> UntypedPatch {
        PatchJob::untyped("contacts", 71)
    }

    fn body(patch: &UntypedPatch) -> String {
        serde_json::to_string(patch).unwrap()
    }

    #[test]
    fn an_untyped_patch_sends_the_three_documented_forms_of_a_multifield() {
        let one = begun().add("phone", "+71", "WORK");
        assert_eq!(body(&one), r#"{"phone":"+71"}"#);
        let two = one.set("post", "a").add("phone", "+72", "WORK");
        assert_eq!(body(&two), r#"{"phone":["+71","+72"],"post":"a"}"#);
        let typed = two.add("phone", "+73", "HOME");
        assert_eq!(
            body(&typed),
            r#"{"phone":[{"value":"+71","typeId":"WORK"},{"value":"+72","typeId":"WORK"},{"value":"+73","typeId":"HOME"}],"post":"a"}"#
        );
    }

    #[test]
    fn an_untyped_addition_is_not_idempotent_and_is_sent_once_if_it_is_given_twice() {
        let patch = begun().add("email", "a@b.ru", "MAILING");
        let patch = patch.add("email", "a@b.ru", "MAILING");
        assert_eq!(
            body(&patch),
            r#"{"email":[{"value":"a@b.ru","typeId":"MAILING"}]}"#
        );
        assert!(!patch.job().unwrap().is_idempotent());
        assert!(begun().set("post", "a").job().unwrap().is_idempotent());
        assert!(begun().clear("post", "").job().unwrap().is_idempotent());
    }

    #[test]
    fn the_last_change_of_a_field_wins() {
        let patch = begun().set("post", "a").set("name", 1).set("post", [1.5]);
        assert_eq!(body(&patch), r#"{"post":[1.5],"name":1}"#);
        let cleared = patch.clear("name", serde_json::json!([])).set("post", "a");
        assert_eq!(body(&cleared), r#"{"post":"a","name":[]}"#);
    }

    #[test]
    fn an_untyped_job_is_read_as_it_was_written() {
        let patch = begun().set("post", "a").clear("companyId", 0);
        let job = patch.add("phone", PHONE, "HOME").job().unwrap();
        let json = serde_json::to_string(&job).unwrap();
        assert!(json.ends_with(
            r#""adds":["phone"],"unchecked":false,"clears":["companyId"],"compared":{}}"#
        ));
        let read: PatchJob = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    #[test]
    fn what_would_add_or_is_read_only_is_neither_set_nor_cleared() {
        let names = [
            "phone",
            "email",
            "phoneWork",
            "emailMailing",
            "fm",
            "web",
            "im",
            "hasPhone",
            "id",
            "PHONE",
            "PHONE_WORK",
            "FM",
        ];
        for name in names {
            for patch in [begun().set(name, PHONE), begun().clear(name, "")] {
                assert!(!patch.is_empty());
                assert!(serde_json::to_string(&patch).is_err(), "{name}");
                let error = patch.set("post", "a").job().unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidPatch, "{name}");
                let shown = format!("{error} {error:?}");
                assert!(shown.contains(name) && !shown.contains(PHONE), "{shown}");
            }
        }
    }

    #[test]
    fn what_cannot_be_sent_is_an_error_that_names_the_field_and_shows_no_value() {
        for (patch, problem) in [
            (begun().add("post", PHONE, "WORK"), "`post`"),
            (begun().add("web", PHONE, "WORK"), "`web`"),
            (begun().add("phone", PHONE, "FAX"), "`phone`"),
            (begun().add("phone", PHONE, "MAILING"), "`phone`"),
            (begun().add("email", PHONE, "MOBILE"), "`email`"),
            (begun().add("phone", " ", "WORK"), "it is empty"),
            (begun().clear("post", PHONE), "is cleared by"),
            (begun().clear("post", 1), "is cleared by"),
            (begun().clear("post", f64::NAN), "`post`"),
            (begun().set("sum", f64::NAN), "NaN"),
            (begun().set("sum", [f32::INFINITY]), "NaN"),
            (begun().set("", PHONE), "a field's name"),
            (begun().set("a b", PHONE), "a field's name"),
            (begun().set("a\":1,\"phone", PHONE), r#"`a\":1,\"phone`"#),
            (begun().set("a\n\u{1b}[2J", PHONE), r"`a\n\u{1b}[2J`"),
            (begun().set("должность", PHONE), "a field's name"),
            (PatchJob::untyped("me", 71).set("a", 1), "`me`"),
            (PatchJob::untyped("items/01", 71).set("a", 1), "`items/01`"),
            (PatchJob::untyped("../\n", 71).set("a", 1), r"`../\n`"),
        ] {
            let error = patch.job().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidPatch);
            let shown = format!("{error} {error:?}");
            assert!(error.to_string().contains(problem), "{error}");
            assert!(!shown.contains("7916"), "{shown}");
        }
        assert_eq!(begun().job().unwrap_err().kind(), ErrorKind::EmptyPatch);
        let nobody = PatchJob::untyped("contacts", 0).set("post", "a");
        assert_eq!(nobody.job().unwrap_err().kind(), ErrorKind::InvalidId);
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let patch = begun().set("post", "secret").add("phone", PHONE, "WORK");
        let shown = format!("{patch:?}");
        assert!(shown.contains("post") && shown.contains("phone"));
        assert!(!shown.contains("secret") && !shown.contains("7916"));
    }
}
