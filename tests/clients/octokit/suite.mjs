// Octokit drives a server through the operations of workflow runs. Ends with 0 when all of it held.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { RUNYARD_BASE, RUNYARD_TOKEN, RUNYARD_OWNER, RUNYARD_NAME, RUNYARD_HEAD, RUNYARD_MODULES } = process.env;
const find = createRequire(`${RUNYARD_MODULES}/`);
const load = (name) => import(pathToFileURL(find.resolve(name)));
const { Octokit } = await load("@octokit/rest");
const sodium = (await load("libsodium-wrappers")).default;

const octokit = new Octokit({
  baseUrl: `${RUNYARD_BASE}/api/v3`,
  auth: RUNYARD_TOKEN,
  log: { debug() {}, info() {}, warn: console.error, error() {} },
});
const { actions, checks } = octokit.rest;
const repo = { owner: RUNYARD_OWNER, repo: RUNYARD_NAME };

async function dispatch(workflow_id, inputs) {
  const { status, data } = await actions.createWorkflowDispatch({
    ...repo, workflow_id, ref: "main", inputs, return_run_details: true,
  });
  assert.equal(status, 200);
  return data.workflow_run_id;
}

async function completed(run_id) {
  const last = Date.now() + 60_000;
  while (Date.now() < last) {
    const { data } = await actions.getWorkflowRun({ ...repo, run_id });
    if (data.status === "completed") return data;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`run ${run_id} does not end`);
}

async function refused(call, status, message) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, "HttpError");
    assert.equal(error.status, status, error.message);
    assert.match(error.message, message);
    assert.match(error.response.data.documentation_url, /^https:\/\/docs\.github\.com\/enterprise/);
    return true;
  });
}

