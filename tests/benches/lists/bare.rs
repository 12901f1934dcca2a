//! The SELECTs that stand behind a run and behind a list, prepared once on each of as many connections as there are
//! clients, without Runyard.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};
use futures_util::future::join_all;

use super::CLIENTS;
use super::kinds::Kind;
use super::load::per_second;
use super::raw::{self, Place};
use super::site::Site;

/// Runs of one page.
const PAGE: i64 = 30;

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};

    runs (id) {
        id -> BigInt,
        attempt -> BigInt,
        event -> Text,
        head_branch -> Nullable<Text>,
        head_sha -> Text,
        display_title -> Text,
        status -> Text,
        conclusion -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    attempts (run_id, number) {
        run_id -> BigInt,
        number -> BigInt,
        diagnostics -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    listed_runs (run_id, conclusion) {
        run_id -> BigInt,
        conclusion -> Text,
        repository_id -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(runs, attempts, listed_runs);

/// The same on PostgreSQL.
const RUN: &str = "SELECT r.id, r.event, r.head_branch, r.head_sha, r.display_title, r.status, r.conclusion, \
     a.diagnostics::text FROM runs r JOIN attempts a ON a.run_id = r.id AND a.number = r.attempt WHERE r.id = $1";
const LIST: &str = "SELECT r.id, r.event, r.head_branch, r.head_sha, r.display_title, r.status, r.conclusion, \
     a.diagnostics::text FROM runs r JOIN attempts a ON a.run_id = r.id AND a.number = r.attempt WHERE r.id IN \
     (SELECT run_id FROM listed_runs WHERE repository_id = $1 AND conclusion = '' ORDER BY run_id DESC LIMIT 30) \
     ORDER BY r.id DESC";

/// Times per second that the SELECT of a run, or of a list for any other kind, is answered.
pub(crate) async fn rate(site: &Site, kind: Kind, time: Duration) -> f64 {
    match site.place() {
        Place::Sqlite(path) => {
            let of = Of {
                runs: site.sampled(),
                repository: site.template().repository,
                is_run: kind == Kind::Run,
            };
            tokio::task::block_in_place(|| sqlite(path, &of, time))
        }
        Place::Postgres(url) => postgres(url, site, kind, time).await,
    }
}

type Row = (
    i64,
    String,
    Option<String>,
    String,
    String,
    String,
    Option<String>,
    String,
);

/// What threads need to know.
struct Of {
    runs: Vec<i64>,
    repository: i64,
    is_run: bool,
}

fn sqlite(path: &Path, of: &Of, time: Duration) -> f64 {
    let begun = Instant::now();
    let of_one = |first: usize| {
        let mut connection = raw::sqlite(path);
        let mut number = first;
        while begun.elapsed() < time {
            let newest = attempts::run_id
                .eq(runs::id)
                .and(attempts::number.eq(runs::attempt));
            let columns = (
                runs::id,
                runs::event,
                runs::head_branch,
                runs::head_sha,
                runs::display_title,
                runs::status,
                runs::conclusion,
                attempts::diagnostics,
            );
            let joined = runs::table
                .inner_join(attempts::table.on(newest))
                .select(columns);
            let rows = if of.is_run {
                let run = of.runs[number % of.runs.len()];
                joined.filter(runs::id.eq(run)).load::<Row>(&mut connection)
            } else {
                let ids = listed_runs::table
                    .filter(listed_runs::repository_id.eq(of.repository))
                    .filter(listed_runs::conclusion.eq(""))
                    .order(listed_runs::run_id.desc())
                    .limit(PAGE)
                    .select(listed_runs::run_id);
                let listed = joined.filter(runs::id.eq_any(ids));
                listed.order(runs::id.desc()).load::<Row>(&mut connection)
            };
            assert!(!rows.expect("SQLite takes the query").is_empty());
            number += CLIENTS;
        }
        (number - first) / CLIENTS
    };
    let count = std::thread::scope(|scope| {
        let of_one = &of_one;
        let threads: Vec<_> = (0..CLIENTS)
            .map(|first| scope.spawn(move || of_one(first)))
            .collect();
        let counts = threads
            .into_iter()
            .map(|thread| thread.join().expect("it counts"));
        counts.sum::<usize>()
    });
    per_second(count, begun.elapsed())
}

async fn postgres(url: &str, site: &Site, kind: Kind, time: Duration) -> f64 {
    let begun = Instant::now();
    let of_one = |first: usize| async move {
        let client = raw::postgres(url).await;
        let is_run = kind == Kind::Run;
        let statement = client.prepare(if is_run { RUN } else { LIST }).await;
        let statement = statement.expect("PostgreSQL takes the query");
        let mut number = first;
        while begun.elapsed() < time {
            let id = match is_run {
                true => site.sample(number).run,
                false => site.template().repository,
            };
            let rows = client.query(&statement, &[&id]).await;
            assert!(!rows.expect("PostgreSQL answers").is_empty());
            number += CLIENTS;
        }
        (number - first) / CLIENTS
    };
    let counts = join_all((0..CLIENTS).map(of_one)).await;
    per_second(counts.iter().sum(), begun.elapsed())
}
