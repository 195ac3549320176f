//! Patches as plain data, to wait in a queue or a file and be sent by another process.

use std::{
    borrow::{Borrow, Cow},
    fmt,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
    ser::{Error as _, SerializeStruct},
};
use serde_json::value::RawValue;

use crate::{
    Client, Entity, IdFor, Patch, Result, Updated,
    body::{Act, Added, Body, WORK},
    client::{
        Call, Target,
        request::{check, checked_id},
    },
    json,
    multifield::type_id_of,
};

/// A patch and the record that it is for, as plain serde data.
///
/// It is sent as the patch would be: by [`Client::update_job`](crate::Client::update_job) as an update, by
/// [`Client::ensure_job`](crate::Client::ensure_job) so that running it twice adds nothing twice.
/// The second is what a queue needs that runs a job at least once.
///
/// It holds personal data, as the patch does; Debug shows none.
///
/// ```
/// use vibecode_runtime::{Patch, PatchJob};
///
/// #[derive(Patch)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     post: Option<String>,
/// }
///
/// let job = PatchJob::new(71, &Customer::patch().post("Director"))?;
/// let json = serde_json::to_string(&job)?;
/// assert_eq!(
///     json,
///     r#"{"version":1,"entity":"contacts","id":71,"body":"{\"post\":\"Director\"}","adds":[],"unchecked":false}"#,
/// );
/// let same: PatchJob = serde_json::from_str(&json)?;
/// assert_eq!((same.entity(), same.id()), ("contacts", 71));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PatchJob {
    entity: Cow<'static, str>,
    id: u64,
    body: Body,
}

/// The version of the data. A later one is refused.
const VERSION: u64 = 1;
const KEYS: &[&str] = &["version", "entity", "id", "body", "adds", "unchecked"];

impl PatchJob {
    /// What a patch does to a record.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let error = PatchJob::new(71, &Customer::patch()).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::EmptyPatch);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Before anything is queued what [`Client::update`](crate::Client::update) would refuse to
    /// send: [`EmptyPatch`](crate::ErrorKind::EmptyPatch),
    /// [`InvalidPatch`](crate::ErrorKind::InvalidPatch), [`InvalidId`](crate::ErrorKind::InvalidId).
    pub fn new<P: Patch>(id: impl IdFor<P>, patch: &P) -> Result<Self> {
        let id = checked_id(id.record_id())?;
        check(patch.body())?;
        Ok(Self {
            entity: P::Entity::PATH.into(),
            id,
            body: patch.body().clone(),
        })
    }

    pub(crate) fn unchecked_new(entity: Cow<'static, str>, id: u64, body: Body) -> Self {
        Self { entity, id, body }
    }

    /// The name of the entity in the API's paths, such as `contacts`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let job = PatchJob::new(71, &Customer::patch().post("Director"))?;
    /// assert_eq!(job.entity(), "contacts");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn entity(&self) -> &str {
        &self.entity
    }

    /// The record's id.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let job = PatchJob::new(71, &Customer::patch().post("Director"))?;
    /// assert_eq!(job.id(), 71);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether sending it twice leaves what sending it once does, as
    /// [`Patch::is_idempotent`](crate::Patch::is_idempotent) tells of the patch.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sets = PatchJob::new(71, &Customer::patch().post("Director"))?;
    /// let adds = PatchJob::new(71, &Customer::patch().add_phone("+79169876543"))?;
    /// assert!(sets.is_idempotent() && !adds.is_idempotent());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.body.is_idempotent()
    }

    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            entity: self.entity.clone(),
            id: self.id,
        }
    }

    pub(crate) fn into_parts(self) -> (Target, Body) {
        let Self { entity, id, body } = self;
        (Target { entity, id }, body)
    }
}

impl Client {
    /// Sends a job as [`Client::update`] sends its patch.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let job = PatchJob::new(71, &Customer::patch().post("Director"))?;
    /// let updated = client.update_job(&job).await?;
    /// assert_eq!(updated.record::<Customer>()?.post.as_deref(), Some("Director"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::update`].
    pub fn update_job(&self, job: impl Borrow<PatchJob>) -> Call<Updated> {
        let job = job.borrow();
        self.write(job.target(), job.body())
    }
}

impl Serialize for PatchJob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let adds: Vec<&str> = self
            .body
            .acts()
            .filter(|(_, act)| matches!(act, Act::Add(_)))
            .map(|(name, _)| &**name)
            .collect();
        if let Some(invalid) = self.body.invalid_field() {
            return Err(S::Error::custom(invalid));
        }
        let mut data = serializer.serialize_struct("PatchJob", KEYS.len())?;
        data.serialize_field("version", &VERSION)?;
        data.serialize_field("entity", &self.entity)?;
        data.serialize_field("id", &self.id)?;
        data.serialize_field("body", &self.body.to_json())?;
        data.serialize_field("adds", &adds)?;
        data.serialize_field("unchecked", &self.body.is_unchecked())?;
        data.end()
    }
}

impl<'de> Deserialize<'de> for PatchJob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("PatchJob", KEYS, JobVisitor)
    }
}

struct JobVisitor;