const suites = {
  async "lists are paged, filtered and iterated"() {
    const runs = [];
    for (let n = 0; n < 3; n += 1) runs.push(await dispatch("wait.yml"));
    for (const run_id of runs) await actions.cancelWorkflowRun({ ...repo, run_id });
    for (const run_id of runs) assert.equal((await completed(run_id)).conclusion, "cancelled");
    const seen = [];
    const pages = octokit.paginate.iterator(actions.listWorkflowRunsForRepo, { ...repo, per_page: 1 });
    for await (const { data } of pages) seen.push(...data.map((run) => run.id));
    assert.equal(seen.length, 4);
    assert.deepEqual(seen, [...seen].sort((a, b) => b - a), "newest first");
    const filters = {
      status: "cancelled", branch: "main", event: "workflow_dispatch", head_sha: RUNYARD_HEAD,
      created: ">=2020-01-01", exclude_pull_requests: true,
    };
    const { data } = await actions.listWorkflowRunsForRepo({ ...repo, ...filters });
    assert.deepEqual(data.workflow_runs.map((run) => run.id), [...runs].reverse());
    assert.equal(data.total_count, 3);
    for (const nothing of [{ created: "<2020-01-01" }, { actor: "nobody" }, { event: "push" }, { status: "stale" }]) {
      const { data } = await actions.listWorkflowRunsForRepo({ ...repo, ...nothing });
      assert.deepEqual([data.total_count, data.workflow_runs], [0, []], JSON.stringify(nothing));
    }
    const of = await actions.listWorkflowRuns({ ...repo, workflow_id: "wait.yml", check_suite_id: undefined });
    assert.equal(of.data.total_count, 3);
    const [{ check_suite_id }] = of.data.workflow_runs;
    const suite = await actions.listWorkflowRunsForRepo({ ...repo, check_suite_id });
    assert.deepEqual(suite.data.workflow_runs.map((run) => run.check_suite_id), [check_suite_id]);
  },

  async "a run is read, run again and its attempts are kept"() {
    const run_id = await dispatch("half.yml", { what: "the harbour" });
    const run = await completed(run_id);
    assert.equal(run.conclusion, "failure");
    assert.equal(run.display_title, "Half of the harbour");
    assert.equal(run.path, ".github/workflows/half.yml");
    assert.equal(run.head_sha, RUNYARD_HEAD);
    assert.equal(run.previous_attempt_url, null);
    const jobs = await octokit.paginate(actions.listJobsForWorkflowRun, { ...repo, run_id });
    assert.deepEqual(jobs.map((job) => [job.name, job.conclusion]),
      [["good", "success"], ["bad", "failure"], ["after", "skipped"]]);
    const bad = await actions.getJobForWorkflowRun({ ...repo, job_id: jobs[1].id });
    assert.deepEqual(bad.data.steps.map((step) => step.name), ["Set up job", "Warn", "Try", "Complete job"]);
    const notes = await checks.listAnnotations({ ...repo, check_run_id: jobs[1].id });
    assert.ok(notes.data.some((note) => note.message === "mind the gap" && note.start_line === 3));

    const log = await actions.downloadJobLogsForWorkflowRun({ ...repo, job_id: jobs[0].id });
    assert.match(String(log.data), /good morning from good/);
    const archive = await actions.downloadWorkflowRunLogs({ ...repo, run_id });
    assert.equal(Buffer.from(archive.data).subarray(0, 2).toString(), "PK");

    assert.equal((await actions.reRunWorkflowFailedJobs({ ...repo, run_id })).status, 201);
    const again = await completed(run_id);
    assert.deepEqual([again.run_attempt, again.conclusion], [2, "success"]);
    assert.match(again.previous_attempt_url, new RegExp(`/runs/${run_id}/attempts/1$`));
    const first = await actions.getWorkflowRunAttempt({ ...repo, run_id, attempt_number: 1 });
    assert.equal(first.data.conclusion, "failure");
    const kept = await actions.listJobsForWorkflowRunAttempt({ ...repo, run_id, attempt_number: 1 });
    assert.equal(kept.data.total_count, 3);
    const old = await actions.downloadWorkflowRunAttemptLogs({ ...repo, run_id, attempt_number: 1 });
    assert.equal(Buffer.from(old.data).subarray(0, 2).toString(), "PK");

    const [now] = (await actions.listJobsForWorkflowRun({ ...repo, run_id })).data.jobs;
    assert.equal((await actions.reRunJobForWorkflowRun({ ...repo, job_id: now.id })).status, 201);
    assert.equal((await completed(run_id)).run_attempt, 3);
    assert.equal((await actions.reRunWorkflow({ ...repo, run_id, enable_debug_logging: true })).status, 201);
    assert.equal((await completed(run_id)).run_attempt, 4);

    await refused(() => actions.cancelWorkflowRun({ ...repo, run_id }), 409, /Cannot cancel a workflow run that is completed/);
    await refused(() => actions.reRunWorkflowFailedJobs({ ...repo, run_id }), 403, /cannot be retried/);
    assert.equal((await actions.deleteWorkflowRunLogs({ ...repo, run_id })).status, 204);
    await refused(() => actions.downloadWorkflowRunLogs({ ...repo, run_id }), 404, /Not Found/);
    assert.equal((await actions.deleteWorkflowRun({ ...repo, run_id })).status, 204);
    await refused(() => actions.getWorkflowRun({ ...repo, run_id }), 404, /Not Found/);
  },

  async "a run is cancelled, also by force"() {
    for (const cancel of [actions.cancelWorkflowRun, actions.forceCancelWorkflowRun]) {
      const run_id = await dispatch("wait.yml");
      await refused(() => actions.reRunWorkflow({ ...repo, run_id }), 403, /already running/);
      await refused(() => actions.deleteWorkflowRun({ ...repo, run_id }), 403, /Could not delete the workflow run/);
      assert.equal((await cancel({ ...repo, run_id })).status, 202);
      assert.equal((await completed(run_id)).conclusion, "cancelled");
    }
  },

  async "workflows are listed, read, switched off and on"() {
    const { data } = await actions.listRepoWorkflows(repo);
    assert.deepEqual(data.workflows.map((workflow) => workflow.name).sort(), ["Half", "Wait"]);
    const wait = data.workflows.find((workflow) => workflow.name === "Wait");
    const byId = await actions.getWorkflow({ ...repo, workflow_id: wait.id });
    assert.equal(byId.data.path, ".github/workflows/wait.yml");
    assert.equal((await actions.disableWorkflow({ ...repo, workflow_id: "wait.yml" })).status, 204);
    assert.equal((await actions.getWorkflow({ ...repo, workflow_id: wait.id })).data.state, "disabled_manually");
    await refused(() => dispatch("wait.yml"), 422, /on a disabled workflow/);
    assert.equal((await actions.enableWorkflow({ ...repo, workflow_id: wait.id })).status, 204);
    await refused(() => dispatch("half.yml", { whom: "nobody" }), 422, /whom/);
    const file = await octokit.rest.repos.getContent({ ...repo, path: ".github/workflows/half.yml" });
    assert.match(Buffer.from(file.data.content, "base64").toString(), /mind the gap/);
  },

  async "secrets are sealed and variables kept"() {
    const { data: key } = await actions.getRepoPublicKey(repo);
    await sodium.ready;
    const bytes = sodium.from_base64(key.key, sodium.base64_variants.ORIGINAL);
    const sealed = sodium.crypto_box_seal("very-secret", bytes);
    const encrypted_value = sodium.to_base64(sealed, sodium.base64_variants.ORIGINAL);
    const put = () => actions.createOrUpdateRepoSecret({
      ...repo, secret_name: "TOKEN", encrypted_value, key_id: key.key_id,
    });
    assert.equal((await put()).status, 201);
    assert.equal((await put()).status, 204);
    const { data: secrets } = await actions.listRepoSecrets(repo);
    assert.deepEqual(secrets.secrets.map((secret) => secret.name), ["TOKEN"]);
    await actions.deleteRepoSecret({ ...repo, secret_name: "TOKEN" });
    await refused(() => actions.getRepoSecret({ ...repo, secret_name: "TOKEN" }), 404, /Not Found/);
    assert.equal((await actions.createRepoVariable({ ...repo, name: "PORT", value: "80" })).status, 201);
    await actions.updateRepoVariable({ ...repo, name: "PORT", value: "8080" });
    assert.equal((await actions.getRepoVariable({ ...repo, name: "PORT" })).data.value, "8080");
    await actions.deleteRepoVariable({ ...repo, name: "PORT" });
    assert.equal((await actions.listRepoVariables(repo)).data.total_count, 0);
    assert.equal((await actions.listArtifactsForRepo(repo)).data.total_count, 0);
    assert.equal((await actions.getActionsCacheList(repo)).data.total_count, 0);
  },

  async "who is not known is told so"() {
    const stranger = new Octokit({ baseUrl: `${RUNYARD_BASE}/api/v3`, auth: "wrong", log: octokit.log });
    await refused(() => stranger.rest.users.getAuthenticated(), 401, /Bad credentials/);
    const nobody = new Octokit({ baseUrl: `${RUNYARD_BASE}/api/v3`, log: octokit.log });
    await refused(() => nobody.rest.actions.listWorkflowRunsForRepo(repo), 404, /Not Found/);
    const { data } = await octokit.rest.users.getAuthenticated();
    assert.equal(typeof data.login, "string");
    assert.equal((await octokit.rest.repos.get(repo)).data.default_branch, "main");
  },
};

let failed = 0;
for (const [name, suite] of Object.entries(suites)) {
  try {
    await suite();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
  }
}
console.log(`Octokit: ${Object.keys(suites).length} suites, ${failed} failed`);
process.exit(failed ? 1 : 0);
