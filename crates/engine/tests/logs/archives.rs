//! The zip of a run's logs, as clients unpack it.

use crate::row;
use runyard_engine::logs::{JobLog, archive};
use std::io::{Cursor, Read};
use zip::ZipArchive;

fn job(name: &str, steps: &[(u32, &str)], rows: &[(u32, &str)]) -> JobLog {
    JobLog {
        name: name.to_owned(),
        steps: steps
            .iter()
            .map(|(number, name)| (*number, (*name).to_owned()))
            .collect(),
        rows: rows.iter().map(|(step, text)| row(*step, text)).collect(),
    }
}

/// Names and texts, in the order of the archive.
fn unpacked(jobs: &[JobLog]) -> Vec<(String, String)> {
    let mut zip = ZipArchive::new(Cursor::new(archive(jobs).unwrap())).unwrap();
    let files = (0..zip.len()).map(|place| {
        let mut file = zip.by_index(place).unwrap();
        let name = file.name().unwrap().into_owned();
        assert!(file.enclosed_name().is_some(), "{name} leads out");
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        (name, text.replace("2026-01-02T03:04:05.1230000Z ", "> "))
    });
    files.collect()
}

fn names(jobs: &[JobLog]) -> Vec<String> {
    unpacked(jobs).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn each_job_and_each_step_has_a_file() {
    let build = job(
        "build",
        &[
            (1, "Set up job"),
            (2, "Run make"),
            (4, "skipped"),
            (9, "Complete job"),
        ],
        &[
            (1, "a"),
            (2, "b"),
            (9, "c"),
            (2, "late"),
            (77, "of no step"),
        ],
    );
    let test = job("test", &[(1, "Set up job")], &[(1, "d")]);
    let expected = [
        ("0_build.txt", "> a\n> b\n> c\n> late\n> of no step\n"),
        ("build/1_Set up job.txt", "> a\n"),
        ("build/2_Run make.txt", "> b\n> late\n"),
        ("build/4_skipped.txt", ""),
        ("build/9_Complete job.txt", "> c\n"),
        ("1_test.txt", "> d\n"),
        ("test/1_Set up job.txt", "> d\n"),
    ];
    let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(unpacked(&[build, test]), expected);
}

#[test]
fn a_job_that_was_skipped_has_no_file_and_no_number() {
    let jobs = [
        job("a", &[], &[]),
        job("b", &[], &[(1, "x")]),
        job("c", &[(1, "s")], &[]),
    ];
    assert_eq!(names(&jobs), ["0_b.txt", "1_c.txt", "c/1_s.txt"]);
    assert_eq!(names(&[]), [""; 0]);
}

#[test]
fn names_are_cleaned_cut_and_kept_apart() {
    let long = "y".repeat(91);
    let cut = "y".repeat(90);
    for (given, files) in [
        (
            vec!["call / build: a"],
            vec!["0_call  build a.txt", "call  build a/1_call  build a.txt"],
        ),
        (
            vec![long.as_str()],
            vec![&format!("0_{cut}.txt"), &format!("{cut}/1_{cut}.txt")],
        ),
        (vec!["../.."], vec!["0_job.txt", "job/1_step.txt"]),
        (vec!["/"], vec!["0_job.txt", "job/1_step.txt"]),
        (
            vec!["a", "a:", "a (1)"],
            vec![
                "0_a.txt",
                "a/1_a.txt",
                "1_a (1).txt",
                "a (1)/1_a.txt",
                "2_a (1) (1).txt",
                "a (1) (1)/1_a (1).txt",
            ],
        ),
    ] {
        let jobs: Vec<_> = given
            .iter()
            .map(|name| job(name, &[(1, name)], &[]))
            .collect();
        assert_eq!(names(&jobs), files);
    }
}

#[test]
fn a_step_that_is_told_twice_has_one_file() {
    let files = names(&[job("a", &[(1, "x"), (1, "x")], &[])]);
    assert_eq!(files, ["0_a.txt", "a/1_x.txt"]);
}
