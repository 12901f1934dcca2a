//! Checks workflow files given as arguments and prints what is wrong with them; it must not
//! change them. `cargo run -p runyard-workflow --example check -- .github/workflows/*.yml`

use runyard_workflow::parse;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut valid = true;
    for path in std::env::args().skip(1) {
        valid &= check(&path);
    }
    if valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn check(path: &str) -> bool {
    let source = match std::fs::read_to_string(path) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("{path}: {error}");
            return false;
        }
    };
    match parse(path, &source) {
        Ok(workflow) => {
            println!("{path}: {} jobs", workflow.jobs.len());
            true
        }
        Err(invalid) => {
            println!("{invalid}");
            false
        }
    }
}
