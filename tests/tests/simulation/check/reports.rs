//! Every report is true.

use std::time::Duration;

use vibecode_tests::world::ledger::Applied as Application;

use super::super::{
    drive::Report,
    edition::{Applied, Verdict},
    plan::{Do, Item, Step},
};
use super::{Broken, Facts, same};

impl<'a> Facts<'a> {
    /// Every report is true.
    pub(super) fn reports(&self, broken: &mut Vec<Broken>) {
        for report in &self.outcome.reports {
            let (Some(ended), Some(verdict)) = (report.ended, &report.verdict) else {
                continue;
            };
            let step = self.step(report);
            let Some(item) = self.item(report) else {
                continue;
            };
            let name = format!("step {} item {}", report.step, report.item);
            match verdict {
                Verdict::Done { mismatches } if step.what.ensures() => {
                    for missing in self.missing(&item, ended) {
                        broken.push((
                            "Ok of ensure is true",
                            format!("{name}: {missing} is not there, {mismatches} mismatches"),
                        ));
                    }
                }
                Verdict::Done { mismatches } => {
                    let marker = item.want.comments.as_deref().unwrap_or_default();
                    let applied = self
                        .marked(marker)
                        .any(|application| application.at <= ended);
                    if !applied && *mismatches == 0 {
                        broken.push((
                            "Ok of an update is true",
                            format!("{name}: {marker} was not applied, and no mismatch says so"),
                        ));
                    }
                }
                Verdict::Failed {
                    applied: Applied::Not,
                    kind,
                    ..
                } => {
                    if let Some(application) = self.applied_for(report, step, &item) {
                        let what = format!(
                            "{name}: {kind:?}, and #{} was applied at {:?}",
                            application.request, application.at
                        );
                        broken.push(("NotApplied is true", what));
                    }
                }
                Verdict::Failed {
                    applied: Applied::Unknown,
                    kind,
                    ..
                } => {
                    if !self.something_left(step, &item, report.started, ended) {
                        broken.push((
                            "Unknown only if something was sent",
                            format!("{name}: {kind:?}"),
                        ));
                    }
                }
            }
        }
    }

    pub(super) fn missing(&self, item: &Item, ended: Duration) -> Vec<String> {
        let before =
            |application: &&Application| application.id == item.id && application.at <= ended;
        let applied = || self.outcome.ledger.applied.iter().filter(before);
        let mut missing = Vec::new();
        for value in item.want.phones.iter().chain(&item.want.emails) {
            let there = applied().any(|application| {
                application
                    .added
                    .iter()
                    .any(|(_, had)| same(had) == same(value))
            });
            if !there && !self.began_with(item.id, value) {
                missing.push(value.clone());
            }
        }
        let initial = self
            .contact(item.id)
            .and_then(|contact| contact.post.as_deref());
        if let Some(post) = &item.want.post {
            let wanted = post.as_deref().unwrap_or_default();
            let there = applied().any(|application| {
                application.set.iter().any(|(field, value)| {
                    field == "post" && value.as_str().unwrap_or_default() == wanted
                })
            });
            if !there && initial.unwrap_or_default() != wanted {
                missing.push(format!("post {wanted:?}"));
            }
        }
        missing
    }

    /// An application that only this call can have caused.
    pub(super) fn applied_for(
        &self,
        report: &Report,
        step: &Step,
        item: &Item,
    ) -> Option<&'a Application> {
        if let Some(marker) = &item.want.comments {
            return self.marked(marker).next();
        }
        if let Some(Some(post)) = &item.want.post {
            let mut applied = self.outcome.ledger.applied.iter();
            return applied.find(|application| {
                application.id == item.id && Self::set(application, "post") == Some(post)
            });
        }
        let client = format!("client-{}", step.client);
        let shares = |value: &str| {
            item.want
                .phones
                .iter()
                .chain(&item.want.emails)
                .any(|wanted| same(wanted) == same(value))
        };
        let another = self.outcome.reports.iter().any(|other| {
            let of = self.step(other);
            let Some(wanted) = self.item(other) else {
                return false;
            };
            (other.step, other.item) != (report.step, report.item)
                && of.what.ensures()
                && wanted.id == item.id
                && wanted
                    .want
                    .phones
                    .iter()
                    .chain(&wanted.want.emails)
                    .any(|value| shares(value))
                && !matches!(
                    other.verdict,
                    Some(Verdict::Failed {
                        applied: Applied::Not,
                        ..
                    })
                )
        });
        if another {
            return None;
        }
        self.outcome.ledger.applied.iter().find(|application| {
            application.id == item.id
                && Self::set(application, "comments").is_none()
                && self.seen(application).client == client
                && self.seen(application).arrived >= report.started
                && application.added.iter().any(|(_, value)| shares(value))
        })
    }

    pub(super) fn something_left(
        &self,
        step: &Step,
        item: &Item,
        started: Duration,
        ended: Duration,
    ) -> bool {
        let client = format!("client-{}", step.client);
        let creates = matches!(step.what, Do::Create(_));
        // An `ensure` may find that a write of an earlier call is open.
        let since = if step.what.ensures() {
            Duration::ZERO
        } else {
            started
        };
        let within = |at: Duration| at >= since && at <= ended;
        self.outcome.ledger.hung_up.iter().any(|at| within(*at))
            || self.outcome.ledger.seen.iter().any(|seen| {
                let cut_short = seen.complete.is_none();
                let about_it = seen.writes.iter().any(|(_, id)| *id == item.id)
                    || creates && seen.method == "POST";
                within(seen.arrived) && (cut_short || seen.client == client && about_it)
            })
    }
}
