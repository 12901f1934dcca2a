//! Every word parses back, in text and in JSON, and no other word does.

use runyard_domain::{
    Conclusion, JobStatus, RunStatus, StepConclusion, StepStatus,
    account::Scope,
    repository::{Role, WorkflowState},
};

macro_rules! every_word_reads_back {
    ($($test:ident: $name:ident = $words:expr;)+) => { $(
        #[test]
        fn $test() {
            assert_eq!($name::WORDS, $words);
            for (word, value) in $name::WORDS.iter().zip($name::ALL) {
                assert_eq!(value.name(), *word);
                assert_eq!(value.to_string(), *word);
                assert_eq!(word.parse::<$name>().unwrap(), *value);
                let json = serde_json::to_string(value).unwrap();
                assert_eq!(json, format!("{word:?}"));
                assert_eq!(serde_json::from_str::<$name>(&json).unwrap(), *value);
            }
            for odd in ["", "unknown", &$words[0].to_uppercase(), &format!("{} ", $words[0])] {
                let error = odd.parse::<$name>().unwrap_err();
                assert_eq!((error.word.as_str(), error.allowed), (odd, $name::WORDS));
                assert!(error.to_string().contains($words[0]), "{error}");
            }
        }
    )+ };
}

every_word_reads_back! {
    run_status: RunStatus =
        ["requested", "queued", "pending", "waiting", "in_progress", "completed"];
    job_status: JobStatus = ["blocked", "pending", "queued", "in_progress", "completed"];
    // R1.5, R1.6: also those that no job ends with.
    conclusion: Conclusion = [
        "success",
        "failure",
        "cancelled",
        "skipped",
        "timed_out",
        "action_required",
        "neutral",
        "stale",
        "startup_failure",
    ];
    step_status: StepStatus = ["pending", "in_progress", "completed"];
    step_conclusion: StepConclusion = ["success", "failure", "cancelled", "skipped"];
    role: Role = ["read", "write", "admin"];
    workflow_state: WorkflowState = ["active", "deleted", "disabled_manually"];
    scope: Scope =
        ["repo", "public_repo", "repo:write", "read:org", "workflow", "site_admin"];
}
