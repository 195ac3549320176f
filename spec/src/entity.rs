//! The entities with built-in fields.

use std::sync::OnceLock;

use crate::{Schema, suggest};

/// An entity of the CRM.
///
/// ```
/// use vibecode_spec::Entity;
///
/// for entity in Entity::ALL {
///     assert_eq!(Entity::from_path(entity.path()), Some(*entity));
///     assert!(entity.schema().field("id").is_some());
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Entity {
    /// `contacts`
    Contacts,
    /// `companies`
    Companies,
    /// `leads`
    Leads,
    /// `deals`
    Deals,
}

impl Entity {
    /// Every entity.
    pub const ALL: &[Self] = &[Self::Contacts, Self::Companies, Self::Leads, Self::Deals];

    /// Returns the entity with this name in the paths of the API, such as `contacts`.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.path() == path)
    }

    /// Returns the entity that was probably meant by a name in another case, in the singular, or with a
    /// typo.
    #[must_use]
    pub fn suggest(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let singular = Self::ALL.iter().find(|each| each.singular() == name);
        singular.copied().or_else(|| {
            suggest::closest(&name, Self::ALL.iter().map(|each| each.path()))
                .and_then(Self::from_path)
        })
    }

    /// Returns the name in the paths of the API, a plural, such as `companies`.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::Leads => "leads",
            Self::Deals => "deals",
        }
    }

    /// Returns the name of a single record, such as `company`.
    #[must_use]
    pub fn singular(self) -> &'static str {
        match self {
            Self::Contacts => "contact",
            Self::Companies => "company",
            Self::Leads => "lead",
            Self::Deals => "deal",
        }
    }

    /// Returns the documented fields, which are parsed once per process.
    #[must_use]
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the text is a part of this crate"
    )]
    pub fn schema(self) -> &'static Schema {
        static SCHEMAS: [OnceLock<Schema>; 4] = [const { OnceLock::new() }; 4];
        let (schema, json) = match self {
            Self::Contacts => (&SCHEMAS[0], include_str!("../entities/contacts.json")),
            Self::Companies => (&SCHEMAS[1], include_str!("../entities/companies.json")),
            Self::Leads => (&SCHEMAS[2], include_str!("../entities/leads.json")),
            Self::Deals => (&SCHEMAS[3], include_str!("../entities/deals.json")),
        };
        schema.get_or_init(|| Schema::read(json).expect("a test reads every built-in schema"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grade, Kind, Multifield};

    #[test]
    fn every_built_in_schema_is_read_and_every_type_in_it_is_known() {
        for entity in Entity::ALL {
            let fields: Vec<_> = entity.schema().fields().collect();
            assert!(fields.len() > 25, "{entity:?}");
            for field in fields.iter().filter(|field| field.name != "fm") {
                assert!(!matches!(field.kind, Kind::Unknown(_)), "{field:?}");
                assert!(field.title.is_some(), "{field:?}");
            }
            assert!(entity.schema().field("id").is_some_and(|id| id.read_only));
        }
    }

    #[test]
    fn contacts_companies_and_leads_have_phones_and_deals_have_none() {
        for entity in Entity::ALL {
            let phone = entity.schema().field("phone");
            assert_eq!(phone.is_some(), *entity != Entity::Deals);
            if let Some(phone) = phone {
                assert_eq!(phone.kind, Kind::Multifield(Multifield::Phone));
            }
        }
    }

    #[test]
    fn a_singular_or_mistyped_entity_has_a_suggestion() {
        assert_eq!(Entity::suggest("contact"), Some(Entity::Contacts));
        assert_eq!(Entity::suggest("Company"), Some(Entity::Companies));
        assert_eq!(Entity::suggest("delas"), Some(Entity::Deals));
        assert_eq!(Entity::suggest("invoices"), None);
    }

    /// Names with a `*` are read-only. Names with `[]` hold several values.
    const COMMON: &str = "id* createdTime* updatedTime* createdBy* updatedBy* lastActivityBy* \
        lastActivityTime* hasPhone* hasEmail* hasImol* categoryId* fm* entityTypeId* phoneWork* \
        phoneMobile* phoneHome* emailWork* emailHome* emailMailing* observers[] phone email";
    const ORIGIN: &str = "originatorId originId utmSource utmMedium utmCampaign utmContent utmTerm";
    const CONTACTS: &str = "name lastName secondName post comments sourceDescription companyId \
        assignedById leadId typeId sourceId opened honorific birthdate photo export companyIds[] \
        originVersion webformId*";
    const COMPANIES: &str = "title typeId industry employees logo bankingDetails comments currencyId \
        revenue opened isMyCompany assignedById leadId contactIds[] originVersion webformId*";
    const LEADS: &str = "title name lastName secondName companyTitle post comments \
        sourceDescription statusDescription currencyId honorific sourceId stageId birthdate \
        opportunity isManualOpportunity opened assignedById companyId contactId webformId \
        contactIds[] originVersion movedBy* movedTime* stageSemanticId* isConvert* dateClosed*";
    const DEALS: &str = "title amount currency categoryId companyId contactId assignedById leadId \
        quoteId probability contactIds[] stageId typeId sourceId sourceDescription comments \
        additionalInfo begindate closedAt opened isManualOpportunity isRecurring taxValue \
        observers[] id* createdAt* updatedAt* movedTime* movedBy* previousStageId* \
        stageSemanticId* closed* entityTypeId*";

    #[test]
    fn an_entity_has_the_fields_that_are_known_of_it_and_no_other() {
        for (entity, lists) in [
            (Entity::Contacts, &[COMMON, ORIGIN, CONTACTS][..]),
            (Entity::Companies, &[COMMON, ORIGIN, COMPANIES]),
            (Entity::Leads, &[COMMON, ORIGIN, LEADS]),
            (Entity::Deals, &[ORIGIN, DEALS]),
        ] {
            let listed = lists.iter().flat_map(|list| list.split_whitespace());
            let mut listed: Vec<_> = listed.map(str::to_owned).collect();
            listed.sort_unstable();
            let mut there: Vec<_> = entity
                .schema()
                .fields()
                .map(|field| {
                    let read_only = if field.read_only { "*" } else { "" };
                    let multiple = if field.multiple { "[]" } else { "" };
                    format!("{}{read_only}{multiple}", field.name)
                })
                .collect();
            there.sort_unstable();
            assert_eq!(there, listed, "{entity:?}");
        }
    }

    #[test]
    fn what_the_api_documents_has_another_grade_than_what_the_layer_underneath_has() {
        let documented = "id name lastName secondName post comments sourceDescription phone email \
            companyId assignedById leadId typeId sourceId opened createdTime updatedTime phoneWork \
            phoneMobile phoneHome emailWork emailHome emailMailing fm";
        for field in Entity::Contacts.schema().fields() {
            let is_documented = documented.split_whitespace().any(|name| name == field.name);
            let grade = if is_documented {
                Grade::Documented
            } else {
                Grade::Underneath
            };
            assert_eq!(field.grade, grade, "{}", field.name);
        }
        for entity in [Entity::Companies, Entity::Leads] {
            let grade = |name| entity.schema().field(name).map(|field| field.grade);
            assert_eq!(grade("title"), Some(Grade::Underneath));
            assert_eq!(grade("phone"), Some(Grade::Documented));
        }
        let mut deals = Entity::Deals.schema().fields();
        assert!(deals.all(|field| field.grade == Grade::Documented));
    }
}
