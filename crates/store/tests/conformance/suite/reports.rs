//! Outputs, annotations and summaries of jobs.

use crate::world::{ALL, CHAIN, Flow, ONE_JOB, World, page};
use runyard_domain::{
    Conclusion, JobId, JobIds, Refusal, RunId,
    execution::{Annotation, AnnotationLevel, CheckOutput, FIRST_CHECK_ANNOTATION, Patience},
    handover,
    run::{Contexts, Planning, output_units},
};
use runyard_store::{Conflict, JobOutputs, Loaded, Scope, Store, StoreError, Summary};
use std::{collections::BTreeMap, sync::Arc};

fn outputs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(pair).collect()
}

/// Ends the job of a started execution, giving this with it; refused when `refuse`.
async fn finish_giving(
    world: &World,
    execution: &runyard_domain::Execution,
    (file, given): (&str, JobOutputs),
    refuse: bool,
) -> bool {
    let id = execution.id;
    let file = runyard_workflow::parse("ci.yml", file).unwrap();
    let file = runyard_domain::run::single(file);
    let ids = world.store.reserve(runyard_store::IdKind::Job, 5).await;
    let ids: Vec<JobId> = ids.unwrap().map(JobId::new).collect();
    let decide = move |loaded: &mut Loaded, now| {
        let Loaded::Run {
            run,
            executions,
            outputs,
            groups,
            ..
        } = loaded
        else {
            panic!("a run was loaded as {loaded:?}");
        };
        let planning = Planning {
            definition: &file,
            contexts: &Contexts::default(),
            ids: &mut JobIds::new(ids.iter().copied()),
            groups,
            now,
        };
        let end = (Conclusion::Success, Vec::new());
        let events = handover::finish(run, executions, id, end, planning, Patience::default())?;
        *outputs = Some(given.clone());
        match refuse {
            true => Err(Refusal::WrongLoad),
            false => Ok(events),
        }
    };
    let scope = Scope::RunOfExecution(id);
    world.store.change(scope, Box::new(decide)).await.is_ok()
}

pub(crate) async fn outputs_are_kept_with_the_end_of_their_job(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(CHAIN).await;
    let execution = world.claim_one().await;
    flow.start(execution.id).await.unwrap();
    let job = execution.job;
    assert_eq!(store.outputs(&[job]).await.unwrap(), []);
    let pairs = outputs(&[("b", "x\0\u{1f600}"), ("a", ""), ("B", "second")]);
    let given = JobOutputs {
        job,
        outputs: pairs.clone(),
    };
    assert!(finish_giving(&world, &execution, (CHAIN, given.clone()), false).await);
    let unknown = JobId::new(9_999);
    assert_eq!(store.outputs(&[unknown, job]).await.unwrap(), [given]);
    let units = output_units(&pairs);
    assert_eq!(store.output_units(flow.id).await.unwrap(), units);
    let other = world.run(ONE_JOB).await;
    assert_eq!(store.output_units(other.id).await.unwrap(), 0);
}

pub(crate) async fn outputs_of_a_refused_end_are_not_kept(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(CHAIN).await;
    let execution = world.claim_one().await;
    flow.start(execution.id).await.unwrap();
    let given = JobOutputs {
        job: execution.job,
        outputs: outputs(&[("a", "b")]),
    };
    assert!(!finish_giving(&world, &execution, (CHAIN, given), true).await);
    assert_eq!(store.outputs(&[execution.job]).await.unwrap(), []);
    assert_eq!(store.output_units(flow.id).await.unwrap(), 0);
}

fn annotation(number: u32, message: &str) -> Annotation {
    Annotation {
        number,
        step: 2,
        level: AnnotationLevel::Warning,
        path: Some("src/\u{e4}.rs".to_owned()),
        start_line: Some(3),
        end_line: Some(4),
        start_column: Some(u32::MAX),
        end_column: None,
        title: Some("T".to_owned()),
        message: message.to_owned(),
        raw_details: None,
    }
}

/// A run with one job.
async fn one_job(store: &Arc<dyn Store>) -> (RunId, JobId) {
    let world = World::new(Arc::clone(store)).await;
    let flow = world.run(ONE_JOB).await;
    (flow.id, world.claim_one().await.job)
}

pub(crate) async fn annotations_are_kept_once_and_listed_by_number(store: Arc<dyn Store>) {
    let (run, job) = one_job(&store).await;
    assert_eq!(store.annotations(job, ALL).await.unwrap().total, 0);
    let (second, third) = (annotation(2, "two\0"), annotation(3, "three"));
    let both = [third.clone(), second.clone()];
    store.add_annotations((run, job), &both).await.unwrap();
    let again = [annotation(2, "another"), annotation(1, "one")];
    store.add_annotations((run, job), &again).await.unwrap();
    let all = store.annotations(job, ALL).await.unwrap();
    assert_eq!(all.items, [annotation(1, "one"), second, third.clone()]);
    let last = store.annotations(job, page(2, 2)).await.unwrap();
    assert_eq!((last.items, last.total), (vec![third], 3));
    let other = JobId::new(job.get() + 1);
    assert_eq!(store.annotations(other, ALL).await.unwrap().total, 0);
}

