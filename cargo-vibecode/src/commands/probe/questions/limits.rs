//! Questions about the rate limit headers, and how soon a write is visible.

use std::time::SystemTime;

use super::Findings;
use crate::commands::probe::{
    bench::{self, Bench, Effect},
    finding::Finding,
};

const MINUTE: f64 = 60.0;
const DAY: f64 = 86_400.0;

/// How often a write is read back immediately.
const READS: usize = 5;

/// Asks for the unit of `X-RateLimit-Reset`, by comparison with the clock.
pub(super) async fn unit_of_reset(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "X-RateLimit-Reset";
    const ASSUMED: &str = "seconds or a point in time, distinguished by size";
    let Some(reset) = bench.get().await?.number("x-ratelimit-reset") else {
        return Ok(vec![Finding::not_testable(
            ABOUT,
            "the header is not sent",
            ASSUMED,
        )]);
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_secs_f64();
    let is_now = |moment: f64| (moment - now).abs() < DAY;
    let unit = if reset <= MINUTE {
        Some("seconds from now")
    } else if is_now(reset) {
        Some("a point in time, in seconds since 1970")
    } else if is_now(reset / 1000.0) {
        Some("a point in time, in milliseconds since 1970")
    } else if reset <= MINUTE * 1000.0 {
        // The product would read this as seconds.
        return Ok(vec![Finding::new(
            ABOUT,
            "milliseconds from now",
            ASSUMED,
            false,
        )]);
    } else {
        None
    };
    Ok(vec![match unit {
        Some(unit) => Finding::new(ABOUT, unit, ASSUMED, true),
        None => Finding::new(ABOUT, "an unknown unit", ASSUMED, false),
    }])
}

/// Asks whether a write is visible in a read right after it.
pub(super) async fn read_after_write(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "a read after a write";
    const ASSUMED: &str = "shows it";
    let mut shown = 0;
    for round in 0..READS {
        let text = format!("probe 12 {round}");
        let body = bench::text(bench.entity, &text);
        match bench.try_text(&body, &text).await? {
            Effect::Accepted => shown += 1,
            Effect::Ignored => {}
            Effect::Refused(why) => {
                let why = format!("the write is refused: {why}");
                return Ok(vec![Finding::not_testable(ABOUT, why, ASSUMED)]);
            }
        }
    }
    let here = match shown {
        READS => ASSUMED.to_owned(),
        shown => format!("shows it {shown} of {READS} times"),
    };
    Ok(vec![Finding::new(ABOUT, here, ASSUMED, shown == READS)])
}
