//! The cross product with its excludes and includes (semantics 2.5, steps 2 to 7); it must not look
//! at kinds of values.

use super::filter::{Work, matches};
use super::{InvalidMatrix, Leg, Matrix};
use crate::expression::{Object, Value};

/// A job has at most this many legs (semantics section 9).
pub const MAX_LEGS: usize = 256;
/// Rows and values that an expansion looks at, at most: a matrix whose excludes remove nearly
/// everything must not take long either.
pub const MAX_MATRIX_WORK: usize = 1_000_000;

impl Matrix {
    /// The legs in the order of their `job-index`. When every row is excluded and nothing is
    /// included, one leg without a matrix is left.
    ///
    /// # Errors
    /// [`InvalidMatrix::TooManyLegs`], and [`InvalidMatrix::TooMuchWork`] when there are far too
    /// many combinations to look at.
    pub fn legs(&self) -> Result<Vec<Leg>, InvalidMatrix> {
        let mut work = Work::new();
        let mut matched = vec![false; self.include.len()];
        let mut legs = Vec::new();
        let mut odometer = Odometer::new(self);
        while let Some(row) = odometer.next_row() {
            work.spend()?;
            if !self.is_excluded(&row, &mut work)? {
                push(&mut legs, self.with_extras(row, &mut matched, &mut work)?)?;
            }
        }
        let left = self
            .include
            .iter()
            .zip(matched)
            .filter(|(_, matched)| !matched);
        for (item, _) in left {
            push(&mut legs, self.appended(item))?;
        }
        if legs.is_empty() {
            legs.push(Leg::without_matrix());
        }
        Ok(legs)
    }

    fn is_excluded(&self, row: &Object, work: &mut Work) -> Result<bool, InvalidMatrix> {
        for item in &self.exclude {
            if matches(row, item.iter(), work)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Step 4: the row with the extra of every include whose filter matches the original row.
    fn with_extras(
        &self,
        row: Object,
        matched: &mut [bool],
        work: &mut Work,
    ) -> Result<Leg, InvalidMatrix> {
        let mut whole = row.clone();
        for (item, matched) in self.include.iter().zip(matched) {
            let filter = item.iter().filter(|(key, _)| self.has_vector(key));
            if !matches(&row, filter, work)? {
                continue;
            }
            *matched = true;
            for (key, value) in item.iter().filter(|(key, _)| !self.has_vector(key)) {
                whole.insert(key, value.clone());
            }
        }
        Ok(Leg::of_row(&row, whole))
    }

    /// Step 5: an include that matched nothing is a row of its own, its filter first.
    fn appended(&self, item: &Object) -> Leg {
        let of_filter = item.iter().filter(|(key, _)| self.has_vector(key));
        let extra = item.iter().filter(|(key, _)| !self.has_vector(key));
        let row: Object = of_filter
            .chain(extra)
            .map(|(key, value)| (key, value.clone()))
            .collect();
        Leg::of_row(&row.clone(), row)
    }
}

fn push(legs: &mut Vec<Leg>, leg: Leg) -> Result<(), InvalidMatrix> {
    if legs.len() == MAX_LEGS {
        return Err(InvalidMatrix::TooManyLegs);
    }
    legs.push(leg);
    Ok(())
}

/// Counts through the cross product one row at a time; the last vector turns fastest.
struct Odometer<'a> {
    vectors: &'a [(String, Vec<Value>)],
    wheels: Vec<usize>,
    done: bool,
}

impl<'a> Odometer<'a> {
    fn new(matrix: &'a Matrix) -> Self {
        Self {
            vectors: &matrix.vectors,
            wheels: vec![0; matrix.vectors.len()],
            // Without vectors there are no rows, not one empty row (step 3).
            done: matrix.vectors.is_empty(),
        }
    }

    fn next_row(&mut self) -> Option<Object> {
        if self.done {
            return None;
        }
        let values = self.vectors.iter().zip(&self.wheels);
        let row = values
            .map(|((key, values), wheel)| (key.as_str(), values[*wheel].clone()))
            .collect();
        self.turn();
        Some(row)
    }

    fn turn(&mut self) {
        for ((_, values), wheel) in self.vectors.iter().zip(&mut self.wheels).rev() {
            *wheel += 1;
            if *wheel < values.len() {
                return;
            }
            *wheel = 0;
        }
        self.done = true;
    }
}
