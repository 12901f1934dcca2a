//! Action files: everything that they say is in the model, and steps are evaluated as those of jobs.

use runyard_workflow::expression::{NoFunctions, Object, Value};
use runyard_workflow::model::{
    Action, ActionRuns, DockerImage, FieldError, NodeVersion, Step, StepAction, StepUses, pairs,
};
use runyard_workflow::{check_action, parse_action};
use serde_json::{Value as Json, json};

const FILE: &str = "action.yml";

fn action(source: &str) -> Action {
    parse_action(FILE, source).unwrap_or_else(|invalid| panic!("{invalid}\n---\n{source}"))
}

/// The errors of `source` as `line:column: message`.
fn errors(source: &str) -> Vec<String> {
    let invalid = parse_action(FILE, source).unwrap_err();
    let shown = invalid.diagnostics.iter();
    shown
        .map(|error| format!("{}:{}: {}", error.line, error.column, error.message))
        .collect()
}

fn refused(source: &str, expected: &[&str]) {
    let found = errors(source);
    let told = |(found, start): (&String, &&str)| found.starts_with(start);
    let same = found.len() == expected.len() && found.iter().zip(expected).all(told);
    assert!(
        same,
        "\nfound:    {found:#?}\nexpected: {expected:#?}\n---\n{source}"
    );
}

/// A composite action with one step of these keys, in the order of flow style.
fn composite(step: &str) -> String {
    format!("runs:\n  using: composite\n  steps:\n    - {{{step}}}\n")
}

fn step_of(keys: &str) -> Step {
    action(&composite(keys)).steps()[0].clone()
}

fn contexts(json: Json) -> Object {
    serde_json::from_value(json).unwrap()
}

const COMPOSITE: &str = "name: Set up
author: Somebody
description: Installs
inputs:
  Version: {description: Which, required: true, default: '${{ github.ref_name }}'}
  old: {deprecationMessage: Use version, type: string, hint: more}
  plain:
outputs:
  path: {description: Where, value: '${{ steps.install.outputs.path }}'}
  none:
runs:
  using: Composite
  steps:
    - uses: actions/cache@v4
      with: {path: ~/.cache, key: 'k-${{ inputs.version }}'}
    - id: install
      name: Install ${{ inputs.version }}
      if: inputs.version != ''
      run: ./install.sh
      shell: bash
      working-directory: ${{ github.action_path }}
      continue-on-error: true
      env: {FLAGS: '${{ inputs.old }}'}
branding: {icon: box, color: blue}
keywords: [one]
";

#[test]
fn a_composite_action_is_read_whole() {
    let action = action(COMPOSITE);
    let heads = (&action.name, &action.author, &action.description);
    let told = (Some("Set up"), Some("Somebody"), Some("Installs"));
    assert_eq!(
        (heads.0.as_deref(), heads.1.as_deref(), heads.2.as_deref()),
        told
    );
    let version = action.input("VERSION").unwrap();
    assert!(version.is_required());
    assert_eq!(version.name.value, "Version");
    assert_eq!(version.description.as_deref(), Some("Which"));
    let default = version.default.as_ref().unwrap();
    assert_eq!(default.as_written(), "${{ github.ref_name }}");
    let old = action.input("old").unwrap();
    assert!(!old.is_required());
    assert_eq!(old.deprecation_message.as_deref(), Some("Use version"));
    assert_eq!(old.kind.as_deref(), Some("string"));
    assert_eq!(old.strays[0].name.value, "hint");
    assert_eq!(action.input("plain").unwrap().default, None);
    let [path, none] = &action.outputs[..] else {
        panic!("two outputs")
    };
    assert_eq!(path.description.as_deref(), Some("Where"));
    let value = path.value.as_ref().unwrap();
    assert_eq!(value.as_written(), "${{ steps.install.outputs.path }}");
    assert_eq!((none.name.as_str(), &none.value), ("none", &None));
    let branding = action.branding.as_ref().unwrap();
    assert_eq!(
        branding.icon.as_ref().map(|icon| &icon.value),
        Some(&"box".to_owned())
    );
    assert_eq!(
        branding.color.as_ref().map(|color| &color.value),
        Some(&"blue".to_owned())
    );
    assert_eq!(action.strays[0].name.value, "keywords");
    assert_eq!(action.strays[0].value.items().len(), 1);
    assert_eq!(action.runs.position.line, 12);
}

