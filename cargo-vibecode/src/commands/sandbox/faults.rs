//! The `--faults` flag.

use std::time::Duration;

use vibecode_sandbox::{Fault, Storm};

use crate::failure::Failure;

pub(crate) const HELP: &str = "\
Faults:
  drop_after,bad_gateway
      one request each, in this order
  drop_after@PATCH
      only a request with this method
  drop_after@POST/contacts
      only with this method and exactly this path: here a creation, and no search
  late=5s,rate_limited=2s
      with a time, such as 200ms, 5s or 1m
  error=SCOPE_DENIED
      with an error code of the API
  drop_after_calls=3
      a batch stops after 3 calls
  storm
      each request has a fault with a probability of 0.3
  storm:seed=7,probability=0.2
      with 0.2, and the same requests in every run
  storm:faults=drop_after+hang
      with one of these faults
  rate-limit=300
      at most 300 requests a minute per key, then 429
  portal-limit=10
      at most 10 requests a second to the portal, then 502

Names: drop_before, drop_after, late, reset_before, reset_after, delay, hang, hang_after, trickle, \
rate_limited, rate_limited_until, query_limit_exceeded, unavailable_html, bad_gateway, \
bad_gateway_html, queue_timeout, server_error, overload_limit, error, no_content, cut_off, \
cut_off_chunked, oversized, garbage, html, another_record, success_false, drop_after_calls";

/// A parsed part of the flag.
#[derive(Debug)]
pub(crate) enum FaultSetting {
    /// Each fault hits one request, in this order.
    Queue(Vec<Fault>),
    Storm(Storm),
    /// Requests a minute.
    RateLimit(u32),
    /// Requests a second.
    PortalLimit(u32),
}

