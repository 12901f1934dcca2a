//! Open pull requests in answers to queries, with the pages of Relay: cursors before and after.

use super::{
    asking::{Asking, typed},
    repository::RepositoryNode,
    scalars::{GitObjectId, Uri},
    user::RepositoryOwner,
};
use crate::github::node_id::{Node, node_id};
use async_graphql::{Enum, Error, ID, InputObject, Object, Result, SimpleObject};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use runyard_domain::pull_request::PullRequest;

/// Longest page, as GitHub's.
const PAGE_MAX: i32 = 100;
/// Begins what a cursor encodes.
const CURSOR: &str = "cursor:v2:";

/// The possible states of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum PullRequestState {
    Closed,
    Merged,
    Open,
}

/// Possible directions in which to order a list of items when provided an `orderBy` argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum OrderDirection {
    Asc,
    Desc,
}

/// Properties by which issue connections can be ordered. All of them order by number here: when a pull request was
/// changed, and how often it was talked of, is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum IssueOrderField {
    Comments,
    CreatedAt,
    UpdatedAt,
}

/// Ways in which lists of issues can be ordered upon return.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct IssueOrder {
    pub(super) direction: OrderDirection,
    #[graphql(name = "field")]
    pub(super) _field: IssueOrderField,
}

/// Which pull requests of a repository.
pub(super) struct Chosen {
    pub(super) states: Option<Vec<PullRequestState>>,
    pub(super) head_ref_name: Option<String>,
    pub(super) base_ref_name: Option<String>,
    pub(super) order_by: Option<IssueOrder>,
}

/// `first`, `after`, `last`, `before`.
pub(super) type Wanted = (Option<i32>, Option<String>, Option<i32>, Option<String>);

/// The connection type for PullRequest.
#[derive(SimpleObject)]
pub(super) struct PullRequestConnection {
    edges: Vec<PullRequestEdge>,
    nodes: Vec<PullRequestNode>,
    page_info: PageInfo,
    total_count: usize,
}

/// An edge in a connection.
#[derive(SimpleObject)]
pub(super) struct PullRequestEdge {
    cursor: String,
    node: PullRequestNode,
}

/// Information about pagination in a connection.
#[derive(Debug, SimpleObject)]
pub(super) struct PageInfo {
    start_cursor: Option<String>,
    end_cursor: Option<String>,
    has_next_page: bool,
    has_previous_page: bool,
}

impl PullRequestConnection {
    /// One page of those that were chosen.
    pub(super) async fn of(
        repository: &RepositoryNode,
        chosen: Chosen,
        page: Wanted,
        asking: &Asking,
    ) -> Result<Self> {
        check(&page)?;
        let pulls = chosen.pulls(repository, asking).await?;
        let total_count = pulls.len();
        let (pulls, has_previous_page, has_next_page) = cut(pulls, page)?;
        let edges: Vec<PullRequestEdge> = pulls
            .into_iter()
            .map(|pull| PullRequestEdge {
                cursor: cursor(pull.number),
                node: PullRequestNode::of(pull, repository),
            })
            .collect();
        let at = |edge: Option<&PullRequestEdge>| edge.map(|edge| edge.cursor.clone());
        Ok(Self {
            page_info: PageInfo {
                start_cursor: at(edges.first()),
                end_cursor: at(edges.last()),
                has_next_page,
                has_previous_page,
            },
            nodes: edges.iter().map(|edge| edge.node.clone()).collect(),
            edges,
            total_count,
        })
    }
}

impl Chosen {
    async fn pulls(self, repository: &RepositoryNode, asking: &Asking) -> Result<Vec<PullRequest>> {
        let is_open = |states: &Vec<PullRequestState>| states.contains(&PullRequestState::Open);
        if !self.states.as_ref().is_none_or(is_open) {
            return Ok(Vec::new());
        }
        let (store, id) = (asking.state.engine.store(), repository.facts().id);
        let pulls = match self.head_ref_name {
            Some(head) => store.pull_requests(id, &[head]).await,
            None => store.all_pull_requests(id).await,
        };
        let mut pulls = pulls.map_err(|error| asking.failed(error.into()))?;
        if let Some(base) = self.base_ref_name {
            pulls.retain(|pull| pull.base_branch == base);
        }
        let order = self.order_by.map(|order| order.direction);
        if order == Some(OrderDirection::Desc) {
            pulls.reverse();
        }
        Ok(pulls)
    }
}

