//! The serialized form of a job.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, value::RawValue};

use super::{
    PatchJob,
    untyped::{clearing, is_field_name, is_never_set},
};
use crate::{
    patch::{
        body::{Added, Body, FieldChange},
        check::{check, checked_id},
    },
    value::{
        entity::is_entity,
        equality::ComparedAs,
        multifield::{Multifield, WORK},
    },
    wire::json,
};

#[derive(Serialize, Deserialize)]
#[serde(rename = "PatchJob", deny_unknown_fields)]
pub(super) struct Data {
    version: u64,
    entity: String,
    id: u64,
    body: String,
    /// The fields that the body adds to.
    adds: Vec<String>,
    unchecked: bool,
    /// The fields that the body clears. Version 1 did not distinguish them from fields that it sets.
    #[serde(default)]
    clears: Option<Vec<String>>,
    /// What the values of fields are compared as, if that is known. Version 3 did not have it for fields that are cleared,
    /// and version 2 compared all by their form.
    #[serde(default)]
    compared: Option<BTreeMap<String, ComparedAs>>,
}

/// The version that is written. The versions before it are read too; others are refused.
const VERSION: u64 = 4;
const WITHOUT_COMPARED_CLEARS: u64 = 3;
const WITHOUT_COMPARED: u64 = 2;
const WITHOUT_CLEARS: u64 = 1;

impl From<PatchJob> for Data {
    fn from(job: PatchJob) -> Self {
        let PatchJob { entity, id, body } = job;
        let of = |is_wanted: fn(&FieldChange<'_>) -> bool| -> Vec<String> {
            let wanted = body.changes().filter(|(_, change)| is_wanted(change));
            wanted.map(|(name, _)| name.to_string()).collect()
        };
        let mut compared = BTreeMap::new();
        for (name, change) in body.changes() {
            if let FieldChange::Set(_, compared_as) | FieldChange::Clear(_, compared_as) = change
                && compared_as != ComparedAs::Form
            {
                compared.insert(name.to_string(), compared_as);
            }
        }
        Self {
            compared: Some(compared),
            version: VERSION,
            entity: entity.into_owned(),
            id,
            body: body.to_json(),
            adds: of(|change| matches!(change, FieldChange::Add(_))),
            unchecked: body.is_unchecked(),
            clears: Some(of(|change| matches!(change, FieldChange::Clear(..)))),
        }
    }
}

/// Why the data is not a job. Contains no values.
#[derive(Debug, Clone, Copy)]
enum NotAJob {
    Version(u64),
    Target,
    Body,
}

impl fmt::Display for NotAJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(
                f,
                "this version of the crate reads jobs of the versions {WITHOUT_CLEARS} to {VERSION}, not {version}"
            ),
            Self::Target => f.write_str("the job names no record of an entity that can be changed"),
            Self::Body => f.write_str(
                "the body of the job is not that of a patch, or does not fit the fields that it adds to, clears and compares",
            ),
        }
    }
}

impl Data {
    fn into_job(self) -> Result<PatchJob, NotAJob> {
        let (clears, compared) = match (self.version, self.clears, self.compared) {
            (WITHOUT_CLEARS, None, None) => (Vec::new(), BTreeMap::new()),
            (WITHOUT_COMPARED, Some(clears), None) => (clears, BTreeMap::new()),
            (WITHOUT_COMPARED_CLEARS | VERSION, Some(clears), Some(compared)) => (clears, compared),
            (WITHOUT_CLEARS..=VERSION, ..) => return Err(NotAJob::Body),
            (version, ..) => return Err(NotAJob::Version(version)),
        };
        if !is_entity(&self.entity) || checked_id(self.id).is_err() {
            return Err(NotAJob::Target);
        }
        let body = read_body(&self.body, self.adds, clears, &compared, self.unchecked);
        let body = body.filter(|body| check(&self.entity, body).is_ok());
        Ok(PatchJob {
            entity: self.entity.into(),
            id: self.id,
            body: body.ok_or(NotAJob::Body)?,
        })
    }
}

/// serde's errors are replaced: they would quote the data, which may be personal.
impl<'de> Deserialize<'de> for PatchJob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let data = Data::deserialize(deserializer).map_err(|_| {
            D::Error::custom(
                "this is not a patch job: a key is missing, unknown, doubled or of another type",
            )
        })?;
        data.into_job().map_err(D::Error::custom)
    }
}

