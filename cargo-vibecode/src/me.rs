//! What the key is and may do.

use serde_json::Value;

use crate::{
    Ended,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
};

/// The scope that records of the CRM need (api.md, grade D).
const SCOPE: &str = "crm";

pub(crate) async fn run(args: &PortalArgs, output: &Output) -> Result<Ended, Failure> {
    let client = portal::client(args, |builder| builder)?;
    let me = client.me().await?;
    output.json(&me.raw().parse::<Value>()?);
    let told = |value: Option<String>| value.unwrap_or_else(|| "not told".to_owned());
    let mode = me.can_write().map(|can_write| {
        if can_write {
            "reads and writes".to_owned()
        } else {
            "reads only".to_owned()
        }
    });
    let scopes = me.scopes();
    output.table(
        &["key", ""],
        &[
            vec!["portal".to_owned(), told(me.portal())],
            vec!["tariff".to_owned(), told(me.tariff())],
            vec!["access".to_owned(), told(mode)],
            vec![
                "scopes".to_owned(),
                told(scopes.as_ref().map(|all| all.join(", "))),
            ],
        ],
    );
    let mut ended = Ended::Done;
    let lacks_scope = scopes.is_some_and(|scopes| !scopes.iter().any(|scope| scope == SCOPE));
    if lacks_scope {
        output.warn("the key lacks the scope `crm`: it can neither read nor change records. Create one that has it");
        ended = Ended::Found;
    }
    if me.can_write() == Some(false) {
        output.warn("the key only reads: it can change nothing. Create one that can write");
        ended = Ended::Found;
    }
    Ok(ended)
}
