//! Other names of fields: in the REST layer underneath, in other programs, and in everyday use.

pub(crate) struct Concept {
    /// The wire names, which differ between entities. An entity has at most one of them.
    pub(crate) wire: &'static [&'static str],
    /// Native names, synonyms and labels, normalized for comparison: in lower case, letters and digits
    /// only.
    pub(crate) others: &'static [&'static str],
}

const fn concept(wire: &'static [&'static str], others: &'static [&'static str]) -> Concept {
    Concept { wire, others }
}

/// Every concept. A native name that is only another spelling of the wire name is not listed, such as
/// `COMPANY_ID` for `companyId`. A name may belong to several concepts: `name` is a person's first name,
/// and the title of a company or a deal.
pub(crate) const CONCEPTS: &[Concept] = &[
    concept(&["name"], &["firstname", "givenname", "forename", "имя"]),
    concept(&["lastName"], &["surname", "familyname", "фамилия"]),
    concept(&["secondName"], &["middlename", "patronymic", "отчество"]),
    concept(
        &["title"],
        &[
            "name",
            "caption",
            "companyname",
            "dealname",
            "leadname",
            "название",
        ],
    ),
    concept(&["companyTitle"], &["companyname", "названиекомпании"]),
    concept(&["honorific"], &["salutation", "обращение"]),
    concept(
        &["post"],
        &["position", "jobtitle", "job", "workposition", "должность"],
    ),
    concept(
        &["birthdate"],
        &[
            "birthday",
            "dateofbirth",
            "dob",
            "bday",
            "датарождения",
            "деньрождения",
        ],
    ),
    concept(
        &["phone"],
        &[
            "phones",
            "phonenumber",
            "telephone",
            "tel",
            "mobile",
            "mobilephone",
            "cellphone",
            "workphone",
            "homephone",
            "телефон",
        ],
    ),
    concept(
        &["email"],
        &[
            "emails",
            "mail",
            "emailaddress",
            "workemail",
            "homeemail",
            "почта",
        ],
    ),
    concept(&["photo"], &["picture", "avatar", "фото", "фотография"]),
    concept(&["logo"], &["logotype", "логотип"]),
    concept(
        &["comments"],
        &[
            "comment",
            "note",
            "notes",
            "remark",
            "remarks",
            "комментарий",
        ],
    ),
    concept(&["companyId"], &["company", "firm", "компания"]),
    concept(&["companyIds"], &["companies", "компании"]),
    concept(&["contactId"], &["contact", "контакт"]),
    concept(&["contactIds"], &["contacts", "контакты"]),
    concept(&["leadId"], &["lead", "лид"]),
    // No entity has this field: a deal does not refer to a deal. It is listed so that `dealId` is not
    // taken for a typo of `leadId`.
    concept(&["dealId"], &["deal", "сделка"]),
    concept(&["quoteId"], &["quote", "estimate", "предложение"]),
    concept(
        &["assignedById", "responsibleId"],
        &[
            "responsible",
            "responsibleid",
            "responsibleuser",
            "responsibleuserid",
            "responsibleperson",
            "assigned",
            "assignedby",
            "assignedto",
            "assignedtoid",
            "assignee",
            "assigneeid",
            "owner",
            "ownerid",
            "manager",
            "managerid",
            "ответственный",
        ],
    ),
    concept(
        &["observers"],
        &[
            "observer",
            "observerids",
            "watchers",
            "followers",
            "наблюдатели",
        ],
    ),
    concept(
        &["typeId"],
        &["type", "contacttype", "companytype", "dealtype", "тип"],
    ),
    concept(&["sourceId"], &["source", "leadsource", "источник"]),
    concept(&["sourceDescription"], &["sourceinformation", "sourceinfo"]),
    concept(
        &["stageId"],
        &[
            "stage",
            "dealstage",
            "leadstage",
            "status",
            "statusid",
            "стадия",
            "статус",
        ],
    ),
    concept(
        &["stageSemanticId"],
        &["stagesemantic", "statussemanticid", "statussemantic"],
    ),
    concept(&["previousStageId"], &["previousstage"]),
    concept(
        &["categoryId"],
        &[
            "category",
            "pipeline",
            "pipelineid",
            "funnel",
            "funnelid",
            "воронка",
            "направление",
        ],
    ),
    concept(
        &["amount", "opportunity"],
        &["sum", "price", "total", "cost", "сумма"],
    ),
    concept(&["currency", "currencyId"], &["currencycode", "валюта"]),
    concept(
        &["isManualOpportunity"],
        &["ismanualamount", "manualopportunity"],
    ),
    concept(&["taxValue"], &["tax", "vat", "налог"]),
    concept(&["probability"], &["chance", "вероятность"]),
    concept(
        &["begindate"],
        &[
            "startdate",
            "datestart",
            "startedat",
            "startsat",
            "датаначала",
        ],
    ),
    concept(
        &["closedAt"],
        &[
            "closedate",
            "closingdate",
            "enddate",
            "dateend",
            "датазавершения",
        ],
    ),
    concept(&["dateClosed"], &["closeddate"]),
    concept(
        &["createdTime", "createdAt", "createdDate"],
        &[
            "datecreate",
            "datecreated",
            "createdate",
            "creationdate",
            "creationtime",
            "created",
            "createdon",
            "createtime",
            "датасоздания",
            "создан",
        ],
    ),
    concept(
        &["updatedTime", "updatedAt", "changedDate"],
        &[
            "datemodify",
            "datemodified",
            "dateupdate",
            "dateupdated",
            "modifydate",
            "modified",
            "modifiedat",
            "modifiedon",
            "modifiedtime",
            "modifieddate",
            "lastmodified",
            "updated",
            "updatedon",
            "updateddate",
            "updatedate",
            "updatetime",
            "датаизменения",
            "изменен",
        ],
    ),
    concept(
        &["createdBy"],
        &[
            "createdbyid",
            "creator",
            "creatorid",
            "author",
            "authorid",
            "кемсоздан",
        ],
    ),
    concept(
        &["updatedBy"],
        &[
            "updatedbyid",
            "modifyby",
            "modifybyid",
            "modifiedby",
            "modifiedbyid",
            "кемизменен",
        ],
    ),
    concept(&["movedTime"], &["movedat", "datemoved", "datemove"]),
    concept(&["movedBy"], &["movedbyid"]),
    concept(
        &["lastActivityTime"],
        &["lastactivity", "lastactivityat", "lastactivitydate"],
    ),
    concept(&["lastActivityBy"], &["lastactivitybyid"]),
    concept(
        &["opened"],
        &[
            "open",
            "isopen",
            "isopened",
            "availabletoeveryone",
            "доступендлявсех",
        ],
    ),
    concept(&["export"], &["includedinexport", "isexport"]),
    concept(&["isConvert"], &["isconverted", "converted"]),
    concept(&["isMyCompany"], &["mycompany"]),
    concept(&["revenue"], &["turnover", "annualrevenue"]),
    concept(&["employees"], &["employeecount", "numberofemployees"]),
    concept(&["industry"], &["sector", "сферадеятельности"]),
    concept(&["bankingDetails"], &["bankdetails", "банковскиереквизиты"]),
    concept(&["additionalInfo"], &["additionalinformation"]),
    concept(&["originId"], &["externalid"]),
];
