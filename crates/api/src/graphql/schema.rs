//! What can be asked: the entry points of queries, and how large a query may be. Nothing can be changed through GraphQL.

use super::{
    asking::{Asking, not_found},
    repository::RepositoryNode,
    user::UserNode,
};
use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Result, Schema};
use runyard_engine::EngineError;
use std::sync::LazyLock;

/// Fields within fields of a query. What clients ask for has about eight.
const DEPTH_MAX: usize = 25;
/// Fields of a query, each as often as it can be answered: those of a list count for each item that is asked for.
const COMPLEXITY_MAX: usize = 5_000;
/// Selections, lists and objects within each other that are read at all.
const NESTING_MAX: usize = 64;
/// Directives (`@include`, `@skip`) on one field.
const DIRECTIVES_MAX: usize = 10;
/// What it costs to find a repository, in fields: it is looked up in the store, with its owner and the caller's role.
const LOOKUP: usize = 20;
/// What a list costs at most: already too much, and small enough for sums of it to be numbers.
const BEYOND: usize = 2 * COMPLEXITY_MAX;

/// The schema with its limits.
pub(super) type GitHub = Schema<Query, EmptyMutation, EmptySubscription>;

/// The one schema of this program.
pub(super) fn schema() -> &'static GitHub {
    static SCHEMA: LazyLock<GitHub> = LazyLock::new(|| {
        Schema::build(Query, EmptyMutation, EmptySubscription)
            .limit_depth(DEPTH_MAX)
            .limit_complexity(COMPLEXITY_MAX)
            .limit_recursive_depth(NESTING_MAX)
            .limit_directives(DIRECTIVES_MAX)
            .finish()
    });
    &SCHEMA
}

/// What it costs to look something up, with what is asked of it.
pub(super) fn cost_of_lookup(asked: usize) -> usize {
    LOOKUP.saturating_add(asked)
}

/// What a page costs: what is asked of an item, as often as there can be one. A page without a size is refused.
pub(super) fn cost_of_page(size: Option<i32>, asked: usize) -> usize {
    let size = size.and_then(|size| usize::try_from(size).ok());
    let items = asked.saturating_mul(size.unwrap_or(1));
    cost_of_lookup(items.min(BEYOND))
}

/// Where queries begin.
pub(super) struct Query;

#[Object]
impl Query {
    /// The authenticated user.
    async fn viewer(&self, context: &Context<'_>) -> Result<UserNode> {
        let asking = context.data::<Asking>()?;
        let user = asking.user()?;
        Ok(UserNode::of(user, asking))
    }

    /// Lookup a user by login.
    #[graphql(complexity = "self::cost_of_lookup(child_complexity)")]
    async fn user(&self, context: &Context<'_>, login: String) -> Result<Option<UserNode>> {
        let asking = context.data::<Asking>()?;
        match asking.state.engine.user_by_login(&login).await {
            Ok(user) => Ok(Some(UserNode::of(&user, asking))),
            Err(EngineError::NotFound { .. }) => Err(not_found(format!(
                "Could not resolve to a User with the login of '{login}'."
            ))),
            Err(error) => Err(asking.failed(error)),
        }
    }

    /// Lookup a given repository by the owner and repository name.
    #[graphql(complexity = "self::cost_of_lookup(child_complexity)")]
    async fn repository(
        &self,
        context: &Context<'_>,
        owner: String,
        name: String,
        #[graphql(default = true)] follow_renames: bool,
    ) -> Option<Result<RepositoryNode>> {
        // A repository keeps its name here: there is nothing to follow, whether one wants to or not.
        let _ = follow_renames;
        // So an error makes this field null, not all of the answer.
        Some(repository_of(context, &owner, &name).await)
    }
}

async fn repository_of(context: &Context<'_>, owner: &str, name: &str) -> Result<RepositoryNode> {
    let asking = context.data::<Asking>()?;
    let found = RepositoryNode::find(owner, name, asking).await?;
    found.ok_or_else(|| {
        not_found(format!(
            "Could not resolve to a Repository with the name '{owner}/{name}'."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{BEYOND, COMPLEXITY_MAX, LOOKUP, cost_of_page};

    #[test]
    fn a_page_costs_what_its_items_do_and_never_more_than_can_be_counted() {
        assert_eq!(cost_of_page(Some(3), 7), LOOKUP + 21);
        assert_eq!(cost_of_page(None, 7), LOOKUP + 7);
        assert_eq!(cost_of_page(Some(-1), 7), LOOKUP + 7);
        assert_eq!(cost_of_page(Some(0), 7), LOOKUP);
        let nested = (0..30).fold(1, |inside, _| cost_of_page(Some(i32::MAX), inside));
        assert_eq!(nested, LOOKUP + BEYOND);
        assert!(nested > COMPLEXITY_MAX);
    }
}
