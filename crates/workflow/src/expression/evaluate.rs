//! Walks the syntax tree and gives its value (semantics 7.3, 7.4); it must not parse.

use super::environment::{Contexts, Functions};
use super::error::EvaluationError;
use super::function::BuiltIn;
use super::memory::{Memory, OBJECT, size};
use super::syntax::{Function, Node};
use super::value::Value;
use super::{access, call, compare};

/// One evaluation with the memory that it counts.
pub(super) struct Evaluator<'a> {
    contexts: &'a dyn Contexts,
    functions: &'a dyn Functions,
    memory: Memory,
}

/// What a node gives, and how its memory is counted.
pub(super) struct Outcome {
    value: Value,
    size: Size,
}

/// How the memory of a value is counted.
enum Size {
    /// It was computed.
    Computed,
    /// It is part of a context or of parsed JSON.
    Data,
    /// So many bytes.
    Known(usize),
}

impl Outcome {
    pub(super) fn computed(value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            size: Size::Computed,
        }
    }

    pub(super) fn data(value: Value) -> Self {
        Self {
            value,
            size: Size::Data,
        }
    }

    pub(super) fn known(value: Value, bytes: usize) -> Self {
        Self {
            value,
            size: Size::Known(bytes),
        }
    }
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(contexts: &'a dyn Contexts, functions: &'a dyn Functions) -> Self {
        Self {
            contexts,
            functions,
            memory: Memory::default(),
        }
    }

    pub(super) fn evaluate(mut self, root: &Node) -> Result<Value, EvaluationError> {
        self.node(root, 0)
    }

    /// The value of a node at a level of the tree, which is never deeper than the language allows.
    pub(super) fn node(&mut self, node: &Node, level: usize) -> Result<Value, EvaluationError> {
        let Outcome { value, size: kind } = self.outcome(node, level)?;
        match kind {
            Size::Computed => self.memory.add(level, size(&value), value.is_scalar())?,
            Size::Known(bytes) => self.memory.add(level, bytes, false)?,
            Size::Data => {
                self.memory.add(level, OBJECT, false)?;
                if value.is_scalar() {
                    self.memory.add(level, size(&value), false)?;
                }
            }
        }
        Ok(value)
    }

    fn outcome(&mut self, node: &Node, level: usize) -> Result<Outcome, EvaluationError> {
        Ok(match node {
            Node::Literal(value) => Outcome::computed(value.clone()),
            Node::Context(name) => {
                Outcome::data(self.contexts.context(name).unwrap_or(Value::Null))
            }
            Node::Call(function, arguments) => self.call(*function, arguments, level)?,
            Node::Index(target, index) => {
                let target = self.node(target, level + 1)?;
                let index = self.node(index, level + 1)?;
                access::index(&target, &index)?
            }
            Node::Filter(target) => access::filter(&self.node(target, level + 1)?)?,
            Node::Not(operand) => Outcome::computed(!self.node(operand, level + 1)?.is_truthy()),
            Node::Compare(comparison, left, right) => {
                let left = self.node(left, level + 1)?;
                let right = self.node(right, level + 1)?;
                Outcome::computed(compare::compare(*comparison, &left, &right))
            }
            Node::And(operands) => self.first(operands, false, level)?,
            Node::Or(operands) => self.first(operands, true, level)?,
        })
    }

    /// The first operand that is or is not truthy, else the last (semantics R7.22).
    fn first(
        &mut self,
        operands: &[Node],
        truthy: bool,
        level: usize,
    ) -> Result<Outcome, EvaluationError> {
        let mut value = Value::Null;
        for operand in operands {
            value = self.node(operand, level + 1)?;
            if value.is_truthy() == truthy {
                break;
            }
        }
        Ok(Outcome::computed(value))
    }

    fn call(
        &mut self,
        function: Function,
        arguments: &[Node],
        level: usize,
    ) -> Result<Outcome, EvaluationError> {
        let mut arguments = call::Arguments::new(self, arguments, level + 1);
        match function {
            Function::BuiltIn(BuiltIn::Case) => call::case(&mut arguments),
            Function::BuiltIn(BuiltIn::Contains) => call::contains(&mut arguments),
            Function::BuiltIn(BuiltIn::EndsWith) => call::ends_with(&mut arguments),
            Function::BuiltIn(BuiltIn::StartsWith) => call::starts_with(&mut arguments),
            Function::BuiltIn(BuiltIn::Format) => call::format(&mut arguments),
            Function::BuiltIn(BuiltIn::Join) => call::join(&mut arguments),
            Function::BuiltIn(BuiltIn::FromJson) => call::from_json(&mut arguments),
            Function::BuiltIn(BuiltIn::ToJson) => call::to_json(&mut arguments),
            Function::Caller(function) => {
                let values = arguments.all()?;
                self.functions
                    .call(function, &values)
                    .map(Outcome::computed)
            }
        }
    }
}
