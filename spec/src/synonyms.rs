//! Other names of fields: in the REST layer underneath, in other programs, and in everyday use.

/// The names of one field, which may have another wire name in each entity.
pub(crate) struct Synonyms {
    /// The wire names, which differ between entities. An entity has at most one of them.
    pub(crate) wire: &'static [&'static str],
    /// Native names, synonyms and labels, normalized for comparison: in lower case, letters and digits
    /// only.
    pub(crate) others: &'static [&'static str],
}

const fn synonyms(wire: &'static [&'static str], others: &'static [&'static str]) -> Synonyms {
    Synonyms { wire, others }
}

/// All synonyms. A native name that is only another spelling of the wire name is not listed, such as
/// `COMPANY_ID` for `companyId`. A name may belong to several fields: `name` is a person's first name,
/// and the title of a company or a deal.
pub(crate) const SYNONYMS: &[Synonyms] = &[
    synonyms(&["name"], &["firstname", "givenname", "forename", "имя"]),
    synonyms(&["lastName"], &["surname", "familyname", "фамилия"]),
    synonyms(&["secondName"], &["middlename", "patronymic", "отчество"]),
    synonyms(
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
    synonyms(&["companyTitle"], &["companyname", "названиекомпании"]),
    synonyms(&["honorific"], &["salutation", "обращение"]),
    synonyms(
        &["post"],
        &["position", "jobtitle", "job", "workposition", "должность"],
    ),
    synonyms(
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
    synonyms(
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
    synonyms(
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
    synonyms(&["photo"], &["picture", "avatar", "фото", "фотография"]),
    synonyms(&["logo"], &["logotype", "логотип"]),
    synonyms(
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
    synonyms(&["companyId"], &["company", "firm", "компания"]),
    synonyms(&["companyIds"], &["companies", "компании"]),
    synonyms(&["contactId"], &["contact", "контакт"]),
    synonyms(&["contactIds"], &["contacts", "контакты"]),
    synonyms(&["leadId"], &["lead", "лид"]),
    // No entity has this field: a deal does not refer to a deal. It is listed so that `dealId` is not
    // taken for a typo of `leadId`.
    synonyms(&["dealId"], &["deal", "сделка"]),
    synonyms(&["quoteId"], &["quote", "estimate", "предложение"]),
    synonyms(
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
    synonyms(
        &["observers"],
        &[
            "observer",
            "observerids",
            "watchers",
            "followers",
            "наблюдатели",
        ],
    ),
    synonyms(
        &["typeId"],
        &["type", "contacttype", "companytype", "dealtype", "тип"],
    ),
    synonyms(&["sourceId"], &["source", "leadsource", "источник"]),
    synonyms(&["sourceDescription"], &["sourceinformation", "sourceinfo"]),
    synonyms(
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
    synonyms(
        &["stageSemanticId"],
        &["stagesemantic", "statussemanticid", "statussemantic"],
    ),
    synonyms(&["previousStageId"], &["previousstage"]),
    synonyms(
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
    synonyms(
        &["amount", "opportunity"],
        &["sum", "price", "total", "cost", "сумма"],
    ),
    synonyms(&["currency", "currencyId"], &["currencycode", "валюта"]),
    synonyms(
        &["isManualOpportunity"],
        &["ismanualamount", "manualopportunity"],
    ),
    synonyms(&["taxValue"], &["tax", "vat", "налог"]),
    synonyms(&["probability"], &["chance", "вероятность"]),
    synonyms(
        &["begindate"],
        &[
            "startdate",
            "datestart",
            "startedat",
            "startsat",
            "датаначала",
        ],
    ),
    synonyms(
        &["closedAt"],
        &[
            "closedate",
            "closingdate",
            "enddate",
            "dateend",
            "датазавершения",
        ],
    ),
    synonyms(&["dateClosed"], &["closeddate"]),
    synonyms(
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
    synonyms(
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
    synonyms(
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
    synonyms(
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
    synonyms(&["movedTime"], &["movedat", "datemoved", "datemove"]),
    synonyms(&["movedBy"], &["movedbyid"]),
    synonyms(
        &["lastActivityTime"],
        &["lastactivity", "lastactivityat", "lastactivitydate"],
    ),
    synonyms(&["lastActivityBy"], &["lastactivitybyid"]),
    synonyms(
        &["opened"],
        &[
            "open",
            "isopen",
            "isopened",
            "availabletoeveryone",
            "доступендлявсех",
        ],
    ),
    synonyms(&["export"], &["includedinexport", "isexport"]),
    synonyms(&["isConvert"], &["isconverted", "converted"]),
    synonyms(&["isMyCompany"], &["mycompany"]),
    synonyms(&["revenue"], &["turnover", "annualrevenue"]),
    synonyms(&["employees"], &["employeecount", "numberofemployees"]),
    synonyms(&["industry"], &["sector", "сферадеятельности"]),
    synonyms(&["bankingDetails"], &["bankdetails", "банковскиереквизиты"]),
    synonyms(&["additionalInfo"], &["additionalinformation"]),
    synonyms(&["originId"], &["externalid"]),
];