impl<'de> Visitor<'de> for JobVisitor {
    type Value = PatchJob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a patch job")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PatchJob, A::Error> {
        let (mut version, mut entity, mut id) = (None, None, None);
        let (mut body, mut adds, mut is_unchecked) = (None, None, None);
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "version" => version = Some(map.next_value::<u64>()?),
                "entity" => entity = Some(map.next_value::<String>()?),
                "id" => id = Some(map.next_value::<u64>()?),
                "body" => body = Some(map.next_value::<Cow<'_, str>>()?),
                "adds" => adds = Some(map.next_value::<Vec<String>>()?),
                "unchecked" => is_unchecked = Some(map.next_value::<bool>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let missing = A::Error::missing_field;
        let version = version.ok_or_else(|| missing("version"))?;
        if version != VERSION {
            let problem =
                format!("this version of the crate reads jobs of version {VERSION}, not {version}");
            return Err(A::Error::custom(problem));
        }
        let entity = entity.ok_or_else(|| missing("entity"))?;
        let id = id.ok_or_else(|| missing("id"))?;
        let body = body.ok_or_else(|| missing("body"))?;
        let adds = adds.ok_or_else(|| missing("adds"))?;
        let is_unchecked = is_unchecked.ok_or_else(|| missing("unchecked"))?;
        if !is_entity(&entity) || id == 0 {
            return Err(A::Error::custom("the job names no record"));
        }
        let body = read_body(&body, &adds, is_unchecked)
            .ok_or_else(|| A::Error::custom("the body of the job is none of a patch"))?;
        Ok(PatchJob::unchecked_new(entity.into(), id, body))
    }
}

/// A body out of its JSON, of which these fields only add.
fn read_body(json: &str, adds: &[String], is_unchecked: bool) -> Option<Body> {
    let mut body = Body::default();
    for (name, value) in json::pairs(json)? {
        let added;
        let act = if adds.contains(&name) {
            added = read_added(&name, value)?;
            let entries = added
                .iter()
                .map(|(value, type_id)| Added { value, type_id });
            Act::Add(entries.collect())
        } else {
            Act::Set(value.get())
        };
        body.take(&name.into(), &act);
    }
    if is_unchecked {
        body.mark_unchecked();
    }
    (!body.is_empty()).then_some(body)
}

/// The entries of a multifield, in any of its three forms, as JSON and with their types.
fn read_added(name: &str, value: &RawValue) -> Option<Vec<(String, &'static str)>> {
    let entry = |value: &RawValue| {
        if value.get().starts_with('"') {
            return Some((value.get().to_owned(), WORK));
        }
        let [value, type_id] = json::pick(value.get(), ["value", "typeId"])?;
        let type_id = json::text(type_id?)?;
        Some((value?.get().to_owned(), type_id_of(name, &type_id)?))
    };
    if value.get().starts_with('[') {
        let entries: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
        entries.into_iter().map(entry).collect()
    } else {
        Some(vec![entry(value)?])
    }
}

/// Whether a text can stand for an entity in a path, such as `contacts` or `items/1040`.
fn is_entity(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    text.split('/').all(is_part)
}

/// Shows the record and which fields change, and no value.
impl fmt::Debug for PatchJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatchJob")
            .field("entity", &self.entity)
            .field("id", &self.id)
            .field("body", &self.body)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<PatchJob, serde_json::Error> {
        serde_json::from_str(json)
    }

    fn job(body: &str, adds: &str) -> String {
        let body = serde_json::to_string(body).unwrap();
        format!(
            r#"{{"version":1,"entity":"contacts","id":71,"body":{body},"adds":{adds},"unchecked":false}}"#
        )
    }

    #[test]
    fn a_job_is_read_as_it_was_written_to_the_byte() {
        for (body, adds) in [
            (r#"{"post":"Director","companyId":0}"#, "[]"),
            (
                r#"{"ufCrmSum":0.1000000000000000055,"phone":"+7"}"#,
                r#"["phone"]"#,
            ),
            (r#"{"phone":["+7","+8"]}"#, r#"["phone"]"#),
            (
                r#"{"email":[{"value":"a@b.ru","typeId":"MAILING"}],"post":""}"#,
                r#"["email"]"#,
            ),
        ] {
            let json = job(body, adds);
            assert_eq!(serde_json::to_string(&read(&json).unwrap()).unwrap(), json);
        }
    }

    #[test]
    fn a_job_knows_whether_it_may_be_sent_twice() {
        assert!(read(&job(r#"{"post":"a"}"#, "[]")).unwrap().is_idempotent());
        let adds = read(&job(r#"{"phone":"+7"}"#, r#"["phone"]"#)).unwrap();
        assert!(!adds.is_idempotent());
        let unchecked = job(r#"{"fm":{}}"#, "[]").replace("false", "true");
        assert!(!read(&unchecked).unwrap().is_idempotent());
    }

    #[test]
    fn what_is_no_job_is_refused_without_its_values() {
        let good = job(r#"{"phone":"+79161112233"}"#, r#"["phone"]"#);
        for bad in [
            good.replace(r#""version":1"#, r#""version":2"#),
            good.replace(r#""id":71"#, r#""id":0"#),
            good.replace("contacts", "../me"),
            good.replace("contacts", ""),
            good.replace(r#","unchecked":false"#, ""),
            good.replace("{\\", "[\\"),
            job("{}", "[]"),
            job(r#"{"phone":[{"VALUE":"+79161112233"}]}"#, r#"["phone"]"#),
            job(
                r#"{"phone":[{"value":"+79161112233","typeId":"FAX"}]}"#,
                r#"["phone"]"#,
            ),
        ] {
            let error = read(&bad).expect_err(&bad).to_string();
            assert!(!error.contains("7916"), "{error}");
        }
    }

    #[test]
    fn a_job_for_a_smart_process_goes_there() {
        let json = job(r#"{"title":"a"}"#, "[]").replace("contacts", "items/1040");
        assert_eq!(read(&json).unwrap().entity(), "items/1040");
    }
}
