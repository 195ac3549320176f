//! The form in which a record has a phone that is to be added.
//!
//! Example: a record has `89161112233`, and a row with `--country 7` adds `+79161112233`. The client compares digits, so
//! it would add the number a second time, and nothing could remove it. The phone is therefore added as `89161112233`,
//! which the client finds in the record.

use vibecode_runtime::{MultifieldEntry, Multifields};
use vibecode_spec::Multifield;

use super::{EntryRules, NumberingPlan, Phones, phone};
use crate::verify::has_entry;

impl EntryRules {
    /// Returns whether one number may have several forms. Without a country code it is not known which they are.
    pub(crate) fn knows_forms(self) -> bool {
        self.country.is_some() && self.phones == Phones::Check
    }

    /// Returns the form in which a record has a phone, if it has it in another form only.
    pub(crate) fn other_form(
        self,
        multifield: Multifield,
        value: &str,
        present: &Multifields,
    ) -> Option<String> {
        let entries = self.in_another_form(multifield, value, present);
        entries.first().map(|it| it.value().to_owned())
    }

    /// Returns the entries in which a record has a phone, if it has it in another form only.
    pub(crate) fn in_another_form<'m>(
        self,
        multifield: Multifield,
        value: &str,
        present: &'m Multifields,
    ) -> Vec<&'m MultifieldEntry> {
        let may_have_forms = multifield == Multifield::Phone && self.phones == Phones::Check;
        let plan = self
            .country
            .filter(|_| may_have_forms)
            .map(NumberingPlan::of);
        let number = plan.and_then(|plan| Some((plan, phone::number(value, plan)?)));
        let Some((plan, number)) = number.filter(|_| !has_entry(present, multifield, value)) else {
            return Vec::new();
        };
        let phones = present.entries().iter();
        let phones = phones.filter(|it| it.kind() == multifield.kind_in_fm());
        let same = phones.filter(|it| phone::number(it.value(), plan).as_ref() == Some(&number));
        same.collect()
    }
}

#[cfg(test)]
mod tests {
    use vibecode_runtime::{Contacts, RawAnswer};

    use super::*;

    #[test]
    fn a_number_is_the_same_in_all_forms_of_its_country() {
        let other_form = |country, value: &str, of_record: &str| {
            let record = format!(
                r#"{{"id":71,"fm":[{{"id":1,"typeId":"PHONE","valueType":"WORK","value":"{of_record}"}}]}}"#
            );
            let record = RawAnswer::from_json::<Contacts>(record).unwrap();
            let rules = EntryRules {
                country,
                ..EntryRules::default()
            };
            rules.other_form(Multifield::Phone, value, &record.multifields().unwrap())
        };
        for (value, of_record) in [
            ("+79161112233", "89161112233"),
            ("+79161112233", "8 (916) 111-22-33"),
            ("+7 916 111 22 33", "916 111-22-33"),
            ("+79161112233 доб. 102", "8 916 111-22-33;102"),
        ] {
            let form = other_form(Some(7), value, of_record);
            assert_eq!(form.as_deref(), Some(of_record), "{value}");
            assert_eq!(other_form(None, value, of_record), None);
            assert_eq!(other_form(Some(375), value, of_record), None);
        }
        for (value, of_record) in [
            // The client finds these itself.
            ("+79161112233", "79161112233"),
            ("+79161112233", "+7 916 111-22-33"),
            ("+79161112233", "89161112234"),
            ("+79161112233", "8 916 111-22-33 доб. 102"),
            ("+79161112233", "+375291112233"),
            ("+79161112233", "нет"),
        ] {
            assert_eq!(other_form(Some(7), value, of_record), None, "{of_record}");
        }
    }
}
