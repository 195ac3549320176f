//! The settings of a client, and the protections that no setting can switch off.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use http::HeaderValue;
use reqwest::{Url, redirect};

use super::{
    Client, Credentials, RetryPolicy, Shared,
    connecting::{Connecting, CountConnections},
    credentials::{refused, variable},
    headers::Headers,
    identity::Identity,
    locks::Locks,
    retry::Retries,
    runtimes::Runtimes,
    times::Times,
};
use crate::{Result, Throttle};

const USER_AGENT: &str = concat!("vibecode-runtime/", env!("CARGO_PKG_VERSION"));

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The server gives up after 60 s (api.md, grade B), so it has given up when this timeout expires.
const WRITE_TIMEOUT: Duration = Duration::from_secs(70);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const DEADLINE: Duration = Duration::from_secs(300);
/// Short, since a write on a pooled connection that the server has closed has an unknown outcome.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// How long the kernel keeps sending data that is not acknowledged. The data may arrive after the
/// attempt has ended, so this must be less than the settle time.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// A builder for a [`Client`], from [`Client::builder`] or [`ClientBuilder::from_env`].
///
/// ```
/// use std::time::Duration;
/// use vibecode_runtime::{Client, Credentials, RetryPolicy, Throttle};
///
/// let client = Client::builder(Credentials::personal("vibe_api_1"))
///     .base_url("https://vibecode.bitrix24.com/v1")
///     .connect_timeout(Duration::from_secs(5))
///     .timeout(Duration::from_secs(90))
///     .deadline(Duration::from_secs(300))
///     .settle_time(Duration::from_secs(180))
///     .retry(RetryPolicy::new().attempts(5))
///     .throttle(Throttle::per_minute(120))
///     .user_agent("shop/1.4")
///     .build()?;
/// # let _: Client = client;
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
/// Debug shows neither keys nor tokens, and only the scheme, host and path of URLs.
#[must_use = "call `build` to get a client"]
pub struct ClientBuilder {
    credentials: Credentials,
    base_url: String,
    user_agent: String,
    connect_timeout: Duration,
    times: Times,
    settle_time: Duration,
    refuses_similar_phones: bool,
    retry: RetryPolicy,
    throttle: Throttle,
    http: reqwest::ClientBuilder,
}

