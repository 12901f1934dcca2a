//! Fills a store with copies of one real run: what only a server knows how to write is right by being copied.
//!
//! One repository has eight of ten runs, nineteen share the rest. Names are skewed as they are in life: a few workflows
//! and people make most runs, a third is on `main`, topics have few. Hardly any run is stale.

use super::raw::{Place, Raw};

/// Runs in one transaction.
const CHUNK: i64 = 50_000;
/// Seconds from a run to the next: a million take three weeks, which no retention of the defaults reaches.
const APART: i64 = 2;
const WORKFLOWS: i64 = 40;
const ACTORS: i64 = 300;
const OTHERS: i64 = 19;
/// The newest runs are not over.
const LIVE: i64 = 20;
/// A prime, so that numbers below it are hit alike.
const PRIME: i64 = 1_000_003;

/// The run that all others are copies of, and where copies begin.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) run: i64,
    pub(crate) repository: i64,
    pub(crate) workflow: i64,
    pub(crate) actor: i64,
    /// When the oldest copy was made, in seconds since the Unix epoch.
    pub(crate) begun: i64,
    pub(crate) runs: i64,
}

impl Template {
    /// When a copy was made.
    pub(crate) fn created(&self, number: i64) -> i64 {
        self.begun + number * APART
    }

    /// So that the newest copy is made about now.
    pub(crate) fn begun(now: i64, runs: i64) -> i64 {
        now - runs * APART
    }
}

/// What the two databases say differently.
struct Dialect {
    is_postgres: bool,
}

impl Dialect {
    /// Numbers as `n.i`.
    fn numbers(&self, first: i64, last: i64) -> String {
        match self.is_postgres {
            true => format!("generate_series({first}::bigint, {last}::bigint) AS n(i)"),
            false => format!(
                "(WITH RECURSIVE k(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM k WHERE i < {last}) \
                 SELECT i FROM k) AS n"
            ),
        }
    }

    /// A moment, from an expression for seconds since the Unix epoch.
    fn moment(&self, seconds: &str) -> String {
        match self.is_postgres {
            true => format!("to_timestamp({seconds})"),
            false => format!("strftime('%Y-%m-%dT%H:%M:%S', {seconds}, 'unixepoch') || '.000000Z'"),
        }
    }

    /// A commit id, from an expression for a number.
    fn commit(&self, number: &str) -> String {
        match self.is_postgres {
            true => format!("lpad(to_hex({number}), 40, '0')"),
            false => format!("printf('%040x', {number})"),
        }
    }
}

/// A number below [`PRIME`] for each run, unlike those of other salts.
fn mixed(salt: i64) -> String {
    let (by, plus) = (7_919 * salt + 31, 104_729 * salt + 17);
    format!("((n.i * n.i % {PRIME} * {by} + n.i * {plus}) % {PRIME})")
}

/// A number below `count`; small ones come more often.
fn skewed(salt: i64, count: i64) -> String {
    let mixed = mixed(salt);
    format!("(({mixed} % {count}) * ({mixed} / {count} % {count}) / {count})")
}

/// Adds the copies, with three jobs each.
pub(crate) async fn fill(place: &Place, of: &Template) {
    let mut raw = Raw::open(place).await;
    let dialect = Dialect {
        is_postgres: matches!(place, Place::Postgres(_)),
    };
    let indexes = match dialect.is_postgres {
        true => lift_indexes(&mut raw).await,
        false => Vec::new(),
    };
    names(&mut raw, &dialect, of).await;
    let mut first = 1;
    while first <= of.runs {
        let last = of.runs.min(first + CHUNK - 1);
        raw.run("BEGIN").await;
        raw.run(&runs(&dialect, of, (first, last))).await;
        raw.run(&attempts(of, (first, last))).await;
        raw.run(&jobs(&dialect, of, (first, last))).await;
        raw.run("COMMIT").await;
        first = last + 1;
    }
    raw.run(COUNTERS).await;
    match dialect.is_postgres {
        true => {
            raw.run(LISTED).await;
            for index in indexes {
                raw.run(&index).await;
            }
            raw.run("VACUUM ANALYZE").await;
        }
        false => raw.run("PRAGMA wal_checkpoint(TRUNCATE)").await,
    }
}

