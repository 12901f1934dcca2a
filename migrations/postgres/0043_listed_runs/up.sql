-- What lists of runs are filtered by. A run that is not deleted has a row without a conclusion from its beginning on, and
-- one with its conclusion while it has one, so that no row is ever changed. Both go when the run is deleted.
CREATE TABLE listed_runs (
    run_id BIGINT NOT NULL,
    -- Empty in the row that every run has.
    conclusion TEXT NOT NULL,
    repository_id BIGINT NOT NULL,
    workflow_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    head_branch TEXT,
    PRIMARY KEY (run_id, conclusion)
);

-- Between which ids the runs of a time are: a list of a time looks at no others. Ids and times rise together but for what
-- was made at the same time; this is right also where they do not.
CREATE TABLE run_minutes (
    repository_id BIGINT NOT NULL,
    -- The first moment of a minute in UTC in which a run was made.
    minute TIMESTAMPTZ NOT NULL,
    -- No run of this minute or of a later one has a smaller id.
    first_id BIGINT NOT NULL,
    -- No run of this minute or of an earlier one has a greater id.
    last_id BIGINT NOT NULL,
    PRIMARY KEY (repository_id, minute)
);

-- The database keeps these rows itself, so that a server of the version before, which does not know of them, keeps them
-- too. A migration that makes the table of runs anew must make these triggers anew.
-- They come first: the lock that they need lets nobody write runs until the rows below are all there.
CREATE FUNCTION list_new_run() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    of_minute CONSTANT TIMESTAMPTZ := date_trunc('minute', NEW.created_at, 'UTC');
    first_later BIGINT;
    first_earlier BIGINT;
    last_earlier BIGINT;
BEGIN
    INSERT INTO listed_runs (run_id, conclusion, repository_id, workflow_id, actor_id, event, head_branch)
    VALUES (NEW.id, '', NEW.repository_id, NEW.workflow_id, NEW.actor_id, NEW.event, NEW.head_branch);
    IF NEW.conclusion IS NOT NULL THEN
        INSERT INTO listed_runs (run_id, conclusion, repository_id, workflow_id, actor_id, event, head_branch)
        VALUES (NEW.id, NEW.conclusion, NEW.repository_id, NEW.workflow_id, NEW.actor_id, NEW.event, NEW.head_branch);
    END IF;
    SELECT first_id INTO first_later FROM run_minutes
    WHERE repository_id = NEW.repository_id AND minute > of_minute ORDER BY minute LIMIT 1;
    SELECT first_id, last_id INTO first_earlier, last_earlier FROM run_minutes
    WHERE repository_id = NEW.repository_id AND minute < of_minute ORDER BY minute DESC LIMIT 1;
    INSERT INTO run_minutes AS known (repository_id, minute, first_id, last_id)
    VALUES (NEW.repository_id, of_minute, least(NEW.id, first_later), greatest(NEW.id, last_earlier))
    ON CONFLICT (repository_id, minute) DO UPDATE SET
        first_id = least(known.first_id, excluded.first_id),
        last_id = greatest(known.last_id, excluded.last_id);
    -- Only where ids and times do not rise together.
    IF first_earlier > NEW.id THEN
        UPDATE run_minutes SET first_id = NEW.id
        WHERE repository_id = NEW.repository_id AND minute < of_minute AND first_id > NEW.id;
    END IF;
    IF first_later IS NOT NULL THEN
        UPDATE run_minutes SET last_id = NEW.id
        WHERE repository_id = NEW.repository_id AND minute > of_minute AND last_id < NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION list_run_as_it_ended() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM listed_runs WHERE run_id = OLD.id AND conclusion = OLD.conclusion;
    IF NEW.conclusion IS NOT NULL THEN
        INSERT INTO listed_runs (run_id, conclusion, repository_id, workflow_id, actor_id, event, head_branch)
        VALUES (NEW.id, NEW.conclusion, NEW.repository_id, NEW.workflow_id, NEW.actor_id, NEW.event, NEW.head_branch);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION list_run_no_more() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM listed_runs WHERE run_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER listed_when_new AFTER INSERT ON runs
    FOR EACH ROW EXECUTE FUNCTION list_new_run();
CREATE TRIGGER listed_as_ended AFTER UPDATE OF conclusion ON runs
    FOR EACH ROW WHEN (OLD.conclusion IS DISTINCT FROM NEW.conclusion AND NEW.deleted_at IS NULL)
    EXECUTE FUNCTION list_run_as_it_ended();
CREATE TRIGGER not_listed_when_marked AFTER UPDATE OF deleted_at ON runs
    FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL)
    EXECUTE FUNCTION list_run_no_more();
