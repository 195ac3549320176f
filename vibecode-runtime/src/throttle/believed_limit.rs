//! Decides which of the limits stated by answers is believed.
//!
//! `X-RateLimit-Limit` may be lower than the documented limit (api.md, grade D), and it may be a stray
//! value of a gateway. Therefore a limit is believed only if three answers in a
//! row state the same one, or immediately if it comes with a 429. It is believed for three minutes
//! after the last answer that stated it. An answer that contradicts itself (more remains than the
//! limit) is not counted.
//!
//! Example with a limit of 300: one answer that states 5 changes nothing. If the next two state 5 too,
//! requests are sent every 12 s. If later answers state no limit, the limit is 300 again after 3
//! minutes.

use std::time::Duration;

use tokio::time::Instant;

use super::Feedback;

/// How many answers in a row have to state the same limit.
pub(super) const STATEMENTS: u32 = 3;
/// How long a limit is believed after it was last stated.
pub(super) const BELIEVED_FOR: Duration = Duration::from_secs(180);

#[derive(Debug, Default)]
pub(super) struct BelievedLimit {
    /// The limit that the last answers stated, and how many of them in a row.
    stated: Option<(u32, u32)>,
    believed: Option<(u32, Instant)>,
}

impl BelievedLimit {
    pub(super) fn note(&mut self, feedback: &Feedback, now: Instant) {
        let Some(limit) = plausible(feedback) else {
            return;
        };
        let times = match self.stated {
            Some((same, times)) if same == limit => times.saturating_add(1),
            _ => 1,
        };
        self.stated = Some((limit, times));
        if times >= STATEMENTS || feedback.is_rate_limited() {
            self.believed = Some((limit, now + BELIEVED_FOR));
        }
    }

    pub(super) fn at(&self, now: Instant) -> Option<u32> {
        let (limit, until) = self.believed?;
        (until > now).then_some(limit)
    }
}

/// Returns the limit that an answer states, unless it contradicts itself. A limit of 0 is not
/// plausible: it would have refused the request.
pub(super) fn plausible(feedback: &Feedback) -> Option<u32> {
    let limit = feedback.limit.filter(|limit| *limit > 0)?;
    let is_consistent = feedback.remaining.is_none_or(|left| left <= limit);
    is_consistent.then_some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stating(limit: u32) -> Feedback {
        Feedback {
            limit: Some(limit),
            ..Feedback::none()
        }
    }

    fn after(answers: &[Feedback]) -> Option<u32> {
        let (mut limit, now) = (BelievedLimit::default(), Instant::now());
        for answer in answers {
            limit.note(answer, now);
        }
        limit.at(now)
    }

    #[test]
    fn a_limit_is_believed_after_three_answers_in_a_row_that_state_it() {
        let (five, six) = (stating(5), stating(6));
        assert_eq!(after(&[five]), None);
        assert_eq!(after(&[five, five]), None);
        assert_eq!(after(&[five, five, six, five, five]), None);
        assert_eq!(after(&[five, Feedback::none(), five, five]), Some(5));
        assert_eq!(after(&[five, five, five, six, six]), Some(5));
        assert_eq!(after(&[five, five, five, six, six, six]), Some(6));
    }

    #[test]
    fn a_429_that_states_a_limit_is_believed_at_once() {
        let refused = Feedback {
            limit: Some(5),
            ..Feedback::rate_limited()
        };
        assert_eq!(after(&[refused]), Some(5));
    }

    #[test]
    fn a_limit_is_forgotten_three_minutes_after_it_was_last_stated() {
        let (mut limit, now) = (BelievedLimit::default(), Instant::now());
        for _ in 0..STATEMENTS {
            limit.note(&stating(5), now);
        }
        limit.note(&stating(5), now + BELIEVED_FOR / 2);
        assert_eq!(limit.at(now + BELIEVED_FOR), Some(5));
        assert_eq!(limit.at(now + BELIEVED_FOR * 3 / 2), None);
    }

    #[test]
    fn a_limit_of_0_and_one_below_what_remains_are_not_counted() {
        let contradictory = Feedback {
            remaining: Some(299),
            ..stating(5)
        };
        assert_eq!(after(&[stating(0); 9]), None);
        assert_eq!(after(&[contradictory; 9]), None);
    }
}
