//! The builder of a sandbox.

use serde_json::{Value, json};
use vibecode_spec::EntityPath;

use crate::{
    keys::{Key, Keyring, Quota, ResetUnit, Window},
    portal::{
        quirks::{
            EmptyMaps, Fm, ListShape, Paging, Phones, Quirks, ReadOnlyKeys, UnknownStatus, Updates,
            Vocabulary,
        },
        seed::Seed,
        seed_check::Checking,
        setup::{self, GivenFields},
    },
    sandbox::{self, Sandbox},
    server::Hosting,
    start_error::StartError,
};

/// A builder of a [`Sandbox`]: its records, fields, keys and limits.
///
/// ```
/// use vibecode_sandbox::{Entity, Sandbox};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sandbox = Sandbox::builder()
///     .seed(json!({ "contacts": [{ "id": 7, "name": "Vera", "phone": ["+7 900 000-00-07"] }] }))
///     .user_field(Entity::Contacts, "ufCrmFloor", json!({ "type": "integer" }))
///     .start()
///     .await;
/// assert_eq!(sandbox.contact(7).expect("was seeded")["phoneWork"], "+7 900 000-00-07");
/// # }
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `start` or `try_start` is called"]
pub struct SandboxBuilder {
    seeds: Vec<Seed>,
    fields: Vec<GivenFields>,
    keys: Vec<Key>,
    quirks: Quirks,
    quota: Quota,
    hosting: Hosting,
}

impl Sandbox {
    /// Starts a sandbox with the default portal on the runtime of the caller: contacts 71 to 73
    /// with a user field of every type, company 15, lead 31, deal 5, quote 8, invoice 21, requisite 61,
    /// task 91, address 51, activity 11, and item 3 of the smart process 1040.
    ///
    /// # Panics
    /// Panics if no port of the loopback interface is free.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Returns a builder of a sandbox with other records, fields or keys.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }
}

impl SandboxBuilder {
    /// Uses these records instead of the default ones: a map from entity to an array of records, in
    /// the API's wire names.
    ///
    /// Phones and emails are given in a form in which they are written, or as `fm`, which takes
    /// precedence: an answer of the API can be used as a seed. All other values are stored
    /// unchanged. A record without an `id` gets the next free one. Several seeds add up.
    ///
    /// `statuses`, `deal-categories`, `currencies` and `users` replace only the default rows of that
    /// name: a seed without them keeps those, and a seed with nothing else keeps the default records.
    ///
    /// The sandbox does not start with a key that is not a field of the entity, or with a value that no
    /// portal returns in that field. A field that only the portal has must be described:
    /// [`user_field`](Self::user_field), [`schema`](Self::schema).
    ///
    /// ```
    /// # use vibecode_sandbox::Sandbox;
    /// # use serde_json::json;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let typo = json!({ "contacts": [{ "id": 7, "psot": "Director" }] });
    /// let error = Sandbox::builder().seed(typo).try_start().await.unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the record 7 of contacts is malformed: there is no field `psot`: did you mean `post`?",
    /// );
    /// # }
    /// ```
    pub fn seed(mut self, records: Value) -> Self {
        self.seeds.push(Seed {
            rows: records,
            checking: Checking::Checked,
        });
        self
    }

    /// Uses these records as [`seed`](Self::seed) does, with any keys and values, for tests of answers that
    /// no portal is known to return.
    pub fn seed_unchecked(mut self, records: Value) -> Self {
        self.seeds.push(Seed {
            rows: records,
            checking: Checking::Unchecked,
        });
        self
    }

    /// Adds a user field, by its wire name and its description in the form that `GET
    /// /v1/{entity}/fields` answers. Only `type` is required in the description.
    ///
    /// The fields of the default portal stay.
    pub fn user_field(
        mut self,
        entity: impl Into<EntityPath>,
        wire_name: impl Into<String>,
        description: Value,
    ) -> Self {
        let given = GivenFields::One(entity.into(), wire_name.into(), description);
        self.fields.push(given);
        self
    }

    /// Takes the answer of a portal to `GET /v1/{entity}/fields`: the whole answer or only the map
    /// of fields. Every field in it that is not built in is added, and together they replace the
    /// user fields that the entity had so far, including the default ones.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// // For example from `include_str!("../vibecode/contacts.json")`:
    /// let schema = r#"{"success":true,"data":{"ufCrmFloor":{"type":"integer"}}}"#;
    /// let schema = serde_json::from_str(schema).expect("is JSON");
    /// let sandbox = Sandbox::builder().schema(Entity::Contacts, schema).start().await;
    /// assert!(sandbox.contact(71).expect("is there").get("ufCrmFloor").is_some());
    /// # }
    /// ```
    pub fn schema(mut self, entity: impl Into<EntityPath>, fields: Value) -> Self {
        self.fields.push(GivenFields::All(entity.into(), fields));
        self
    }

    /// Adds a key, or replaces the one with the same text. The keys that every sandbox knows, such
    /// as [`Sandbox::API_KEY`], stay.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Uses contacts 1 to `count` instead of the default records, each with nothing but a name, for
    /// tests that need many records.
    pub fn contacts(self, count: u64) -> Self {
        let contacts = (1..=count).map(|id| json!({ "id": id, "name": format!("Contact {id}") }));
        let contacts: Vec<_> = contacts.collect();
        self.seed(json!({ "contacts": contacts }))
    }

