-- Sets of labels as JSON lists in lower case and alphabetical order, each once. Ids become visible in their order.
CREATE TABLE label_sets (
    id INTEGER PRIMARY KEY,
    labels TEXT NOT NULL UNIQUE
) STRICT;

-- One row for each job that is ready, in the order in which they became so. No reference to runs or jobs: checking
-- one would make a claim wait for whoever changes the run.
CREATE TABLE queue (
    position INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL UNIQUE,
    run_id INTEGER NOT NULL,
    label_set_id INTEGER NOT NULL REFERENCES label_sets (id),
    -- The offer that stands, if one does.
    execution_id INTEGER
) STRICT;
CREATE INDEX queue_ready ON queue (label_set_id, position) WHERE execution_id IS NULL;

-- No reference to runs, jobs or runners, for the same reason.
CREATE TABLE executions (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    runner_id INTEGER NOT NULL,
    runner_name TEXT NOT NULL,
    request_key TEXT NOT NULL,
    -- Its place among the offers of one request, from 0.
    request_place INTEGER NOT NULL CHECK (request_place >= 0),
    token BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
    github_token BLOB NOT NULL UNIQUE CHECK (length(github_token) = 32),
    rev INTEGER NOT NULL CHECK (rev >= 0),
    steps TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'running', 'cancelling', 'ended')),
    offered_until TEXT,
    lease_until TEXT,
    deadline TEXT,
    ended_as TEXT CHECK (ended_as IN ('finished', 'released', 'lapsed', 'withdrawn', 'lost', 'grace_over')),
    result TEXT CHECK (result IN (
        'success', 'failure', 'cancelled', 'skipped', 'timed_out', 'action_required', 'neutral', 'stale', 'startup_failure'
    )),
    ended_at TEXT,
    -- When it is over unless something happens: the earliest of the times above.
    due_at TEXT,
    log_sealed INTEGER NOT NULL DEFAULT 0 CHECK (log_sealed IN (0, 1)),
    CHECK ((state = 'offered') = (offered_until IS NOT NULL)),
    CHECK ((state IN ('running', 'cancelling')) = (lease_until IS NOT NULL)),
    CHECK ((state = 'cancelling') = (deadline IS NOT NULL)),
    CHECK ((state = 'ended') = (ended_as IS NOT NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((state = 'ended') = (due_at IS NULL)),
    CHECK ((result IS NOT NULL) = (ended_as IS NOT NULL AND ended_as = 'finished'))
) STRICT;
CREATE INDEX executions_due ON executions (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX executions_open ON executions (run_id, id) WHERE ended_at IS NULL;
-- Two calls with one key at the same time cannot both make offers.
CREATE UNIQUE INDEX executions_offered ON executions (runner_id, request_key, request_place)
    WHERE offered_until IS NOT NULL;
CREATE INDEX executions_unsealed ON executions (id) WHERE ended_at IS NOT NULL AND NOT log_sealed;
