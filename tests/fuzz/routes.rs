//! What can be asked: every route of `tests/routes.table`, which is every route of the server (a policy says so), with
//! the operation of GitHub's description where it has one, and the operations that the server does not have.

use std::collections::BTreeSet;

use runyard_tests::routes::{Row, Table};
use runyard_tests::schema;
use serde_json::Value;

const GITHUB: &str = "/api/v3";
const BY_ID: &str = "/repositories/{repository_id}";
const BY_NAME: &str = "/repos/{owner}/{repo}";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: String,
    /// With placeholders.
    pub(crate) path: String,
    /// Its part of GitHub's description.
    operation: Option<&'static Value>,
    /// Whether the server has it.
    pub(crate) is_served: bool,
}

impl Route {
    /// `GET /api/v3/user`.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Names and schemas of the query that the description knows.
    pub(crate) fn query(&self) -> Vec<(&'static str, &'static Value)> {
        let Some(operation) = self.operation else {
            return Vec::new();
        };
        let listed = operation["parameters"].as_array();
        let parameters = listed.into_iter().flatten().map(schema::follow);
        let queried = parameters.filter(|parameter| parameter["in"] == "query");
        queried
            .filter_map(|parameter| Some((parameter["name"].as_str()?, &parameter["schema"])))
            .collect()
    }

    /// Schema of the body that the description knows.
    pub(crate) fn body(&self) -> Option<&'static Value> {
        let body = &self.operation?["requestBody"];
        schema::follow(body)["content"]["application/json"].get("schema")
    }

    /// Whether it can be answered with a body.
    pub(crate) fn takes_body(&self) -> bool {
        !["GET", "DELETE"].contains(&self.method.as_str())
    }
}

/// All of them, those of the server first.
pub(crate) fn all() -> Vec<Route> {
    let rows = Table::checked_in().rows;
    let listed: BTreeSet<(String, String)> = rows.iter().map(Row::route).collect();
    let known: BTreeSet<(String, String)> = listed
        .iter()
        .map(|(method, path)| (method.clone(), shape(path)))
        .collect();
    let served = listed.into_iter().map(|(method, path)| Route {
        operation: described(&method, &path),
        method,
        path,
        is_served: true,
    });
    let others =
        operations().filter(|route| !known.contains(&(route.method.clone(), shape(&route.path))));
    served.chain(others).collect()
}

/// Every operation of the description.
fn operations() -> impl Iterator<Item = Route> {
    let paths = schema::description()["paths"].as_object();
    let items = paths.into_iter().flatten();
    items.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            Some(Route {
                method: method.to_uppercase(),
                path: format!("{GITHUB}{path}"),
                operation: Some(item.get(method)?),
                is_served: false,
            })
        })
    })
}

fn described(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.strip_prefix(GITHUB)?.replace(BY_ID, BY_NAME);
    let paths = schema::description()["paths"].as_object()?;
    let (_, item) = paths
        .iter()
        .find(|(known, _)| shape(known) == shape(&path))?;
    item.get(method.to_lowercase())
}

/// The path whatever its placeholders are called.
fn shape(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| match segment.starts_with('{') {
            true => "{}",
            false => segment,
        });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn routes_know_what_the_description_says_of_them() {
        let routes = all();
        let find = |label: &str| {
            let found = routes.iter().find(|route| route.label() == label);
            found.unwrap_or_else(|| panic!("no {label}"))
        };
        let runs = find("GET /api/v3/repositories/{repository_id}/actions/runs");
        assert!(runs.is_served);
        assert!(runs.query().iter().any(|(name, _)| *name == "branch"));
        let path = "/api/v3/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
        let dispatch = find(&format!("POST {path}"));
        let body = dispatch.body().expect("a body");
        assert_eq!(body["required"][0], "ref");
        let hooks = find("POST /api/v3/repos/{owner}/{repo}/hooks");
        assert!(hooks.query().is_empty() && hooks.takes_body());
    }
}
