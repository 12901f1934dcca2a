//! Which runs a filter wants, as queries for their ids in order. Each reads its own page of one index, and no more: also
//! where hardly anything matches (architecture 4, rule 8).
//!
//! Most filters are answered from `listed_runs`, which has an index for each set of them. The rows of `runs` answer
//! for commits and check suites, which have few runs, and for what goes on, of which there is little.

use super::{
    Connection,
    run_ids::{IS_LIVE, TimeIds, first_live, time_ids},
};
use crate::{
    RunFilter, Stage,
    sql::{
        columns::DbTime,
        counted::Counted,
        failure::Failure,
        rows::login_key,
        schema::{listed_runs, runs, users},
        stated::Stated,
    },
};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl,
    sql_types::BigInt,
};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use runyard_domain::{Conclusion, RepositoryId, RunStatus};

/// The `conclusion` of the row of `listed_runs` that every run has.
const ANY_CONCLUSION: &str = "";

macro_rules! marks {
    ($($number:literal),+) => {
        [$(Stated(concat!("listed_runs.run_id + ", $number, " IS NOT NULL"))),+]
    };
}

/// The marks of the indexes of `listed_runs`, as their migration says them, by the numbers of their sets. With its mark
/// no other index can be meant, whatever a database expects to find.
const MARKS: [Stated; 16] = marks!(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

type Backend = <Connection as AsyncConnectionCore>::Backend;
type ListedIds<'a> = listed_runs::BoxedQuery<'a, Backend, BigInt>;
type RowIds<'a> = runs::BoxedQuery<'a, Backend, BigInt>;

/// Ids in one of two orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    NewestFirst,
    OldestFirst,
}

/// Where the newest attempt of a run stands, as far as one index tells it (semantics R1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Anywhere,
    /// At a status that is not `completed`.
    Live(RunStatus),
    Ended,
    EndedAs(Conclusion),
}

/// A filter whose names are looked up.
pub(super) struct Wanted<'a> {
    repository: RepositoryId,
    filter: &'a RunFilter,
    /// Everybody who has or had the login, where one is asked for.
    actors: Option<Vec<i64>>,
    stands: Vec<Stand>,
    /// Where runs are that were made in the time that is asked for.
    time: Option<TimeIds>,
    /// Runs with a smaller id have ended; told only where it is asked.
    first_live: i64,
}

impl<'a> Wanted<'a> {
    /// Of one stage, or of both. `None` when nothing can match.
    pub(super) async fn of(
        connection: &mut Connection,
        repository: RepositoryId,
        filter: &'a RunFilter,
        stage: Option<Stage>,
    ) -> Result<Option<Self>, Failure> {
        let stands = stands(filter.status.as_deref(), stage);
        let actors = match &filter.actor {
            Some(login) => Some(users_with(connection, login).await?),
            None => None,
        };
        if stands.is_empty() || actors.as_ref().is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        let time = match filter.is_of_a_time() {
            true => match time_ids(connection, repository, filter).await? {
                Some(ids) => Some(ids),
                None => return Ok(None),
            },
            false => None,
        };
        let first_live = match stands.contains(&Stand::Ended) {
            true => first_live(connection, repository).await?,
            false => i64::MIN,
        };
        Ok(Some(Self {
            repository,
            filter,
            actors,
            stands,
            time,
            first_live,
        }))
    }

    /// One for each actor and stand: nearly always one. No run is in two of them.
    fn parts(&self) -> Vec<Part<'_>> {
        let actors: Vec<Option<i64>> = match &self.actors {
            Some(actors) => actors.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        let of_actor = |actor: Option<i64>| {
            let stands = self.stands.iter();
            stands.map(move |stand| Part {
                wanted: self,
                actor,
                stand: *stand,
            })
        };
        actors.into_iter().flat_map(of_actor).collect()
    }

    /// How many match, no further than `cap`.
    pub(super) async fn count(
        &self,
        connection: &mut Connection,
        cap: u64,
    ) -> Result<u64, Failure> {
        let mut count = 0;
        for part in self.parts() {
            count += part.count(connection, cap).await?;
        }
        Ok(count.min(cap))
    }

    /// So many of them behind the first `before`.
    pub(super) async fn page(
        &self,
        connection: &mut Connection,
        order: Order,
        (before, limit): (u64, u64),
    ) -> Result<Vec<i64>, Failure> {
        let parts = self.parts();
        if let [part] = parts.as_slice() {
            return part.page(connection, order, (before, limit)).await;
        }
        let reach = before.saturating_add(limit);
        let mut ids = Vec::new();
        for part in &parts {
            ids.extend(part.page(connection, order, (0, reach)).await?);
        }
        ids.sort_unstable();
        if order == Order::NewestFirst {
            ids.reverse();
        }
        let ids = ids.into_iter().skip(as_size(before)).take(as_size(limit));
        Ok(ids.collect())
    }
}

