//! The rules of the domain as tables and walks; one program, so that it links once. Each file beside this one is
//! about one thing; `given` is what they begin with.
#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod actions;
mod conclusion;
mod concurrency;
mod concurrency_of_calls;
mod concurrency_walk;
mod configuration;
mod executions;
mod force;
mod given;
mod handover;
mod intake;
mod job_permissions;
mod mend;
mod nodes;
mod outputs;
mod random_walk;
mod refusals;
mod replay;
mod rerun;
mod runner_groups;
mod scheduling;
mod stories;
mod time;
mod time_limits;
mod tokens;
mod words;
mod yard;

#[test]
fn every_file_beside_this_one_is_part_of_the_program() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let declared = include_str!("main.rs").contains(&format!("\nmod {stem};\n"));
        assert!(declared || stem == "main", "{stem} is not a module");
    }
}
