//! `hashFiles`: one hash of the files of a workspace that match patterns (semantics 7.4). Reads
//! files; follows no link.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// Files that one call looks at, at most.
const FILES_MAX: usize = 200_000;
/// Folders within each other at most.
const DEPTH_MAX: usize = 100;
/// Bytes of a file that are read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The hash of all files that the patterns match, in the order of their paths; empty when none
/// does. A pattern may begin with `!`; the last one that matches a file decides.
///
/// # Errors
/// A sentence: a pattern is none, a file cannot be read, or there are too many.
pub(crate) fn hash_files(workspace: &Path, patterns: &[String]) -> Result<String, String> {
    let wishes = patterns
        .iter()
        .flat_map(|pattern| pattern.lines())
        .map(str::trim)
        .filter(|pattern| !pattern.is_empty() && !pattern.starts_with('#'))
        .map(|pattern| Wish::read(workspace, pattern))
        .collect::<Result<Vec<_>, _>>()?;
    let mut all = Sha256::new();
    let mut any = false;
    let walk = WalkDir::new(workspace).max_depth(DEPTH_MAX);
    for (seen, entry) in walk.sort_by_file_name().into_iter().enumerate() {
        let entry = entry.map_err(|error| format!("hashFiles: {error}"))?;
        if seen >= FILES_MAX {
            let text = format!("hashFiles: the workspace has more than {FILES_MAX} files");
            return Err(text);
        }
        let below = entry.path().strip_prefix(workspace);
        let below = below.unwrap_or(entry.path());
        if entry.file_type().is_file() && is_wanted(&wishes, below) {
            let hash = hash_of(entry.path());
            let failed = |error| format!("hashFiles: {} cannot be read: {error}", below.display());
            all.update(hash.map_err(failed)?);
            any = true;
        }
    }
    let hex = |hash: Vec<u8>| hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(match any {
        true => hex(all.finalize().to_vec()),
        false => String::new(),
    })
}

fn hash_of(file: &Path) -> io::Result<Vec<u8>> {
    let (mut hash, mut file) = (Sha256::new(), File::open(file)?);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hash.finalize().to_vec()),
            bytes => hash.update(&piece[..bytes]),
        }
    }
}

/// One pattern.
struct Wish {
    wanted: bool,
    pattern: GlobMatcher,
    /// When the pattern names a folder: all that is in it.
    inside: GlobMatcher,
}

impl Wish {
    fn read(workspace: &Path, text: &str) -> Result<Self, String> {
        let (wanted, text) = match text.strip_prefix('!') {
            Some(rest) => (false, rest.trim()),
            None => (true, text),
        };
        let root = format!("{}/", workspace.display());
        let text = text.strip_prefix(&root).unwrap_or(text);
        let text = text.strip_prefix("./").unwrap_or(text);
        let text = text.trim_end_matches('/');
        Ok(Self {
            wanted,
            pattern: glob(text)?,
            inside: glob(&format!("{text}/**"))?,
        })
    }
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    let glob = glob.map_err(|error| format!("hashFiles: {error}"))?;
    Ok(glob.compile_matcher())
}

fn is_wanted(wishes: &[Wish], file: &Path) -> bool {
    let matching = |wish: &&Wish| wish.pattern.is_match(file) || wish.inside.is_match(file);
    let last = wishes.iter().rev().find(matching);
    last.is_some_and(|wish| wish.wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(patterns: &[&str]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("Cargo.lock", "one"),
            ("a/Cargo.lock", "two"),
            ("a/b/c.txt", "three"),
        ] {
            let file = folder.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
        hash_files(folder.path(), &patterns)
    }

    #[test]
    fn a_hash_depends_on_the_files_that_match_and_on_nothing_else() {
        let root = hash(&["Cargo.lock"]).unwrap();
        let both = hash(&["**/Cargo.lock"]).unwrap();
        assert_eq!((root.len(), both.len()), (64, 64));
        assert_ne!(root, both);
        for same in [
            &["*.lock"][..],
            &["./Cargo.lock"],
            &["**/Cargo.lock", "!a/**"],
            &["# all\n*.lock\n"],
        ] {
            assert_eq!(hash(same).unwrap(), root, "{same:?}");
        }
        assert_eq!(hash(&["a", "Cargo.lock", "!**/*.txt"]).unwrap(), both);
    }

    #[test]
    fn nothing_that_matches_is_an_empty_text_and_a_bad_pattern_an_error() {
        assert_eq!(hash(&["*.rs", "b*"]).unwrap(), "");
        assert!(hash(&["[a"]).unwrap_err().contains("hashFiles"));
    }
}
