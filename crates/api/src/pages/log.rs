//! Rows of a log as a page shows them: groups that open, levels and colours. All text is text.

use super::ansi::{Piece, pieces};
use maud::{Markup, html};
use runyard_engine::logs::LogRow;

/// Groups within groups; deeper ones are shown flat.
const DEPTH_MAX: usize = 8;

/// What a row is by how it begins, as runners write it.
enum Row<'a> {
    Group(&'a str),
    EndGroup,
    Line(&'static str, &'a str),
}

fn read(text: &str) -> Row<'_> {
    let levels = [
        ("##[error]", "error"),
        ("##[warning]", "warning"),
        ("##[notice]", "notice"),
        ("##[debug]", "faint"),
        ("##[command]", "command"),
        ("[command]", "command"),
    ];
    if let Some(title) = text.strip_prefix("##[group]") {
        return Row::Group(title);
    }
    if text.starts_with("##[endgroup]") {
        return Row::EndGroup;
    }
    let level = levels
        .iter()
        .find_map(|(begin, class)| Some((*class, text.strip_prefix(begin)?)));
    let (class, text) = level.unwrap_or(("", text));
    Row::Line(class, text)
}

/// The rows.
pub(super) fn shown(rows: &[&LogRow]) -> Markup {
    let mut open = vec![(String::new(), Vec::new())];
    for row in rows {
        match read(&row.text) {
            Row::Group(title) if open.len() <= DEPTH_MAX => {
                open.push((title.to_owned(), Vec::new()));
            }
            Row::EndGroup => close(&mut open),
            Row::Group(text) | Row::Line("", text) => add(&mut open, line("", text)),
            Row::Line(class, text) => add(&mut open, line(class, text)),
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    let all = open.pop().map(|(_, shown)| shown).unwrap_or_default();
    html! { @for row in all { (row) } }
}

/// Groups that are open, each with its title and what is in it so far; the first is the log itself.
type Open = Vec<(String, Vec<Markup>)>;

fn add(open: &mut Open, row: Markup) {
    if let Some((_, rows)) = open.last_mut() {
        rows.push(row);
    }
}

fn close(open: &mut Open) {
    if open.len() > 1
        && let Some((title, rows)) = open.pop()
    {
        add(
            open,
            html! { details { summary { (text(&title)) } @for row in rows { (row) } } },
        );
    }
}

fn line(class: &str, text_of_row: &str) -> Markup {
    html! {
        @if class.is_empty() { div { (text(text_of_row)) } } @else { div class=(class) { (text(text_of_row)) } }
    }
}

fn text(text: &str) -> Markup {
    html! {
        @for Piece { class, text } in pieces(text) {
            @if class.is_empty() { (text) } @else { span class=(class) { (text) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LogRow, shown};

    fn html(texts: &[&str]) -> String {
        let row = |text: &&str| LogRow {
            step: 2,
            unix_ms: 0,
            text: (*text).to_owned(),
        };
        let rows: Vec<LogRow> = texts.iter().map(row).collect();
        shown(&rows.iter().collect::<Vec<_>>()).into_string()
    }

    #[test]
    fn groups_open_and_close_however_they_are_nested_or_left_open() {
        for (texts, expected) in [
            (
                &["##[group]One", "x", "##[endgroup]", "y"][..],
                "<details><summary>One</summary><div>x</div></details><div>y</div>",
            ),
            (
                &["##[group]One", "x"],
                "<details><summary>One</summary><div>x</div></details>",
            ),
            (&["##[endgroup]", "x"], "<div>x</div>"),
            (
                &["##[error]bad", "##[warning]worse"],
                "<div class=\"error\">bad</div><div class=\"warning\">worse</div>",
            ),
        ] {
            assert_eq!(html(texts), expected);
        }
        let deep: Vec<&str> = std::iter::repeat_n("##[group]g", 100).collect();
        assert_eq!(html(&deep).matches("<details>").count(), super::DEPTH_MAX);
    }

    #[test]
    fn what_a_job_writes_is_text_and_nothing_else() {
        let hostile = "<script>alert(1)</script>\u{1b}[31m<img src=x>\u{1b}[0m";
        let shown = html(&[hostile, "##[group]</summary><script>"]);
        assert!(
            !shown.contains("<script") && !shown.contains("<img"),
            "{shown}"
        );
        assert!(shown.contains("&lt;script&gt;alert(1)"), "{shown}");
        assert!(
            shown.contains("<span class=\"red\">&lt;img src=x&gt;</span>"),
            "{shown}"
        );
    }
}
