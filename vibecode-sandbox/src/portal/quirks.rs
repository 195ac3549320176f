//! Behaviour that differs between portals, or is not known.

use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quirks {
    pub(crate) empty_maps: EmptyMaps,
    pub(crate) paging: Paging,
    pub(crate) fm: Fm,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) list_shape: ListShape,
    pub(crate) unknown_status: UnknownStatus,
    pub(crate) read_only_keys: ReadOnlyKeys,
    pub(crate) phones: Phones,
    pub(crate) updates: Updates,
}

/// How a batch writes an empty map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum EmptyMaps {
    #[default]
    AsMaps,
    /// `[]`, as PHP writes an empty array regardless of its intended contents.
    AsLists,
}

/// The contents of a list's `meta`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Paging {
    #[default]
    Truthful,
    /// `total` is 0, and `hasMore` only says whether the page is full (both grade O).
    Untruthful,
}

/// How a list is written: a list with a single row was seen as one object (grade O, doubtful), and
/// PHP writes an array with gaps as an object.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let sandbox = Sandbox::builder().list_shape(ListShape::SingleRowAsObject).start().await;
/// let (_, answer) = send(&sandbox, "GET companies?select=id", json!({})).await.expect("an answer");
/// assert_eq!(answer["data"], json!({ "id": 15 }));
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListShape {
    /// An array of rows.
    #[default]
    Array,
    /// The row itself if there is only one, otherwise an array.
    SingleRowAsObject,
    /// `{"0":{…},"1":{…}}`, and `[]` if there is no row.
    Object,
}

impl ListShape {
    pub(crate) fn of(self, mut rows: Vec<Value>) -> Value {
        match self {
            Self::SingleRowAsObject if rows.len() == 1 => rows.pop().unwrap_or_default(),
            Self::Object if !rows.is_empty() => {
                let rows = rows.into_iter().enumerate();
                rows.map(|(index, row)| (index.to_string(), row)).collect()
            }
            Self::Array | Self::SingleRowAsObject | Self::Object => rows.into(),
        }
    }
}

/// The effect of a status code that is not in the status set of its field, which is not known.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let sandbox = Sandbox::builder().unknown_status(UnknownStatus::Dropped).start().await;
/// let answer = send(&sandbox, "PATCH deals/5", json!({ "stageId": "WONN" })).await;
/// assert_eq!(answer.expect("an answer").1["data"]["stageId"], "NEW");
/// assert_eq!(sandbox.requests()[0].dropped(), ["stageId"]);
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownStatus {
    /// The field holds it.
    #[default]
    Stored,
    /// 400 `INVALID_REQUEST`.
    Refused,
    /// 200, and the field keeps what it has.
    Dropped,
}

/// The effect of a read-only key in a write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ReadOnlyKeys {
    #[default]
    Ignored,
    /// 400 `READONLY_FIELD`, as on tasks (grade D).
    Refused,
}

/// How a new phone is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Phones {
    #[default]
    AsWritten,
    /// `+7 916 987-65-43` (that phones are reformatted is grade B, the form is assumed).
    Formatted,
}

/// What a PATCH answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Updates {
    #[default]
    WholeRecord,
    /// Only the keys of the documented answer.
    DocumentedKeys,
}

impl Updates {
    /// The keys of the answer in the API's documentation, and their names on the other entities.
    const DOCUMENTED: &[&str] = &[
        "id",
        "name",
        "lastName",
        "title",
        "companyId",
        "assignedById",
        "createdTime",
        "updatedTime",
        "createdAt",
        "updatedAt",
    ];

    pub(crate) fn of(self, mut record: Map<String, Value>) -> Value {
        match self {
            Self::WholeRecord => {}
            Self::DocumentedKeys => record.retain(|key, _| Self::DOCUMENTED.contains(&&**key)),
        }
        record.into()
    }
}

/// How `GET /v1/{entity}/fields` describes fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    /// `{"fields":{"id":{"type","label","readonly"}}}` (grade O).
    #[default]
    Api,
    /// A bare map, in the vocabulary of the layer underneath (grade B).
    Native,
}

/// Whether reads show `fm` beside its aliases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fm {
    #[default]
    Shown,
    LeftOut,
}