/// What one scan of an index finds.
struct Part<'w> {
    wanted: &'w Wanted<'w>,
    actor: Option<i64>,
    stand: Stand,
}

impl Part<'_> {
    async fn count(&self, connection: &mut Connection, cap: u64) -> Result<u64, Failure> {
        let cap = as_limit(cap);
        // In order, as pages are: so it takes the same index.
        let count: i64 = if self.is_of_rows() {
            let ids = self.rows().order(runs::id.desc()).limit(cap);
            Counted(ids).get_result(connection).await?
        } else {
            let ids = self.listed().order(listed_runs::run_id.desc()).limit(cap);
            Counted(ids).get_result(connection).await?
        };
        Ok(count.unsigned_abs())
    }

    async fn page(
        &self,
        connection: &mut Connection,
        order: Order,
        (before, limit): (u64, u64),
    ) -> Result<Vec<i64>, Failure> {
        let (before, limit) = (as_limit(before), as_limit(limit));
        let ids = if self.is_of_rows() {
            let ids = match order {
                Order::NewestFirst => self.rows().order(runs::id.desc()),
                Order::OldestFirst => self.rows().order(runs::id.asc()),
            };
            ids.limit(limit).offset(before).load(connection).await?
        } else {
            let ids = match order {
                Order::NewestFirst => self.listed().order(listed_runs::run_id.desc()),
                Order::OldestFirst => self.listed().order(listed_runs::run_id.asc()),
            };
            ids.limit(limit).offset(before).load(connection).await?
        };
        Ok(ids)
    }

    fn is_of_few(&self) -> bool {
        let filter = self.wanted.filter;
        filter.head_sha.is_some() || filter.check_suite.is_some()
    }

    fn is_of_rows(&self) -> bool {
        self.is_of_few() || matches!(self.stand, Stand::Live(_))
    }

    /// From the table that is made for lists. What neither it nor an id says is asked of a run by its id: a join of the two
    /// tables a database may turn round, this it cannot. Few are passed over so: what goes on, and the rest of a minute.
    fn listed(&self) -> ListedIds<'_> {
        let filter = self.wanted.filter;
        let conclusion = match self.stand {
            Stand::EndedAs(end) => end.name(),
            Stand::Anywhere | Stand::Live(_) | Stand::Ended => ANY_CONCLUSION,
        };
        let own = listed_runs::repository_id.eq(self.wanted.repository.get());
        let ids = listed_runs::table.select(listed_runs::run_id);
        let mut ids: ListedIds<'_> = ids.into_boxed().filter(own);
        ids = ids.filter(self.mark());
        ids = ids.filter(listed_runs::conclusion.eq(conclusion));
        if let Some(workflow) = filter.workflow {
            ids = ids.filter(listed_runs::workflow_id.eq(workflow.get()));
        }
        if let Some(actor) = self.actor {
            ids = ids.filter(listed_runs::actor_id.eq(actor));
        }
        if let Some(event) = &filter.event {
            ids = ids.filter(listed_runs::event.eq(event));
        }
        if let Some(branch) = &filter.branch {
            ids = ids.filter(listed_runs::head_branch.eq(branch));
        }
        if let Some(time) = &self.wanted.time {
            let (first, last) = time.ends;
            ids = ids.filter(listed_runs::run_id.between(first, last));
            let of_row = || runs::table.filter(runs::id.eq(listed_runs::run_id));
            if let Some(from) = filter.created_from {
                let created = of_row().select(runs::created_at).single_value();
                let says = created.assume_not_null().ge(DbTime(from));
                ids = ids.filter(listed_runs::run_id.gt(time.surely_after).or(says));
            }
            if let Some(before) = filter.created_before {
                let created = of_row().select(runs::created_at).single_value();
                let says = created.assume_not_null().lt(DbTime(before));
                ids = ids.filter(listed_runs::run_id.lt(time.surely_before).or(says));
            }
        }
        if self.stand == Stand::Ended {
            let status = runs::table.filter(runs::id.eq(listed_runs::run_id));
            let status = status.select(runs::status).single_value();
            let says = status.assume_not_null().eq(RunStatus::Completed.name());
            ids = ids.filter(listed_runs::run_id.lt(self.wanted.first_live).or(says));
        }
        ids
    }

    /// Of the index that has all conditions of equality of [`Self::listed`].
    fn mark(&self) -> Stated {
        let filter = self.wanted.filter;
        let conditions = [
            filter.workflow.is_some(),
            self.actor.is_some(),
            filter.event.is_some(),
            filter.branch.is_some(),
        ];
        let numbers = conditions.iter().rev();
        MARKS[numbers.fold(0, |number, is_set| number * 2 + usize::from(*is_set))]
    }

    /// From the runs themselves.
    fn rows(&self) -> RowIds<'_> {
        let filter = self.wanted.filter;
        let own = runs::repository_id.eq(self.wanted.repository.get());
        let mut ids: RowIds<'_> = runs::table.select(runs::id).into_boxed().filter(own);
        ids = ids.filter(runs::deleted_at.is_null());
        if let Some(commit) = &filter.head_sha {
            ids = ids.filter(runs::head_sha.eq(commit));
        }
        if let Some(suite) = filter.check_suite {
            ids = ids.filter(runs::check_suite_id.eq(suite.get()));
        }
        ids = match self.stand {
            Stand::Anywhere => ids,
            // Said so that only the index of the commit or of the suite can be meant.
            Stand::Live(status) if self.is_of_few() => {
                ids.filter(runs::status.ne_all(all_but(|other| other != status)))
            }
            Stand::Live(status) => {
                let live = ids.filter(IS_LIVE);
                live.filter(runs::status.eq(status.name()))
            }
            Stand::Ended => {
                ids.filter(runs::status.ne_all(all_but(|other| other != RunStatus::Completed)))
            }
            Stand::EndedAs(end) => ids.filter(runs::conclusion.eq(end.name())),
        };
        if let Some(workflow) = filter.workflow {
            ids = ids.filter(runs::workflow_id.eq(workflow.get()));
        }
        if let Some(actor) = self.actor {
            ids = ids.filter(runs::actor_id.eq(actor));
        }
        if let Some(event) = &filter.event {
            ids = ids.filter(runs::event.eq(event));
        }
        if let Some(branch) = &filter.branch {
            ids = ids.filter(runs::head_branch.eq(branch));
        }
        if let Some(from) = filter.created_from {
            ids = ids.filter(runs::created_at.ge(DbTime(from)));
        }
        if let Some(before) = filter.created_before {
            ids = ids.filter(runs::created_at.lt(DbTime(before)));
        }
        ids
    }
}

