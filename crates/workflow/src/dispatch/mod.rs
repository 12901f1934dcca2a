//! Inputs of `workflow_dispatch`: checked and typed (semantics R6.31 to R6.33); it must not know the
//! request they came in.

mod given;

pub use given::{
    DispatchInputs, InputFault, InvalidInput, MAX_DISPATCH_INPUTS, MAX_DISPATCH_PAYLOAD,
    read_inputs,
};