/// GitHub refuses what is not bounded.
fn check((first, _, last, _): &Wanted) -> Result<()> {
    let missing = "You must provide a `first` or `last` value to properly paginate the `pullRequests` connection.";
    let both = "Passing both `first` and `last` to paginate the `pullRequests` connection is not supported.";
    match (*first, *last) {
        (None, None) => Err(typed(missing, "MISSING_PAGINATION_BOUNDARIES")),
        (Some(_), Some(_)) => Err(typed(both, "MISSING_PAGINATION_BOUNDARIES")),
        (Some(count), None) => check_count("first", count),
        (None, Some(count)) => check_count("last", count),
    }
}

fn check_count(name: &str, count: i32) -> Result<()> {
    if (0..=PAGE_MAX).contains(&count) {
        return Ok(());
    }
    let message = match count < 0 {
        true => format!("`{name}` on the `pullRequests` connection cannot be less than zero."),
        false => format!(
            "Requesting {count} records on the `pullRequests` connection exceeds the `{name}` limit of {PAGE_MAX} \
             records."
        ),
    };
    Err(typed(&message, "EXCESSIVE_PAGINATION"))
}

/// The page, and whether there is more before and after it.
fn cut(
    mut pulls: Vec<PullRequest>,
    (first, after, last, before): Wanted,
) -> Result<(Vec<PullRequest>, bool, bool)> {
    let (mut is_more_before, mut is_more_after) = (false, false);
    let place = |pulls: &[PullRequest], number| pulls.iter().position(|pull| pull.number == number);
    if let Some(number) = before.as_deref().map(number).transpose()?
        && let Some(at) = place(&pulls, number)
    {
        pulls.truncate(at);
        is_more_after = true;
    }
    if let Some(number) = after.as_deref().map(number).transpose()?
        && let Some(at) = place(&pulls, number)
    {
        pulls.drain(..=at);
        is_more_before = true;
    }
    let count = first.or(last).and_then(|count| usize::try_from(count).ok());
    let beyond = pulls.len().saturating_sub(count.unwrap_or_default());
    if first.is_some() {
        pulls.truncate(pulls.len() - beyond);
        is_more_after |= beyond > 0;
    } else {
        pulls.drain(..beyond);
        is_more_before |= beyond > 0;
    }
    Ok((pulls, is_more_before, is_more_after))
}

fn cursor(number: i64) -> String {
    STANDARD.encode(format!("{CURSOR}{number}"))
}

fn number(cursor: &str) -> Result<i64> {
    let bytes = STANDARD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let number = text.and_then(|text| text.strip_prefix(CURSOR)?.parse().ok());
    number.ok_or_else(|| -> Error {
        let message = format!("`{cursor}` does not appear to be a valid cursor.");
        typed(&message, "INVALID_CURSOR_ARGUMENTS")
    })
}

/// An open pull request of a repository.
#[derive(Clone)]
pub(super) struct PullRequestNode {
    pull: PullRequest,
    repository: RepositoryNode,
}

impl PullRequestNode {
    pub(super) fn of(pull: PullRequest, repository: &RepositoryNode) -> Self {
        Self {
            pull,
            repository: repository.clone(),
        }
    }
}

/// A repository pull request. Runyard knows of those that are open, and only of those whose head is in the repository.
#[Object(name = "PullRequest")]
impl PullRequestNode {
    async fn id(&self) -> ID {
        ID(node_id(Node::PullRequest, self.pull.id))
    }

    async fn database_id(&self) -> i64 {
        self.pull.id
    }

    async fn number(&self) -> i64 {
        self.pull.number
    }

    async fn state(&self) -> PullRequestState {
        PullRequestState::Open
    }

    async fn closed(&self) -> bool {
        false
    }

    async fn merged(&self) -> bool {
        false
    }

    async fn url(&self) -> Uri {
        self.repository.web(&format!("/pull/{}", self.pull.number))
    }

    async fn head_ref_name(&self) -> &str {
        &self.pull.head_branch
    }

    async fn head_ref_oid(&self) -> GitObjectId {
        GitObjectId(self.pull.head_sha.clone())
    }

    async fn base_ref_name(&self) -> &str {
        &self.pull.base_branch
    }

    async fn base_ref_oid(&self) -> GitObjectId {
        GitObjectId(self.pull.base_sha.clone())
    }

    async fn repository(&self) -> &RepositoryNode {
        &self.repository
    }

    async fn base_repository(&self) -> Option<&RepositoryNode> {
        Some(&self.repository)
    }

    async fn head_repository(&self) -> Option<&RepositoryNode> {
        Some(&self.repository)
    }

    async fn head_repository_owner(&self) -> Option<RepositoryOwner> {
        Some(self.repository.owner_node())
    }

    /// Whether the head and base repositories are different: never, among those that are known.
    async fn is_cross_repository(&self) -> bool {
        false
    }
}