    /// Sets how many requests a minute each key may send. Further requests are answered with 429
    /// `RATE_LIMITED`, with `error.retryAfter` and `Retry-After`. Every answer to a known key then
    /// has `X-RateLimit-Limit`, `-Remaining` and `-Reset`. By default there is no limit; that of
    /// the API is 300 (grade D).
    pub fn rate_limit(mut self, per_minute: u32) -> Self {
        self.quota.per_minute = Some(per_minute);
        self
    }

    /// Sets the minute in which the requests of a key are counted.
    pub fn rate_limit_window(mut self, window: Window) -> Self {
        self.quota.window = window;
        self
    }

    /// Sets what `X-RateLimit-Reset` holds.
    pub fn rate_limit_reset(mut self, unit: ResetUnit) -> Self {
        self.quota.reset_unit = unit;
        self
    }

    /// Sets how many requests to the routes of entities are taken within any second, over all keys.
    /// Further requests are answered with 502 `BITRIX_UNAVAILABLE`. By default there is no limit;
    /// portals were observed to take about 10 (grade O).
    pub fn portal_limit(mut self, per_second: u32) -> Self {
        self.quota.per_second = Some(per_second);
        self
    }

    /// Writes empty `results` and `errors` of a batch as `[]`, as PHP writes an empty array. By
    /// default they are `{}`.
    pub fn empty_maps_as_lists(mut self) -> Self {
        self.quirks.empty_maps = EmptyMaps::AsLists;
        self
    }

    /// Makes lists answer what was observed on portals: `meta.total` is 0, and `meta.hasMore` is
    /// true on every full page, even if it is the last one (grade O).
    pub fn untruthful_paging(mut self) -> Self {
        self.quirks.paging = Paging::Untruthful;
        self
    }

    /// Answers `GET /v1/{entity}/fields` in the vocabulary of the layer underneath (grade B), as a bare
    /// map: `isReadOnly`, `title`, `items`. By default the answer is `data.fields`, with `label` and
    /// `readonly` (grade O).
    pub fn native_fields(mut self) -> Self {
        self.quirks.vocabulary = Vocabulary::Native;
        self
    }

    /// Sets how lists are written. By default they are arrays.
    pub fn list_shape(mut self, shape: ListShape) -> Self {
        self.quirks.list_shape = shape;
        self
    }

    /// Sets the effect of a status code that the portal's [statuses](SandboxBuilder::seed) do not
    /// have. By default it is stored.
    pub fn unknown_status(mut self, outcome: UnknownStatus) -> Self {
        self.quirks.unknown_status = outcome;
        self
    }

    /// Refuses a write with a read-only or immutable key: 400 `READONLY_FIELD`, as tasks always do
    /// (grade D). By default every other entity ignores such a key.
    pub fn refuse_read_only(mut self) -> Self {
        self.quirks.read_only_keys = ReadOnlyKeys::Refused;
        self
    }

    /// Reformats new phones: `+79169876543` is stored as `+7 916 987-65-43`. That portals reformat
    /// phones is grade B; the form is assumed.
    pub fn formatted_phones(mut self) -> Self {
        self.quirks.phones = Phones::Formatted;
        self
    }

    /// Answers a PATCH with the keys of the documented answer only: the id, the names, the company, the
    /// responsible user and the times. By default a PATCH answers the whole record.
    pub fn partial_updates(mut self) -> Self {
        self.quirks.updates = Updates::DocumentedKeys;
        self
    }

    /// Leaves `fm` out of reads; its aliases stay.
    pub fn without_fm(mut self) -> Self {
        self.quirks.fm = Fm::LeftOut;
        self
    }

    /// Sets the port of the loopback interface to listen on. By default, and if it is 0, a free
    /// port is used. Tests that run in parallel should not set it.
    pub fn port(mut self, port: u16) -> Self {
        self.hosting.port = port;
        self
    }

    /// Serves a page at `/`, beside `/v1`, that shows the records of every entity, and the requests
    /// with their answers as they arrive. It shows no keys and requires none.
    pub fn page(mut self) -> Self {
        self.hosting.has_page = true;
        self
    }

    /// Limits the log to this many requests; older ones are dropped. By default the log grows as
    /// long as the sandbox runs.
    pub fn keep_requests(mut self, limit: usize) -> Self {
        self.hosting.kept_requests = limit;
        self
    }

    /// Starts the sandbox on the runtime of the caller.
    ///
    /// # Panics
    /// Panics if [`SandboxBuilder::try_start`] returns an error: a test cannot go on without its
    /// sandbox.
    #[expect(clippy::panic, reason = "a test cannot continue without its sandbox")]
    pub async fn start(self) -> Sandbox {
        match self.try_start().await {
            Ok(sandbox) => sandbox,
            Err(error) => panic!("the sandbox cannot be started: {error}"),
        }
    }

    /// Starts the sandbox on the runtime of the caller.
    ///
    /// # Errors
    /// Returns a [`StartError`] if a seed or a description of fields is malformed, or if no port is
    /// free.
    pub async fn try_start(self) -> Result<Sandbox, StartError> {
        let portal = setup::portal(self.seeds, self.fields, self.quirks)?;
        let keys = Keyring::new(sandbox::standard_keys().into_iter().chain(self.keys));
        Sandbox::serve(portal, keys, self.quota, self.hosting).await
    }
}