/// Parses a body from JSON, with the fields that it adds to and clears. Returns `None` if no patch has
/// such a body: otherwise a job that was modified on its way could add a phone twice.
fn read_body(
    json: &str,
    adds: Vec<String>,
    clears: Vec<String>,
    compared: &BTreeMap<String, ComparedAs>,
    is_unchecked: bool,
) -> Option<Body> {
    let (mut adds, mut clears) = (Names::of(adds)?, Names::of(clears)?);
    let mut body = Body::default();
    let mut used = 0;
    let json: &RawValue = serde_json::from_str(json).ok()?;
    for (name, value) in json::pairs(json.get())? {
        // Only an unchecked name may have any form. Parsing as `Value` refuses text that contains half
        // an emoji.
        if !(is_unchecked || is_field_name(&name)) || serde_json::from_str::<Value>(value).is_err()
        {
            return None;
        }
        let added;
        let mut compared_as = |name: &str| {
            let stated = compared.get(name);
            used += usize::from(stated.is_some());
            stated.copied().unwrap_or(ComparedAs::Form)
        };
        let change = match (adds.take(&name), clears.take(&name)) {
            (true, true) => return None,
            (true, false) => {
                added = read_added(&name, value)?;
                let entries = added
                    .iter()
                    .map(|(value, value_type)| Added { value, value_type });
                FieldChange::Add(entries.collect())
            }
            (false, true) if is_never_set(&name) => return None,
            (false, true) => FieldChange::Clear(clearing(value)?, compared_as(&name)),
            // Only an unchecked value may set a field that could be added to, and such a body is sent
            // only once.
            (false, false) if !is_unchecked && is_never_set(&name) => return None,
            (false, false) => FieldChange::Set(value, compared_as(&name)),
        };
        body.take(&name.into(), &change);
    }
    if is_unchecked {
        body.mark_unchecked();
    }
    // No key occurs twice, so each of them was used once.
    let is_compared = used == compared.len();
    let is_whole = adds.is_empty() && clears.is_empty() && is_compared && !body.is_empty();
    is_whole.then_some(body)
}

struct Names(HashSet<String>);

impl Names {
    /// Returns `None` if a name occurs twice.
    fn of(names: Vec<String>) -> Option<Self> {
        let count = names.len();
        let names: HashSet<String> = names.into_iter().collect();
        (names.len() == count).then_some(Self(names))
    }

