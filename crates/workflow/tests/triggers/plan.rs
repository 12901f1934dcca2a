//! Plans: jobs in order, their legs and conditions.

use crate::matching::{plain, words};
use runyard_workflow::expression::{Object, Place, Template, Value, condition};
use runyard_workflow::plan::{
    JobOutline, Legs, PlannedJob, StrategyOutline, ValueTemplate, Verdict, WorkflowOutline,
    github_context, plan as plan_workflow, plan_jobs,
};
use runyard_workflow::trigger::EventFacts;
use serde_json::json;

fn job(id: &str, needs: &[&str], when: Option<&str>) -> JobOutline {
    JobOutline {
        id: id.to_owned(),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        condition: when.map(|text| condition(text, &Place::JobIf.allowed()).unwrap()),
        ..JobOutline::default()
    }
}

fn contexts() -> Object {
    let github: Object = [("ref", "refs/heads/main")].into_iter().collect();
    [("github", github)].into_iter().collect()
}

fn plan(jobs: &[JobOutline]) -> Vec<PlannedJob> {
    plan_jobs(jobs, &contexts()).unwrap()
}

fn verdict(when: &str) -> Verdict {
    plan(&[job("a", &[], Some(when))]).remove(0).verdict
}

#[test]
fn jobs_stand_behind_their_needs_and_say_their_stage() {
    let planned = plan(&[
        job("deploy", &["test", "lint"], None),
        job("test", &["build"], None),
        job("build", &[], None),
        job("lint", &[], None),
    ]);
    let order: Vec<(&str, usize)> = planned
        .iter()
        .map(|job| (job.id.as_str(), job.stage))
        .collect();
    assert_eq!(
        order,
        [("build", 0), ("lint", 0), ("test", 1), ("deploy", 2)]
    );
    assert!(plan_jobs(&[job("a", &["b"], None)], &contexts()).is_none());
    assert!(
        plan_jobs(
            &[job("a", &["b"], None), job("b", &["a"], None)],
            &contexts()
        )
        .is_none()
    );
}

#[test]
fn conditions_are_evaluated_as_if_all_went_well() {
    let table = [
        ("github.ref == 'refs/heads/main'", Verdict::Runs),
        ("github.ref == 'refs/heads/dev'", Verdict::Skipped),
        ("failure()", Verdict::Skipped),
        ("always()", Verdict::Runs),
        ("!cancelled()", Verdict::Runs),
        ("needs.x.outputs.y == 'z'", Verdict::Depends),
    ];
    for (when, expected) in table {
        assert_eq!(verdict(when), expected, "{when}");
    }
    assert!(matches!(verdict("fromJSON('{')"), Verdict::Fails { .. }));
}

#[test]
fn e13_text_around_an_expression_runs() {
    assert_eq!(verdict("${{ false }} && true"), Verdict::Runs);
}

#[test]
fn e14_text_that_looks_like_a_status_call_is_none() {
    let planned = plan(&[job("a", &[], Some("contains('always()', 'x') == false"))]);
    assert_eq!(
        planned[0].condition,
        "success() && (contains('always()', 'x') == false)"
    );
}

