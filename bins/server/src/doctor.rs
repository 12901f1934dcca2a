//! The command `doctor`: looks in the database for what is stuck or disagrees, says it, and mends it.

use crate::{
    arguments, serve,
    settings::{Settings, StoreKind},
    storage,
};
use anyhow::{Context, Result, bail};
use runyard_api::WebhookPayloads;
use runyard_engine::doctor::{Checkup, Diagnosis, Outcome};
use std::process::ExitCode;

/// Looks at everything; the exit code is 1 when something stays wrong.
pub(crate) async fn doctor(command: arguments::Doctor) -> Result<ExitCode> {
    let settings = serve::configured(&command.configured)?;
    serve::start_log(&settings);
    let wait = match settings.store.kind {
        StoreKind::Memory => bail!("what the memory store has is gone with its server"),
        StoreKind::Sqlite => "opening the database; stop the server of this SQLite file first",
        StoreKind::Postgres => "opening the database",
    };
    let (engine, _own_folders) = storage::open_engine(&settings).await.context(wait)?;
    let payloads = WebhookPayloads::new(serve::reached_at(&settings, &listened_at(&settings)));
    let mut tell = |diagnosis: &Diagnosis| println!("{}", line(diagnosis));
    let checkup = engine.doctor(command.fix, &payloads, &mut tell).await?;
    println!("{}", summary(checkup, command.fix));
    Ok(match checkup.left {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn listened_at(settings: &Settings) -> String {
    format!("http://{}", settings.server.listen)
}

fn line(Diagnosis { finding, outcome }: &Diagnosis) -> String {
    match outcome {
        Outcome::Told => finding.to_string(),
        Outcome::Mended(how) => format!("{finding}\n    mended: {how}"),
        Outcome::Left(why) => format!("{finding}\n    not mended: {why}"),
    }
}

fn summary(checkup: Checkup, fix: bool) -> String {
    let Checkup { runs, left, mended } = checkup;
    let seen = format!("looked at {runs} runs that have not ended");
    match (left, fix) {
        (0, false) => format!("{seen}: nothing is wrong"),
        (0, true) if mended == 0 => format!("{seen}: nothing was wrong"),
        (0, true) => format!("{seen}: {mended} things were wrong and are mended"),
        (_, false) => {
            format!("{seen}: {left} things are wrong, `runyard doctor --fix` mends what it can")
        }
        (_, true) => format!("{seen}: {mended} things are mended, {left} are not"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Checkup, Diagnosis, Outcome, line, summary};
    use runyard_domain::{JobId, RunId};
    use runyard_engine::doctor::Finding;

    #[test]
    fn a_finding_is_one_sentence_and_what_became_of_it_stands_below() {
        let told = |outcome| {
            let (run, job) = (RunId::new(5), JobId::new(12));
            let finding = Finding::NotQueued { run, job };
            line(&Diagnosis { finding, outcome })
        };
        let sentence = "run 5: job 12 waits for a runner, but is not in the queue";
        assert_eq!(told(Outcome::Told), sentence);
        let mended = told(Outcome::Mended("so".to_owned()));
        assert_eq!(mended, format!("{sentence}\n    mended: so"));
        let left = told(Outcome::Left("because".to_owned()));
        assert_eq!(left, format!("{sentence}\n    not mended: because"));
    }

    #[test]
    fn the_last_line_says_how_it_went() {
        let of = |left, mended, fix| {
            let runs = 4;
            summary(Checkup { runs, left, mended }, fix)
        };
        let seen = "looked at 4 runs that have not ended: ";
        assert_eq!(of(0, 0, false), format!("{seen}nothing is wrong"));
        assert_eq!(of(0, 0, true), format!("{seen}nothing was wrong"));
        let mended = format!("{seen}3 things were wrong and are mended");
        assert_eq!(of(0, 3, true), mended);
        assert!(of(2, 0, false).contains("2 things are wrong"));
        assert_eq!(
            of(2, 3, true),
            format!("{seen}3 things are mended, 2 are not")
        );
    }
}
