//! The corpus of each fuzz target, which a mutation of some length found or might find.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::path::Path;
use std::time::{Duration, Instant};

/// No input may take longer, on a busy machine without optimisation.
const PATIENCE: Duration = Duration::from_secs(2);

#[test]
fn no_input_of_the_corpus_panics_or_hangs() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let entries = std::fs::read_dir(corpus.join(name)).expect("each target has a corpus");
        let mut count = 0;
        for entry in entries {
            let path = entry.expect("a folder can be listed").path();
            let bytes = std::fs::read(&path).expect("a file can be read");
            let start = Instant::now();
            target(&bytes);
            assert!(start.elapsed() < PATIENCE, "{}", path.display());
            count += 1;
        }
        assert!(count > 0, "{name} has no corpus");
    }
}