/// Where the wanted runs may stand; nowhere for an unknown word.
fn stands(word: Option<&str>, stage: Option<Stage>) -> Vec<Stand> {
    let live = || {
        let all = RunStatus::ALL.iter().copied();
        all.filter(|status| *status != RunStatus::Completed)
            .map(Stand::Live)
    };
    let Some(stand) = word.map_or(Some(Stand::Anywhere), stand) else {
        return Vec::new();
    };
    match (stage, stand) {
        (None, stand) => vec![stand],
        (Some(Stage::Ended), Stand::Anywhere) => vec![Stand::Ended],
        (Some(Stage::Ended), Stand::Ended | Stand::EndedAs(_)) => vec![stand],
        (Some(Stage::Ended), Stand::Live(_)) => Vec::new(),
        (Some(Stage::Live), Stand::Anywhere) => live().collect(),
        (Some(Stage::Live), Stand::Live(_)) => vec![stand],
        (Some(Stage::Live), Stand::Ended | Stand::EndedAs(_)) => Vec::new(),
    }
}

fn stand(word: &str) -> Option<Stand> {
    let status = word.parse().map(|status: RunStatus| match status {
        RunStatus::Completed => Stand::Ended,
        RunStatus::Requested
        | RunStatus::Queued
        | RunStatus::Pending
        | RunStatus::Waiting
        | RunStatus::InProgress => Stand::Live(status),
    });
    let ended = || word.parse().map(Stand::EndedAs);
    status.ok().or_else(|| ended().ok())
}

fn all_but(is_other: impl Fn(RunStatus) -> bool) -> Vec<&'static str> {
    let others = RunStatus::ALL.iter().copied();
    let others = others.filter(|status| is_other(*status));
    others.map(RunStatus::name).collect()
}

async fn users_with(connection: &mut Connection, login: &str) -> Result<Vec<i64>, Failure> {
    let users = users::table.filter(users::login_key.eq(login_key(login)));
    Ok(users.select(users::id).load(connection).await?)
}

fn as_limit(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn as_size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