impl ClientBuilder {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            base_url: Client::BASE_URL.to_owned(),
            user_agent: USER_AGENT.to_owned(),
            connect_timeout: CONNECT_TIMEOUT,
            times: Times {
                read: READ_TIMEOUT,
                write: WRITE_TIMEOUT,
                deadline: DEADLINE,
            },
            settle_time: Client::SETTLE_TIME,
            refuses_similar_phones: false,
            retry: RetryPolicy::new(),
            throttle: Throttle::default(),
            http: reqwest::Client::builder(),
        }
    }

    /// Creates a builder with the key, the session token and the base URL of the environment variables
    /// that [`Client::from_env`] reads.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use vibecode_runtime::ClientBuilder;
    ///
    /// let client = ClientBuilder::from_env()?.settle_time(Duration::from_secs(180)).build()?;
    /// # let _: vibecode_runtime::Client = client;
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no key, or if one of
    /// these variables is not valid Unicode.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| variable(name, std::env::var(name)))
    }

    fn from_variables(variable: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let builder = Self::new(Credentials::from_env(&variable)?);
        Ok(match variable("VIBECODE_BASE_URL")? {
            Some(url) => builder.base_url(&url),
            None => builder,
        })
    }

    /// Sets the base URL, including `/v1`. By default [`Client::BASE_URL`].
    pub fn base_url(mut self, url: &str) -> Self {
        url.clone_into(&mut self.base_url);
        self
    }

    /// Sets how long one attempt may take, from connecting to the end of the answer. By default 70 s
    /// for a write, since the server works on it for up to 60 s, and 30 s for a read. This sets both to
    /// the same value. Zero is accepted, but no call can be expected to succeed in no time.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.times.read = timeout;
        self.times.write = timeout;
        self
    }

    /// Sets how long all attempts of one call may take together, from the moment the first is sent. By
    /// default 300 s. Waiting for the throttle before the first attempt does not count.
    ///
    /// Another attempt begins only if it could run for its full [`timeout`](Self::timeout) before the
    /// deadline. An attempt that is under way is not cut off: with a deadline of 20 s, a write without
    /// an answer fails after its time-out of 70 s. So with a deadline shorter than the time-out,
    /// nothing is sent again, not even after a 429; zero means a single attempt.
    ///
    /// [`Client::ensure`] makes several reads and writes. The deadline limits each of them, not the
    /// call as a whole.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.times.deadline = deadline;
        self
    }

    /// Sets the settle time: how long a write with an unknown outcome may still be applied after its
    /// attempt has ended. [`Client::ensure`] waits this long before it sends an addition again. By
    /// default [`Client::SETTLE_TIME`], 120 s.
    ///
    /// It must cover the 60 s that the server works on a request (grade B), a queue in front of the
    /// server, what the operating system still sends (10 s on Linux), and the age of the data that a
    /// read shows. With a shorter time a phone may be added twice. A batch takes [`Client::BATCH_SETTLE_FACTOR`] times as
    /// long.
    pub fn settle_time(mut self, settle_time: Duration) -> Self {
        self.settle_time = settle_time;
        self
    }

    /// Lets [`Client::ensure`] fail with [`ErrorKind::SimilarPhone`](crate::ErrorKind::SimilarPhone)
    /// instead of adding a phone if the record has another one with the same last 10 digits. By default
    /// the phone is added.
    ///
    /// `8 916 111-22-33` and `+7 916 111-22-33` may be the same number, depending on the country, and a
    /// portal may store one as the other. A second entry could not be removed.
    pub fn refuse_similar_phones(mut self) -> Self {
        self.refuses_similar_phones = true;
        self
    }

    /// Sets which requests are retried, and when. By default [`RetryPolicy::new`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how many requests may be sent. By default [`Throttle::per_minute`] with 300.
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = throttle;
        self
    }

    /// Sets how long connecting may take. By default 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the `User-Agent`. By default it is the name and version of this crate.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets the builder of the HTTP client underneath, for example to configure a proxy or a
    /// certificate.
    ///
    /// Whatever is set here, everything that could repeat a request, send it to another host, or write
    /// it to a log stays off: redirects, reqwest's own retries, HTTP/2 and `connection_verbose`; and
    /// proxies if the base URL is `http:`. How long idle connections are kept, and how long the
    /// operating system keeps sending, is also set by the client. Default headers are sent, except
    /// those that the client sets itself.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = http;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration): a malformed key or token, or one of the
    /// wrong kind for the credentials; a malformed base URL, or an `http:` one that is not for this machine; a
    /// `User-Agent` with a line break; or settings that the HTTP client refuses.
    pub fn build(self) -> Result<Client> {
        let of_credentials = self.credentials.headers()?;
        let identity = Identity::new(self.credentials, self.times.usual())?;
        let base_url = checked_base_url(&self.base_url)?;
        let user_agent = checked_user_agent(self.user_agent)?;
        let headers = Headers::new(of_credentials, user_agent.clone(), &base_url);
        #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls-tls")))]
        check_tls_provider()?;
        let http = self
            .http
            // For the requests that ask a proxy for a connection. The others have it among their headers.
            .user_agent(user_agent)
            .connect_timeout(self.connect_timeout)
            .connector_layer(CountConnections)
            .timeout(self.times.usual());
        let http = harden(http, &base_url).build().map_err(|error| {
            refused("the HTTP client cannot be made").caused_by(error.without_url())
        })?;
        Ok(Client {
            shared: Arc::new(Shared {
                http,
                connecting: Connecting::default(),
                base_url,
                headers,
                times: self.times,
                throttle: self.throttle,
                refuses_similar_phones: self.refuses_similar_phones,
                retries: Retries::new(self.retry),
                locks: Arc::new(Locks::new(self.settle_time)),
                runtimes: Runtimes::default(),
            }),
            identity: Arc::new(identity),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    /// Omits the settings of reqwest: they contain headers, and the passwords of proxies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("base_url", &shown_url(&self.base_url))
            .field("connect_timeout", &self.connect_timeout)
            .field("times", &self.times)
            .field("settle_time", &self.settle_time)
            .field("refuses_similar_phones", &self.refuses_similar_phones)
            .field("retry", &self.retry)
            .field("throttle", &self.throttle)
            .finish_non_exhaustive()
    }
}

/// The URL without its other parts, which may contain a password or a key.
fn shown_url(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return "not a URL".to_owned();
    };
    url.set_query(None);
    url.set_fragment(None);
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return format!("{}:…", url.scheme());
    }
    url.into()
}

/// reqwest repeats requests by itself: over HTTP/2 after a refused stream, and after a redirect, which
/// carries `X-Api-Key` to another host. Its verbose connections log the key. A proxy would receive a
/// loopback call in clear.
///
/// Must be applied after the app's settings, since the last call of a setting wins.
fn harden(http: reqwest::ClientBuilder, base_url: &Url) -> reqwest::ClientBuilder {
    let http = http
        // With a maximum other than 0, `never` copies each request for a retry that it does not make.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .redirect(redirect::Policy::none())
        .referer(false)
        .http1_only()
        .connection_verbose(false)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT);
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let http = http.tcp_user_timeout(TCP_USER_TIMEOUT);
    if base_url.scheme() == "http" {
        http.no_proxy()
    } else {
        http
    }
}

