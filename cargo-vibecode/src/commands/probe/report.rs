//! The findings, as a table for people and as a JSON report to share.

use serde_json::{Value, json};
use vibecode_spec::Entity;

use super::{
    finding::{Finding, Verdict},
    questions::Question,
};
use crate::output::Output;

/// All findings.
#[derive(Default)]
pub(crate) struct Report {
    answers: Vec<(&'static Question, Vec<Finding>)>,
}

impl Report {
    pub(crate) fn add(&mut self, question: &'static Question, findings: Vec<Finding>) {
        self.answers.push((question, findings));
    }

    /// Returns true if the portal does anything that the product does not assume.
    pub(crate) fn has_differences(&self) -> bool {
        self.differences().next().is_some()
    }

    pub(crate) fn print(&self, entity: Entity, output: &Output) {
        output.json(&self.document(entity));
        let head = ["#", "tested", "this portal", "assumed", "grade", "verdict"];
        output.table(&head, &self.rows());
        output.line("");
        if !self.has_differences() {
            output.line("The portal behaves as assumed.");
            return;
        }
        output.line("Differences, and the setting that adapts to each:");
        for (question, finding) in self.differences() {
            let Question {
                number,
                topic,
                overriding,
                ..
            } = question;
            let about = &finding.about;
            output.line(format!("{number:>4}  {topic}: {about}: {overriding}"));
        }
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (question, findings) in &self.answers {
            rows.extend(findings.iter().map(|finding| {
                vec![
                    question.number.to_string(),
                    format!("{}: {}", question.topic, finding.about),
                    finding.here.clone(),
                    finding.assumed.clone(),
                    question.grade.to_owned(),
                    finding.verdict.name().to_owned(),
                ]
            }));
        }
        rows
    }

    /// The report names neither the portal nor the key, and contains no value of a record.
    fn document(&self, entity: Entity) -> Value {
        let answers = self.answers.iter().map(|(question, findings)| {
            let findings: Vec<Value> = findings.iter().map(Finding::document).collect();
            json!({
                "number": question.number,
                "question": question.text,
                "grade": question.grade,
                "override": question.overriding,
                "findings": findings,
            })
        });
        json!({
            "tool": concat!("cargo-vibecode ", env!("CARGO_PKG_VERSION")),
            "entity": entity.path(),
            "answers": answers.collect::<Vec<_>>(),
        })
    }

    fn differences(&self) -> impl Iterator<Item = (&'static Question, &Finding)> {
        let answers = self.answers.iter();
        let findings = answers.flat_map(|(question, findings)| {
            findings.iter().map(move |finding| (*question, finding))
        });
        findings.filter(|(_, finding)| finding.verdict == Verdict::Differs)
    }
}
