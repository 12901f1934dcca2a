//! One operation in words: method, path, who may ask, what goes in and what comes out. Data only.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Makes the schema of a type.
type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What a request must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    /// Nothing is asked for.
    None,
    /// A user's token, where it opens more than everybody sees.
    Optional,
    /// A user's token.
    User,
    /// A token that lets runners register.
    Registration,
    /// A runner's own token.
    Runner,
    /// The token of one execution.
    Execution,
}

impl Credential {
    /// All that have a scheme.
    pub(super) const SCHEMES: [(Self, &'static str, &'static str); 4] = [
        (
            Self::User,
            "user",
            "An access token of a user (`ryp_`, `ryo_`, `runyard_pat_`).",
        ),
        (
            Self::Registration,
            "registration",
            "A token that lets runners register (`ryg_`).",
        ),
        (
            Self::Runner,
            "runner",
            "A runner's own token, from its registration (`ryr_`).",
        ),
        (
            Self::Execution,
            "execution",
            "The token of one execution, from its offer (`ryj_`).",
        ),
    ];

    /// The requirement, as OpenAPI writes it.
    fn security(self) -> Value {
        match self {
            Self::None => json!([]),
            Self::Optional => json!([{}, { "user": [] }]),
            Self::User | Self::Registration | Self::Runner | Self::Execution => {
                let mut schemes = Self::SCHEMES.iter();
                let own = schemes.find(|(scheme, ..)| *scheme == self);
                let name = own.map_or("user", |(_, name, _)| *name);
                json!([{ name: [] }])
            }
        }
    }
}

enum Content {
    Nothing,
    Json(MakeSchema),
    /// `{KEY: [...]}`, with `next` where the list is paged.
    List(&'static str, MakeSchema, bool),
    /// Of another type than JSON.
    Other(&'static str),
}

/// One operation.
pub(crate) struct Operation {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    credential: Credential,
    query: Vec<Value>,
    body: Content,
    answers: Vec<(u16, &'static str, Content)>,
}

impl Operation {
    /// A route below `/api/v1`, and what it does.
    pub(crate) fn new(
        (method, path): (&'static str, &'static str),
        credential: Credential,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            summary,
            credential,
            query: Vec::new(),
            body: Content::Nothing,
            answers: Vec::new(),
        }
    }

    /// With a parameter of the query, whose type is `string`, `integer` or the like.
    pub(crate) fn query(
        mut self,
        name: &'static str,
        kind: &'static str,
        what: &'static str,
    ) -> Self {
        self.query.push(json!({
            "name": name, "in": "query", "required": false, "description": what, "schema": { "type": kind },
        }));
        self
    }

    /// With a body.
    pub(crate) fn takes<T: JsonSchema>(mut self) -> Self {
        self.body = Content::Json(schema::<T>);
        self
    }

    /// With a body that is no JSON object of ours.
    pub(crate) fn takes_other(mut self, media_type: &'static str) -> Self {
        self.body = Content::Other(media_type);
        self
    }

    /// Answered with a body.
    pub(crate) fn answers<T: JsonSchema>(mut self, status: u16, what: &'static str) -> Self {
        self.answers
            .push((status, what, Content::Json(schema::<T>)));
        self
    }

    /// Answered with 200 and all items.
    pub(crate) fn lists<T: JsonSchema>(mut self, key: &'static str) -> Self {
        let list = Content::List(key, schema::<T>, false);
        self.answers.push((200, "All of them.", list));
        self
    }

    /// Answered with 200 and a page of items.
    pub(crate) fn pages<T: JsonSchema>(mut self, key: &'static str) -> Self {
        let list = Content::List(key, schema::<T>, true);
        self.answers.push((200, "A page of them.", list));
        self.query("after", "integer", "`next` of the page before.")
            .query("per_page", "integer", "How many, 1 to 100.")
    }

    /// Answered without a body.
    pub(crate) fn answers_nothing(mut self, status: u16, what: &'static str) -> Self {
        self.answers.push((status, what, Content::Nothing));
        self
    }

    /// Answered with something else than JSON, or JSON of no fixed shape.
    pub(crate) fn answers_other(mut self, media_type: &'static str, what: &'static str) -> Self {
        self.answers.push((200, what, Content::Other(media_type)));
        self
    }

    /// Method, in lower case, and whole path.
    pub(super) fn place(&self) -> (String, String) {
        (self.method.to_lowercase(), format!("/api/v1{}", self.path))
    }

    /// As OpenAPI writes it. Shapes that are read and those that are written are told apart.
    pub(super) fn described(
        &self,
        tag: &str,
        read: &mut SchemaGenerator,
        written: &mut SchemaGenerator,
    ) -> Value {
        let mut parameters = self.path_parameters();
        parameters.extend(self.query.iter().cloned());
        let mut answers = Map::new();
        for (status, what, content) in &self.answers {
            let mut answer = json!({ "description": what });
            if let Some(content) = described(content, written) {
                answer["content"] = content;
            }
            answers.insert(status.to_string(), answer);
        }
        answers.insert(
            "default".to_owned(),
            json!({ "$ref": "#/components/responses/Problem" }),
        );
        let mut operation = json!({
            "operationId": self.id(),
            "tags": [tag],
            "summary": self.summary,
            "security": self.credential.security(),
            "parameters": parameters,
            "responses": answers,
        });
        if let Some(content) = described(&self.body, read) {
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        operation
    }

    /// `get_runs_by_run_id`: unique, as method and path are.
    fn id(&self) -> String {
        let words = self.path.split('/').filter(|word| !word.is_empty());
        let words = words.map(|word| match word.strip_prefix('{') {
            Some(name) => format!("by_{}", name.trim_end_matches('}')),
            None => word.replace(['-', '.'], "_"),
        });
        let all: Vec<String> = std::iter::once(self.method.to_lowercase())
            .chain(words)
            .collect();
        all.join("_")
    }

    /// Numbers are called `..._id`, or are numbers of steps; all else is text.
    fn path_parameters(&self) -> Vec<Value> {
        let names = self.path.split('/').filter_map(|segment| {
            let name = segment.strip_prefix('{')?;
            name.strip_suffix('}')
        });
        let parameter = |name: &str| {
            let schema = match name.ends_with("_id") || name == "step" {
                true => json!({ "type": "integer", "format": "int64" }),
                false => json!({ "type": "string" }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        };
        names.map(parameter).collect()
    }
}

fn described(content: &Content, generator: &mut SchemaGenerator) -> Option<Value> {
    let json = |schema: Value| json!({ "application/json": { "schema": schema } });
    match content {
        Content::Nothing => None,
        Content::Json(make) => Some(json(make(generator).to_value())),
        Content::List(key, make, is_paged) => {
            let item = make(generator).to_value();
            let mut properties = json!({ *key: { "type": "array", "items": item } });
            let mut required = vec![*key];
            if *is_paged {
                properties["next"] = json!({
                    "type": ["integer", "null"], "description": "`after` of the next page; null on the last one.",
                });
                required.push("next");
            }
            Some(json(json!({
                "type": "object", "properties": properties, "required": required,
            })))
        }
        Content::Other(media_type) => Some(json!({ *media_type: {} })),
    }
}