/// The constructor of a fault, by its argument.
enum Constructor {
    Plain(fn() -> Fault),
    /// With the default time, which is that of the storm.
    WithTime(fn(Duration) -> Fault, Duration),
    WithCount(fn(usize) -> Fault),
    WithCode(fn(&'static str) -> Fault),
}

const SECOND: Duration = Duration::from_secs(1);

/// Every fault, by the name of its constructor.
const FAULTS: &[(&str, Constructor)] = &[
    ("drop_before", Constructor::Plain(Fault::drop_before)),
    ("drop_after", Constructor::Plain(Fault::drop_after)),
    (
        "late",
        Constructor::WithTime(Fault::late, Duration::from_secs(5)),
    ),
    ("reset_before", Constructor::Plain(Fault::reset_before)),
    ("reset_after", Constructor::Plain(Fault::reset_after)),
    (
        "delay",
        Constructor::WithTime(Fault::delay, Duration::from_secs(2)),
    ),
    ("hang", Constructor::Plain(Fault::hang)),
    ("hang_after", Constructor::Plain(Fault::hang_after)),
    (
        "trickle",
        Constructor::WithTime(Fault::trickle, Duration::from_millis(1)),
    ),
    (
        "rate_limited",
        Constructor::WithTime(Fault::rate_limited, SECOND),
    ),
    (
        "rate_limited_until",
        Constructor::WithTime(Fault::rate_limited_until, SECOND),
    ),
    (
        "query_limit_exceeded",
        Constructor::Plain(Fault::query_limit_exceeded),
    ),
    (
        "unavailable_html",
        Constructor::Plain(Fault::unavailable_html),
    ),
    ("bad_gateway", Constructor::Plain(Fault::bad_gateway)),
    (
        "bad_gateway_html",
        Constructor::Plain(Fault::bad_gateway_html),
    ),
    ("queue_timeout", Constructor::Plain(Fault::queue_timeout)),
    ("server_error", Constructor::Plain(Fault::server_error)),
    ("overload_limit", Constructor::Plain(Fault::overload_limit)),
    ("error", Constructor::WithCode(Fault::error)),
    ("no_content", Constructor::Plain(Fault::no_content)),
    ("cut_off", Constructor::Plain(Fault::cut_off)),
    (
        "cut_off_chunked",
        Constructor::Plain(Fault::cut_off_chunked),
    ),
    ("oversized", Constructor::Plain(Fault::oversized)),
    ("garbage", Constructor::Plain(Fault::garbage)),
    ("html", Constructor::Plain(Fault::html)),
    ("another_record", Constructor::Plain(Fault::another_record)),
    ("success_false", Constructor::Plain(Fault::success_false)),
    (
        "drop_after_calls",
        Constructor::WithCount(Fault::drop_after_calls),
    ),
];

/// Parses all values of the flag.
///
/// # Errors
/// If a part is malformed; the error lists the available names.
pub(crate) fn read(specs: &[String]) -> Result<Vec<FaultSetting>, Failure> {
    let settings = specs.iter().map(|spec| {
        setting(spec.trim()).map_err(|problem| Failure::new(format!("--faults {spec}: {problem}")))
    });
    settings.collect()
}

fn setting(spec: &str) -> Result<FaultSetting, String> {
    if let Some(limit) = spec.strip_prefix("rate-limit=") {
        return Ok(FaultSetting::RateLimit(number(limit)?));
    }
    if let Some(limit) = spec.strip_prefix("portal-limit=") {
        return Ok(FaultSetting::PortalLimit(number(limit)?));
    }
    match spec.split_once(':') {
        Some(("storm", settings)) => Ok(FaultSetting::Storm(storm(settings)?)),
        None if spec == "storm" => Ok(FaultSetting::Storm(Storm::seeded(0))),
        _ => Ok(FaultSetting::Queue(faults(spec, ',')?)),
    }
}

fn storm(settings: &str) -> Result<Storm, String> {
    let mut seed = 0;
    let mut probability = None;
    let mut only = None;
    for setting in settings.split(',') {
        match setting.split_once('=') {
            Some(("seed", value)) => seed = number(value)?,
            Some(("probability", value)) => probability = Some(share(value)?),
            Some(("faults", names)) => only = Some(faults(names, '+')?),
            _ => {
                return Err(format!(
                    "`{setting}` is not a setting of a storm: use seed=7, probability=0.2 or faults=drop_after+hang"
                ));
            }
        }
    }
    let mut storm = Storm::seeded(seed);
    if let Some(probability) = probability {
        storm = storm.probability(probability);
    }
    Ok(match only {
        Some(faults) => storm.faults(faults),
        None => storm,
    })
}

fn faults(list: &str, separator: char) -> Result<Vec<Fault>, String> {
    list.split(separator).map(|one| fault(one.trim())).collect()
}

/// `name` or `name=argument`, either with `@METHOD` or `@METHOD/path`.
fn fault(spec: &str) -> Result<Fault, String> {
    match spec.split_once('@') {
        Some((spec, target)) => at_target(effect(spec)?, target),
        None => effect(spec),
    }
}

fn effect(spec: &str) -> Result<Fault, String> {
    let (name, argument) = match spec.split_once('=') {
        Some((name, argument)) => (name, Some(argument)),
        None => (spec, None),
    };
    let known = FAULTS.iter().find(|(known, _)| *known == name);
    let (_, make) = known.ok_or_else(|| unknown(name))?;
    match (make, argument) {
        (Constructor::Plain(make), None) => Ok(make()),
        (Constructor::Plain(_), Some(_)) => Err(format!("`{name}` takes no value")),
        (Constructor::WithTime(make, usual), None) => Ok(make(*usual)),
        (Constructor::WithTime(make, _), Some(time)) => Ok(make(duration(time)?)),
        (Constructor::WithCount(make), Some(count)) => Ok(make(number(count)?)),
        (Constructor::WithCount(_), None) => Err(format!("`{name}` requires a number: {name}=3")),
        (Constructor::WithCode(make), code) => Ok(make(error_code(code.unwrap_or_default())?)),
    }
}

/// The methods of the API.
const METHODS: &[&str] = &["GET", "POST", "PATCH", "DELETE"];

fn at_target(fault: Fault, target: &str) -> Result<Fault, String> {
    let (method, path) = match target.split_once('/') {
        Some((method, path)) => (method, Some(path)),
        None => (target, None),
    };
    let method = method.to_ascii_uppercase();
    if !METHODS.contains(&method.as_str()) || path == Some("") {
        return Err(format!(
            "`@{target}` selects no request: write a method and, if you want, a path, such as @PATCH or @POST/contacts"
        ));
    }
    let fault = fault.on(method);
    Ok(match path {
        Some(path) => fault.at_exactly(path.strip_prefix("v1/").unwrap_or(path)),
        None => fault,
    })
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).collect();
    let meant = vibecode_spec::closest(name, names.iter().copied());
    let meant = meant.map_or(".".to_owned(), |meant| format!(": did you mean `{meant}`?"));
    format!(
        "there is no fault `{name}`{meant} Available are {}, storm, rate-limit=300 and portal-limit=10",
        names.join(", ")
    )
}

fn error_code(code: &str) -> Result<&'static str, String> {
    let mut codes = vibecode_spec::ERROR_CODES.iter().map(|(code, _)| *code);
    codes.clone().find(|known| *known == code).ok_or_else(|| {
        let meant = vibecode_spec::closest(code, codes.clone()).or_else(|| codes.next());
        let meant = meant.unwrap_or_default();
        format!("`{code}` is not an error code of the API: use one such as error={meant}")
    })
}

