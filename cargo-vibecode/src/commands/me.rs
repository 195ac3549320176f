//! Shows the key and its rights.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use vibecode_runtime::{Acquiring, Budget, Feedback, Me, Permit, Throttle};

use crate::{
    ExitStatus,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
};

/// The scope that CRM records require (api.md, grade D).
const SCOPE: &str = "crm";

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode me
  cargo vibecode me --key-file key.txt --format json

Exit codes: 0 the key can change records, 1 it lacks a right, 2 the command failed.";

pub(crate) async fn run(portal_args: &PortalArgs, output: &Output) -> Result<ExitStatus, Failure> {
    let kind = portal::kind_of_key(portal_args)?;
    let recorder = LimitsRecorder::default();
    let throttle = Throttle::shared(recorder.clone());
    let client = portal::client(portal_args, |builder| builder.throttle(throttle))?;
    let me = client.me().await?;
    let Feedback {
        limit, remaining, ..
    } = recorder.feedback();
    output.json(&json!({
        "key": kind,
        "portal": me.portal(),
        "tariff": me.tariff(),
        "can_write": me.can_write(),
        "scopes": me.scopes(),
        "limits": { "per_minute": limit, "remaining": remaining },
        "answer": me.raw().parse::<Value>()?,
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
fn warn(me: &Me, output: &Output) -> ExitStatus {
    let mut status = ExitStatus::Success;
    let scopes = me.scopes();
    if scopes.is_some_and(|scopes| !scopes.iter().any(|scope| scope == SCOPE)) {
        output.warn("the key lacks the scope `crm`, so it can neither read nor change records: create a key with this scope");
        status = ExitStatus::Attention;
    }
    if me.can_write() == Some(false) {
        output
            .warn("the key is read-only, so it cannot change records: create a key that may write");
        status = ExitStatus::Attention;
    }
    status
}

/// Lets every request pass, and keeps the limits that the last answer reported.
#[derive(Clone, Default)]
struct LimitsRecorder(Arc<Mutex<Feedback>>);

impl LimitsRecorder {
    fn feedback(&self) -> Feedback {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget for LimitsRecorder {
    fn acquire(&self) -> Acquiring<'_> {
        let recorder = self.clone();
        let note = move |feedback: Feedback| {
            *recorder.0.lock().unwrap_or_else(PoisonError::into_inner) = feedback;
        };
        Box::pin(async { Ok(Permit::new(note)) })
    }
}
