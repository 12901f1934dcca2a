//! The program `runyard`: reads the command line and the settings, and wires store, engine, API and runner together.

mod arguments;
mod bounds;
mod certificates;
mod check;
mod client;
mod commands;
mod demo;
mod doctor;
mod expression;
mod first_start;
mod follow;
mod hook;
mod listening;
mod local_runner;
mod log_objects;
mod plan;
mod repo_sources;
mod scratch;
mod sealing_key;
mod seeding;
mod serve;
mod settings;
mod source_arguments;
mod sources;
mod status;
mod stopping;
mod storage;
mod token_arguments;
mod tokens;

use arguments::{Arguments, Command};
use clap::Parser;
use std::{process::ExitCode, time::Duration};

/// Reading workflows and answering requests allocate much that is small. Not in debug builds, where it checks itself at
/// every step.
#[cfg(not(debug_assertions))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What still runs on a thread when the program is done, a fetch for example, is waited for no longer than this.
const LEFTOVERS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    runyard_runner::run_supervisor_if_asked();
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("starting threads")),
    };
    let done = runtime.block_on(run(arguments.command));
    runtime.shutdown_timeout(LEFTOVERS);
    done.unwrap_or_else(|error| failed(&error))
}

/// Prints what `/api/v1` offers.
fn openapi() -> anyhow::Result<()> {
    let document = runyard_api::openapi_document();
    println!("{}", serde_json::to_string_pretty(document)?);
    Ok(())
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("runyard: {error:#}");
    ExitCode::FAILURE
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(command) => serve::serve(command).await,
        Command::Migrate(command) => serve::migrate(command).await,
        Command::Doctor(command) => return doctor::doctor(command).await,
        Command::User(command) => commands::user(command).await,
        Command::Token(command) => tokens::token(command).await,
        Command::Repo(command) => commands::repo(command).await,
        Command::Runner(command) => commands::runner(command).await,
        Command::Status(connection) => status::status(&connection).await,
        Command::Dispatch(command) => commands::dispatch(command).await,
        Command::Demo(command) => demo::demo(command).await,
        Command::Openapi => openapi(),
        Command::Workflow(command) => return plan::workflow(command),
        Command::Expression(command) => return expression::expression(command),
    }?;
    Ok(ExitCode::SUCCESS)
}
