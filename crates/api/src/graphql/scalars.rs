//! GitHub's scalars that are texts of a certain form. They only go out.

use crate::wire::seconds;
use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use runyard_domain::Timestamp;

/// Makes a scalar that is a text.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident = $graphql:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub(super) struct $name(pub(super) String);

        #[Scalar(name = $graphql)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                if let Value::String(text) = value {
                    return Ok(Self(text));
                }
                Err(InputValueError::expected_type(value))
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text! {
    /// An ISO-8601 encoded UTC date string.
    DateTime = "DateTime"
}
text! {
    /// An RFC 3986, RFC 3987, and RFC 6570 (level 4) compliant URI string.
    Uri = "URI"
}
text! {
    /// A Git object ID.
    GitObjectId = "GitObjectID"
}

impl DateTime {
    /// The moment, in whole seconds.
    pub(super) fn of(moment: Timestamp) -> Self {
        Self(seconds(moment))
    }
}
