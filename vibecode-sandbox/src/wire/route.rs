//! The route of a method and a path.

use http::Method;
use vibecode_spec::{Entity, EntityPath};

use super::{Access, Action, Catalogue, Failure, Lookup};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// `GET /v1/me`
    Me,
    /// `GET /v1/guide`
    Guide,
    /// `GET /v1/userfields/{entity}`
    UserFields(EntityPath),
    /// `POST /v1/userfields/{entity}`
    NewUserField(EntityPath),
    /// `GET` and `POST /v1/{entity}`, `GET /v1/{entity}/fields`, `POST /v1/{entity}/search`, and
    /// `GET`, `PATCH` and `DELETE /v1/{entity}/{id}`. The id is `None` if it is not a number.
    Entity(Action, EntityPath, Option<u64>),
    /// `POST /v1/{entity}/aggregate`
    Aggregate(EntityPath),
    /// `GET /v1/{catalogue}`, `POST /v1/{catalogue}/search` and `GET /v1/{catalogue}/{id}`
    Catalogue(Catalogue, Lookup),
    /// `POST /v1/batch`
    Batch,
    /// `POST /v1/{entity}/batch`
    EntityBatch(EntityPath),
}

impl Route {
    pub(crate) fn parse(method: &Method, path: &str) -> Result<Self, Failure> {
        let path = path.strip_prefix("/v1/").ok_or_else(no_route)?;
        let segments: Vec<&str> = path.split('/').collect();
        match (method.as_str(), segments.as_slice()) {
            ("GET", ["me"]) => Ok(Self::Me),
            ("GET", ["guide"]) => Ok(Self::Guide),
            ("POST", ["batch"]) => Ok(Self::Batch),
            (method, ["userfields", entity @ ..]) => {
                let (entity, rest) = entity_and_rest(entity)?;
                match (method, rest) {
                    ("GET", []) => Ok(Self::UserFields(entity)),
                    ("POST", []) => Ok(Self::NewUserField(entity)),
                    _ => Err(no_route()),
                }
            }
            (method, segments) => match segments.split_first() {
                Some((name, rest)) if Catalogue::from_path(name).is_some() => {
                    let catalogue = Catalogue::from_path(name).ok_or_else(no_route)?;
                    Ok(Self::Catalogue(catalogue, lookup(method, rest)?))
                }
                _ => {
                    let (entity, rest) = entity_and_rest(segments)?;
                    Self::of_entity(method, entity, rest)
                }
            },
        }
    }

    fn of_entity(method: &str, entity: EntityPath, rest: &[&str]) -> Result<Self, Failure> {
        let route = |action| Ok(Self::Entity(action, entity, None));
        let of_record = |action, id: &str| Ok(Self::Entity(action, entity, id.parse().ok()));
        match (method, rest) {
            ("GET", []) => route(Action::List),
            ("POST", []) => route(Action::Create),
            (_, [""]) => Err(no_route()),
            ("GET", ["fields"]) => route(Action::Fields),
            ("POST", ["search"]) => route(Action::Search),
            ("POST", ["aggregate"]) => Ok(Self::Aggregate(entity)),
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
            Self::Me
            | Self::Guide
            | Self::UserFields(_)
            | Self::Aggregate(_)
            | Self::Catalogue(..) => false,
            Self::Entity(action, ..) => action.access() == Access::Write,
            Self::NewUserField(_) | Self::Batch | Self::EntityBatch(_) => true,
        }
    }

    /// Returns true if one request to the route may do several things.
    pub(crate) fn is_batch(self) -> bool {
        matches!(self, Self::Batch | Self::EntityBatch(_))
    }

    /// Returns true if the route reads or changes the portal, and does not only describe the key or
    /// the API.
    pub(crate) fn is_of_entity(self) -> bool {
        !matches!(self, Self::Me | Self::Guide)
    }
}

fn lookup(method: &str, rest: &[&str]) -> Result<Lookup, Failure> {
    match (method, rest) {
        ("GET", []) => Ok(Lookup::List),
        ("POST", ["search"]) => Ok(Lookup::Search),
        ("GET", [id]) if !id.is_empty() => Ok(Lookup::One),
        _ => Err(no_route()),
    }
}

fn no_route() -> Failure {
    Failure::new("ROUTE_NOT_FOUND", "There is no such route")
}

/// Splits the entity from the rest of a path: a smart process has two segments. A singular name is
/// not a route either (grade O).
fn entity_and_rest<'a, 'b>(
    segments: &'a [&'b str],
) -> Result<(EntityPath, &'a [&'b str]), Failure> {
    let (name, rest) = match segments {
        ["items", number, rest @ ..] => (format!("items/{number}"), rest),
        [name, rest @ ..] => ((*name).to_owned(), rest),
        [] => return Err(no_route()),
    };
    let entity = EntityPath::from_path(&name).ok_or_else(|| match Entity::suggest(&name) {
        Some(meant) => no_route().hint(format!("Did you mean /v1/{}?", meant.path())),
        None => no_route(),
    })?;
    Ok((entity, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_served_has_a_route_and_nothing_else_has() {
        let read = |method: Method, path| Route::parse(&method, path).map_err(|error| error.code());
        let of = EntityPath::Entity;
        let contacts = |action, id| Ok(Route::Entity(action, of(Entity::Contacts), id));
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
                Ok(Route::UserFields(of(Entity::Deals))),
            ),
            (
                Method::POST,
                "/v1/userfields/items/1040",
                Ok(Route::NewUserField(EntityPath::Items(1040))),
            ),
            (
                Method::PATCH,
                "/v1/items/1040/3",
                Ok(Route::Entity(
                    Action::Update,
                    EntityPath::Items(1040),
                    Some(3),
                )),
            ),
            (
                Method::POST,
                "/v1/deals/aggregate",
                Ok(Route::Aggregate(of(Entity::Deals))),
            ),
            (
                Method::GET,
                "/v1/currencies/RUB",
                Ok(Route::Catalogue(Catalogue::Currencies, Lookup::One)),
            ),
            (
                Method::GET,
                "/v1/users",
                Ok(Route::Catalogue(Catalogue::Users, Lookup::List)),
            ),
            (Method::GET, "/v1/guide", Ok(Route::Guide)),
            (
                Method::POST,
                "/v1/deals/batch",
                Ok(Route::EntityBatch(of(Entity::Deals))),
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
            (Method::GET, "/v1/items"),
            (Method::GET, "/v1/items/x/1"),
            (Method::POST, "/v1/users"),
            (Method::PATCH, "/v1/statuses/1"),
            (Method::GET, "/v1/statuses/"),
        ] {
            assert_eq!(read(method, path), Err("ROUTE_NOT_FOUND"), "{path}");
        }
    }
}
