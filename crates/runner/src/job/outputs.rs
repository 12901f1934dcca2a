//! The outputs of a job, computed at its end whatever its result (semantics R2.20, R2.21).

use std::collections::BTreeMap;

use runyard_api::runner::messages::OUTPUT_UNITS_PER_JOB;
use runyard_workflow::model::{Templated, Variable, Variables};

use super::worker::{StepList, Worker, not_computed};

impl Worker<'_> {
    /// Computes the job's outputs; what may not go is dropped and said in the log of step `number`.
    pub(super) fn job_outputs(
        &self,
        outputs: &Variables,
        list: &StepList,
        number: u32,
    ) -> Vec<(String, String)> {
        let log = &self.execution.log;
        let mut given = Outputs::default();
        for (name, value) in self.computed(outputs, list, number) {
            if log.holds_secret(&value) {
                let text = format!("Output '{name}' is dropped: it may hold a secret.");
                log.warning(number, text);
            } else if let Err(problem) = given.add(&name, value) {
                log.error(number, problem);
            }
        }
        given.pairs
    }

    fn computed(&self, outputs: &Variables, list: &StepList, number: u32) -> Vec<(String, String)> {
        let env: BTreeMap<String, String> = self.environment.given(&[]);
        let contexts = self.contexts_with(list, "", &env, self.status());
        let functions = self.functions(list);
        let alone: Vec<Variables> = match &outputs.value {
            Templated::Computed(_) => vec![outputs.clone()],
            // One by one, so that one that fails does not take the others along.
            Templated::Literal(pairs) => pairs.iter().map(|pair| only(outputs, pair)).collect(),
        };
        let mut all = Vec::new();
        for one in &alone {
            match one.pairs(&contexts, &functions) {
                Ok(pairs) => all.extend(pairs),
                Err(error) => {
                    let at = match &one.value {
                        Templated::Literal(pairs) => pairs
                            .first()
                            .map_or(one.position, |pair| pair.value.position),
                        Templated::Computed(_) => one.position,
                    };
                    let text = not_computed(&list.file, at, "outputs", &error);
                    self.execution.log.error(number, text);
                }
            }
        }
        all
    }
}

fn only(outputs: &Variables, pair: &Variable) -> Variables {
    Variables {
        value: Templated::Literal(vec![pair.clone()]),
        position: outputs.position,
    }
}

/// Outputs within their limit.
#[derive(Debug, Default)]
struct Outputs {
    pairs: Vec<(String, String)>,
    units: usize,
}

impl Outputs {
    /// Adds an output unless it is empty; one that is too much is refused.
    fn add(&mut self, name: &str, value: String) -> Result<(), String> {
        if value.is_empty() {
            return Ok(());
        }
        let units = |text: &str| text.encode_utf16().count();
        let units = self.units + units(name) + units(&value);
        if units > OUTPUT_UNITS_PER_JOB {
            return Err(format!(
                "Output '{name}' is dropped: the outputs of this job would have {} bytes in \
                 UTF-16, allowed are {}.",
                2 * units,
                2 * OUTPUT_UNITS_PER_JOB
            ));
        }
        self.units = units;
        self.pairs.push((name.to_owned(), value));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r2_20_empty_outputs_are_not_sent() {
        let mut outputs = Outputs::default();
        outputs.add("a", String::new()).unwrap();
        outputs.add("b", "c".to_owned()).unwrap();
        assert_eq!(outputs.pairs, [("b".to_owned(), "c".to_owned())]);
    }

    #[test]
    fn r2_21_outputs_have_a_mebibyte_in_utf_16() {
        let mut outputs = Outputs::default();
        let fits = "\u{e4}".repeat(OUTPUT_UNITS_PER_JOB - 1);
        outputs.add("a", fits).unwrap();
        let refused = outputs.add("b", "x".to_owned()).unwrap_err();
        assert!(
            refused.contains("'b'") && refused.contains("1048576"),
            "{refused}"
        );
        assert_eq!(outputs.pairs.len(), 1);
        let mut outputs = Outputs::default();
        let wide = "\u{1f600}".repeat(OUTPUT_UNITS_PER_JOB / 2);
        assert!(outputs.add("a", wide).is_err(), "each takes two units");
    }
}
