//! A matrix as vectors, includes and excludes, checked (semantics 2.5, step 1); it must not expand.

use super::expand::{MAX_LEGS, MAX_MATRIX_WORK};
use crate::expression::{Kind, Object, Value};

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";

/// A matrix after its expressions were evaluated: static or dynamic, it makes no difference
/// (semantics R2.46).
///
/// ```
/// use runyard_workflow::expression::Value;
/// use runyard_workflow::matrix::Matrix;
///
/// let vector = |words: [&str; 2]| Value::from(words.map(Value::from).to_vec());
/// let value = [("os", vector(["linux", "win"])), ("v", vector(["1", "2"]))];
/// let legs = Matrix::from_value(&Value::Object(std::sync::Arc::new(value.into_iter().collect())))?.legs()?;
/// let names: Vec<_> = legs.iter().map(|leg| leg.suffixed("test")).collect();
/// assert_eq!(names, ["test (linux, 1)", "test (linux, 2)", "test (win, 1)", "test (win, 2)"]);
/// # Ok::<(), runyard_workflow::matrix::InvalidMatrix>(())
/// ```
#[derive(Debug, Clone)]
pub struct Matrix {
    pub(super) vectors: Vec<(String, Vec<Value>)>,
    pub(super) include: Vec<Object>,
    pub(super) exclude: Vec<Object>,
}

/// Why a value is no matrix; the job fails, it is not skipped (semantics R2.46).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMatrix {
    /// Something else than a mapping.
    #[error("the matrix is {found}; it must be a mapping of vectors, include and exclude")]
    NoMapping {
        /// The kind of the value.
        found: &'static str,
    },
    /// There is nothing to make legs of.
    #[error("the matrix has no vector and no include; it must have one of them")]
    Empty,
    /// A vector without values.
    #[error("Matrix vector '{vector}' does not contain any values")]
    NoValues {
        /// Its key.
        vector: String,
    },
    /// A vector, `include` or `exclude` that is no list.
    #[error("'{key}' of the matrix is {found}; it must be a list")]
    NoList {
        /// Its key.
        key: String,
        /// The kind of its value.
        found: &'static str,
    },
    /// An item of `include` or `exclude` that is no mapping.
    #[error("item {item} of '{list}' is {found}; it must be a mapping")]
    NoItem {
        /// `include` or `exclude`.
        list: &'static str,
        /// Which one, from 1.
        item: usize,
        /// The kind of its value.
        found: &'static str,
    },
    /// An empty item of `include` or `exclude`.
    #[error("item {item} of '{list}' is empty; it must name a value at least")]
    EmptyItem {
        /// `include` or `exclude`.
        list: &'static str,
        /// Which one, from 1.
        item: usize,
    },
    /// An exclude that names no vector.
    #[error("item {item} of 'exclude' names '{key}', which is no vector of the matrix; {allowed}")]
    UnknownKey {
        /// Which one, from 1.
        item: usize,
        /// The key.
        key: String,
        /// Which keys are there.
        allowed: String,
    },
    /// Too many legs (semantics section 9).
    #[error("the matrix has more than {MAX_LEGS} legs")]
    TooManyLegs,
    /// Too many combinations to look at.
    #[error("the matrix takes more than {MAX_MATRIX_WORK} comparisons")]
    TooMuchWork,
}

impl Matrix {
    /// Reads an evaluated matrix.
    ///
    /// # Errors
    /// Semantics 2.5, step 1, and values of the wrong kind; never [`InvalidMatrix::TooManyLegs`].
    pub fn from_value(value: &Value) -> Result<Self, InvalidMatrix> {
        let pairs = value.as_object().ok_or_else(|| InvalidMatrix::NoMapping {
            found: described(value),
        })?;
        let mut matrix = Self {
            vectors: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
        };
        for (key, value) in pairs.iter() {
            match key {
                INCLUDE => matrix.include = items(INCLUDE, value)?,
                EXCLUDE => matrix.exclude = items(EXCLUDE, value)?,
                _ => matrix.vectors.push((key.to_owned(), vector(key, value)?)),
            }
        }
        if matrix.vectors.is_empty() && matrix.include.is_empty() {
            return Err(InvalidMatrix::Empty);
        }
        matrix.check_excludes()?;
        Ok(matrix)
    }

    fn check_excludes(&self) -> Result<(), InvalidMatrix> {
        for (index, item) in self.exclude.iter().enumerate() {
            let unknown = item.iter().find(|(key, _)| !self.has_vector(key));
            if let Some((key, _)) = unknown {
                let known: Vec<&str> = self.vectors.iter().map(|(key, _)| key.as_str()).collect();
                return Err(InvalidMatrix::UnknownKey {
                    item: index + 1,
                    key: key.to_owned(),
                    allowed: format!("its vectors are: {}", known.join(", ")),
                });
            }
        }
        Ok(())
    }

    pub(super) fn has_vector(&self, key: &str) -> bool {
        let same = |(own, _): &(String, _)| crate::expression::equal_ignoring_case(own, key);
        self.vectors.iter().any(same)
    }
}

fn vector(key: &str, value: &Value) -> Result<Vec<Value>, InvalidMatrix> {
    let values = list(key, value)?;
    if values.is_empty() {
        return Err(InvalidMatrix::NoValues {
            vector: key.to_owned(),
        });
    }
    Ok(values.to_vec())
}

fn items(list_name: &'static str, value: &Value) -> Result<Vec<Object>, InvalidMatrix> {
    let numbered = list(list_name, value)?.iter().zip(1..);
    let read = numbered.map(|(value, item)| match value.as_object() {
        Some(object) if object.is_empty() => Err(InvalidMatrix::EmptyItem {
            list: list_name,
            item,
        }),
        Some(object) => Ok(object.clone()),
        None => Err(InvalidMatrix::NoItem {
            list: list_name,
            item,
            found: described(value),
        }),
    });
    read.collect()
}

fn list<'a>(key: &str, value: &'a Value) -> Result<&'a [Value], InvalidMatrix> {
    value.as_array().ok_or_else(|| InvalidMatrix::NoList {
        key: key.to_owned(),
        found: described(value),
    })
}

fn described(value: &Value) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Boolean => "a boolean",
        Kind::Number => "a number",
        Kind::String => "a text",
        Kind::Array => "a list",
        Kind::Object => "a mapping",
    }
}
