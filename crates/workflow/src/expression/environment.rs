//! What an evaluation asks of its caller: contexts and the functions that look outside; it must not
//! evaluate anything.

use super::error::EvaluationError;
use super::function::CallerFunction;
use super::object::Object;
use super::value::Value;

/// Where the contexts come from: the engine knows `needs`, the runner knows `steps`.
pub trait Contexts {
    /// The context of this name, which is in lower case; none is null in the expression.
    fn context(&self, name: &str) -> Option<Value>;
}

impl Contexts for Object {
    fn context(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }
}

/// The functions whose values are not in the expression (semantics 7.4).
pub trait Functions {
    /// The value of a call. Arguments are evaluated already.
    ///
    /// # Errors
    ///
    /// The function failed, or this caller does not supply it.
    fn call(&self, function: CallerFunction, arguments: &[Value])
    -> Result<Value, EvaluationError>;
}

/// No function is supplied: each call fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFunctions;

impl Functions for NoFunctions {
    fn call(
        &self,
        function: CallerFunction,
        _arguments: &[Value],
    ) -> Result<Value, EvaluationError> {
        Err(EvaluationError::Function {
            message: format!("{}() has no value here", function.name()),
        })
    }
}
