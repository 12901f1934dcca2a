//! What a dispatch carries: inputs checked and typed (semantics R6.31 to R6.33), payloads limited; it must not know the
//! request they came in.

mod given;
mod repository;

use given::length;
pub use given::{
    DispatchInputs, InputFault, InvalidInput, MAX_DISPATCH_INPUTS, MAX_DISPATCH_PAYLOAD,
    read_inputs,
};
pub use repository::{
    InvalidRepositoryDispatch, MAX_CLIENT_PAYLOAD, MAX_CLIENT_PAYLOAD_KEYS, MAX_EVENT_TYPE,
    check_repository_dispatch,
};
