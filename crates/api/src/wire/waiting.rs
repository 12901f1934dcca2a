//! Places of calls that wait for something to happen. Who finds none is answered with what is there now.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts the calls that wait. Copies count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

/// A place, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Place(Waiting);

impl Waiting {
    /// A place, unless `most` are taken.
    pub(crate) fn place(&self, most: usize) -> Option<Place> {
        let one_more = |taken: usize| (taken < most).then(|| taken + 1);
        let (taken, read) = (Ordering::AcqRel, Ordering::Acquire);
        let taken = self.0.fetch_update(taken, read, one_more);
        taken.is_ok().then(|| Place(self.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::Waiting;

    #[test]
    fn a_place_is_free_again_when_its_call_is_answered() {
        let waiting = Waiting::default();
        let places: Vec<_> = (0..3).map(|_| waiting.place(3).unwrap()).collect();
        assert!(waiting.place(3).is_none());
        drop(places);
        assert!(waiting.place(1).is_some());
    }
}
