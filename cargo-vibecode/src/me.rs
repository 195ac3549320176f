//! Shows the key and its rights.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use vibecode_runtime::{Acquiring, Budget, Feedback, Me, Permit, Throttle};

use crate::{
    Ended,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
};

/// The scope that CRM records require (api.md, grade D).
const SCOPE: &str = "crm";

pub(crate) async fn run(args: &PortalArgs, output: &Output) -> Result<Ended, Failure> {
    let kind = portal::kind_of_key(args)?;
    let watched = Watched::default();
    let throttle = Throttle::shared(watched.clone());
    let client = portal::client(args, |builder| builder.throttle(throttle))?;
    let me = client.me().await?;
    let Feedback {
        limit, remaining, ..
    } = watched.feedback();
    output.json(&json!({
        "key": kind,
        "limits": { "perMinute": limit, "remaining": remaining },
        "me": me.raw().parse::<Value>()?,
    }));
    let limits = limit.map(|limit| match remaining {
        Some(remaining) => format!("{limit} requests a minute, {remaining} left"),
        None => format!("{limit} requests a minute"),
    });
    let shown = |value: Option<String>| value.unwrap_or_else(|| "not reported".to_owned());
    let rows = [
        ("key", kind.to_owned()),
        ("portal", shown(me.portal())),
        ("tariff", shown(me.tariff())),
        ("access", shown(me.can_write().map(access))),
        ("scopes", shown(me.scopes().map(|scopes| scopes.join(", ")))),
        ("limits", shown(limits)),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    output.table(&["property", "value"], &rows);
    Ok(warn(&me, output))
}

fn access(can_write: bool) -> String {
    let access = if can_write {
        "reads and writes"
    } else {
        "reads only"
    };
    access.to_owned()
}

/// Warns if the key cannot change records.
fn warn(me: &Me, output: &Output) -> Ended {
    let mut ended = Ended::Done;
    let scopes = me.scopes();
    if scopes.is_some_and(|scopes| !scopes.iter().any(|scope| scope == SCOPE)) {
        output.warn("the key lacks the scope `crm`, so it can neither read nor change records: create a key with this scope");
        ended = Ended::Found;
    }
    if me.can_write() == Some(false) {
        output
            .warn("the key is read-only, so it cannot change records: create a key that may write");
        ended = Ended::Found;
    }
    ended
}

/// Lets every request pass, and keeps what the last answer said about the limits.
#[derive(Clone, Default)]
struct Watched(Arc<Mutex<Feedback>>);

impl Watched {
    fn feedback(&self) -> Feedback {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget for Watched {
    fn acquire(&self) -> Acquiring<'_> {
        let watched = self.clone();
        let note = move |feedback: Feedback| {
            *watched.0.lock().unwrap_or_else(PoisonError::into_inner) = feedback;
        };
        Box::pin(async { Ok(Permit::new(note)) })
    }
}