/// Drops the many indexes of the lists, and lets no trigger fire: row by row they make PostgreSQL write for half an hour.
/// Answers what makes the indexes again.
async fn lift_indexes(raw: &mut Raw) -> Vec<String> {
    raw.run("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'")
        .await;
    const OF_LISTS: &str = "FROM pg_indexes WHERE schemaname = current_schema() \
         AND tablename = 'listed_runs' AND indexname LIKE 'listed_runs_%' AND indexname NOT LIKE '%_pkey'";
    let query = format!("SELECT indexdef AS line {OF_LISTS}");
    let definitions = raw.lines(&query).await;
    assert!(!definitions.is_empty(), "lists have indexes");
    let query = format!("SELECT 'DROP INDEX ' || quote_ident(indexname) AS line {OF_LISTS}");
    for drop in raw.lines(&query).await {
        raw.run(&drop).await;
    }
    definitions
}

/// What the triggers keep, for all runs at once.
const LISTED: &str = "TRUNCATE listed_runs, run_minutes; \
     INSERT INTO listed_runs (run_id, conclusion, repository_id, workflow_id, actor_id, event, head_branch) \
     SELECT id, kept.conclusion, repository_id, workflow_id, actor_id, event, head_branch \
     FROM runs, LATERAL (VALUES (''), (runs.conclusion)) AS kept(conclusion) \
     WHERE deleted_at IS NULL AND kept.conclusion IS NOT NULL; \
     INSERT INTO run_minutes (repository_id, minute, first_id, last_id) \
     SELECT repository_id, minute, min(first_id) OVER (PARTITION BY repository_id ORDER BY minute DESC), \
     max(last_id) OVER (PARTITION BY repository_id ORDER BY minute) \
     FROM (SELECT repository_id, date_trunc('minute', created_at, 'UTC') AS minute, min(id) AS first_id, \
     max(id) AS last_id FROM runs GROUP BY 1, 2) AS minutes";

const COUNTERS: &str = "UPDATE workflows SET run_count = \
       (SELECT count(*) FROM runs WHERE runs.workflow_id = workflows.id); \
     UPDATE repositories SET run_count = \
       (SELECT count(*) FROM runs WHERE runs.repository_id = repositories.id);";

/// People, other repositories and workflows.
async fn names(raw: &mut Raw, dialect: &Dialect, of: &Template) {
    let Template {
        repository,
        workflow,
        actor,
        ..
    } = of;
    raw.run(&format!(
        "INSERT INTO users (id, login, login_key, site_admin, created_at) \
         SELECT t.id + 1000 + n.i, 'person-' || n.i, 'person-' || n.i, t.site_admin, t.created_at \
         FROM users t, {} WHERE t.id = {actor}",
        dialect.numbers(0, ACTORS - 1)
    ))
    .await;
    raw.run(&format!(
        "INSERT INTO repositories (id, owner, name, owner_key, name_key, owner_id, private, default_branch, \
         source, created_at) \
         SELECT t.id + 1000 + n.i, t.owner, t.name || n.i, t.owner_key, t.name_key || n.i, t.owner_id, \
         t.private, t.default_branch, t.source, t.created_at \
         FROM repositories t, {} WHERE t.id = {repository}",
        dialect.numbers(0, OTHERS - 1)
    ))
    .await;
    let copies = |repository: &str, begin: i64, count: i64| {
        let numbers = dialect.numbers(0, count - 1);
        format!(
            "INSERT INTO workflows (id, repository_id, path, name, state, created_at, updated_at) \
             SELECT t.id + {begin} + n.i, {repository}, t.path || n.i, t.name, t.state, t.created_at, \
             t.updated_at FROM workflows t, {numbers} WHERE t.id = {workflow}"
        )
    };
    raw.run(&copies("t.repository_id", 1_000, WORKFLOWS)).await;
    let others = format!("{repository} + 1000 + n.i");
    raw.run(&copies(&others, 2_000, OTHERS)).await;
}

/// Whether a copy is in the repository of the template.
fn is_main() -> String {
    format!("{} % 10 < 8", mixed(1))
}

fn actor(of: &Template) -> String {
    format!("{} + 1000 + {}", of.actor, skewed(2, ACTORS))
}

fn is_live(of: &Template) -> String {
    format!("n.i > {}", of.runs - LIVE)
}

