//! The program `runyard-runner`: reads its arguments, runs the agent of `runyard_runner`, says in
//! one sentence what went wrong. Must not know the protocol or how jobs run.

mod arguments;
mod failure;
mod register;
mod remove;
mod run;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use failure::Failure;

fn main() -> ExitCode {
    runyard_runner::run_supervisor_if_asked();
    let arguments = Arguments::parse();
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("runyard-runner: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn start(arguments: Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    match arguments.command {
        Command::Register(wanted) => runtime.block_on(register::register(wanted)),
        Command::Remove(wanted) => runtime.block_on(remove::remove(wanted)),
        Command::Run(wanted) => runtime.block_on(run::run(wanted)),
    }
}
