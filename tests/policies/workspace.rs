//! What the policies look at: the workspace's folders, packages and dependency trees. No rules here.

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};

/// The top folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this package lies below the top")
}

/// `cargo metadata` of this machine's platform, from the lock file and without the network.
pub(crate) fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked", "--offline", "--filter-platform", &host()].map(String::from))
        .exec()
        .expect("cargo metadata reads this workspace")
}

/// One line `name features` for everything that `package` is built from, itself included; features
/// are those of a build of this package alone.
pub(crate) fn tree(package: &str) -> Vec<String> {
    let arguments = [
        "tree",
        "--locked",
        "--offline",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ];
    let text = output(
        Command::new(env!("CARGO"))
            .current_dir(root())
            .args(arguments)
            .args(["--no-dedupe", "--format", "{p} | {f}", "--package", package]),
    );
    let mut lines: Vec<String> = text.lines().filter_map(name_and_features).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// `chrono v0.4.42 (...) | std,serde` becomes `chrono std,serde`.
fn name_and_features(line: &str) -> Option<String> {
    let (package, features) = line.split_once(" | ")?;
    Some(format!("{} {}", package.split(' ').next()?, features))
}

/// All files below `folder` whose name ends in `ending`, with their text.
pub(crate) fn texts(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(texts(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = std::fs::read_to_string(&path).expect("a text file");
            found.push((path, text));
        }
    }
    found
}

/// What `command` printed; it must succeed.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn host() -> String {
    let text = output(Command::new("rustc").arg("-vV"));
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.expect("rustc names its host").to_owned()
}
