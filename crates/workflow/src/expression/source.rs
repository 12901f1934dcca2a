//! An expression as its users hold it: its text with the tree read from it; it must not evaluate.

use super::environment::{Contexts, Functions};
use super::error::{EvaluationError, ParseError};
use super::evaluate::Evaluator;
use super::function::CallerFunction;
use super::place::Allowed;
use super::syntax::{Function, Node};
use super::value::Value;
use super::{parser, text};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Characters (UTF-16 units) of an expression at most (semantics R7.11).
pub const MAX_LENGTH: usize = 21_000;

/// Levels of the syntax tree at most (semantics R7.11).
pub const MAX_DEPTH: usize = 50;

/// Bytes that an evaluation may take, counted as GitHub counts them (semantics R7.11).
pub const MAX_MEMORY: usize = 1024 * 1024;

/// An expression that was read. Copies are cheap. It is written and compared as its text.
#[derive(Clone)]
pub struct Expression {
    source: Arc<str>,
    root: Arc<Node>,
}

/// Reads an expression, the text between `${{` and `}}` or the bare text of an `if`. White space
/// alone has the value null; where that is an error is for [`Template`](super::Template) and
/// [`condition`](super::condition) to say.
///
/// # Errors
///
/// The text is not an expression, names what is not allowed, or exceeds a limit (semantics R7.2,
/// R7.11).
///
/// ```
/// use runyard_workflow::expression::{Allowed, NoFunctions, Object, Place, parse};
///
/// let expression = parse("github.ref == 'refs/heads/main' && 'yes'", &Place::RunName.allowed())?;
/// let github: Object = [("ref", "refs/heads/main")].into_iter().collect();
/// let contexts: Object = [("github", github)].into_iter().collect();
/// let value = expression.evaluate(&contexts, &NoFunctions).expect("nothing can fail here");
/// assert_eq!(value.as_str(), Some("yes"));
///
/// let error = parse("secrets.key", &Place::RunName.allowed()).expect_err("not there");
/// assert_eq!(
///     error.message,
///     "Unrecognized named-value: 'secrets'. Located at position 1 within expression: secrets.key"
/// );
/// # Ok::<(), runyard_workflow::expression::ParseError>(())
/// ```
pub fn parse(source: &str, allowed: &Allowed<'_>) -> Result<Expression, ParseError> {
    if text::length(source) > MAX_LENGTH {
        let what = format!("Exceeded max expression length {MAX_LENGTH}");
        return Err(ParseError::whole(what));
    }
    let root = parser::parse(source, allowed)?.unwrap_or(Node::Literal(Value::Null));
    Ok(Expression {
        source: source.into(),
        root: Arc::new(root),
    })
}

impl Expression {
    /// The text it was read from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The value in these contexts.
    ///
    /// # Errors
    ///
    /// A function failed, or more memory is needed than allowed; an error never becomes null.
    pub fn evaluate(
        &self,
        contexts: &dyn Contexts,
        functions: &dyn Functions,
    ) -> Result<Value, EvaluationError> {
        Evaluator::new(contexts, functions).evaluate(&self.root)
    }

    /// Whether the context of this name is read anywhere, also where evaluation would not come.
    pub fn names_context(&self, name: &str) -> bool {
        let mut found = false;
        self.root.walk(&mut |node| {
            found |= matches!(node, Node::Context(known) if known.eq_ignore_ascii_case(name));
        });
        found
    }

    /// Whether this function is called anywhere, also where evaluation would not come.
    pub fn calls(&self, function: CallerFunction) -> bool {
        let mut found = false;
        self.root.walk(&mut |node| {
            found |= matches!(node, Node::Call(Function::Caller(known), _) if *known == function);
        });
        found
    }

    /// Whether any of `always`, `cancelled`, `failure` and `success` is called (semantics R2.10).
    pub fn calls_status_function(&self) -> bool {
        CallerFunction::ALL
            .into_iter()
            .any(|function| function.is_status() && self.calls(function))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source).finish()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl Hash for Expression {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

/// What was written was checked when it was first read, so any name is taken.
impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        parse(&source, &Allowed::ANYTHING).map_err(de::Error::custom)
    }
}
