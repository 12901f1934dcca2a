"""PyGithub drives a server through the operations of workflow runs. Ends with 0 when all of it held."""

import os
import sys
import time
import traceback
import urllib.request
from datetime import datetime, timezone

from github import Auth, Github, GithubException, UnknownObjectException

BASE = os.environ["RUNYARD_BASE"]
SLUG = f"{os.environ['RUNYARD_OWNER']}/{os.environ['RUNYARD_NAME']}"
HEAD = os.environ["RUNYARD_HEAD"]


def client(token):
    return Github(base_url=f"{BASE}/api/v3", auth=token and Auth.Token(token), retry=None)


github = client(os.environ["RUNYARD_TOKEN"])
repo = github.get_repo(SLUG)


def until(what, found):
    last = time.monotonic() + 60
    while time.monotonic() < last:
        value = found()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"{what} takes too long")


def completed(run):
    def look():
        now = repo.get_workflow_run(run.id)
        return now if now.status == "completed" else None

    return until(f"run {run.id}", look)


def dispatch(file, inputs=None):
    workflow = repo.get_workflow(file)
    known = {run.id for run in workflow.get_runs()}
    assert workflow.create_dispatch("main", inputs or {})
    new = lambda: [run for run in workflow.get_runs() if run.id not in known]
    return until("the dispatched run", new)[0]


def refused(call, status, message):
    try:
        call()
    except GithubException as error:
        assert error.status == status, error
        assert message in error.data["message"], error
    else:
        raise AssertionError(f"not refused with {status}")


def runs_are_listed_and_filtered():
    run = completed(dispatch("half.yml", {"what": "the harbour"}))
    assert run.conclusion == "failure" and run.head_sha == HEAD
    assert run.display_title == "Half of the harbour" and run.run_attempt == 1
    assert run.event == "workflow_dispatch" and run.head_branch == "main"
    assert run.head_commit.message == "Build a harbour"
    assert run.repository.full_name == SLUG and run.actor.login
    found = repo.get_workflow_runs(status="failure", branch="main", created=">=2020-01-01", head_sha=HEAD)
    assert run.id in [other.id for other in found]
    assert repo.get_workflow_runs(event="push").totalCount == 0
    assert (datetime.now(timezone.utc) - run.created_at).total_seconds() < 600
    workflow = repo.get_workflow("half.yml")
    assert workflow.id == run.workflow_id and workflow.state == "active"
    assert run.id in [other.id for other in workflow.get_runs()]
    small = client(os.environ["RUNYARD_TOKEN"])
    small.per_page = 1
    ids = [one.id for one in small.get_repo(SLUG).get_workflow_runs()]
    assert ids == sorted(ids, reverse=True) and len(ids) == repo.get_workflow_runs().totalCount


def jobs_logs_and_attempts():
    run = completed(dispatch("half.yml"))
    jobs = list(run.jobs())
    assert [(job.name, job.conclusion) for job in jobs] == [
        ("good", "success"), ("bad", "failure"), ("after", "skipped"),
    ]
    good = jobs[0]
    assert good.steps[0].name == "Set up job" and good.started_at <= good.completed_at
    with urllib.request.urlopen(good.logs_url()) as log:
        assert "good morning from good" in log.read().decode()
    assert run.rerun_failed_jobs()
    again = completed(run)
    assert (again.run_attempt, again.conclusion) == (2, "success")
    assert again.run_started_at >= again.created_at
    first = repo._requester.requestJsonAndCheck("GET", f"{again.previous_attempt_url}")[1]
    assert first["conclusion"] == "failure"
    assert again.rerun()
    assert completed(run).run_attempt == 3
    assert not run.cancel(), "it has ended"
    assert run.delete()
    refused(lambda: repo.get_workflow_run(run.id), 404, "Not Found")


def a_run_is_cancelled():
    run = dispatch("wait.yml")
    assert run.cancel()
    assert completed(run).conclusion == "cancelled"


def workflows_are_switched():
    workflow = repo.get_workflow("wait.yml")
    assert {one.name for one in repo.get_workflows()} == {"Half", "Wait"}
    assert workflow.disable()
    assert repo.get_workflow(workflow.id).state == "disabled_manually"
    assert workflow.enable()
    text = repo.get_contents(".github/workflows/wait.yml").decoded_content.decode()
    assert "a-machine-nobody-has" in text
    try:
        repo.get_workflow("none.yml")
    except UnknownObjectException as error:
        assert error.status == 404
    else:
        raise AssertionError("there is no such workflow")


def secrets_and_variables():
    repo.create_secret("TOKEN", "very-secret")
    assert [secret.name for secret in repo.get_secrets()] == ["TOKEN"]
    repo.delete_secret("TOKEN")
    variable = repo.create_variable("PORT", "80")
    assert variable.edit("8080")
    assert repo.get_variable("PORT").value == "8080"
    variable.delete()
    assert repo.get_variables().totalCount == 0
    assert repo.get_artifacts().totalCount == 0


def who_is_not_known_is_told_so():
    refused(lambda: client("wrong").get_user().login, 401, "Bad credentials")
    refused(lambda: client(None).get_repo(SLUG), 404, "Not Found")
    assert github.get_user().login


SUITES = [
    runs_are_listed_and_filtered,
    jobs_logs_and_attempts,
    a_run_is_cancelled,
    workflows_are_switched,
    secrets_and_variables,
    who_is_not_known_is_told_so,
]

failed = 0
for suite in SUITES:
    try:
        suite()
        print(f"ok      {suite.__name__}")
    except Exception:
        failed += 1
        print(f"FAILED  {suite.__name__}:\n{traceback.format_exc()}")
print(f"PyGithub: {len(SUITES)} suites, {failed} failed")
sys.exit(1 if failed else 0)
