//! Lists that go on after an id: how Runyard's own API pages.

use runyard_store::PER_PAGE_MAX;
use serde::Deserialize;

/// Query of a list: the `next` of the page before, and how many.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Keyset {
    after: Option<i64>,
    per_page: Option<u32>,
}

impl Keyset {
    /// Everything begins after this id.
    pub(crate) fn after(&self) -> i64 {
        self.after.unwrap_or(0)
    }

    /// At most so many.
    pub(crate) fn limit(&self) -> u32 {
        self.per_page.unwrap_or(PER_PAGE_MAX).clamp(1, PER_PAGE_MAX)
    }

    /// What the next page begins after: the last id of a full page, nothing after the last page.
    pub(crate) fn next(&self, last: Option<i64>, found: usize) -> Option<i64> {
        last.filter(|_| found >= self.limit() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Keyset;

    #[test]
    fn a_full_page_names_where_the_next_one_begins() {
        let two = Keyset {
            after: None,
            per_page: Some(2),
        };
        assert_eq!(two.next(Some(7), 2), Some(7));
        assert_eq!(two.next(Some(7), 1), None);
        assert_eq!(two.next(None, 0), None);
        for (asked, limit) in [
            (None, 100),
            (Some(0), 1),
            (Some(101), 100),
            (Some(100), 100),
        ] {
            let keyset = Keyset {
                after: None,
                per_page: asked,
            };
            assert_eq!(keyset.limit(), limit);
        }
    }
}
