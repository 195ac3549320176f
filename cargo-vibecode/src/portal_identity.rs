//! Which portal a key is for, and what the key may do there.

use serde_json::{Value, json};
use tokio::time::Instant;
use vibecode_runtime::{Client, ErrorKind, Me};
use vibecode_spec::one_line;

use crate::{
    failure::{self, Failure},
    portal::{self, PortalArgs},
};

/// The scope that CRM records require (api.md, grade D).
const SCOPE: &str = "crm";

/// The portal and the rights of a key. What the API does not report is `None`.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The portal's host.
    pub(crate) portal: Option<String>,
    kind_of_key: &'static str,
    can_write: Option<bool>,
    scopes: Option<Vec<String>>,
    pub(crate) reported_at: Instant,
}

impl Identity {
    /// Asks the API, and compares the portal with the one that `--portal` names.
    ///
    /// `GET /v1/me` is observed and not documented (api.md, grade O): an API without it, or with
    /// another answer, does not report the portal.
    ///
    /// # Errors
    /// If the API does not answer, or if it is another portal.
    pub(crate) async fn of(client: &Client, args: &PortalArgs) -> Result<Self, Failure> {
        let kind_of_key = portal::kind_of_key(args)?;
        let identity = match client.me().await {
            Ok(me) => Self::read(&me, kind_of_key),
            Err(error) if is_without_me(&error) => Self::not_reported(kind_of_key),
            Err(error) => {
                return Err(Failure::new(format!(
                    "nothing was sent, since the API did not report which portal the key is for: {}",
                    failure::in_words(&error)
                )));
            }
        };
        match &args.portal {
            Some(expected) => identity.assert_portal(expected).map(|()| identity),
            None => Ok(identity),
        }
    }

    fn read(me: &Me, kind_of_key: &'static str) -> Self {
        Self {
            portal: me.portal().map(|portal| one_line(&portal)),
            kind_of_key,
            can_write: me.can_write(),
            scopes: me.scopes(),
            reported_at: Instant::now(),
        }
    }

    fn not_reported(kind_of_key: &'static str) -> Self {
        Self {
            portal: None,
            kind_of_key,
            can_write: None,
            scopes: None,
            reported_at: Instant::now(),
        }
    }

    /// Asks the API again, with the same key.
    ///
    /// # Errors
    /// If the API does not answer.
    pub(crate) fn ask_again(
        &self,
        client: &Client,
    ) -> impl Future<Output = Result<Self, vibecode_runtime::Error>> + Send + use<> {
        let (asked, kind_of_key) = (client.me(), self.kind_of_key);
        async move {
            match asked.await {
                Ok(me) => Ok(Self::read(&me, kind_of_key)),
                Err(error) if is_without_me(&error) => Ok(Self::not_reported(kind_of_key)),
                Err(error) => Err(error),
            }
        }
    }

    /// Returns how the portal now differs from this, as the end of a sentence.
    pub(crate) fn other_portal(&self, now: &Self) -> Option<String> {
        let shown = |portal: &Option<String>| portal.clone().unwrap_or_else(|| "none".to_owned());
        let is_same = match (&self.portal, &now.portal) {
            (Some(then), Some(now)) => same_portal(then, now),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        (!is_same).then(|| {
            format!(
                "the API reported the portal {} for the key, and reports {} now",
                shown(&self.portal),
                shown(&now.portal)
            )
        })
    }

    /// Returns how the rights of the key now differ from this, as the end of a sentence.
    pub(crate) fn other_rights(&self, now: &Self) -> Option<String> {
        let sorted = |it: &Self| {
            let mut scopes = it.scopes.clone();
            if let Some(scopes) = &mut scopes {
                scopes.sort_unstable();
            }
            (it.can_write, scopes)
        };
        (sorted(self) != sorted(now)).then(|| {
            format!(
                "the key was {} and is now {}",
                self.key_in_words(),
                now.key_in_words()
            )
        })
    }

    fn assert_portal(&self, expected: &str) -> Result<(), Failure> {
        match &self.portal {
            Some(portal) if same_portal(portal, expected) => Ok(()),
            Some(portal) => Err(Failure::new(format!(
                "the key is for the portal {}, and --portal names {}, so nothing was done: use the key of that portal",
                one_line(portal),
                one_line(expected)
            ))),
            None => Err(Failure::new(
                "the API does not report which portal the key is for, so --portal cannot be checked, and nothing was done",
            )),
        }
    }

    /// # Errors
    /// If the key cannot change records of the entity.
    pub(crate) fn check_rights(&self, entity: &str) -> Result<(), Failure> {
        if self.can_write == Some(false) {
            return Err(Failure::new(
                "the key is read-only, so it cannot change records: create a key that may write",
            ));
        }
        // Which scopes other entities require is not known.
        let is_crm = ["contacts", "companies", "leads", "deals"].contains(&entity);
        let lacks = |scopes: &Vec<String>| !scopes.iter().any(|scope| scope == SCOPE);
        if is_crm && self.scopes.as_ref().is_some_and(lacks) {
            return Err(Failure::new(
                "the key lacks the scope `crm`, so it cannot change records: create a key with this scope",
            ));
        }
        Ok(())
    }

    /// Returns the portal, the key and its rights in words.
    pub(crate) fn in_words(&self) -> String {
        let portal = self.portal.as_deref().unwrap_or("not reported by the API");
        format!("portal: {portal} (key: {})", self.key_in_words())
    }

    /// Returns the kind of the key and its rights in words.
    pub(crate) fn key_in_words(&self) -> String {
        let rights = match self.can_write {
            Some(true) => "reads and writes",
            Some(false) => "reads only",
            None => "rights not reported",
        };
        let scopes = self.scopes.as_ref().map_or_else(String::new, |scopes| {
            format!(", scopes: {}", one_line(&scopes.join(", ")))
        });
        format!("{}, {rights}{scopes}", self.kind_of_key)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "portal": self.portal,
            "key": self.kind_of_key,
            "can_write": self.can_write,
            "scopes": self.scopes,
        })
    }
}

