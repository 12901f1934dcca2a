//! Sealed logs in a bucket of S3 or of a store that speaks it: checks the settings, opens the bucket. Puts nothing.

use object_store::{
    BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    path::Path as Key,
    prefix::PrefixStore,
};
use std::{ffi::OsString, fmt, net::IpAddr, sync::Arc, time::Duration};
use thiserror::Error;
use url::{Host, Url};

/// A connection must be there within this.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// A request that failed is tried again so often, unless [`S3Settings::timeout`] is over.
const RETRIES: usize = 3;
/// Wait before the first retry; each next one doubles it.
const FIRST_RETRY: Duration = Duration::from_millis(100);
/// Longest wait before a retry.
const LAST_RETRY: Duration = Duration::from_secs(2);
/// Longest prefix: keys of S3 end at 1024 bytes.
const PREFIX_BYTES: usize = 512;
/// What the standard variables of Amazon's tools begin with.
const VARIABLE: &str = "AWS_";

/// Which bucket, and how to get at it. Empty texts leave it to the environment, then to Amazon's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Settings {
    /// The bucket, which must be there.
    pub bucket: String,
    /// Begins the key of every object; empty means none.
    pub prefix: String,
    /// Where the bucket is.
    pub region: String,
    /// URL of a store that is not Amazon's.
    pub endpoint: String,
    /// What opens it; none leaves it to the environment.
    pub keys: Option<S3Keys>,
    /// Whether the bucket stands in the path of URLs, or before the host.
    pub path_style: bool,
    /// Whether the endpoint may be one without TLS.
    pub allow_http: bool,
    /// A request ends after this; so do its retries.
    pub timeout: Duration,
}

/// A pair of keys. The secret one is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Keys {
    /// The name of the pair.
    pub id: String,
    /// The secret one.
    pub secret: String,
}

impl fmt::Debug for S3Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Keys")
            .field("id", &self.id)
            .field("secret", &"***")
            .finish()
    }
}

/// Why settings open no bucket.
#[derive(Debug, Error)]
pub enum BadS3 {
    /// A setting cannot be so.
    #[error("setting logs.s3.{field} is {value:?}, it must be {allowed}")]
    Setting {
        /// Its key below `logs.s3`.
        field: &'static str,
        /// What it holds; never a secret.
        value: String,
        /// What it may hold.
        allowed: &'static str,
    },
    /// The settings and the environment together make no client.
    #[error("the settings of logs.s3 and the variables AWS_... open no bucket")]
    Client(#[from] object_store::Error),
}

/// The bucket as an object store. Where the settings say nothing the `AWS_...` ones of `variables` do, as with Amazon's
/// own tools. Nothing is asked of the store yet: see [`super::LogStorage::probe`].
///
/// # Errors
/// [`BadS3::Setting`] for a value that cannot be, [`BadS3::Client`] for a variable that cannot.
pub fn s3_objects(
    settings: &S3Settings,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Arc<dyn ObjectStore>, BadS3> {
    let prefix = settings.checked_prefix()?;
    settings.check_names()?;
    let endpoint = settings.checked_endpoint()?;
    let mut builder = from_variables(variables, settings.keys.is_some())
        .with_bucket_name(&settings.bucket)
        .with_virtual_hosted_style_request(!settings.path_style)
        // Logs are deleted one by one, and not every store has the call that deletes several.
        .with_disable_bulk_delete(true)
        .with_retry(settings.retry());
    for (key, value) in settings.client_options() {
        builder = builder.with_config(AmazonS3ConfigKey::Client(key), value);
    }
    if !settings.region.is_empty() {
        builder = builder.with_region(&settings.region);
    }
    if let Some(endpoint) = endpoint {
        builder = builder.with_config(AmazonS3ConfigKey::S3Endpoint, endpoint);
    }
    if let Some(keys) = &settings.keys {
        builder = builder
            .with_access_key_id(&keys.id)
            .with_secret_access_key(&keys.secret);
    }
    let bucket = builder.build()?;
    Ok(match prefix {
        Some(prefix) => Arc::new(PrefixStore::new(bucket, prefix)),
        None => Arc::new(bucket),
    })
}

/// What the variables say. Their credentials do not count beside others: a session's token fits only its own keys.
fn from_variables(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    has_keys: bool,
) -> AmazonS3Builder {
    let mut builder = AmazonS3Builder::new();
    for (name, value) in variables {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
            continue;
        };
        let key = name
            .starts_with(VARIABLE)
            .then(|| name.to_ascii_lowercase());
        let Some(Ok(key)) = key.map(|key| key.parse::<AmazonS3ConfigKey>()) else {
            continue;
        };
        let opens = [
            AmazonS3ConfigKey::AccessKeyId,
            AmazonS3ConfigKey::SecretAccessKey,
            AmazonS3ConfigKey::Token,
        ];
        if !(has_keys && opens.contains(&key)) {
            builder = builder.with_config(key, value);
        }
    }
    builder
}

impl S3Settings {
    fn retry(&self) -> RetryConfig {
        RetryConfig {
            backoff: BackoffConfig {
                init_backoff: FIRST_RETRY,
                max_backoff: LAST_RETRY,
                ..BackoffConfig::default()
            },
            max_retries: RETRIES,
            retry_timeout: self.timeout,
        }
    }

