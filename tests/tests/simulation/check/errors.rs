//! Which calls fail, and what their errors show.

use super::super::edition::{KEY, Verdict};
use super::{Broken, Facts};

impl Facts<'_> {
    /// If there are no faults, no call fails.
    pub(super) fn successes(&self, broken: &mut Vec<Broken>) {
        if !self.outcome.plan.must_succeed {
            return;
        }
        for report in &self.outcome.reports {
            if let Some(Verdict::Failed { kind, shown, .. }) = &report.verdict {
                let shown: String = shown.chars().take(120).collect();
                broken.push((
                    "nothing fails without need",
                    format!(
                        "step {} item {}: {kind:?} {shown}",
                        report.step, report.item
                    ),
                ));
            }
        }
    }

    /// No error shows secrets or personal data.
    pub(super) fn secrets(&self, broken: &mut Vec<Broken>) {
        for report in &self.outcome.reports {
            let Some(Verdict::Failed { shown, .. }) = &report.verdict else {
                continue;
            };
            let mut hidden: Vec<String> = [KEY, "confidential", "vibe_session", "79161112233"]
                .map(str::to_owned)
                .into();
            if let Some(item) = self.item(report) {
                hidden.extend(item.want.phones);
                hidden.extend(item.want.emails);
                hidden.extend(
                    item.want
                        .comments
                        .map(|text| text.chars().take(40).collect()),
                );
                hidden.extend(item.want.post.flatten());
            }
            if let Some(shows) = hidden.iter().find(|text| shown.contains(text.as_str())) {
                broken.push((
                    "errors show nothing secret",
                    format!("step {}: {shows:?} in {shown:?}", report.step),
                ));
            }
        }
    }
}