/// Returns true if the API answers, but not as `GET /v1/me` was observed to.
fn is_without_me(error: &vibecode_runtime::Error) -> bool {
    let is_missing = error.status().is_some_and(|status| status.as_u16() == 404);
    is_missing || error.kind() == ErrorKind::Unreadable
}

/// Returns true if two hosts or URLs are of one portal.
pub(crate) fn same_portal(one: &str, other: &str) -> bool {
    host(one) == host(other)
}

/// Returns the host of a portal that was given as a host or as a URL.
fn host(portal: &str) -> String {
    let portal = portal.trim().to_lowercase();
    let portal = portal.split_once("://").map_or(&*portal, |(_, rest)| rest);
    let host = portal.split('/').next().unwrap_or_default();
    host.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(portal: Option<&str>) -> Identity {
        Identity {
            portal: portal.map(str::to_owned),
            kind_of_key: "personal",
            can_write: Some(true),
            scopes: Some(vec!["task".to_owned()]),
            reported_at: Instant::now(),
        }
    }

    #[test]
    fn a_portal_is_compared_by_its_host() {
        let acme = identity(Some("acme.bitrix24.ru"));
        for same in [
            "acme.bitrix24.ru",
            " ACME.bitrix24.ru",
            "https://acme.bitrix24.ru/crm/",
        ] {
            assert!(acme.assert_portal(same).is_ok(), "{same}");
        }
        for other in ["acme.bitrix24.com", "acme", "xacme.bitrix24.ru", ""] {
            assert!(acme.assert_portal(other).is_err(), "{other}");
        }
        assert!(identity(None).assert_portal("acme.bitrix24.ru").is_err());
    }

    #[test]
    fn a_portal_or_a_key_that_is_another_one_is_a_difference() {
        let then = identity(Some("acme.bitrix24.ru"));
        let same = identity(Some("https://ACME.bitrix24.ru/"));
        assert_eq!(then.other_portal(&same), None);
        let expected = "the API reported the portal acme.bitrix24.ru for the key, and reports ";
        for other in [Some("other.bitrix24.ru"), None] {
            let difference = then.other_portal(&identity(other)).unwrap();
            assert!(difference.starts_with(expected), "{difference}");
        }
        let reader = Identity {
            can_write: Some(false),
            ..then.clone()
        };
        let expected = "the key was personal, reads and writes, scopes: task and is now personal, reads only, scopes: task";
        assert_eq!(then.other_rights(&reader).unwrap(), expected);
    }

    #[test]
    fn a_key_without_rights_is_refused_for_what_it_cannot_change() {
        let tasks_only = identity(None);
        assert!(tasks_only.check_rights("contacts").is_err());
        assert!(tasks_only.check_rights("tasks").is_ok());
        let reader = Identity {
            can_write: Some(false),
            ..identity(None)
        };
        assert!(reader.check_rights("tasks").is_err());
    }
}
