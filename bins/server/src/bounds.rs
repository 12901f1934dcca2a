//! Which values a setting may have. Each refusal names the key, its value and what is allowed.

use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use runyard_api::{
    HEADER_BYTES_MAX, HEADER_COUNT_MAX, PATH_BYTES_MAX, QUERY_BYTES_MAX, TrustedProxies,
};
use runyard_domain::retention::KEPT_DAYS_MAX;

/// A setting with a number, and the least and the most that it may be.
type Bound = (&'static str, u64, u64, u64);

/// Longest time that may be set, in seconds: so much that nobody waits for its end, and sums of it are numbers.
const SECONDS_MAX: u64 = 365 * 24 * 60 * 60;
/// Largest number that may be set for a size or a count.
const COUNT_MAX: u64 = 1 << 40;
/// Most runs that may be set: so many are counted when one more comes.
const RUNS_MAX: u64 = 1_000_000;
/// Longest wait of the system for a connection to be taken, in connections.
const BACKLOG_MAX: u64 = 65_535;

/// Refuses settings that cannot be.
///
/// # Errors
/// Names the first one that cannot.
pub(crate) fn check(settings: &Settings) -> Result<()> {
    let all = [server(settings), limits(settings), jobs(settings)];
    for (key, value, least, most) in all.into_iter().flatten() {
        if !(least..=most).contains(&value) {
            bail!("setting {key} is {value}, it must be {least} to {most}");
        }
    }
    let url = &settings.server.public_url;
    if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
        bail!("setting server.public_url is {url:?}, it must begin with http:// or https://");
    }
    let proxies = TrustedProxies::parse(&settings.server.trusted_proxies);
    proxies.context("setting server.trusted_proxies")?;
    Ok(())
}

fn server(settings: &Settings) -> Vec<Bound> {
    vec![
        (
            "server.drain_seconds",
            settings.server.drain_seconds,
            1,
            SECONDS_MAX,
        ),
        ("server.workers", count(settings.server.workers), 0, 1024),
        (
            "database.pool_size",
            count(settings.database.pool_size),
            1,
            10_000,
        ),
        (
            "runner.capacity",
            u64::from(settings.runner.capacity),
            1,
            1000,
        ),
    ]
}

fn limits(settings: &Settings) -> Vec<Bound> {
    let limits = &settings.limits;
    let sizes = [
        ("limits.body_bytes", limits.body_bytes, COUNT_MAX),
        ("limits.event_bytes", limits.event_bytes, COUNT_MAX),
        (
            "limits.git_request_bytes",
            limits.git_request_bytes,
            COUNT_MAX,
        ),
        (
            "limits.path_bytes",
            limits.path_bytes,
            count(PATH_BYTES_MAX),
        ),
        (
            "limits.query_bytes",
            limits.query_bytes,
            count(QUERY_BYTES_MAX),
        ),
        (
            "limits.query_parameters",
            limits.query_parameters,
            COUNT_MAX,
        ),
        (
            "limits.header_count",
            limits.header_count,
            count(HEADER_COUNT_MAX),
        ),
        (
            "limits.header_bytes",
            limits.header_bytes,
            count(HEADER_BYTES_MAX),
        ),
        ("limits.connections", limits.connections, COUNT_MAX),
        ("limits.waiting_calls", limits.waiting_calls, COUNT_MAX),
    ];
    let times = [
        ("limits.body_seconds", limits.body_seconds),
        ("limits.header_seconds", limits.header_seconds),
        ("limits.keep_alive_seconds", limits.keep_alive_seconds),
    ];
    let backlog = ("limits.backlog", u64::from(limits.backlog), 1, BACKLOG_MAX);
    let per_address = count(limits.connections_per_address);
    let per_address = ("limits.connections_per_address", per_address, 0, COUNT_MAX);
    let runs = [
        ("limits.open_runs", limits.open_runs),
        ("limits.runs_in_ten_seconds", limits.runs_in_ten_seconds),
    ];
    let per_hour = (
        "limits.requests_per_hour",
        limits.requests_per_hour,
        0,
        COUNT_MAX,
    );
    let mut bounds = vec![backlog, per_address, per_hour];
    bounds.extend(runs.map(|(key, value)| (key, value, 1, RUNS_MAX)));
    bounds.extend(sizes.map(|(key, value, most)| (key, count(value), 1, most)));
    bounds.extend(times.map(|(key, value)| (key, value, 1, SECONDS_MAX)));
    bounds
}