CREATE TRIGGER not_listed_when_gone AFTER DELETE ON runs
    FOR EACH ROW EXECUTE FUNCTION list_run_no_more();

INSERT INTO listed_runs (run_id, conclusion, repository_id, workflow_id, actor_id, event, head_branch)
SELECT id, '', repository_id, workflow_id, actor_id, event, head_branch
FROM runs WHERE deleted_at IS NULL;
INSERT INTO listed_runs (run_id, conclusion, repository_id, workflow_id, actor_id, event, head_branch)
SELECT id, conclusion, repository_id, workflow_id, actor_id, event, head_branch
FROM runs WHERE deleted_at IS NULL AND conclusion IS NOT NULL;
INSERT INTO run_minutes (repository_id, minute, first_id, last_id)
SELECT
    repository_id,
    minute,
    min(first_id) OVER (PARTITION BY repository_id ORDER BY minute DESC),
    max(last_id) OVER (PARTITION BY repository_id ORDER BY minute)
FROM (
    SELECT repository_id, date_trunc('minute', created_at, 'UTC') AS minute, min(id) AS first_id, max(id) AS last_id
    FROM runs GROUP BY 1, 2
) AS minutes;

-- One for each set of filters, with the ids in their order: a list reads its own page and no more, also where hardly
-- anything matches. Which of them serves must not be a guess: planners that expect to find nothing take any. So each has a
-- mark, a condition that always holds and has the number of the set in it (1 for the workflow, 2 for the actor, 4 for the
-- event, 8 for the branch), and a list says the mark of the one that it means.
CREATE INDEX listed_runs_newest ON listed_runs (repository_id, conclusion, run_id)
    WHERE run_id + 0 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow ON listed_runs (repository_id, conclusion, workflow_id, run_id)
    WHERE run_id + 1 IS NOT NULL;
CREATE INDEX listed_runs_by_actor ON listed_runs (repository_id, conclusion, actor_id, run_id)
    WHERE run_id + 2 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow_actor ON listed_runs (repository_id, conclusion, workflow_id, actor_id, run_id)
    WHERE run_id + 3 IS NOT NULL;
CREATE INDEX listed_runs_by_event ON listed_runs (repository_id, conclusion, event, run_id)
    WHERE run_id + 4 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow_event ON listed_runs (repository_id, conclusion, workflow_id, event, run_id)
    WHERE run_id + 5 IS NOT NULL;
CREATE INDEX listed_runs_by_actor_event ON listed_runs (repository_id, conclusion, actor_id, event, run_id)
    WHERE run_id + 6 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow_actor_event ON listed_runs (repository_id, conclusion, workflow_id, actor_id, event, run_id)
    WHERE run_id + 7 IS NOT NULL;
CREATE INDEX listed_runs_by_branch ON listed_runs (repository_id, conclusion, head_branch, run_id)
    WHERE run_id + 8 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow_branch ON listed_runs (repository_id, conclusion, workflow_id, head_branch, run_id)
    WHERE run_id + 9 IS NOT NULL;
CREATE INDEX listed_runs_by_actor_branch ON listed_runs (repository_id, conclusion, actor_id, head_branch, run_id)
    WHERE run_id + 10 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow_actor_branch ON listed_runs (repository_id, conclusion, workflow_id, actor_id, head_branch, run_id)
    WHERE run_id + 11 IS NOT NULL;
CREATE INDEX listed_runs_by_event_branch ON listed_runs (repository_id, conclusion, event, head_branch, run_id)
    WHERE run_id + 12 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow_event_branch ON listed_runs (repository_id, conclusion, workflow_id, event, head_branch, run_id)
    WHERE run_id + 13 IS NOT NULL;
CREATE INDEX listed_runs_by_actor_event_branch ON listed_runs (repository_id, conclusion, actor_id, event, head_branch, run_id)
    WHERE run_id + 14 IS NOT NULL;
CREATE INDEX listed_runs_by_workflow_actor_event_branch ON listed_runs (repository_id, conclusion, workflow_id, actor_id, event, head_branch, run_id)
    WHERE run_id + 15 IS NOT NULL;

-- Lists do not use these any more.
DROP INDEX runs_newest;
DROP INDEX runs_of_workflow;
DROP INDEX runs_by_branch;
DROP INDEX runs_by_event;
DROP INDEX runs_by_actor;
DROP INDEX runs_by_conclusion;
DROP INDEX runs_by_creation;
-- Runs that go on are few: this one is small whatever the others grow to.
CREATE INDEX runs_live ON runs (repository_id, status, id) WHERE status <> 'completed';
