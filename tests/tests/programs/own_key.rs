use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    time::Duration,
};

use fs4::{FileExt, TryLockError};
use tokio::time::sleep;
use vibecode_runtime::{Client, ContactId, Outcome, Patch, Phone, Record, field};

type AnyError = Box<dyn Error + Send + Sync>;

/// The name of the database, in `originatorId`.
const SOURCE: &str = "shop";

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    originator_id: Option<String>,
    origin_id: Option<String>,
    name: Option<String>,
    phone: Vec<Phone>,
}

/// Returns the contact with this key. `None` means that every row of the answer was read, and none has it.
async fn find(client: &Client, key: &str) -> Result<Option<ContactId>, AnyError> {
    let of_source = field!(Customer, originator_id).equal(SOURCE);
    let of_key = field!(Customer, origin_id).equal(key);
    let rows = client.list::<Customer>().filter(of_source).filter(of_key);
    // An unreadable row is an error: it may be the contact.
    let rows = rows.stream().all().await?;
    // A portal may find more than was asked for, such as a key in another case.
    let is_it = |row: &&Customer| {
        row.originator_id.as_deref() == Some(SOURCE) && row.origin_id.as_deref() == Some(key)
    };
    let mut found = rows.iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(Some(one.id)),
        (None, _) => Ok(None),
        (Some(one), Some(other)) => {
            let ids = format!("{} and {}", one.id, other.id);
            Err(format!("customer {key}: the contacts {ids} have its key: merge them").into())
        }
    }
}

/// Returns the contact with this key, and creates it if the portal has none.
async fn find_or_create(
    client: &Client,
    settle_time: Duration,
    key: &str,
    patch: CustomerPatch,
) -> Result<ContactId, AnyError> {
    if let Some(id) = find(client, key).await? {
        return Ok(id);
    }
    let patch = patch.originator_id(SOURCE).origin_id(key);
    let created = client.create(&patch).await;
    if let Err(error) = &created
        && error.outcome() == Outcome::NotApplied
    {
        return Err(format!("customer {key}: not created: {error}").into());
    }
    // The id in the answer is not used: the contact is the one that has the key.
    if let Some(id) = find(client, key).await? {
        return Ok(id);
    }
    // The creation may still be applied, or the read was older than it.
    sleep(settle_time).await;
    match (find(client, key).await?, created) {
        (Some(id), _) => Ok(id),
        (None, Err(_)) => Err(format!("customer {key}: not created: try again").into()),
        (None, Ok(_)) => Err(format!("customer {key}: created, but not found by its key").into()),
    }
}

/// A locked file that is not empty while a request may still be applied.
struct OpenWork(File);

impl OpenWork {
    /// Locks the file, and waits if the last process left something open.
    async fn begin(path: &Path, settle_time: Duration) -> Result<Self, AnyError> {
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        // `File::try_lock` of the standard library does the same, from Rust 1.89.
        FileExt::try_lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => "another process is running".into(),
            TryLockError::Error(error) => AnyError::from(error),
        })?;
        if file.metadata()?.len() > 0 {
            // Counted from now: the lock shows that the old process has ended.
            sleep(settle_time).await;
        }
        file.write_all(b"open\n")?;
        file.sync_all()?;
        Ok(Self(file))
    }

    /// Notes that the outcome of every request is known.
    fn end(self) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.sync_all()
    }
}

/// Brings these customers to the portal. After an error, or a kill, the next call waits until nothing is open.
async fn sync(
    client: &Client,
    settle_time: Duration,
    note: &Path,
    customers: &[(&str, &str, &str)],
) -> Result<(), AnyError> {
    let open_work = OpenWork::begin(note, settle_time).await?;
    for (key, name, phone) in customers {
        let patch = || Customer::patch().name(*name).add_phone(*phone);
        let id = find_or_create(client, settle_time, key, patch()).await?;
        // Changes what differs, also in a contact that was there before. Adds nothing twice.
        client.ensure(id, &patch()).await?;
    }
    Ok(open_work.end()?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let client = Client::from_env()?;
    let customers = [("17", "Vera", "+79161112233")];
    let note = Path::new("customers.open");
    sync(&client, Client::SETTLE_TIME, note, &customers).await
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tokio::time::{Instant, timeout};
    use vibecode_runtime::Credentials;
    use vibecode_sandbox::{Entity, Fault, Sandbox};

    use super::*;

    const VERA: [(&str, &str, &str); 1] = [("17", "Vera", "+79161112233")];
    const SETTLE_TIME: Duration = Client::SETTLE_TIME;

    fn client(sandbox: &Sandbox) -> Client {
        let key = Credentials::personal(Sandbox::API_KEY);
        let builder = Client::builder(key).base_url(sandbox.url());
        builder.build().unwrap()
    }

    /// Fails unless the portal has Vera once, with one phone.
    fn check(sandbox: &Sandbox) {
        let contacts = sandbox.records(Entity::Contacts);
        let mut found = contacts.iter().filter(|it| it["originId"] == "17");
        let vera = found.next().unwrap();
        assert_eq!(vera["fm"].as_array().unwrap().len(), 1);
        assert!(found.next().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_creation_without_an_answer_creates_one_contact() {
        let late = Fault::late(Duration::from_secs(100));
        for fault in [Fault::drop_after(), late, Fault::another_record()] {
            let folder = tempfile::tempdir().unwrap();
            let note = folder.path().join("customers.open");
            let sandbox = Sandbox::start().await;
            sandbox.fault(fault.on("POST").at_exactly("contacts"));
            let client = client(&sandbox);
            for _ in 0..2 {
                sync(&client, SETTLE_TIME, &note, &VERA).await.unwrap();
                check(&sandbox);
            }
        }
    }

    /// `timeout` drops the run and its client in the middle of the creation.
    #[tokio::test(start_paused = true)]
    async fn after_a_kill_the_next_run_waits_and_creates_nothing_twice() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("customers.open");
        let sandbox = Sandbox::start().await;
        let late = Fault::late(Duration::from_secs(100));
        sandbox.fault(late.on("POST").at_exactly("contacts"));
        let killed = async {
            let client = client(&sandbox);
            sync(&client, SETTLE_TIME, &note, &VERA).await.unwrap();
        };
        assert!(timeout(Duration::from_secs(5), killed).await.is_err());
        assert!(fs::metadata(&note).unwrap().len() > 0);

        let begin = Instant::now();
        let client = client(&sandbox);
        sync(&client, SETTLE_TIME, &note, &VERA).await.unwrap();
        assert!(begin.elapsed() >= SETTLE_TIME);
        check(&sandbox);
        assert_eq!(fs::metadata(&note).unwrap().len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_contact_that_cannot_be_read_is_not_created_again() {
        let name = json!({ "first": "Vera" });
        let vera = json!({ "id": 7, "originatorId": SOURCE, "originId": "17", "name": name });
        let sandbox = Sandbox::builder()
            .seed_unchecked(json!({ "contacts": [vera] }))
            .start()
            .await;
        assert!(find(&client(&sandbox), "17").await.is_err());
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("customers.open");
        let run = sync(&client(&sandbox), SETTLE_TIME, &note, &VERA).await;
        assert!(run.is_err());
        assert_eq!(sandbox.records(Entity::Contacts).len(), 1);
    }
}
