//! A file that a signed link gave: a log as text or an archive. Readers only.

use std::io::{Cursor, Read};

use super::answer::Answer;

/// The file behind a signed link, or the refusal of it.
#[derive(Debug)]
pub struct Download {
    answer: Answer,
}

impl Download {
    pub(super) fn of(answer: Answer) -> Self {
        Self { answer }
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// The text of a job's log.
    ///
    /// # Panics
    /// If this is not a `text/plain` of status 200.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        self.assert_type("text/plain");
        self.answer.text()
    }

    /// The names and texts in an archive, in the archive's order.
    ///
    /// # Panics
    /// If this is not an `application/zip` of status 200 that holds UTF-8 files only.
    #[must_use]
    #[track_caller]
    pub fn zip(&self) -> Vec<(String, String)> {
        self.assert_type("application/zip");
        let mut archive =
            zip::ZipArchive::new(Cursor::new(&self.answer.body)).expect("a zip archive");
        (0..archive.len())
            .map(|index| read(&mut archive, index))
            .collect()
    }

    #[track_caller]
    fn assert_type(&self, expected: &str) {
        assert_eq!(
            self.answer.status,
            200,
            "GET {}: {}",
            self.answer.path,
            self.answer.text()
        );
        let found = self.answer.header("content-type").unwrap_or_default();
        assert!(
            found.starts_with(expected),
            "GET {}: {found}",
            self.answer.path
        );
    }
}

fn read(archive: &mut zip::ZipArchive<Cursor<&Vec<u8>>>, index: usize) -> (String, String) {
    let mut file = archive.by_index(index).expect("an entry");
    let mut text = String::new();
    file.read_to_string(&mut text).expect("UTF-8");
    (file.name().expect("a name in UTF-8").into_owned(), text)
}
