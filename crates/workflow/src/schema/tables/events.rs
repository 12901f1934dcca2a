//! `on`: the events with their filters and activity types (semantics 6), made from the table of
//! events; it must not know any event that the table knows.

use super::declarations::{WORKFLOW_CALL, WORKFLOW_DISPATCH};
use super::scalars::{FILLED, TEXT_OR_TEXTS};
use crate::schema::definition::{Definition, Mapping, Property, Shape, known, may, must, plain};
use crate::trigger::{EVENTS, Filters};

pub(super) static ON: Definition = plain(
    "on is an event, a list of events or a mapping of events",
    &[
        Shape::Words(&NAMES),
        Shape::Sequence(&EVENT),
        Shape::Mapping(&EVENTS_BY_NAME),
    ],
);

static EVENT: Definition = plain("an event's name is allowed here", &[Shape::Words(&NAMES)]);

static EVENTS_BY_NAME: Mapping = known(&PROPERTIES);

const COUNT: usize = EVENTS.len();

/// One value for each row of the table of events; `$row` is its index.
macro_rules! each_event {
    ($row:ident => $value:expr) => {{
        let mut all = {
            let $row = 0;
            [$value; COUNT]
        };
        let mut $row = 1;
        while $row < COUNT {
            all[$row] = $value;
            $row += 1;
        }
        all
    }};
}

static NAMES: [&str; COUNT] = each_event!(row => EVENTS[row].event.name());

static PROPERTIES: [Property; COUNT] = each_event!(row => may(NAMES[row], body(row)));

/// What stands under an event.
const fn body(row: usize) -> &'static Definition {
    match EVENTS[row].filters {
        Filters::Declarations => &WORKFLOW_CALL,
        Filters::Inputs => &WORKFLOW_DISPATCH,
        Filters::Cron => &SCHEDULE,
        Filters::None
        | Filters::NamesAndVersions
        | Filters::Branches
        | Filters::BranchesAndPaths
        | Filters::BranchesTagsAndPaths
        | Filters::Workflows
        | Filters::FreeTypes => &BODIES[row],
    }
}

static BODIES: [Definition; COUNT] = each_event!(row => plain(
    "an event takes nothing or a mapping of its filters",
    &BODY_SHAPES[row],
));

static BODY_SHAPES: [[Shape; 2]; COUNT] =
    each_event!(row => [Shape::Null, Shape::Mapping(&FILTERS[row])]);

static FILTERS: [Mapping; COUNT] = each_event!(row => known(filters(row)));

/// `types`, where the event has some, and the other filters.
const fn filters(row: usize) -> &'static [Property] {
    let (keys, length) = &FILTER_KEYS[row];
    let keys = keys.split_at(*length).0;
    keys.split_at(if EVENTS[row].types.is_empty() { 1 } else { 0 })
        .1
}

/// Keys beside `types` at most.
const MOST: usize = 6;

/// `types` and the other filters, and how many they are.
static FILTER_KEYS: [([Property; MOST + 1], usize); COUNT] = each_event!(row => {
    let others = others(EVENTS[row].filters);
    let mut keys = [may("types", &TYPES[row]); MOST + 1];
    let mut at = 0;
    while at < others.len() {
        keys[at + 1] = others[at];
        at += 1;
    }
    (keys, others.len() + 1)
});

const fn others(filters: Filters) -> &'static [Property] {
    match filters {
        Filters::None | Filters::Cron | Filters::Inputs | Filters::Declarations => &[],
        Filters::NamesAndVersions => &NAMES_AND_VERSIONS,
        Filters::Branches => REFS_AND_PATHS.split_at(2).0,
        Filters::BranchesAndPaths => &BRANCHES_AND_PATHS,
        Filters::BranchesTagsAndPaths => &REFS_AND_PATHS,
        Filters::Workflows => &WORKFLOWS,
        Filters::FreeTypes => &FREE_TYPES,
    }
}

static REFS_AND_PATHS: [Property; MOST] = [
    may("branches", &TEXT_OR_TEXTS),
    may("branches-ignore", &TEXT_OR_TEXTS),
    may("tags", &TEXT_OR_TEXTS),
    may("tags-ignore", &TEXT_OR_TEXTS),
    may("paths", &TEXT_OR_TEXTS),
    may("paths-ignore", &TEXT_OR_TEXTS),
];

static BRANCHES_AND_PATHS: [Property; 4] = [
    REFS_AND_PATHS[0],
    REFS_AND_PATHS[1],
    REFS_AND_PATHS[4],
    REFS_AND_PATHS[5],
];

static WORKFLOWS: [Property; 3] = [
    REFS_AND_PATHS[0],
    REFS_AND_PATHS[1],
    must("workflows", &TEXT_OR_TEXTS),
];

static NAMES_AND_VERSIONS: [Property; 2] = [
    may("names", &TEXT_OR_TEXTS),
    may("versions", &TEXT_OR_TEXTS),
];

static FREE_TYPES: [Property; 1] = [may("types", &TEXT_OR_TEXTS)];

/// `types` of each event.
static TYPES: [Definition; COUNT] = each_event!(row => plain(
    "an activity type or a list of them is allowed here",
    &TYPES_SHAPES[row],
));

static TYPES_SHAPES: [[Shape; 2]; COUNT] =
    each_event!(row => [TYPE_SHAPES[row][0], Shape::Sequence(&TYPE[row])]);

static TYPE: [Definition; COUNT] =
    each_event!(row => plain("an activity type is allowed here", &TYPE_SHAPES[row]));

static TYPE_SHAPES: [[Shape; 1]; COUNT] = each_event!(row => [Shape::Words(EVENTS[row].types)]);

static SCHEDULE: Definition = plain(
    "schedule is a list of mappings with cron and timezone",
    &[Shape::Sequence(&SCHEDULE_ENTRY)],
);

static SCHEDULE_ENTRY: Definition = plain(
    "an entry of schedule is a mapping with cron and timezone",
    &[Shape::Mapping(&SCHEDULE_KEYS)],
);

static SCHEDULE_KEYS: Mapping = known(&[must("cron", &FILLED), may("timezone", &FILLED)]);