fn jobs(settings: &Settings) -> Vec<Bound> {
    let (git, jobs, logs) = (&settings.git, &settings.jobs, &settings.logs);
    let bounds = [
        (
            "git.fetch_timeout_seconds",
            git.fetch_timeout_seconds,
            SECONDS_MAX,
        ),
        ("jobs.offer_seconds", jobs.offer_seconds, SECONDS_MAX),
        ("jobs.lease_seconds", jobs.lease_seconds, SECONDS_MAX),
        (
            "jobs.cancel_grace_seconds",
            jobs.cancel_grace_seconds,
            SECONDS_MAX,
        ),
        (
            "jobs.timeout_minutes",
            jobs.timeout_minutes,
            SECONDS_MAX / 60,
        ),
        ("jobs.queue_hours", jobs.queue_hours, SECONDS_MAX / 3600),
        ("jobs.run_days", jobs.run_days, SECONDS_MAX / 86_400),
        ("logs.job_bytes", logs.job_bytes, COUNT_MAX),
        ("logs.link_seconds", logs.link_seconds, SECONDS_MAX),
        (
            "logs.s3.timeout_seconds",
            logs.s3.timeout_seconds,
            SECONDS_MAX,
        ),
    ];
    let deadline = (
        "jobs.cancel_deadline_minutes",
        jobs.cancel_deadline_minutes,
        0,
        SECONDS_MAX / 60,
    );
    let kept = [
        ("retention.run_days", settings.retention.run_days),
        ("retention.log_days", settings.retention.log_days),
    ];
    let kept = kept.map(|(key, days)| (key, days.into(), 0, KEPT_DAYS_MAX.into()));
    let bounds = bounds.map(|(key, value, most)| (key, value, 1, most));
    bounds.into_iter().chain([deadline]).chain(kept).collect()
}

fn count(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::settings::tests::load;

    #[test]
    fn a_value_that_cannot_be_is_refused_by_key_value_and_what_is_allowed() {
        let year = 365 * 24 * 60 * 60;
        for (text, refused) in [
            (
                "[jobs]\nlease_seconds = 0",
                format!("setting jobs.lease_seconds is 0, it must be 1 to {year}"),
            ),
            (
                "[limits]\nheader_count = 96",
                "setting limits.header_count is 96, it must be 1 to 95".to_owned(),
            ),
            (
                "[limits]\npath_bytes = 32767",
                "setting limits.path_bytes is 32767, it must be 1 to 32766".to_owned(),
            ),
            (
                "[server]\npublic_url = \"ftp://x\"",
                "setting server.public_url is \"ftp://x\", it must begin with http:// or https://"
                    .to_owned(),
            ),
            (
                "[server]\ntrusted_proxies = [\"10.0.0.0/33\"]",
                "setting server.trusted_proxies: \"10.0.0.0/33\" must be an address".to_owned(),
            ),
            ("[store]\nkind = \"oracle\"", "kind".to_owned()),
        ] {
            let said = format!("{:#}", load(text).unwrap_err());
            assert!(said.contains(&refused), "{said}");
        }
    }

    #[test]
    fn the_most_and_the_least_that_are_allowed_are_taken() {
        for text in [
            "[limits]\nheader_count = 95",
            "[limits]\npath_bytes = 32766",
            "[limits]\nquery_bytes = 32766",
            "[limits]\nheader_bytes = 49152",
            "[limits]\nconnections_per_address = 0",
            "[limits]\nwaiting_calls = 1",
            "[jobs]\nlease_seconds = 1",
        ] {
            load(text).unwrap();
        }
    }
}