#[test]
fn r2_4_steps_without_an_id_are_named_after_what_they_do() {
    let text = "name: A
description: d
runs:
  using: composite
  steps:
    - {run: a, shell: sh}
    - {uses: actions/setup-node/sub.dir@v4}
    - {uses: ./local}
    - {uses: 'docker://ghcr.io/x/y:1'}
    - {run: b, shell: sh}
    - {id: run, run: c, shell: sh}
    - {run: d, shell: sh}
    - {uses: ./other}
";
    let action = action(text);
    let keys: Vec<&str> = action
        .steps()
        .iter()
        .map(|step| step.key.as_str())
        .collect();
    let wanted = [
        "__run",
        "__actions_setup-node",
        "__self",
        "__ghcr_io_x_y_1",
        "__run_2",
        "run",
        "__run_3",
        "__self_2",
    ];
    assert_eq!(keys, wanted);
}

#[test]
fn the_steps_of_a_composite_action_are_those_of_jobs() {
    let action = action(COMPOSITE);
    let [cache, install] = action.steps() else {
        panic!("two steps")
    };
    assert_eq!(
        (cache.id.as_ref(), cache.key.as_str()),
        (None, "__actions_cache")
    );
    let StepAction::Uses {
        action: used, with, ..
    } = &cache.action.value
    else {
        panic!("{cache:?}")
    };
    assert!(matches!(used, StepUses::Repository { name, .. } if name == "cache"));
    let known = contexts(json!({
        "inputs": {"version": "1.2", "old": null}, "github": {"action_path": "/a"},
    }));
    let with = pairs(with.as_ref(), &known, &NoFunctions).unwrap();
    let expected = [("path", "~/.cache"), ("key", "k-1.2")];
    assert_eq!(
        with,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(install.key, "install");
    assert_eq!(install.evaluated_name(&known, &NoFunctions), "Install 1.2");
    assert_eq!(install.display_name(), "Install ${{ inputs.version }}");
    let condition = install.condition.expression.source();
    assert_eq!(condition, "success() && (inputs.version != '')");
    let goes_on = install.continue_on_error.as_ref().unwrap();
    assert_eq!(goes_on.evaluate(&known, &NoFunctions), Ok(true));
    let StepAction::Run {
        shell,
        working_directory,
        ..
    } = &install.action.value
    else {
        panic!("{install:?}")
    };
    let folder = working_directory.as_ref().unwrap();
    assert_eq!(folder.evaluate(&known, &NoFunctions).unwrap(), "/a");
    assert_eq!(shell.as_ref().unwrap().as_written(), "bash");
    let env = pairs(install.env.as_ref(), &known, &NoFunctions).unwrap();
    assert_eq!(env, [("FLAGS".to_owned(), String::new())]);
}

#[test]
fn a_javascript_action_is_read_whole() {
    let source = "runs:\n  using: VERSION\n  main: dist/index.js\n  pre: a.js\n  pre-if: \
                  runner.os == 'linux'\n  post: b.js\n  post-if: failure()\n";
    for node in NodeVersion::ALL {
        for name in [node.name().to_owned(), node.name().to_uppercase()] {
            let action = action(&source.replace("VERSION", &name));
            let ActionRuns::JavaScript(runs) = &action.runs.value else {
                panic!("{action:?}")
            };
            assert_eq!(runs.node, node);
            assert_eq!(runs.main.value, "dist/index.js");
            assert_eq!(runs.pre.as_ref().unwrap().value, "a.js");
            assert_eq!(runs.post.as_ref().unwrap().value, "b.js");
            // No status is asked that the file does not ask for.
            assert_eq!(runs.pre_if.expression.source(), "runner.os == 'linux'");
            assert_eq!(runs.post_if.expression.source(), "failure()");
            assert!(action.steps().is_empty());
        }
    }
    let plain = action("runs: {using: node20, main: x.js, post: y.js, pre-if: ''}");
    let ActionRuns::JavaScript(runs) = plain.runs.value else {
        panic!("node20 is JavaScript")
    };
    assert_eq!(runs.pre, None);
    assert_eq!(runs.pre_if.expression.source(), "always()");
    assert_eq!(runs.post_if.expression.source(), "always()");
    assert_eq!(runs.post_if.position, None);
}

#[test]
fn a_docker_action_is_read_whole() {
    let source = "inputs: {level: {default: high}}
runs:
  using: docker
  image: Dockerfile
  args: ['--level', '${{ inputs.level }}']
  env: {TOKEN: '${{ inputs.level }}'}
  entrypoint: /scan.sh
  pre-entrypoint: /before.sh
  pre-if: always()
  post-entrypoint: /after.sh
  post-if: success()
";
    let docker = |source: &str| match action(source).runs.value {
        ActionRuns::Docker(docker) => docker,
        other @ (ActionRuns::Composite(_) | ActionRuns::JavaScript(_)) => panic!("{other:?}"),
    };
    let runs = docker(source);
    assert_eq!(runs.image.value, DockerImage::File("Dockerfile".to_owned()));
    let known = contexts(json!({"inputs": {"level": "low"}}));
    let args: Vec<String> = runs
        .args
        .unwrap()
        .iter()
        .map(|argument| argument.evaluate(&known, &NoFunctions).unwrap())
        .collect();
    assert_eq!(args, ["--level", "low"]);
    let env = pairs(runs.env.as_ref(), &known, &NoFunctions).unwrap();
    assert_eq!(env, [("TOKEN".to_owned(), "low".to_owned())]);
    let places = [
        &runs.entrypoint,
        &runs.pre_entrypoint,
        &runs.post_entrypoint,
    ];
    let places = places.map(|place| place.as_ref().unwrap().value.as_str());
    assert_eq!(places, ["/scan.sh", "/before.sh", "/after.sh"]);
    assert_eq!(runs.pre_if.expression.source(), "always()");
    assert_eq!(runs.post_if.expression.source(), "success()");
    let registry = docker("runs: {using: DOCKER, image: 'Docker://alpine:3'}");
    assert_eq!(
        registry.image.value,
        DockerImage::Registry("alpine:3".to_owned())
    );
    assert_eq!(registry.args, None);
}

#[test]
fn every_error_of_an_action_is_told_at_its_place() {
    refused("name: x\n", &["1:1: Required property is missing: runs"]);
    refused(
        "runs: {main: x}\n",
        &["1:7: Required property is missing: using"],
    );
    refused(
        "runs:\n  using: node18\n  main: x\n",
        &[
            "2:10: Unexpected value 'node18': using is composite, docker or a version of Node \
           (node12, node16, node20, node24)",
        ],
    );
    refused(
        "runs:\n  using: docker\n  main: x\n",
        &[
            "2:3: Required property is missing: image",
            "3:3: Unexpected value 'main': runs is a mapping with using",
        ],
    );
    refused(
        "runs: {using: node20}\n",
        &["1:7: Required property is missing: main"],
    );
    refused(
        "runs: {using: composite}\n",
        &["1:7: Required property is missing: steps"],
    );
    refused(
        &composite("run: x"),
        &["4:7: Required property is missing: shell"],
    );
    refused(
        &composite("run: x, shell: sh, timeout-minutes: 1"),
        &["4:27: Unexpected value 'timeout-minutes'"],
    );
    refused(
        "runs:\n  using: composite\n  steps:\n    - {id: a, run: x, shell: sh}\n    - {id: A, \
         uses: nothing}\n",
        &[
            "5:12: The identifier 'A' may not be used",
            "5:21: Expected format",
        ],
    );
    refused(
        "runs: {using: node20, main: x, pre-if: 1 2}",
        &["1:40: Unexpected symbol"],
    );
    refused(
        "inputs: {a: , A: }\nruns: {using: node20, main: x}",
        &["1:15: 'A' is already defined"],
    );
}

#[test]
fn expressions_of_an_action_see_what_github_gives_them() {
    let steps = [
        "uses: a/b@c, with: {d: '${{ secrets.A }}'}",
        "uses: a/b@c, if: needs.a",
        "run: '${{ vars.A }}', shell: sh",
        "run: x, shell: '${{ secrets.A }}'",
        "run: x, shell: sh, env: {a: '${{ needs.A }}'}",
        "run: x, shell: sh, name: '${{ vars.A }}'",
        "run: x, shell: sh, working-directory: '${{ vars.A }}'",
        "run: x, shell: sh, continue-on-error: '${{ vars.A }}'",
        "run: x, shell: sh, id: '${{ inputs.A }}'",
        "uses: 'a/b@${{ inputs.A }}'",
        "run: x, shell: sh, '${{ insert }}': '${{ inputs.A }}'",
    ];
    for step in steps {
        assert!(!errors(&composite(step)).is_empty(), "{step}");
        let fine = ["secrets", "needs", "vars"];
        let fine = fine
            .iter()
            .fold(step.to_owned(), |text, name| text.replace(name, "inputs"));
        let plain = step.contains("id: ") || step.contains("a/b@$") || step.contains("insert");
        assert_eq!(
            parse_action(FILE, &composite(&fine)).is_ok(),
            !plain,
            "{fine}"
        );
    }
    let others = [
        "inputs: {a: {default: '${{ inputs.b }}'}}\nruns: {using: node20, main: x}",
        "outputs: {a: {value: '${{ secrets.b }}'}}\nruns: {using: composite, steps: []}",
        "runs: {using: docker, image: x, args: ['${{ github.ref }}']}",
        "runs: {using: docker, image: '${{ inputs.x }}'}",
        "runs: {using: node20, main: '${{ inputs.x }}'}",
        "runs: {using: node20, main: x, post-if: secrets.x}",
        "name: ${{ github.ref }}\nruns: {using: node20, main: x}",
    ];
    for source in others {
        assert_eq!(errors(source).len(), 1, "{source}");
    }
}

#[test]
fn what_github_reads_over_is_kept_and_told_by_the_check() {
    let source = "colour: blue\ninputs:\n  a: {required: 'yes', hint: x}\nruns: {using: node20, \
                  main: x}\n";
    assert_eq!(action(source).strays[0].name.value, "colour");
    assert!(!action(source).input("a").unwrap().is_required());
    let told = check_action(FILE, source);
    let told: Vec<String> = told
        .iter()
        .map(|d| format!("{}:{}: {}", d.line, d.column, d.message))
        .collect();
    assert!(
        told[0].starts_with(
            "1:1: Unexpected value 'colour': an action is a mapping; allowed keys: name"
        )
    );
    assert_eq!(
        told[1],
        "3:17: Unexpected value 'yes': true or false is allowed here"
    );
    assert!(
        told[2].starts_with("3:24: Unexpected value 'hint'"),
        "{told:?}"
    );
    assert_eq!(told.len(), 3);
}

#[test]
fn a_step_is_the_same_after_a_way_as_json() {
    let steps = [
        "run: 'echo ${{ inputs.a }} b', shell: bash, id: x, name: 'n ${{ inputs.a }}', if: a == b, \
         env: {A: '1', '${{ inputs.k }}': '${{ inputs.v }}'}, continue-on-error: true"
            .replace("a == b", "inputs.a == 'b'"),
        "uses: ./x, with: {a: 1}".to_owned(),
        "uses: docker://alpine, with: '${{ fromJSON(inputs.a) }}'".to_owned(),
        "uses: a/b/c@d".to_owned(),
    ];
    for keys in steps {
        let step = step_of(&keys);
        let json = serde_json::to_string(&step).unwrap();
        let back: Step = serde_json::from_str(&json).unwrap();
        assert_eq!(back, step, "{json}");
    }
}

#[test]
fn r7_31_a_computed_field_has_the_kind_that_it_needs() {
    let known = contexts(json!({"inputs": {
        "text": "true", "number": 1, "list": [1], "map": {"a": 1, "b": null}, "name": "c",
    }}));
    let step = |keys: &str| step_of(&format!("run: x, shell: sh, {keys}"));
    let goes_on = |value: &str| {
        let step = step(&format!("continue-on-error: '${{{{ {value} }}}}'"));
        step.continue_on_error
            .unwrap()
            .evaluate(&known, &NoFunctions)
    };
    assert_eq!(goes_on("fromJSON(inputs.text)"), Ok(true));
    for wrong in [
        "inputs.text",
        "inputs.number",
        "inputs.missing",
        "inputs.list",
    ] {
        let error = goes_on(wrong).unwrap_err();
        assert!(
            error.to_string().ends_with(" is not true or false"),
            "{wrong}: {error}"
        );
    }
    let env = |text: &str| {
        let step = step(&format!("env: {text}"));
        pairs(step.env.as_ref(), &known, &NoFunctions)
    };
    let texts = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    };
    let map = texts(&[("a", "1"), ("b", "")]);
    assert_eq!(env("'${{ inputs.map }}'"), Ok(map.clone()));
    assert_eq!(env("{'${{ insert }}': '${{ inputs.map }}'}"), Ok(map));
    let mixed = "{'${{ inputs.name }}': '${{ inputs.number }}', d: 'x${{ inputs.list }}'}";
    assert_eq!(env(mixed), Ok(texts(&[("c", "1"), ("d", "xArray")])));
    assert_eq!(env("'${{ inputs.missing }}'"), Ok(Vec::new()));
    assert!(matches!(
        env("'${{ inputs.text }}'"),
        Err(FieldError::Kind { .. })
    ));
    assert!(matches!(
        env("{a: '${{ inputs.list }}'}"),
        Err(FieldError::Kind { .. })
    ));
    let twice = env("{C: x, '${{ inputs.name }}': y}");
    assert_eq!(twice.unwrap_err().to_string(), "'c' is already defined");
    assert!(matches!(
        env("{a: \"${{ fromJSON('{') }}\"}"),
        Err(FieldError::Expression(_))
    ));
}

