//! The entities of the API: one table, to which an entity is added as one entry.

use std::sync::OnceLock;

use crate::{Multifield, Schema, suggest};

/// Generates [`Entity`] and its table. Each entry has the names that the entity's type and its ids have
/// in the runtime, its path, the name of a single record, the file of its built-in fields, whether these
/// are only a few of its fields, and the `entityId` of its user fields. A `-` means that no field is known,
/// or no such id.
macro_rules! entities {
    ($($Entity:ident $Id:ident $path:literal $singular:literal $fields:tt $built_in:ident $user_fields:tt;)+) => {
        /// An entity of the API, except for smart processes.
        ///
        /// ```
        /// use vibecode_spec::Entity;
        ///
        /// for entity in Entity::ALL {
        ///     assert_eq!(Entity::from_path(entity.path()), Some(*entity));
        /// }
        /// assert!(Entity::Contacts.schema().field("id").is_some());
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Entity {
            $(
                #[doc = concat!("`", $path, "`")]
                $Entity,
            )+
        }

        impl Entity {
            /// Every entity.
            pub const ALL: &[Self] = &[$(Self::$Entity),+];

            fn row(self) -> &'static EntityRow {
                match self {
                    $(
                        Self::$Entity => {
                            static ROW: EntityRow = EntityRow {
                                type_name: stringify!($Entity),
                                id_type_name: stringify!($Id),
                                path: $path,
                                singular: $singular,
                                built_in: BuiltIn::$built_in,
                                user_fields: user_fields!($user_fields),
                                json: fields!($fields),
                                schema: OnceLock::new(),
                            };
                            &ROW
                        }
                    )+
                }
            }
        }
    };
}

macro_rules! fields {
    (-) => {
        None
    };
    ($file:literal) => {
        Some(include_str!(concat!("../entities/", $file)))
    };
}

macro_rules! user_fields {
    (-) => {
        None
    };
    ($id:literal) => {
        Some($id)
    };
}

entities! {
    Contacts   ContactId   "contacts"   "contact"   "contacts.json"   Documented "CRM_CONTACT";
    Companies  CompanyId   "companies"  "company"   "companies.json"  Documented "CRM_COMPANY";
    Leads      LeadId      "leads"      "lead"      "leads.json"      Documented "CRM_LEAD";
    Deals      DealId      "deals"      "deal"      "deals.json"      Documented "CRM_DEAL";
    Quotes     QuoteId     "quotes"     "quote"     -                 Few        "CRM_QUOTE";
    Invoices   InvoiceId   "invoices"   "invoice"   "invoices.json"   Few        -;
    Requisites RequisiteId "requisites" "requisite" "requisites.json" Documented "CRM_REQUISITE";
    Tasks      TaskId      "tasks"      "task"      "tasks.json"      Documented -;
    Addresses  AddressId   "addresses"  "address"   -                 Few        -;
    Activities ActivityId  "activities" "activity"  -                 Few        -;
}

/// A row of the table of entities.
struct EntityRow {
    type_name: &'static str,
    id_type_name: &'static str,
    path: &'static str,
    singular: &'static str,
    built_in: BuiltIn,
    user_fields: Option<&'static str>,
    json: Option<&'static str>,
    schema: OnceLock<Schema>,
}

/// How many of an entity's fields are built in.
#[derive(PartialEq, Eq)]
enum BuiltIn {
    /// Those that the API or the layer underneath documents.
    Documented,
    /// None, or the few that were observed.
    Few,
}

