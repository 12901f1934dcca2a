//! The expression language (semantics 7): text in, values out; it must not know where contexts come
//! from, nor which workflow key an expression stands in.

mod access;
mod call;
mod compare;
mod condition;
mod environment;
mod error;
mod evaluate;
mod format;
mod function;
mod json;
mod lexer;
mod memory;
mod number;
mod object;
mod parser;
mod place;
mod source;
mod syntax;
mod template;
mod text;
mod token;
mod value;

pub(crate) use compare::equal;
pub use condition::{condition, hook_condition};
pub use environment::{Contexts, Functions, NoFunctions};
pub use error::{EvaluationError, ParseError, ParseErrorKind};
pub use function::CallerFunction;
pub use object::Object;
pub use place::{Allowed, Names, Permitted, Place};
pub use source::{Expression, MAX_DEPTH, MAX_LENGTH, MAX_MEMORY, parse};
pub use template::Template;
pub use text::{compare_ignoring_case, equal_ignoring_case};
pub use value::{Array, Kind, Value};