#[test]
fn r2_17_a_name_that_cannot_be_computed_stays_as_written() {
    let known = contexts(json!({"inputs": {"a": "x"}}));
    let shown = |keys: &str| step_of(keys).evaluated_name(&known, &NoFunctions);
    assert_eq!(shown("run: \"a\\nb\", shell: sh"), "Run a");
    assert_eq!(
        shown("run: 'echo ${{ inputs.a }}', shell: sh"),
        "Run echo x"
    );
    assert_eq!(shown("run: x, shell: sh, name: '${{ inputs.a }}!'"), "x!");
    let name = "run: x, shell: sh, name: \"${{ hashFiles('a') }}\"";
    assert_eq!(shown(name), "${{ hashFiles('a') }}");
    assert_eq!(shown("uses: a/b@c"), "Run a/b@c");
    let condition = step_of("run: x, shell: sh, if: \"always() && inputs.a\"").condition;
    let always = condition.holds(&known, &Always);
    assert_eq!(always, Ok(true));
}

struct Always;

impl runyard_workflow::expression::Functions for Always {
    fn call(
        &self,
        _: runyard_workflow::expression::CallerFunction,
        _: &[Value],
    ) -> Result<Value, runyard_workflow::expression::EvaluationError> {
        Ok(true.into())
    }
}
