//! The syntax tree of expressions (semantics 7.2); it must not evaluate.

use super::function::{BuiltIn, CallerFunction};
use super::value::Value;

/// `==`, `<` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A function, whoever supplies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    BuiltIn(BuiltIn),
    Caller(CallerFunction),
}

/// A part of an expression.
#[derive(Debug)]
pub(super) enum Node {
    Literal(Value),
    /// The name in lower case.
    Context(String),
    Call(Function, Vec<Node>),
    /// `target[index]` and `target.name`
    Index(Box<Node>, Box<Node>),
    /// `target.*` and `target[*]`
    Filter(Box<Node>),
    Not(Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
}

impl Node {
    /// Calls `visit` with every node; none is deeper than the language allows.
    pub(super) fn walk(&self, visit: &mut dyn FnMut(&Node)) {
        visit(self);
        match self {
            Self::Literal(_) | Self::Context(_) => {}
            Self::Call(_, nodes) | Self::And(nodes) | Self::Or(nodes) => {
                nodes.iter().for_each(|node| node.walk(visit));
            }
            Self::Index(left, right) | Self::Compare(_, left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::Filter(node) | Self::Not(node) => node.walk(visit),
        }
    }
}