/// `5s`, `200ms`, `1m`, or seconds without a unit.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let count = digits.parse::<u32>().ok();
    let time = count.and_then(|count| match unit {
        "ms" => Some(Duration::from_millis(count.into())),
        "s" | "" => Some(Duration::from_secs(count.into())),
        "m" => Some(Duration::from_secs(u64::from(count) * 60)),
        _ => None,
    });
    time.ok_or_else(|| format!("`{text}` is not a time: write it as 200ms, 5s or 1m"))
}

fn share(text: &str) -> Result<f64, String> {
    let share = text
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("`{text}` is not a probability: use a number from 0 to 1"))
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a number, or is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(spec: &str) -> String {
        read(&[spec.to_owned()]).unwrap_err().to_string()
    }

    #[test]
    fn every_fault_has_its_own_name_and_is_in_the_help() {
        for (name, make) in FAULTS {
            let spec = match make {
                Constructor::WithCount(_) => format!("{name}=3"),
                Constructor::WithCode(_) => format!("{name}=SCOPE_DENIED"),
                Constructor::Plain(_) | Constructor::WithTime(..) => (*name).to_owned(),
            };
            assert_eq!(fault(&spec).unwrap().name(), *name);
            let mut words = HELP.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            assert!(words.any(|word| word == *name), "{name}");
        }
    }

    #[test]
    fn every_example_of_the_help_is_read() {
        let lines = HELP.lines().skip(1).take_while(|line| !line.is_empty());
        // The meaning of each is on a line of its own, with more space before it.
        let examples = lines.filter(|line| !line.starts_with("   "));
        let examples: Vec<&str> = examples.map(str::trim).collect();
        assert_eq!(examples.len(), 11);
        for example in examples {
            assert!(setting(example).is_ok(), "{example}");
        }
    }

    #[test]
    fn an_error_lists_the_available_names() {
        let typo = problem("drop_aftr");
        assert!(typo.contains("did you mean `drop_after`?"), "{typo}");
        assert!(typo.contains("another_record") && typo.contains("rate-limit=300"));
        assert!(problem("storm:speed=7").contains("seed=7"));
        assert!(problem("storm:probability=2").contains("from 0 to 1"));
        assert!(problem("late=soon").contains("200ms"));
        assert!(problem("error=SCOPE_DENID").contains("error=SCOPE_DENIED"));
        assert!(problem("rate-limit=many").contains("not a number"));
        assert!(problem("drop_after=3").contains("takes no value"));
        assert!(problem("").contains("there is no fault"));
        for target in ["", "PACTH", "POST/", "/contacts", "contacts"] {
            let said = problem(&format!("drop_after@{target}"));
            assert!(
                said.contains("selects no request") && said.contains("@POST/contacts"),
                "{said}"
            );
        }
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("5"), Ok(Duration::from_secs(5)));
        assert_eq!(duration("1m"), Ok(Duration::from_secs(60)));
        assert!(duration("1h").is_err() && duration("s").is_err());
    }
}