fn checked_user_agent(user_agent: String) -> Result<HeaderValue> {
    HeaderValue::try_from(user_agent).map_err(|_| {
        refused(
            "the `User-Agent` contains a character that no header can carry, such as a line break: remove it",
        )
    })
}

fn checked_base_url(text: &str) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| {
        refused("the base URL is not a URL: write it as `https://vibecode.bitrix24.tech/v1`")
            .caused_by(error)
    })?;
    let problem = match url.scheme() {
        "https" => None,
        "http" if is_loopback(&url) => None,
        "http" => Some(
            "the base URL is `http:`: the key would be sent in clear. Use `https:`; only this machine itself may be `http:`",
        ),
        _ => Some("the base URL is neither `https:` nor `http:`"),
    };
    let has_more = url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some();
    let problem = problem
        .or(has_more
            .then_some("the base URL contains more than a host and a path: remove the rest"));
    match problem {
        Some(problem) => Err(refused(problem)),
        None => Ok(url),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// reqwest panics if no provider is installed.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls-tls")))]
fn check_tls_provider() -> Result<()> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(refused(
            "no cryptography is installed for TLS: call `install_default` of a rustls `CryptoProvider` first, or use the feature `rustls-tls`",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn only_https_and_this_machine_are_taken_as_base_urls() {
        for url in [
            "https://vibecode.bitrix24.com/v1",
            "http://127.0.0.1:8080/v1",
            "http://127.9.9.9/v1",
            "http://localhost:1/v1/",
            "http://[::1]:1/v1",
        ] {
            assert!(checked_base_url(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "vibecode.bitrix24.tech/v1",
            "http://vibecode.bitrix24.tech/v1",
            "http://localhost.example.com/v1",
            "http://10.0.0.1/v1",
            "ftp://127.0.0.1/v1",
            "https://user:secret@host/v1",
            "https://host/v1?key=secret",
            "https://host/v1#part",
        ] {
            let error = checked_base_url(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(
                !format!("{error} {error:?}").contains("secret"),
                "{error:?}"
            );
        }
        let in_clear = checked_base_url("http://10.0.0.1/v1").unwrap_err();
        assert!(in_clear.to_string().contains("in clear"), "{in_clear}");
    }

    fn builder() -> ClientBuilder {
        Client::builder(Credentials::personal("vibe_api_1"))
    }

    #[test]
    fn the_environment_sets_the_key_and_the_base_url_and_nothing_else() {
        let builder = |url: Option<&'static str>| {
            ClientBuilder::from_variables(|name| {
                Ok(match name {
                    "VIBECODE_API_KEY" => Some("vibe_api_1".to_owned()),
                    "VIBECODE_BASE_URL" => url.map(str::to_owned),
                    _ => None,
                })
            })
        };
        let settle_time = Duration::from_secs(180);
        let other = builder(Some("https://host/v1"))
            .unwrap()
            .settle_time(settle_time);
        assert_eq!(other.base_url, "https://host/v1");
        assert_eq!(other.settle_time, settle_time);
        let usual = builder(None).unwrap();
        assert_eq!(usual.base_url, Client::BASE_URL);
        assert_eq!(usual.settle_time, Client::SETTLE_TIME);
        let error = ClientBuilder::from_variables(|_| Ok(None)).unwrap_err();
        assert!(error.to_string().contains("VIBECODE_API_KEY"), "{error}");
    }

    #[test]
    fn debug_shows_of_urls_only_host_and_path_and_no_header_of_the_app() {
        for url in [
            "https://user:secret@host/v1",
            "https://secret@host/v1?key=secret#secret",
            "secret@host",
            "mailto:secret@host?secret#secret",
        ] {
            let proxy = reqwest::Proxy::all("http://user:secret@proxy").unwrap();
            let headers = [(http::header::COOKIE, HeaderValue::from_static("secret"))];
            let http = reqwest::Client::builder()
                .proxy(proxy)
                .default_headers(headers.into_iter().collect());
            let shown = format!("{:?}", builder().base_url(url).http(http));
            assert!(!shown.contains("secret"), "{shown}");
            assert!(!shown.contains("vibe_api_1"), "{shown}");
        }
        let shown = format!("{:?}", builder().base_url("https://host/v1"));
        assert!(shown.contains("https://host/v1"), "{shown}");
    }

    #[test]
    fn a_user_agent_with_a_line_break_is_refused_with_words() {
        for user_agent in ["shop\n", "shop\r\nx-evil: 1", "\0"] {
            let error = builder().user_agent(user_agent).build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains("User-Agent"), "{error}");
        }
    }

    #[test]
    fn redirects_and_referers_that_an_app_sets_are_overridden() {
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::limited(5))
            .referer(true);
        let url = Url::parse("http://127.0.0.1/v1").unwrap();
        let shown = |http: reqwest::ClientBuilder| format!("{:?}", harden(http, &url));
        assert_eq!(shown(http), shown(reqwest::Client::builder()));
    }
}