    fn client_options(&self) -> [(ClientConfigKey, String); 3] {
        let seconds = |time: Duration| format!("{} seconds", time.as_secs());
        [
            (ClientConfigKey::AllowHttp, self.allow_http.to_string()),
            (ClientConfigKey::ConnectTimeout, seconds(CONNECT_TIME)),
            (ClientConfigKey::Timeout, seconds(self.timeout)),
        ]
    }

    fn check_names(&self) -> Result<(), BadS3> {
        let of = |text: &str, more: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        if !(3..=63).contains(&self.bucket.len()) || !of(&self.bucket, ".-_") {
            let allowed = "3 to 63 of A-Z, a-z, 0-9, '.', '-' and '_'";
            return Err(bad("bucket", &self.bucket, allowed));
        }
        if !of(&self.region, "-") {
            let allowed = "a region of a-z, 0-9 and '-', or empty";
            return Err(bad("region", &self.region, allowed));
        }
        match &self.keys {
            Some(keys) if keys.id.is_empty() => {
                let allowed = "given beside secret_access_key";
                Err(bad("access_key_id", "", allowed))
            }
            Some(keys) if keys.secret.is_empty() => {
                let allowed = "given, or secret_access_key_file, beside access_key_id";
                Err(bad("secret_access_key", "", allowed))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn checked_prefix(&self) -> Result<Option<Key>, BadS3> {
        let allowed = "up to 512 bytes: names with '/' between them, none empty, '.' or '..'";
        let prefix = self.prefix.strip_suffix('/').unwrap_or(&self.prefix);
        if prefix.is_empty() && self.prefix.is_empty() {
            return Ok(None);
        }
        let key = Key::parse(prefix).ok();
        let key = key.filter(|key| key.as_ref() == prefix && prefix.len() <= PREFIX_BYTES);
        key.filter(|key| !key.as_ref().is_empty())
            .map(Some)
            .ok_or_else(|| bad("prefix", &self.prefix, allowed))
    }

    /// The endpoint as the client wants it: with the bucket before the host, unless it goes into the path.
    fn checked_endpoint(&self) -> Result<Option<String>, BadS3> {
        if self.endpoint.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(&self.endpoint).ok().filter(is_plain);
        let allowed = "https://HOST or http://HOST, with a port if need be and nothing behind";
        let mut url =
            url.ok_or_else(|| bad("endpoint", &without_password(&self.endpoint), allowed))?;
        if url.scheme() == "http" && !self.allow_http {
            let allowed = "https://..., unless allow_http is true";
            return Err(bad("endpoint", &self.endpoint, allowed));
        }
        if !self.path_style {
            let host = named_host(&url).map(|host| format!("{}.{host}", self.bucket));
            let is_set = host.is_some_and(|host| url.set_host(Some(&host)).is_ok());
            let allowed =
                "true when the endpoint is an address or the bucket no part of a host name";
            is_set
                .then_some(())
                .ok_or_else(|| bad("path_style", "false", allowed))?;
        }
        Ok(Some(url.as_str().trim_end_matches('/').to_owned()))
    }
}

fn bad(field: &'static str, value: &str, allowed: &'static str) -> BadS3 {
    BadS3::Setting {
        field,
        value: value.to_owned(),
        allowed,
    }
}

fn is_plain(url: &Url) -> bool {
    ["http", "https"].contains(&url.scheme())
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
}

/// The part that errors may show: what stands before an `@` can be a password.
fn without_password(endpoint: &str) -> String {
    match endpoint.rsplit_once('@') {
        Some((_, rest)) => format!("***@{rest}"),
        None => endpoint.to_owned(),
    }
}

fn named_host(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => name.parse::<IpAddr>().is_err().then(|| name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}
