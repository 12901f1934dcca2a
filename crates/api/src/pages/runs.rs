//! Lists of runs, as several pages show them: thirty, the newest first, and the way to older ones.

use super::{
    error::PageError,
    viewer::Viewed,
    words::{length, moment, segment, short, state},
};
use maud::{Markup, html};
use runyard_store::{FILTERED_RUNS_MAX, Listed, Page, RunFilter, RunView};

/// Runs on a page.
const PER_PAGE: u32 = 30;

/// The page of runs that the query asks for.
pub(super) async fn list(viewed: &Viewed, filter: &RunFilter) -> Result<Markup, PageError> {
    let number = page_number(viewed.request.query_string());
    let page = Page {
        number,
        per_page: PER_PAGE,
    };
    let store = viewed.state.engine.store();
    let listed = store.runs(viewed.repo.id(), filter, page).await;
    let listed: Listed<RunView> = listed.map_err(|error| viewed.failed(error))?;
    let reached = u64::from(number) * u64::from(PER_PAGE);
    let is_more = reached < listed.total.min(FILTERED_RUNS_MAX);
    Ok(html! {
        @if listed.items.is_empty() {
            p { "No runs." }
        } @else {
            table {
                thead { tr { th { "Run" } th { "State" } th { "Event" } th { "Branch" } th { "Commit" } th { "Begun" } th { "Took" } } }
                tbody { @for run in &listed.items { (row(viewed, run)) } }
            }
        }
        p {
            @if number > 1 { a href={ "?page=" (number - 1) } { "Newer" } " " }
            @if is_more { a href={ "?page=" (number + 1) } { "Older" } }
        }
    })
}

fn page_number(query: &str) -> u32 {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let mut numbers = pairs.filter(|(name, _)| name == "page");
    let number = numbers.next().and_then(|(_, text)| text.parse().ok());
    number.unwrap_or(1).max(1)
}

fn row(viewed: &Viewed, run: &RunView) -> Markup {
    let (identity, attempt) = (&run.identity, &run.attempt);
    let repository = viewed.address();
    let ended = attempt.completed_at;
    html! {
        tr {
            td {
                a href={ (repository) "/actions/runs/" (identity.id) } { (identity.display_title) }
                br;
                span.quiet { (identity.name) " #" (identity.number) }
            }
            td { (state(attempt.status.name(), attempt.conclusion.map(|conclusion| conclusion.name()))) }
            td { (identity.event) }
            td { (identity.head_branch.as_deref().unwrap_or_default()) }
            td { a href={ (repository) "/commit/" (segment(&identity.head_sha)) } { code { (short(&identity.head_sha)) } } }
            td { (moment(attempt.requested_at)) }
            td { @if let Some(ended) = ended { (length(attempt.requested_at, ended)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::page_number;

    #[test]
    fn what_is_no_page_is_the_first() {
        for (query, number) in [
            ("", 1),
            ("page=3", 3),
            ("page=0", 1),
            ("page=-1", 1),
            ("page=x", 1),
        ] {
            assert_eq!(page_number(query), number, "{query}");
        }
    }
}
