//! What a runner may send, and how it is shown.

use crate::{ndjson, row};
use runyard_engine::logs::{LogRow, ROW_BYTES, parse_rows, text};

#[test]
fn rows_are_read_as_they_were_sent() {
    let rows = [
        row(0, ""),
        row(1, "plain"),
        row(u32::MAX, "\u{1f600} \"quoted\" \\ \t \u{1b}[31m"),
        row(2, "10%\r100%\r"),
        row(2, &"x".repeat(ROW_BYTES)),
        LogRow {
            unix_ms: 0,
            ..row(3, "")
        },
        LogRow {
            unix_ms: 253_402_300_799_999,
            ..row(3, "")
        },
    ];
    assert_eq!(parse_rows(&ndjson(&rows)).unwrap(), rows);
    assert_eq!(parse_rows(b"").unwrap(), []);
}

#[test]
fn the_first_bad_row_is_named_with_what_is_wrong() {
    let too_long = String::from_utf8(ndjson(&[row(1, &"x".repeat(ROW_BYTES + 1))])).unwrap();
    for (bad, part) in [
        ("[1,2,\"a\"]", "must end with a line feed"),
        ("\n", "must be a JSON array"),
        ("{}\n", "must be a JSON array"),
        ("[1,2]\n", "must be a JSON array"),
        ("[1,2,\"a\",4]\n", "must be a JSON array"),
        ("[-1,2,\"a\"]\n", "must be a JSON array"),
        ("[4294967296,2,\"a\"]\n", "must be a JSON array"),
        ("[1,2.5,\"a\"]\n", "must be a JSON array"),
        ("[1,2,null]\n", "must be a JSON array"),
        ("[1,2,\"a\"][1,2,\"a\"]\n", "must be a JSON array"),
        ("[1,-1,\"a\"]\n", "time -1 must be from 1970 to 9999"),
        (
            "[1,253402300800000,\"a\"]\n",
            "time 253402300800000 must be from",
        ),
        ("[1,2,\"a\\nb\"]\n", "text must not contain a line feed"),
        (
            too_long.as_str(),
            "text has 65537 bytes; at most 65536 are allowed",
        ),
    ] {
        let error = parse_rows(format!("[1,2,\"good\"]\n{bad}[\n").as_bytes()).unwrap_err();
        let expected = if bad.ends_with('\n') {
            part
        } else {
            "must be a JSON array"
        };
        assert_eq!(error.row, 2, "{bad}");
        assert!(error.to_string().starts_with("log row 2: "), "{error}");
        assert!(error.to_string().contains(expected), "{bad}: {error}");
        let alone = parse_rows(bad.as_bytes()).unwrap_err();
        assert!(
            alone.row == 1 && alone.to_string().contains(part),
            "{bad}: {alone}"
        );
    }
    assert!(parse_rows(b"[1,2,\"\xff\"]\n").is_err());
}

#[test]
fn r8_1_every_line_begins_with_its_time_in_seven_fractional_digits() {
    for (unix_ms, line, shown) in [
        (
            1_767_323_045_123,
            "text",
            "2026-01-02T03:04:05.1230000Z text\n",
        ),
        (0, "", "1970-01-01T00:00:00.0000000Z \n"),
        (951_827_696_001, " a ", "2000-02-29T12:34:56.0010000Z  a \n"),
        (
            253_402_300_799_999,
            "end",
            "9999-12-31T23:59:59.9990000Z end\n",
        ),
    ] {
        assert_eq!(
            text(&[LogRow {
                step: 1,
                unix_ms,
                text: line.to_owned()
            }]),
            shown
        );
    }
    assert_eq!(text(&[]), "");
}
