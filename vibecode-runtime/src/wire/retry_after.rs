//! How long the API wants the client to wait: in seconds, or until a date.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

use crate::wire::json;

/// Returns the wait from `Retry-After`. If the header occurs more than once, the longest wait is
/// used, because the API and a gateway may each set one. A date is compared with the answer's own
/// `Date`, so that the two clocks need not agree.
pub(crate) fn of_head(headers: &HeaderMap) -> Option<Duration> {
    let asked = headers.get_all(header::RETRY_AFTER).into_iter();
    let asked = asked.filter_map(|text| {
        let text = text.to_str().ok()?;
        seconds(text).or_else(|| until(text, headers))
    });
    asked.max()
}

fn until(date: &str, headers: &HeaderMap) -> Option<Duration> {
    let until = httpdate::parse_http_date(date).ok()?;
    let date = headers
        .get(header::DATE)
        .and_then(|date| date.to_str().ok());
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let wait = until.duration_since(now.unwrap_or_else(SystemTime::now));
    Some(wait.unwrap_or(Duration::ZERO))
}

/// Parses seconds in plain digits; `Duration::MAX` if `Duration` cannot hold them.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| is_plain).and_then(wait)
}

/// Returns the wait from `retryAfter` of an error: any JSON number, or a string.
pub(crate) fn of_json(value: &str) -> Option<Duration> {
    // Every JSON number can be parsed as an `f64`.
    match value.parse() {
        Ok(number) => wait(number),
        Err(_) => seconds(&json::text(value)?),
    }
}

fn wait(seconds: f64) -> Option<Duration> {
    let is_one = seconds >= 0.0;
    is_one.then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn asked(pairs: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        of_head(&headers.collect())
    }

    #[test]
    fn a_wait_is_read_in_seconds() {
        for (text, wait) in [
            ("0", Some(Duration::ZERO)),
            ("5", Some(Duration::from_secs(5))),
            (" 0.5 ", Some(Duration::from_millis(500))),
            (&"9".repeat(400), Some(Duration::MAX)),
            ("1e3", None),
            ("inf", None),
            ("-1", None),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(asked(&[("retry-after", text)]), wait, "{text}");
        }
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn of_several_waits_the_longest_counts() {
        for texts in [["5", "60"], ["60", "5"], ["soon", "60"], ["60", ""]] {
            let pairs = texts.map(|text| ("retry-after", text));
            assert_eq!(asked(&pairs), Some(Duration::from_secs(60)), "{texts:?}");
        }
    }

    #[test]
    fn a_number_of_an_error_is_read_however_large_it_is() {
        let endless = "9".repeat(400);
        for (json, wait) in [
            ("5", Some(Duration::from_secs(5))),
            ("0.5", Some(Duration::from_millis(500))),
            ("1.0e+1", Some(Duration::from_secs(10))),
            ("1.0e+25", Some(Duration::MAX)),
            (&endless, Some(Duration::MAX)),
            (r#""5""#, Some(Duration::from_secs(5))),
            ("-1", None),
            (r#""inf""#, None),
            ("null", None),
            ("[5]", None),
        ] {
            assert_eq!(of_json(json), wait, "{json}");
        }
    }

    #[test]
    fn a_date_is_compared_with_the_clock_of_the_server() {
        let date = ("date", "Wed, 15 Apr 2026 09:00:00 GMT");
        for (until, wait) in [
            ("Wed, 15 Apr 2026 09:00:07 GMT", 7),
            ("Wed, 15 Apr 2026 08:00:00 GMT", 0),
        ] {
            let wait = Some(Duration::from_secs(wait));
            assert_eq!(asked(&[("retry-after", until), date]), wait);
        }
        let long_ago = ("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(asked(&[long_ago]), Some(Duration::ZERO));
    }
}
