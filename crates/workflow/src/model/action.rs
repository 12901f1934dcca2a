//! An action as its `action.yml` declares it; it must not run anything.

use super::{Condition, Field, Located, Scalar, Step, Tree, Variables};
use serde::Serialize;
use std::fmt;

/// An action file that GitHub's runner would accept: everything it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Action {
    /// `name`
    pub name: Option<String>,
    /// `author`
    pub author: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `inputs` in file order.
    pub inputs: Vec<ActionInput>,
    /// `outputs` in file order.
    pub outputs: Vec<ActionOutput>,
    /// `runs`: what it does, with the place of `using`.
    pub runs: Located<ActionRuns>,
    /// `branding`, which nothing reads.
    pub branding: Option<Branding>,
    /// Keys that GitHub does not know and reads over.
    pub strays: Vec<Stray>,
}

/// A key that GitHub does not know, with its value as written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stray {
    /// The key.
    pub name: Located<String>,
    /// Its value.
    pub value: Tree,
}

/// One input of an action. Names are compared without regard to case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionInput {
    /// Its key.
    pub name: Located<String>,
    /// `description`
    pub description: Option<String>,
    /// `required` as written: a boolean or any text.
    pub required: Option<Located<Scalar>>,
    /// `default`, from `github`, `strategy`, `matrix`, `job` and `runner`.
    pub default: Option<Field<String>>,
    /// `deprecationMessage`: a warning for who gives the input.
    pub deprecation_message: Option<String>,
    /// `type`, which nothing reads: every input is a string.
    pub kind: Option<String>,
    /// Keys that GitHub does not know and reads over.
    pub strays: Vec<Stray>,
}

impl ActionInput {
    /// Whether the file says that it must be given. GitHub's runner does not insist.
    pub fn is_required(&self) -> bool {
        let says = |required: &Located<Scalar>| required.to_text().eq_ignore_ascii_case("true");
        self.required.as_ref().is_some_and(says)
    }
}

/// One output of an action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionOutput {
    /// Its key.
    pub name: Located<String>,
    /// `description`
    pub description: Option<String>,
    /// `value` of a composite action, from its steps; others write theirs to a file.
    pub value: Option<Field<String>>,
}

/// `branding`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Branding {
    /// `icon`
    pub icon: Option<Located<String>>,
    /// `color`
    pub color: Option<Located<String>>,
}

/// `runs`: what an action does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionRuns {
    /// `using: composite`: its steps, in order; may be empty.
    Composite(Vec<Step>),
    /// `using: node20` and other versions: files for Node.
    JavaScript(JavaScriptAction),
    /// `using: docker`: a container.
    Docker(DockerAction),
}

/// `runs` of a JavaScript action. Paths are from the action's folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JavaScriptAction {
    /// The version of Node that `using` names.
    pub node: NodeVersion,
    /// `main`
    pub main: Located<String>,
    /// `pre`: what runs before the first step of the job.
    pub pre: Option<Located<String>>,
    /// `pre-if`; `always()` when the file has none.
    pub pre_if: Condition,
    /// `post`: what runs after the last step of the job.
    pub post: Option<Located<String>>,
    /// `post-if`; `always()` when the file has none.
    pub post_if: Condition,
}

/// A version of Node that `using` may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeVersion {
    /// `node12`
    Node12,
    /// `node16`
    Node16,
    /// `node20`
    Node20,
    /// `node24`
    Node24,
}

impl NodeVersion {
    /// Every version, oldest first.
    pub const ALL: [Self; 4] = [Self::Node12, Self::Node16, Self::Node20, Self::Node24];

    /// The word of `using`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Node12 => "node12",
            Self::Node16 => "node16",
            Self::Node20 => "node20",
            Self::Node24 => "node24",
        }
    }
}

impl fmt::Display for NodeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `runs` of a docker action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DockerAction {
    /// `image`
    pub image: Located<DockerImage>,
    /// `entrypoint`; without one the image's.
    pub entrypoint: Option<Located<String>>,
    /// `args`, from `inputs`; absent when `with.args` of the step or the image decides.
    pub args: Option<Vec<Field<String>>>,
    /// `env`, from `inputs`.
    pub env: Option<Variables>,
    /// `pre-entrypoint`: what runs before the first step of the job.
    pub pre_entrypoint: Option<Located<String>>,
    /// `pre-if`; `always()` when the file has none.
    pub pre_if: Condition,
    /// `post-entrypoint`: what runs after the last step of the job.
    pub post_entrypoint: Option<Located<String>>,
    /// `post-if`; `always()` when the file has none.
    pub post_if: Condition,
}

/// Where the image of a docker action comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DockerImage {
    /// `docker://image`: from a registry.
    Registry(String),
    /// A path to a Dockerfile from the action's folder: built.
    File(String),
}

impl Action {
    /// The input of this name, whatever its case.
    pub fn input(&self, name: &str) -> Option<&ActionInput> {
        let mut inputs = self.inputs.iter();
        inputs.find(|input| input.name.eq_ignore_ascii_case(name))
    }

    /// The steps in order; none unless it is composite.
    pub fn steps(&self) -> &[Step] {
        match &self.runs.value {
            ActionRuns::Composite(steps) => steps,
            ActionRuns::JavaScript(_) | ActionRuns::Docker(_) => &[],
        }
    }
}