fn runs(dialect: &Dialect, of: &Template, (first, last): (i64, i64)) -> String {
    let (main, other) = (is_main(), format!("{} / 10 % {OTHERS}", mixed(1)));
    let Template {
        run,
        repository,
        workflow,
        runs,
        ..
    } = of;
    let created = dialect.moment(&format!("({} + n.i * {APART})", of.begun));
    let ended = dialect.moment(&format!("({} + n.i * {APART} + 60)", of.begun));
    let (event, branch, end) = (mixed(4), mixed(5), mixed(6));
    let is_live = is_live(of);
    format!(
        "INSERT INTO runs (id, repository_id, workflow_id, check_suite_id, number, repository_index, event, \
         head_branch, head_sha, git_ref, actor_id, trigger_key, name, path, display_title, definition, \
         created_at, commit_facts, attempt, status, conclusion, seq, updated_at, referenced, cause, completed_at) \
         SELECT t.id + 1000 + n.i, \
         CASE WHEN {main} THEN {repository} ELSE {repository} + 1000 + {other} END, \
         CASE WHEN {main} THEN {workflow} + 1000 + {skew} ELSE {workflow} + 2000 + {other} END, \
         t.check_suite_id + 1000 + n.i, 1000 + n.i, 1000 + n.i, \
         CASE WHEN {event} % 100 < 45 THEN 'push' WHEN {event} % 100 < 85 THEN 'pull_request' \
           WHEN {event} % 100 < 92 THEN 'workflow_dispatch' WHEN {event} % 100 < 95 THEN 'merge_group' \
           WHEN {event} % 100 < 98 THEN 'workflow_run' WHEN {event} % 100 < 99 THEN 'release' \
           ELSE 'schedule' END, \
         CASE WHEN {branch} % 10 < 3 THEN 'main' ELSE 'topic-' || ({branch} / 10 % 2000) END, \
         {commit}, t.git_ref, {actor}, 'copy-' || n.i, t.name, t.path, t.display_title, t.definition, \
         {created}, t.commit_facts, 1, \
         CASE WHEN {is_live} THEN 'queued' ELSE 'completed' END, \
         CASE WHEN {is_live} THEN NULL WHEN n.i = {runs} / 2 THEN 'stale' WHEN {end} % 1000 < 780 THEN 'success' \
           WHEN {end} % 1000 < 930 THEN 'failure' ELSE 'cancelled' END, \
         t.seq, {created}, t.referenced, t.cause, CASE WHEN {is_live} THEN NULL ELSE {ended} END \
         FROM runs t, {numbers} WHERE t.id = {run}",
        skew = skewed(3, WORKFLOWS),
        commit = dialect.commit("(n.i / 8)"),
        actor = actor(of),
        numbers = dialect.numbers(first, last),
    )
}

fn attempts(of: &Template, (first, last): (i64, i64)) -> String {
    let (run, from, to) = (of.run, of.run + 1000 + first, of.run + 1000 + last);
    format!(
        "INSERT INTO attempts (run_id, number, triggering_actor_id, requested_at, updated_at, status, \
         conclusion, completed_at, diagnostics) \
         SELECT r.id, 1, r.actor_id, r.created_at, r.updated_at, r.status, r.conclusion, r.completed_at, \
         t.diagnostics FROM runs r, attempts t \
         WHERE r.id BETWEEN {from} AND {to} AND t.run_id = {run} AND t.number = 1"
    )
}

fn jobs(dialect: &Dialect, of: &Template, (first, last): (i64, i64)) -> String {
    let (run, from, to) = (of.run, of.run + 1000 + first, of.run + 1000 + last);
    format!(
        "INSERT INTO jobs (run_id, attempt, place, name, needs, state, id, display_name, labels, created_at, \
         conclusion, started_at, completed_at, reason) \
         SELECT r.id, 1, n.i, t.name, t.needs, t.state, t.id + 1000 + (r.id - {run}) * 3 + n.i, t.display_name, \
         t.labels, r.created_at, t.conclusion, r.created_at, r.created_at, t.reason \
         FROM runs r, jobs t, {} \
         WHERE r.id BETWEEN {from} AND {to} AND t.run_id = {run} AND t.attempt = 1 AND t.place = 0",
        dialect.numbers(0, 2)
    )
}
