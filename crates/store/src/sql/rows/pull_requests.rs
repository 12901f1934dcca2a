//! Rows of open pull requests.

use crate::sql::schema::pull_requests;
use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{RepositoryId, pull_request::PullRequest};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = pull_requests, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
#[diesel(primary_key(repository_id, number))]
pub(crate) struct PullRequestRow {
    repository_id: i64,
    number: i64,
    id: i64,
    head_branch: String,
    head_sha: String,
    base_branch: String,
    base_sha: String,
}

impl PullRequestRow {
    pub(crate) fn of(repository: RepositoryId, pull: &PullRequest) -> Self {
        Self {
            repository_id: repository.get(),
            number: pull.number,
            id: pull.id,
            head_branch: pull.head_branch.clone(),
            head_sha: pull.head_sha.clone(),
            base_branch: pull.base_branch.clone(),
            base_sha: pull.base_sha.clone(),
        }
    }
}

impl From<PullRequestRow> for PullRequest {
    fn from(row: PullRequestRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            head_branch: row.head_branch,
            head_sha: row.head_sha,
            base_branch: row.base_branch,
            base_sha: row.base_sha,
        }
    }
}
