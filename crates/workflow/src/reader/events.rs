//! The one place that knows the YAML parser: its events in our words, positions from 1; it must
//! not decide what a scalar means.

use super::Position;
use granit_parser::{Event as Raw, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};

/// Brackets that the parser may look past while it decides whether they begin a key; more than
/// its lookahead of 1,024 characters can hold, so that our own depth limit speaks first.
const FLOW_NESTING: usize = 2_048;

/// Something that the parser met, without what only matters to editors.
#[derive(Debug)]
pub(super) enum Event {
    Document,
    Alias(usize),
    Scalar {
        text: String,
        plain: bool,
        tag: Option<Tag>,
        anchor: Option<usize>,
    },
    Sequence {
        tag: Option<Tag>,
        anchor: Option<usize>,
    },
    Mapping {
        tag: Option<Tag>,
        anchor: Option<usize>,
    },
    End,
}

/// An explicit tag.
#[derive(Debug)]
pub(super) struct Tag {
    /// As the file writes it.
    pub(super) written: String,
    /// What it is called in the core schema, if it belongs to that.
    pub(super) core: Option<String>,
}

/// Why the parser cannot go on.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) position: Position,
    pub(super) message: String,
    /// The byte of the text at which it stopped.
    pub(super) offset: Option<usize>,
}

/// The events of one file.
pub(super) struct Events<'s> {
    source: &'s str,
    parser: Parser<'s, StrInput<'s>>,
    /// Where the furthest event so far ends.
    reached: Marker,
}

impl<'s> Events<'s> {
    /// The events of `source`.
    pub(super) fn new(source: &'s str) -> Self {
        let options = granit_parser::options! {
            emit_anchor_events: true,
            emit_comments: false,
            flow_nesting_limit: FLOW_NESTING,
        };
        Self {
            source,
            parser: Parser::new_from_str_with_options(source, options),
            reached: Marker::new(0, 1, 0).with_byte_offset(Some(0)),
        }
    }

    /// The next event with the place where it begins, tag and anchor included.
    pub(super) fn next(&mut self) -> Option<Result<(Event, Position), SyntaxError>> {
        loop {
            let (raw, span) = match self.parser.next_event()? {
                Ok(pair) => pair,
                Err(error) => return Some(Err(syntax_error(&error))),
            };
            let begins = self.begins(&raw, &span);
            self.reach(&span);
            let Some(event) = translate(raw) else {
                continue;
            };
            return Some(self.anchor_begins().map(|anchor| {
                let properties = [span.tag_start().map(|tag| position(&tag)), anchor];
                (
                    event,
                    properties.into_iter().flatten().fold(begins, Position::min),
                )
            }));
        }
    }

    /// Where the node itself begins. The parser begins a block scalar at its text and an empty
    /// value at its colon; GitHub begins them at the `|` and behind the colon.
    fn begins(&self, raw: &Raw<'_>, span: &Span) -> Position {
        let start = position(&span.start);
        let Raw::Scalar(_, style, ..) = raw else {
            return start;
        };
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.block_header(&span.start).unwrap_or(start)
            }
            ScalarStyle::Plain if span.is_empty() && self.rest(&span.start).starts_with(':') => {
                Position {
                    column: start.column.saturating_add(1),
                    ..start
                }
            }
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => start,
        }
    }

    /// The `|` or `>` between the event before and `text`; only indicators, blanks and comments
    /// stand beside it, and properties, which begin the node anyway.
    fn block_header(&self, text: &Marker) -> Option<Position> {
        let length = text
            .byte_offset()?
            .checked_sub(self.reached.byte_offset()?)?;
        let between = self.rest(&self.reached).get(..length)?;
        let mut place = position(&self.reached);
        let mut comment = false;
        let mut characters = between.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '|' | '>' if !comment => return Some(place),
                '\r' if characters.peek() == Some(&'\n') => {}
                '\r' | '\n' => {
                    comment = false;
                    place = Position {
                        line: place.line.saturating_add(1),
                        column: 0,
                    };
                }
                '#' => comment = true,
                _ => {}
            }
            place.column = place.column.saturating_add(1);
        }
        None
    }

    fn rest(&self, from: &Marker) -> &'s str {
        from.byte_offset()
            .and_then(|at| self.source.get(at..))
            .unwrap_or_default()
    }

    fn reach(&mut self, span: &Span) {
        if span.end.byte_offset() > self.reached.byte_offset() {
            self.reached = span.end;
        }
    }

    /// Where the anchor of the event just met is written, which the parser tells afterwards.
    fn anchor_begins(&mut self) -> Result<Option<Position>, SyntaxError> {
        let Some(Ok((Raw::Anchor(..), span))) = self.parser.peek() else {
            return Ok(None);
        };
        let begins = position(&span.start);
        match self.parser.next_event() {
            Some(Err(error)) => Err(syntax_error(&error)),
            Some(Ok(_)) | None => Ok(Some(begins)),
        }
    }
}

fn translate(raw: Raw<'_>) -> Option<Event> {
    match raw {
        Raw::DocumentStart(..) => Some(Event::Document),
        Raw::Alias(anchor) => Some(Event::Alias(anchor)),
        Raw::Scalar(text, style, anchor, tag) => Some(Event::Scalar {
            text: text.into_owned(),
            plain: style == ScalarStyle::Plain,
            tag: tag.as_deref().map(tag_of),
            anchor: named(anchor),
        }),
        Raw::SequenceStart(_, anchor, tag) => Some(Event::Sequence {
            tag: tag.as_deref().map(tag_of),
            anchor: named(anchor),
        }),
        Raw::MappingStart(_, anchor, tag) => Some(Event::Mapping {
            tag: tag.as_deref().map(tag_of),
            anchor: named(anchor),
        }),
        Raw::SequenceEnd | Raw::MappingEnd => Some(Event::End),
        Raw::StreamStart
        | Raw::StreamEnd
        | Raw::DocumentEnd
        | Raw::Anchor(..)
        | Raw::Comment(..)
        | Raw::UnresolvedAlias(_) => None,
        // Every kind of node has its arm above; what a later parser adds are remarks on them.
        _ => None,
    }
}

fn tag_of(tag: &granit_parser::Tag) -> Tag {
    Tag {
        written: tag.original(),
        core: tag.core_suffix().map(str::to_owned),
    }
}

/// The parser says 0 where there is no anchor.
fn named(anchor: usize) -> Option<usize> {
    (anchor != 0).then_some(anchor)
}

fn syntax_error(error: &ScanError) -> SyntaxError {
    SyntaxError {
        position: position(error.marker()),
        message: format!("The file is not valid YAML: {}", error.info()),
        offset: error.marker().byte_offset(),
    }
}

/// The parser counts lines from 1 and columns from 0.
fn position(mark: &Marker) -> Position {
    let from_one = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position {
        line: from_one(mark.line().max(1)),
        column: from_one(mark.col().saturating_add(1)),
    }
}
