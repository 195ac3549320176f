//! Where a struct is defined, its visibility, and where it finds the runtime.

use crate::body;

#[allow(unreachable_pub, reason = "every visibility has its turn")]
mod customers {
    use vibecode_runtime::{Patch, Phone};

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    pub struct Public {
        pub post: Option<String>,
        phone: Vec<Phone>,
    }

    impl Public {
        pub(super) fn new(post: &str) -> Self {
            Self {
                post: Some(post.to_owned()),
                phone: vec![],
            }
        }
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    pub(crate) struct OfTheCrate {
        pub(crate) post: Option<String>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    pub(super) struct OfTheParent {
        pub(super) post: Option<String>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    pub(in crate::places) struct OfOnePlace {
        pub(in crate::places) post: Option<String>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Private {
        post: Option<String>,
    }

    pub(super) mod inside {
        pub(crate) fn private_body() -> String {
            let private = super::Private {
                post: Some("Director".to_owned()),
            };
            crate::body(&private.to_patch().post("Engineer"))
        }
    }
}

const ENGINEER: &str = r#"{"post":"Engineer"}"#;

#[test]
fn a_builder_is_seen_where_its_struct_is() {
    let public: customers::PublicPatch = customers::Public::new("Director").to_patch();
    assert_eq!(body(&public.post("Engineer")), ENGINEER);
    let added = customers::Public::patch().add_phone("1");
    assert_eq!(body(&added), r#"{"phone":"1"}"#);
    assert_eq!(
        body(&customers::OfTheCrate::patch().post("Engineer")),
        ENGINEER
    );
    assert_eq!(
        body(&customers::OfTheParent::patch().post("Engineer")),
        ENGINEER
    );
    assert_eq!(
        body(&customers::OfOnePlace::patch().post("Engineer")),
        ENGINEER
    );
    assert_eq!(customers::inside::private_body(), ENGINEER);
}

#[test]
fn fields_of_every_visibility_are_taken_over() {
    let post = || Some("Engineer".to_owned());
    assert_eq!(
        body(&customers::OfTheCrate { post: post() }.to_patch()),
        ENGINEER
    );
    assert_eq!(
        body(&customers::OfTheParent { post: post() }.to_patch()),
        ENGINEER
    );
    assert_eq!(
        body(&customers::OfOnePlace { post: post() }.to_patch()),
        ENGINEER
    );
}

#[test]
fn a_struct_in_a_function_has_its_builder_there() {
    use vibecode_runtime::Patch;

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Customer {
        post: Option<String>,
    }

    let customer = Customer {
        post: Some("Director".to_owned()),
    };
    assert_eq!(body(&customer.to_patch().post("Engineer")), ENGINEER);
    let patch: CustomerPatch = Customer::patch().post("Engineer");
    assert_eq!(body(&patch), ENGINEER);
}

mod facade {
    pub(crate) mod vibecode {
        pub(crate) use vibecode_runtime::*;
    }
    pub(crate) use vibecode_runtime as runtime;
}

mod through_facades {
    use super::facade::vibecode::Patch;

    #[derive(Patch)]
    #[vibecode(entity = "contacts", crate = "crate::places::facade::vibecode")]
    pub(super) struct ByModule {
        pub(super) post: Option<String>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts", crate = "super::facade::runtime")]
    pub(super) struct ByRelativePath<T> {
        pub(super) post: Option<T>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    #[vibecode(crate = "::renamed_runtime")]
    pub(super) struct ByName {
        pub(super) post: Option<String>,
    }
}

#[test]
fn the_runtime_is_found_through_a_facade_a_relative_path_and_another_name() {
    use through_facades::{ByModule, ByName, ByRelativePath};
    let post = || Some("Engineer".to_owned());
    assert_eq!(body(&ByModule { post: post() }.to_patch()), ENGINEER);
    assert_eq!(body(&ByRelativePath { post: post() }.to_patch()), ENGINEER);
    assert_eq!(body(&ByName { post: post() }.to_patch()), ENGINEER);
}

mod entities {
    use vibecode_runtime::{CompanyId, ContactId, DealId, LeadId, Patch};

    #[derive(Patch)]
    #[vibecode(entity = "companies")]
    pub(super) struct Firm {
        #[vibecode(id)]
        pub(super) id: CompanyId,
        pub(super) title: Option<String>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "leads")]
    pub(super) struct Lead {
        #[vibecode(id)]
        pub(super) id: LeadId,
        pub(super) contact_id: Option<ContactId>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "deals")]
    pub(super) struct Sale {
        #[vibecode(id, field = "id")]
        pub(super) number: DealId,
        pub(super) contact_ids: Vec<ContactId>,
    }
}

#[test]
fn structs_of_several_entities_stand_side_by_side() {
    let firm = entities::Firm {
        id: 9.into(),
        title: Some("Horns and hooves".to_owned()),
    };
    let lead = entities::Lead {
        id: 8.into(),
        contact_id: Some(71.into()),
    };
    let sale = entities::Sale {
        number: 7.into(),
        contact_ids: vec![71.into()],
    };
    assert_eq!(body(&firm.to_patch()), r#"{"title":"Horns and hooves"}"#);
    assert_eq!(body(&lead.to_patch()), r#"{"contactId":71}"#);
    assert_eq!(body(&sale.to_patch()), r#"{"contactIds":[71]}"#);
    assert_eq!((firm.id.get(), lead.id.get(), sale.number.get()), (9, 8, 7));
}
