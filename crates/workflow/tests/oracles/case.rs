//! One published workflow case: options, files, and what GitHub makes of them.

use serde_json::Value;
use std::path::Path;

/// What the front matter of a case says.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) include_source: bool,
    pub(crate) is_partial_rerun: bool,
    pub(crate) permissions_policy: Option<String>,
    pub(crate) max_file_size: Option<usize>,
    pub(crate) max_result_size: Option<usize>,
    pub(crate) max_depth: Option<usize>,
    pub(crate) max_calls: Option<usize>,
}

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) options: Options,
    pub(crate) source: String,
    /// Names and texts of the files that may be called.
    pub(crate) called: Vec<(String, String)>,
    pub(crate) expected: Value,
}

impl Case {
    pub(crate) fn path(&self) -> String {
        format!(".github/workflows/{}.yml", self.name)
    }
}

/// Reads the case in `file`.
pub(crate) fn case(file: &Path) -> Case {
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(file).unwrap();
    let mut documents = documents(&text).into_iter();
    let options = options(&name, &documents.next().unwrap());
    let expected = documents.next_back().unwrap();
    let expected = serde_json::from_str(&expected).unwrap_or_else(|e| panic!("{name}: {e}"));
    let source = documents.next().unwrap();
    let rest: Vec<String> = documents.collect();
    let called = rest
        .chunks(2)
        .map(|pair| (pair[0].trim().to_owned(), pair[1].clone()))
        .collect();
    Case {
        name,
        options,
        source,
        called,
        expected,
    }
}

fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
        }
    }
    documents
}

/// An option that this reader does not know fails the case: it would not be asserted.
fn options(case: &str, text: &str) -> Options {
    let mut options = Options::default();
    let lines = text
        .lines()
        .map(|line| line.split(" #").next().unwrap_or_default().trim_end());
    for line in lines.filter(|line| !line.starts_with([' ', '-', '#']) && !line.is_empty()) {
        let (key, value) = line.split_once(':').unwrap();
        let value = value.trim();
        let number = || Some(value.parse().unwrap());
        match key {
            "include-source" => options.include_source = value == "true",
            "is-partial-rerun" => options.is_partial_rerun = value == "true",
            "permissions-policy" => options.permissions_policy = Some(value.to_owned()),
            "max-file-size" => options.max_file_size = number(),
            "max-result-size" => options.max_result_size = number(),
            "max-depth" => options.max_depth = number(),
            "max-nested-reusable-workflows-depth" => options.max_calls = number(),
            // Which other implementations fail, and what GitHub is only trying out.
            "skip" | "experimental-features" => {}
            unknown => panic!("{case}: unknown option {unknown}"),
        }
    }
    options
}