impl Entity {
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
        self.row().path
    }

    /// Returns the name of a single record, such as `company`.
    #[must_use]
    pub fn singular(self) -> &'static str {
        self.row().singular
    }

    /// Returns the name of the entity's type in `vibecode-runtime`, such as `Companies`.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        self.row().type_name
    }

    /// Returns the name of the type of the entity's ids in `vibecode-runtime`, such as `CompanyId`.
    #[must_use]
    pub fn id_type_name(self) -> &'static str {
        self.row().id_type_name
    }

    /// Returns the `entityId` in the definitions of the entity's user fields, such as `CRM_COMPANY`.
    /// `None` if it is not known, or if the API defines no user fields of the entity.
    #[must_use]
    pub fn user_field_entity(self) -> Option<&'static str> {
        self.row().user_fields
    }

    /// Returns whether records have phones and emails (grade D).
    #[must_use]
    pub fn has_multifields(self) -> bool {
        let phone = Multifield::Phone.name();
        self.schema().field(phone).is_some()
    }

    /// Returns whether most fields of the entity are known only from a portal's schema.
    #[must_use]
    pub fn needs_schema(self) -> bool {
        self.row().built_in == BuiltIn::Few
    }

    /// Returns the built-in fields, which are parsed once per process. The schema is empty if no field of
    /// the entity is known.
    #[must_use]
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the text is a part of this crate"
    )]
    pub fn schema(self) -> &'static Schema {
        let row = self.row();
        row.schema.get_or_init(|| {
            row.json.map_or_else(Schema::default, |json| {
                Schema::read_built_in(json).expect("a test reads every built-in schema")
            })
        })
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
            assert!(fields.len() > 10 || entity.needs_schema(), "{entity:?}");
            for field in fields.iter().filter(|field| field.name != "fm") {
                assert!(!matches!(field.kind, Kind::Unknown(_)), "{field:?}");
                assert!(field.title.is_some(), "{field:?}");
            }
            if !fields.is_empty() {
                assert!(entity.schema().field("id").is_some_and(|id| id.read_only));
            }
        }
    }

    #[test]
    fn contacts_companies_and_leads_have_phones_and_no_other_entity_has() {
        for entity in Entity::ALL {
            let named = [Entity::Contacts, Entity::Companies, Entity::Leads].contains(entity);
            assert_eq!(entity.has_multifields(), named, "{entity:?}");
            for multifield in Multifield::ALL {
                let field = entity.schema().field(multifield.name());
                let kind = field.map(|field| field.kind.clone());
                assert_eq!(kind, named.then_some(Kind::Multifield(*multifield)));
            }
        }
    }

    #[test]
    fn the_entities_with_few_known_fields_need_a_schema() {
        let needy = Entity::ALL.iter().filter(|entity| entity.needs_schema());
        let needy: Vec<_> = needy.map(|entity| entity.path()).collect();
        assert_eq!(needy, ["quotes", "invoices", "addresses", "activities"]);
    }

    #[test]
    fn a_singular_or_mistyped_entity_has_a_suggestion() {
        assert_eq!(Entity::suggest("contact"), Some(Entity::Contacts));
        assert_eq!(Entity::suggest("Company"), Some(Entity::Companies));
        assert_eq!(Entity::suggest("delas"), Some(Entity::Deals));
        for entity in Entity::ALL {
            assert_eq!(Entity::suggest(entity.singular()), Some(*entity));
        }
        assert_eq!(Entity::suggest("timelines"), None);
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
    const INVOICES: &str = "id* opportunity stageId accountNumber begindate parentId2";
    const REQUISITES: &str = "id* entityTypeId entityId presetId name active sort rqName rqInn rqKpp \
        rqOgrn";
    const TASKS: &str = "title description responsibleId status priority deadline startDatePlan \
        endDatePlan timeEstimate groupId parentId accomplices[] auditors[] tags[] ufCrmTask[] id* \
        createdDate* changedDate* closedDate* dateStart* createdBy*";

    #[test]
    fn an_entity_has_the_fields_that_are_known_of_it_and_no_other() {
        for (entity, lists) in [
            (Entity::Contacts, &[COMMON, ORIGIN, CONTACTS][..]),
            (Entity::Companies, &[COMMON, ORIGIN, COMPANIES]),
            (Entity::Leads, &[COMMON, ORIGIN, LEADS]),
            (Entity::Deals, &[ORIGIN, DEALS]),
            (Entity::Quotes, &[]),
            (Entity::Invoices, &[INVOICES]),
            (Entity::Requisites, &[REQUISITES]),
            (Entity::Tasks, &[TASKS]),
            (Entity::Addresses, &[]),
            (Entity::Activities, &[]),
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
        for entity in [Entity::Deals, Entity::Requisites, Entity::Tasks] {
            let mut fields = entity.schema().fields();
            assert!(fields.all(|field| field.grade == Grade::Documented));
        }
        let mut invoices = Entity::Invoices.schema().fields();
        assert!(invoices.all(|field| field.grade == Grade::Observed || field.name == "id"));
    }
}
