//! The route of a method and a path.

use http::Method;
use vibecode_spec::Entity;

use super::{Access, Action, Failure};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// `GET /v1/me`
    Me,
    /// `GET /v1/userfields/{entity}`
    UserFields(Entity),
    /// `GET` and `POST /v1/{entity}`, `GET /v1/{entity}/fields`, `POST /v1/{entity}/search`, and
    /// `GET`, `PATCH` and `DELETE /v1/{entity}/{id}`. The id is `None` if it is not a number.
    Entity(Action, Entity, Option<u64>),
    /// `POST /v1/batch`
    Batch,
    /// `POST /v1/{entity}/batch`
    EntityBatch(Entity),
}

impl Route {
    pub(crate) fn parse(method: &Method, path: &str) -> Result<Self, Failure> {
        let path = path.strip_prefix("/v1/").ok_or_else(no_route)?;
        let segments: Vec<&str> = path.split('/').collect();
        match (method.as_str(), segments.as_slice()) {
            ("GET", ["me"]) => Ok(Self::Me),
            ("POST", ["batch"]) => Ok(Self::Batch),
            ("GET", ["userfields", name]) => Ok(Self::UserFields(entity(name)?)),
            (method, [name, rest @ ..]) => Self::of_entity(method, entity(name)?, rest),
            _ => Err(no_route()),
        }
    }

    fn of_entity(method: &str, entity: Entity, rest: &[&str]) -> Result<Self, Failure> {
        let route = |action| Ok(Self::Entity(action, entity, None));
        let of_record = |action, id: &str| Ok(Self::Entity(action, entity, id.parse().ok()));
        match (method, rest) {
            ("GET", []) => route(Action::List),
            ("POST", []) => route(Action::Create),
            (_, [""]) => Err(no_route()),
            ("GET", ["fields"]) => route(Action::Fields),
            ("POST", ["search"]) => route(Action::Search),
            ("POST", ["batch"]) => Ok(Self::EntityBatch(entity)),
            ("GET", [id]) => of_record(Action::Get, id),
            ("PATCH", [id]) => of_record(Action::Update, id),
            ("DELETE", [id]) => of_record(Action::Delete, id),
            _ => Err(no_route()),
        }
    }

    /// Returns true if the route can change something.
    pub(crate) fn can_write(self) -> bool {
        match self {
            Self::Me | Self::UserFields(_) => false,
            Self::Entity(action, ..) => action.access() == Access::Write,
            Self::Batch | Self::EntityBatch(_) => true,
        }
    }

    /// Returns true if one request to the route may do several things.
    pub(crate) fn is_batch(self) -> bool {
        matches!(self, Self::Batch | Self::EntityBatch(_))
    }

    /// Returns true if the route reads or changes records, not the key itself.
    pub(crate) fn is_of_entity(self) -> bool {
        self != Self::Me
    }
}

fn no_route() -> Failure {
    Failure::new("ROUTE_NOT_FOUND", "There is no such route")
}

/// A singular name is not a route either (grade O).
fn entity(name: &str) -> Result<Entity, Failure> {
    Entity::from_path(name).ok_or_else(|| match Entity::suggest(name) {
        Some(meant) => no_route().hint(format!("Did you mean /v1/{}?", meant.path())),
        None => no_route(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_served_has_a_route_and_nothing_else_has() {
        let read = |method: Method, path| Route::parse(&method, path).map_err(|error| error.code());
        let contacts = |action, id| Ok(Route::Entity(action, Entity::Contacts, id));
        for (method, path, route) in [
            (Method::GET, "/v1/me", Ok(Route::Me)),
            (Method::POST, "/v1/batch", Ok(Route::Batch)),
            (Method::GET, "/v1/contacts", contacts(Action::List, None)),
            (Method::POST, "/v1/contacts", contacts(Action::Create, None)),
            (
                Method::GET,
                "/v1/contacts/fields",
                contacts(Action::Fields, None),
            ),
            (
                Method::POST,
                "/v1/contacts/search",
                contacts(Action::Search, None),
            ),
            (
                Method::GET,
                "/v1/contacts/71",
                contacts(Action::Get, Some(71)),
            ),
            (
                Method::PATCH,
                "/v1/contacts/71",
                contacts(Action::Update, Some(71)),
            ),
            (
                Method::DELETE,
                "/v1/contacts/71",
                contacts(Action::Delete, Some(71)),
            ),
            (Method::GET, "/v1/contacts/x", contacts(Action::Get, None)),
            (
                Method::GET,
                "/v1/userfields/deals",
                Ok(Route::UserFields(Entity::Deals)),
            ),
            (
                Method::POST,
                "/v1/deals/batch",
                Ok(Route::EntityBatch(Entity::Deals)),
            ),
        ] {
            assert_eq!(read(method, path), route, "{path}");
        }
        for (method, path) in [
            (Method::GET, "/contacts/71"),
            (Method::GET, "/v1/contact/71"),
            (Method::GET, "/v1/contacts/"),
            (Method::GET, "/v1/contacts/71/"),
            (Method::GET, "/v1/contacts/71/phones"),
            (Method::PUT, "/v1/contacts/71"),
            (Method::POST, "/v1/contacts/71"),
            (Method::PATCH, "/v1/me"),
            (Method::GET, "/v1/batch"),
            (Method::GET, "/v1/userfields"),
            (Method::GET, "/v1/"),
        ] {
            assert_eq!(read(method, path), Err("ROUTE_NOT_FOUND"), "{path}");
        }
    }
}