pub(crate) async fn a_check_run_says_more_each_time(store: Arc<dyn Store>) {
    let (run, job) = one_job(&store).await;
    let other = JobId::new(job.get() + 1);
    let text = |text: &str| Some(text.to_owned());
    let said = |title: Option<String>, summary| CheckOutput {
        title,
        summary,
        text: None,
    };
    let put = |output: CheckOutput, remarks: Vec<Annotation>| {
        let store = Arc::clone(&store);
        async move {
            store
                .put_check((run, job), &output, &remarks, 3)
                .await
                .unwrap()
        }
    };
    let outputs = || async { store.check_outputs(&[job, other]).await.unwrap() };
    assert!(outputs().await.is_empty());
    let own = annotation(7, "of the runner");
    store
        .add_annotations((run, job), std::slice::from_ref(&own))
        .await
        .unwrap();
    let first = Annotation {
        raw_details: text("a\0\u{e4}"),
        ..annotation(0, "one")
    };
    assert!(put(CheckOutput::default(), vec![first.clone()]).await);
    assert!(outputs().await.is_empty(), "no more than a remark was made");
    assert!(put(said(text("T"), text("S")), Vec::new()).await);
    let more = vec![annotation(0, "two"), annotation(0, "three")];
    assert!(put(said(None, text("\u{1f680}")), more).await);
    let kept = said(text("T"), text("\u{1f680}"));
    assert_eq!(outputs().await, BTreeMap::from([(job, kept.clone())]));
    let refused = put(said(text("no"), None), vec![annotation(0, "four")]);
    assert!(!refused.await, "three are all that were allowed");
    assert_eq!(outputs().await, BTreeMap::from([(job, kept)]));
    let numbered = |at: u32, annotation: Annotation| Annotation {
        number: FIRST_CHECK_ANNOTATION + at,
        ..annotation
    };
    let all = store.annotations(job, ALL).await.unwrap().items;
    let expected = [
        own,
        numbered(0, first),
        numbered(1, annotation(0, "two")),
        numbered(2, annotation(0, "three")),
    ];
    assert_eq!(all, expected);
}

pub(crate) async fn remarks_on_a_check_run_at_the_same_time_are_all_kept(store: Arc<dyn Store>) {
    let (run, job) = one_job(&store).await;
    let mut all = tokio::task::JoinSet::new();
    for number in 0..6 {
        let store = Arc::clone(&store);
        all.spawn(async move {
            let remarks = [annotation(0, &number.to_string()), annotation(0, "beside")];
            let nothing = CheckOutput::default();
            store.put_check((run, job), &nothing, &remarks, 10).await
        });
    }
    let kept = all.join_all().await;
    let kept = kept.into_iter().filter(|kept| *kept.as_ref().unwrap());
    assert_eq!(kept.count(), 5, "the sixth is beyond the limit");
    assert_eq!(store.annotations(job, ALL).await.unwrap().total, 10);
}

fn summary(step: u32, text: &str) -> Summary {
    let text = text.to_owned();
    Summary { step, text }
}

pub(crate) async fn a_summary_takes_the_place_of_an_earlier_one(store: Arc<dyn Store>) {
    let (run, job) = one_job(&store).await;
    assert_eq!(store.summaries(job, 20).await.unwrap(), []);
    for kept in [
        summary(3, "three"),
        summary(2, "two"),
        summary(3, "# \0\u{e4}"),
    ] {
        store.put_summary((run, job), &kept).await.unwrap();
    }
    let wanted = [summary(2, "two"), summary(3, "# \0\u{e4}")];
    assert_eq!(store.summaries(job, 20).await.unwrap(), wanted);
    assert_eq!(store.summaries(job, 1).await.unwrap(), wanted[..1]);
}

pub(crate) async fn reports_of_a_deleted_run_are_removed_with_it(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let other = world.run(ONE_JOB).await;
    let claimed = world.claim(1, 2).await;
    for execution in &claimed {
        flow_of(execution.run, [&flow, &other])
            .start(execution.id)
            .await
            .unwrap();
        let given = JobOutputs {
            job: execution.job,
            outputs: outputs(&[("a", "b")]),
        };
        assert!(finish_giving(&world, execution, (ONE_JOB, given), false).await);
        let job = (execution.run, execution.job);
        store
            .add_annotations(job, &[annotation(1, "one")])
            .await
            .unwrap();
        store.put_summary(job, &summary(2, "two")).await.unwrap();
        let output = CheckOutput {
            title: Some("T".to_owned()),
            ..CheckOutput::default()
        };
        assert!(store.put_check(job, &output, &[], 1).await.unwrap());
    }
    flow.delete().await.unwrap();
    while store.purge(std::time::Duration::ZERO).await.unwrap() {}
    for execution in &claimed {
        let left = usize::from(execution.run == other.id);
        let job = execution.job;
        assert_eq!(store.outputs(&[job]).await.unwrap().len(), left);
        let annotations = store.annotations(job, ALL).await.unwrap();
        assert_eq!(annotations.items.len(), left);
        assert_eq!(store.summaries(job, 9).await.unwrap().len(), left);
        assert_eq!(store.check_outputs(&[job]).await.unwrap().len(), left);
    }
}

fn flow_of(run: RunId, flows: [&Flow; 2]) -> &Flow {
    let mut flows = flows.into_iter();
    flows.find(|flow| flow.id == run).unwrap()
}

pub(crate) async fn reports_of_an_unknown_run_are_refused(store: Arc<dyn Store>) {
    let (_, job) = one_job(&store).await;
    let nowhere = (RunId::new(9_999), job);
    let refused = store.add_annotations(nowhere, &[annotation(1, "x")]).await;
    let is_reference = |error| matches!(error, StoreError::Conflict(Conflict::Reference));
    assert!(is_reference(refused.unwrap_err()));
    let refused = store.put_summary(nowhere, &summary(1, "x")).await;
    assert!(is_reference(refused.unwrap_err()));
    let nothing = CheckOutput::default();
    let refused = store.put_check(nowhere, &nothing, &[], 1);
    assert!(is_reference(refused.await.unwrap_err()));
}