    fn take(&mut self, name: &str) -> bool {
        self.0.remove(name)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Parses the entries of a multifield, in any of its three forms. Values stay JSON; types are parsed.
fn read_added(name: &str, value: &str) -> Option<Vec<(String, &'static str)>> {
    let multifield = Multifield::of_field(name)?;
    let entry = |value: &str| {
        let (value, value_type) = if json::is_string(value) {
            (value, WORK)
        } else {
            // An entry with further keys is refused: they would be lost.
            let pairs = json::pairs(value).filter(|pairs| pairs.len() == 2)?;
            let value_type = json::text(json::value_of(&pairs, "typeId")?)?;
            (
                json::value_of(&pairs, "value")?,
                multifield.value_type(&value_type)?,
            )
        };
        let text: String = serde_json::from_str(value).ok()?;
        (!text.trim().is_empty()).then(|| (value.to_owned(), value_type))
    };
    if value.starts_with('[') {
        let entries = json::elements(value)?.into_iter();
        let entries: Option<Vec<_>> = entries.map(entry).collect();
        entries.filter(|entries| !entries.is_empty())
    } else {
        Some(vec![entry(value)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<PatchJob, serde_json::Error> {
        serde_json::from_str(json)
    }

    fn job(body: &str, adds: &str, clears: &str) -> String {
        let body = serde_json::to_string(body).unwrap();
        format!(
            r#"{{"version":4,"entity":"contacts","id":71,"body":{body},"adds":{adds},"unchecked":false,"clears":{clears},"compared":{{}}}}"#
        )
    }

    /// As version 2 wrote it.
    fn job_without_compared(body: &str, adds: &str, clears: &str) -> String {
        let new = job(body, adds, clears);
        let old = new.replace(r#""version":4"#, r#""version":2"#);
        old.replace(r#","compared":{}"#, "")
    }

    /// As version 1 wrote it.
    fn old_job(body: &str, adds: &str) -> String {
        let old = job_without_compared(body, adds, "[]");
        let old = old.replace(r#""version":2"#, r#""version":1"#);
        old.replace(r#","clears":[]"#, "")
    }

    const BODIES: [(&str, &str, &str); 4] = [
        (
            r#"{"post":"Director","companyId":0}"#,
            "[]",
            r#"["companyId"]"#,
        ),
        (
            r#"{"ufCrmSum":0.1000000000000000055,"phone":"+7"}"#,
            r#"["phone"]"#,
            "[]",
        ),
        (r#"{"phone":["+7","+8"],"post":""}"#, r#"["phone"]"#, "[]"),
        (
            r#"{"email":[{"value":"a@b.ru","typeId":"MAILING"}],"post":""}"#,
            r#"["email"]"#,
            r#"["post"]"#,
        ),
    ];

    #[test]
    fn a_job_is_read_as_it_was_written_to_the_byte() {
        for (body, adds, clears) in BODIES {
            let json = job(body, adds, clears);
            assert_eq!(serde_json::to_string(&read(&json).unwrap()).unwrap(), json);
        }
    }

    #[test]
    fn a_job_keeps_what_its_values_are_compared_as() {
        let body = r#"{"post":"a","companyId":5,"name":"b","opened":"","comments":""}"#;
        let compared = r#"{"companyId":"id","opened":"boolean","post":"text"}"#;
        let json = job(body, "[]", r#"["opened","comments"]"#).replace("{}", compared);
        let read = read(&json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        let compared = |name| match read.body.change_of(name) {
            Some(FieldChange::Set(_, compared) | FieldChange::Clear(_, compared)) => compared,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            ["post", "companyId", "name", "opened", "comments"].map(compared),
            [
                ComparedAs::Text,
                ComparedAs::Id,
                ComparedAs::Form,
                ComparedAs::Boolean,
                ComparedAs::Form
            ]
        );
    }

    #[test]
    fn a_job_of_version_3_is_read_and_sends_the_same_body() {
        for (body, adds, clears) in BODIES {
            let old = job(body, adds, clears).replace(r#""version":4"#, r#""version":3"#);
            assert_eq!(read(&old).unwrap().body.to_json(), body);
        }
    }

    #[test]
    fn a_job_of_version_2_is_read_and_sends_the_same_body() {
        for (body, adds, clears) in BODIES {
            let read = read(&job_without_compared(body, adds, clears)).unwrap();
            assert_eq!(read.body.to_json(), body);
        }
    }

    #[test]
    fn a_job_of_version_1_is_read_and_sends_the_same_body() {
        for (body, adds, _) in BODIES {
            let read = read(&old_job(body, adds)).unwrap();
            assert_eq!(read.body.to_json(), body);
            assert!(
                read.body
                    .changes()
                    .all(|(_, change)| !matches!(change, FieldChange::Clear(..)))
            );
        }
    }

    #[test]
    fn a_clear_stays_a_clear_and_a_set_a_set() {
        let json = job(
            r#"{"post":"","name":"","companyId":0}"#,
            "[]",
            r#"["post","companyId"]"#,
        );
        let read = read(&json).unwrap();
        let is_clear =
            |name: &str| matches!(read.body.change_of(name), Some(FieldChange::Clear(..)));
        assert_eq!(
            ["post", "name", "companyId"].map(is_clear),
            [true, false, true]
        );
    }

    #[test]
    fn a_job_knows_whether_it_may_be_sent_twice() {
        let sets = read(&job(r#"{"post":"a"}"#, "[]", "[]")).unwrap();
        assert!(sets.is_idempotent());
        let adds = read(&job(r#"{"phone":"+7"}"#, r#"["phone"]"#, "[]")).unwrap();
        assert!(!adds.is_idempotent());
        for body in [r#"{"fm":{}}"#, r#"{"phone":"+7"}"#] {
            let unchecked = job(body, "[]", "[]").replace("false", "true");
            assert!(!read(&unchecked).unwrap().is_idempotent());
        }
    }

    #[test]
    fn a_name_that_no_patch_has_and_half_an_emoji_are_refused_in_a_job() {
        for body in [
            r#"{"PHONE":"+79161112233"}"#,
            r#"{"Phone":"+79161112233"}"#,
            r#"{"phoneFax":"+79161112233"}"#,
            r#"{"phone[]":"+79161112233"}"#,
            r#"{"":"+79161112233"}"#,
            r#"{"post":"+79161112233\ud800"}"#,
        ] {
            let error = read(&job(body, "[]", "[]")).expect_err(body);
            assert!(!error.to_string().contains("7916"), "{error}");
        }
    }

    #[test]
    fn a_job_that_was_tampered_with_is_refused_without_its_values() {
        const PHONE: &str = r#"{"phone":"+79161112233"}"#;
        const PHONES: &str = r#"["phone"]"#;
        let good = job(PHONE, PHONES, "[]");
        assert!(read(&good).is_ok());
        let mut bad = vec![
            good.replace(r#""version":4"#, r#""version":5"#),
            good.replace(r#""version":4"#, r#""version":2"#),
            good.replace(r#""version":4"#, r#""version":1"#),
            good.replace("{}", r#"{"post":"text"}"#),
            good.replace("{}", r#"{"phone":"text"}"#),
            good.replace(r#","compared":{}"#, ""),
            good.replace(r#""id":71"#, r#""id":0"#),
            good.replace(r#""id":71"#, r#""id":"+79161112233""#),
            good.replace(r#""id":71"#, r#""id":71,"id":72"#),
            good.replace(r#","clears":[]"#, ""),
            good.replace(r#","clears":[]"#, r#","clears":null"#),
            good.replace(r#","unchecked":false"#, ""),
            good.replace(
                r#","unchecked":false"#,
                r#","unchecked":false,"only_if":"+79161112233""#,
            ),
            good.replace("{\\", "[\\"),
            good.replace(r#""adds":["phone"]"#, r#""adds":"+79161112233""#),
            r#""+79161112233""#.to_owned(),
            r#"["+79161112233"]"#.to_owned(),
        ];
        for entity in [
            "",
            "../me",
            "contacts/../me",
            "me",
            "Contacts",
            "contacts/",
            "items",
            "items/",
            "items/01",
            "items/-1",
            "items/1040/x",
            "items/99999999999",
        ] {
            bad.push(good.replace("contacts", entity));
        }
        for (body, adds, clears) in [
            ("{}", "[]", "[]"),
            // An addition that would be repeated as a set.
            (PHONE, "[]", "[]"),
            (r#"{"email":["a@79161112233.ru"]}"#, "[]", "[]"),
            (r#"{"fm":{"n0":{"value":"+79161112233"}}}"#, "[]", "[]"),
            (r#"{"phoneWork":"+79161112233"}"#, "[]", "[]"),
            (r#"{"PHONE_WORK":"+79161112233"}"#, "[]", "[]"),
            (r#"{"web":"+79161112233"}"#, "[]", "[]"),
            (r#"{"id":79161112233}"#, "[]", "[]"),
            (r#"{"post":"+79161112233"}"#, r#"["post"]"#, "[]"),
            (r#"{"post":"+79161112233"}"#, PHONES, "[]"),
            (PHONE, r#"["phone","phone"]"#, "[]"),
            (PHONE, r#"["phone","email"]"#, "[]"),
            (r#"{"phone":[]}"#, PHONES, "[]"),
            (r#"{"phone":""}"#, PHONES, "[]"),
            (r#"{"phone":79161112233}"#, PHONES, "[]"),
            (r#"{"phone":[{"VALUE":"+79161112233"}]}"#, PHONES, "[]"),
            (
                r#"{"phone":[{"value":"+79161112233","typeId":"FAX"}]}"#,
                PHONES,
                "[]",
            ),
            (
                r#"{"phone":[{"value":79161112233,"typeId":"WORK"}]}"#,
                PHONES,
                "[]",
            ),
            (
                r#"{"phone":[{"value":"+79161112233","typeId":"WORK","id":5}]}"#,
                PHONES,
                "[]",
            ),
            // Doubled keys.
            (
                r#"{"phone":[{"value":"+79161112233","typeId":"WORK","typeId":"HOME"}]}"#,
                PHONES,
                "[]",
            ),
            (
                r#"{"phone":"+79161112233","phone":"+79161112234"}"#,
                PHONES,
                "[]",
            ),
            (r#"{"post":"a","post":"+79161112233"}"#, "[]", "[]"),
            // Clears that are none.
            (r#"{"post":"+79161112233"}"#, "[]", r#"["post"]"#),
            (r#"{"post":""}"#, "[]", r#"["name"]"#),
            (r#"{"post":""}"#, "[]", r#"["post","post"]"#),
            (PHONE, PHONES, PHONES),
            (r#"{"phone":""}"#, "[]", PHONES),
        ] {
            bad.push(job(body, adds, clears));
        }
        bad.push(old_job(PHONE, "[]"));
        for bad in bad {
            let error = read(&bad).expect_err(&bad);
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("7916"), "{shown}");
        }
    }

    #[test]
    fn a_job_for_a_smart_process_goes_there() {
        let json = job(r#"{"title":"a"}"#, "[]", "[]").replace("contacts", "items/1040");
        assert_eq!(read(&json).unwrap().entity(), "items/1040");
    }
}