#[test]
fn a_skipped_need_skips_its_dependents_unless_they_ask_for_any_status() {
    let planned = plan(&[
        job("a", &[], Some("false")),
        job("b", &["a"], None),
        job("c", &["b"], Some("always()")),
        job("d", &["c"], None),
        job("e", &[], Some("needs.a.result")),
        job("f", &["e"], None),
        job("g", &["e"], Some("!cancelled()")),
    ]);
    let verdicts: Vec<(&str, &Verdict)> = planned
        .iter()
        .map(|job| (job.id.as_str(), &job.verdict))
        .collect();
    let of = |id: &str| {
        verdicts
            .iter()
            .find(|(own, _)| *own == id)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(
        [of("a"), of("b"), of("c")],
        [Verdict::Skipped, Verdict::Skipped, Verdict::Runs]
    );
    assert_eq!([of("f"), of("g")], [Verdict::Depends, Verdict::Runs]);
    // E8: the transitive skip reaches behind a job that ran all the same.
    assert_eq!(of("d"), Verdict::Skipped);
}

fn with_matrix(matrix: ValueTemplate, name: Option<&str>) -> JobOutline {
    JobOutline {
        name: name.map(|name| Template::parse(name, &Place::JobName.allowed()).unwrap()),
        strategy: Some(StrategyOutline {
            matrix: Some(matrix),
            ..StrategyOutline::default()
        }),
        ..job("m", &[], None)
    }
}

fn expression(text: &str) -> ValueTemplate {
    ValueTemplate::Template(Template::parse(text, &Place::Strategy.allowed()).unwrap())
}

fn names(job: JobOutline) -> Vec<String> {
    match &plan(&[job])[0].legs {
        Legs::Known(legs) => legs.iter().map(|leg| leg.name.clone()).collect(),
        Legs::Depend => vec!["depends".to_owned()],
        Legs::Fail { error } => vec![error.clone()],
    }
}

#[test]
fn r2_46_a_matrix_may_be_an_expression_as_a_whole_or_in_part() {
    assert_eq!(
        names(with_matrix(
            expression("${{ fromJSON('{\"v\":[1,2]}') }}"),
            None
        )),
        ["m (1)", "m (2)"]
    );
    let vector = vec![("v".to_owned(), expression("${{ fromJSON('[3]') }}"))];
    assert_eq!(
        names(with_matrix(
            ValueTemplate::Mapping(vector),
            Some("n ${{ matrix.v }} of ${{ strategy.job-total }}")
        )),
        ["n 3 of 1"]
    );
    let items = vec![
        ValueTemplate::Literal(Value::from(4.0)),
        expression("${{ github.ref }}"),
    ];
    let list = vec![("v".to_owned(), ValueTemplate::List(items))];
    assert_eq!(
        names(with_matrix(ValueTemplate::Mapping(list), None)),
        ["m (4)", "m (refs/heads/main)"]
    );
    assert_eq!(
        names(with_matrix(
            expression("${{ fromJSON(needs.a.outputs.m) }}"),
            None
        )),
        ["depends"]
    );
}

#[test]
fn r6_93_e27_a_dynamic_matrix_without_values_fails_its_job() {
    let failed = names(with_matrix(
        expression("${{ fromJSON('{\"v\":[]}') }}"),
        None,
    ));
    assert_eq!(failed, ["Matrix vector 'v' does not contain any values"]);
    assert_eq!(
        names(with_matrix(expression("${{ 'text' }}"), None))[0],
        "the matrix is a text; it must be a mapping of vectors, include and exclude"
    );
}

#[test]
fn e30_a_skipped_matrix_is_one_job() {
    let mut skipped = with_matrix(expression("${{ fromJSON('{\"v\":[1,2]}') }}"), None);
    skipped.condition = job("x", &[], Some("false")).condition;
    assert_eq!(names(skipped), ["m"]);
}

fn whole(run_name: &str, payload: &serde_json::Value) -> serde_json::Value {
    let facts = EventFacts::from_payload("push", payload).unwrap();
    let mut on = plain("push");
    on.branches = words(&["main"]);
    let workflow = WorkflowOutline {
        name: "CI".to_owned(),
        run_name: Some(Template::parse(run_name, &Place::RunName.allowed()).unwrap()),
        on: vec![on],
        jobs: vec![
            job("a", &[], Some("github.event.forced")),
            job("b", &[], None),
        ],
    };
    let github = github_context(&facts, &facts.run_place("main"), payload);
    let contexts: Object = [("github", github)].into_iter().collect();
    serde_json::to_value(plan_workflow(&workflow, &facts, &contexts, "main")).unwrap()
}

#[test]
fn a_plan_says_whether_where_as_what_and_with_which_jobs_a_run_starts() {
    let mut payload = json!({
        "ref": "refs/heads/main", "after": "a".repeat(40), "forced": true, "sender": {"login": "mona"},
        "head_commit": {"message": "A change\n\nand why"},
    });
    let leg = |name: &str| json!({"known": [{"name": name, "matrix": null}]});
    let expected = json!({
        "workflow": "CI", "event": "push", "starts": true, "reason": "a run starts",
        "run": {
            "display_title": "By mona on main", "startup_failure": false, "ref": "refs/heads/main",
            "at": "a".repeat(40), "head_branch": "main",
            "jobs": [
                {"id": "a", "stage": 0, "needs": [], "condition": "success() && (github.event.forced)", "verdict": "runs", "legs": leg("a")},
                {"id": "b", "stage": 0, "needs": [], "condition": "success()", "verdict": "runs", "legs": leg("b")},
            ],
        },
    });
    assert_eq!(
        whole("By ${{ github.actor }} on ${{ github.ref_name }}", &payload),
        expected
    );
    let broken = whole("${{ fromJSON('{') }}", &payload);
    assert_eq!(
        (&broken["run"]["startup_failure"], &broken["run"]["jobs"]),
        (&json!(true), &json!([]))
    );
    payload["ref"] = json!("refs/heads/dev");
    let stays = json!({
        "workflow": "CI", "event": "push", "starts": false,
        "reason": "no run starts: the branch 'dev' does not pass `branches`",
    });
    assert_eq!(whole("x", &payload), stays);
}
