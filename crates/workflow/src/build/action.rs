//! Builds an action from its checked file; it must not fetch or run anything.

use super::{job, read, step, uses};
use crate::diagnostic::Diagnostics;
use crate::expression::{Place, hook_condition};
use crate::model::{
    Action, ActionInput, ActionOutput, ActionRuns, Branding, Condition, DockerAction, DockerImage,
    JavaScriptAction, Located, NodeVersion, Scalar, Stray, Tree, TreeValue,
};
use crate::reader::quoted;
use crate::schema::{ACTION_KEYS, INPUT_KEYS, Mapping};

/// The action, unless an error was reported.
pub(crate) fn action(root: &Tree, diagnostics: &mut Diagnostics) -> Option<Action> {
    let entries = |name: &str| root.get(name).map(Tree::entries).unwrap_or_default();
    let runs = root.get("runs").and_then(|tree| runs(tree, diagnostics));
    let action = Action {
        name: read::plain(root.get("name")),
        author: read::plain(root.get("author")),
        description: read::plain(root.get("description")),
        inputs: entries("inputs")
            .iter()
            .filter_map(|(key, tree)| input(key, tree, diagnostics))
            .collect(),
        outputs: entries("outputs")
            .iter()
            .filter_map(|(key, tree)| output(key, tree))
            .collect(),
        runs: runs?,
        branding: root.get("branding").map(branding),
        strays: strays(root, &ACTION_KEYS),
    };
    diagnostics.is_empty().then_some(action)
}

fn strays(tree: &Tree, known: &Mapping) -> Vec<Stray> {
    let stray = |(key, value): &(Tree, Tree)| {
        let name = read::located(key)?;
        let value = value.clone();
        known
            .property(&name)
            .is_none()
            .then_some(Stray { name, value })
    };
    tree.entries().iter().filter_map(stray).collect()
}

fn input(key: &Tree, tree: &Tree, diagnostics: &mut Diagnostics) -> Option<ActionInput> {
    let required = tree.get("required");
    if let Some(required) = required {
        check_required(required, diagnostics);
    }
    Some(ActionInput {
        name: read::located(key)?,
        description: read::plain(tree.get("description")),
        required: required
            .and_then(|tree| Some(Located::new(read::plain_scalar(tree)?, tree.position))),
        default: tree.get("default").and_then(read::text),
        deprecation_message: read::plain(tree.get("deprecationMessage")),
        kind: read::plain(tree.get("type")),
        strays: strays(tree, &INPUT_KEYS),
    })
}

/// GitHub's runner reads over `required`, whatever it says.
fn check_required(tree: &Tree, diagnostics: &mut Diagnostics) {
    if let TreeValue::Scalar(Scalar::Text(text)) = &tree.value {
        let message = format!(
            "Unexpected value {}: true or false is allowed here",
            quoted(text)
        );
        diagnostics.remark(tree.position, message);
    }
}

fn output(key: &Tree, tree: &Tree) -> Option<ActionOutput> {
    Some(ActionOutput {
        name: read::located(key)?,
        description: read::plain(tree.get("description")),
        value: tree.get("value").and_then(read::text),
    })
}

fn branding(tree: &Tree) -> Branding {
    Branding {
        icon: tree.get("icon").and_then(read::located),
        color: tree.get("color").and_then(read::located),
    }
}

/// What `runs` says; `None` when it was reported.
fn runs(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Located<ActionRuns>> {
    let using = read::located(tree.get("using")?).filter(|using| !using.is_empty())?;
    let is = |name: &str| using.eq_ignore_ascii_case(name);
    let node = NodeVersion::ALL.into_iter().find(|node| is(node.name()));
    let runs = if is("composite") {
        ActionRuns::Composite(step::all(tree.get("steps")?, diagnostics))
    } else if is("docker") {
        ActionRuns::Docker(docker(tree)?)
    } else if let Some(node) = node {
        ActionRuns::JavaScript(javascript(tree, node)?)
    } else {
        report_using(&using, diagnostics);
        return None;
    };
    Some(Located::new(runs, using.position))
}

fn report_using(using: &Located<String>, diagnostics: &mut Diagnostics) {
    let nodes = NodeVersion::ALL.map(NodeVersion::name).join(", ");
    let message = format!(
        "Unexpected value {}: using is composite, docker or a version of Node ({nodes})",
        quoted(using)
    );
    diagnostics.report(using.position, message);
}

fn javascript(tree: &Tree, node: NodeVersion) -> Option<JavaScriptAction> {
    Some(JavaScriptAction {
        node,
        main: read::located(tree.get("main")?)?,
        pre: tree.get("pre").and_then(read::located),
        pre_if: hook(tree, "pre-if"),
        post: tree.get("post").and_then(read::located),
        post_if: hook(tree, "post-if"),
    })
}

fn docker(tree: &Tree) -> Option<DockerAction> {
    let image = tree.get("image")?;
    Some(DockerAction {
        image: Located::new(docker_image(&image.text()?), image.position),
        entrypoint: tree.get("entrypoint").and_then(read::located),
        args: tree
            .get("args")
            .map(|tree| tree.items().iter().filter_map(read::text).collect()),
        env: tree.get("env").and_then(read::variables),
        pre_entrypoint: tree.get("pre-entrypoint").and_then(read::located),
        pre_if: hook(tree, "pre-if"),
        post_entrypoint: tree.get("post-entrypoint").and_then(read::located),
        post_if: hook(tree, "post-if"),
    })
}

fn docker_image(text: &str) -> DockerImage {
    match text.split_at_checked(uses::DOCKER.len()) {
        Some((scheme, image)) if scheme.eq_ignore_ascii_case(uses::DOCKER) => {
            DockerImage::Registry(image.to_owned())
        }
        Some(_) | None => DockerImage::File(text.to_owned()),
    }
}

/// `pre-if` or `post-if`; `always()` without one.
fn hook(tree: &Tree, key: &str) -> Condition {
    job::written_condition(tree.get(key)).unwrap_or_else(|| Condition {
        position: None,
        expression: hook_condition("", &Place::CompositeStepIf.allowed())
            .expect("always() is an expression wherever a condition stands"),
    })
}
