//! Which routes the server has, read from the sources that register them. It refuses every form of registration that
//! it cannot read, so that no route escapes the table.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Method and path with placeholders.
pub type Route = (String, String);

/// Every repository answers under its name and under its id.
const REPOSITORY: &[&str] = &[
    "/api/v3/repos/{owner}/{repo}",
    "/api/v3/repositories/{repository_id}",
];
/// Functions that register routes, and where these are mounted.
const MOUNTS: [(&str, &str, &[&str]); 11] = [
    ("github/routes.rs", "scope", &["/api/v3"]),
    ("github/routes.rs", "repository", REPOSITORY),
    ("github/routes.rs", "configuration", REPOSITORY),
    ("github/routes.rs", "kept", REPOSITORY),
    ("graphql/routes.rs", "routes", &[""]),
    ("lifecycle/routes.rs", "routes", &["/api/v1"]),
    ("runner/routes.rs", "routes", &["/api/v1"]),
    ("downloads/mod.rs", "routes", &[""]),
    ("health.rs", "routes", &[""]),
    ("git_http.rs", "routes", &[""]),
    ("pages/routes.rs", "routes", &[""]),
];
/// All paths below which something is mounted; another one needs a line of [`MOUNTS`].
const SCOPES: [&str; 5] = [
    "",
    "/api/v1",
    "/api/v3",
    "/repos/{owner}/{repo}",
    "/repositories/{repository_id}",
];
/// What may be mounted as a service.
const SERVICES: [&str; 5] = [
    "github::scope()",
    "web::scope(",
    "repository(below(",
    "resource(",
    "doors)",
];
/// Attributes that would register a function by themselves.
const ATTRIBUTES: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "route"];

/// Every route that the sources below `folder` register.
///
/// # Errors
/// The file with a registration that cannot be read.
pub fn registered(folder: &Path) -> Result<Vec<Route>, String> {
    let mut routes = BTreeSet::new();
    for (name, text) in sources(folder, "")? {
        routes.extend(read(&name, &text).map_err(|fault| format!("{name}: {fault}"))?);
    }
    Ok(routes.into_iter().collect())
}

fn sources(folder: &Path, prefix: &str) -> Result<Vec<(String, String)>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            found.extend(sources(&path, &format!("{name}/"))?);
        } else if name.ends_with(".rs") {
            found.push((name, fs::read_to_string(&path).map_err(failed)?));
        }
    }
    Ok(found)
}

/// The routes of one file.
fn read(name: &str, text: &str) -> Result<Vec<Route>, String> {
    let code = without_tests_and_comments(text);
    check_mounts(&code)?;
    let mut routes = Vec::new();
    let mut read = 0;
    for function in code.split("fn ") {
        let doors = doors(function)?;
        read += doors.len();
        if doors.is_empty() {
            continue;
        }
        let function = function.split(['(', '<']).next().unwrap_or_default();
        let mount = MOUNTS
            .iter()
            .find(|(file, called, _)| *file == name && *called == function);
        let (.., prefixes) =
            mount.ok_or_else(|| format!("{function} registers routes and is not known"))?;
        for (method, path) in doors {
            routes.extend(
                prefixes
                    .iter()
                    .map(|prefix| (method.clone(), format!("{prefix}{path}"))),
            );
        }
    }
    let handlers = code.matches(".to(").count();
    match handlers == read {
        true => Ok(routes),
        false => Err(format!("{handlers} handlers, but {read} routes were read")),
    }
}

fn without_tests_and_comments(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default().trim());
    lines.collect::<String>().replace("web::get(", "get(")
}

/// Nothing is mounted in a way, or at a place, that is not known here.
fn check_mounts(code: &str) -> Result<(), String> {
    for mounted in code.split(".service(").skip(1) {
        if !SERVICES.iter().any(|known| mounted.starts_with(known)) {
            return Err(format!("a service that is not known: {}", start(mounted)));
        }
    }
    for scope in ["scope(\"", "below(\""] {
        for path in code.split(scope).skip(1) {
            let path = path.split('"').next().unwrap_or_default();
            if !SCOPES.contains(&path) {
                return Err(format!("{path:?} is mounted and not known"));
            }
        }
    }
    for attribute in ATTRIBUTES {
        if code.contains(&format!("#[{attribute}(")) || code.contains(&format!("::{attribute}(\""))
        {
            return Err(format!("the attribute {attribute} registers a route"));
        }
    }
    Ok(())
}

/// Methods and paths of `.route("/path", get().to(...))` and `resource("/path")....route(get().to(...))`.
fn doors(code: &str) -> Result<Vec<Route>, String> {
    let mut doors = Vec::new();
    let mut resource = None;
    for (at, _) in code.match_indices('r') {
        let rest = &code[at..];
        if let Some(rest) = rest.strip_prefix("resource(\"") {
            resource = rest.split('"').next();
        }
        let Some(rest) = rest.strip_prefix("route(") else {
            continue;
        };
        let (path, rest) = match rest.strip_prefix('"') {
            Some(rest) => rest.split_once('"').ok_or("a path without an end")?,
            None => (
                resource.ok_or_else(|| format!("no path: {}", start(rest)))?,
                rest,
            ),
        };
        let method = rest.trim_start_matches([',', ' ']);
        let method = method.split("()").next().unwrap_or_default();
        if !ATTRIBUTES.contains(&method) {
            return Err(format!("no method: {}", start(rest)));
        }
        doors.push((method.to_uppercase(), without_patterns(path)));
    }
    Ok(doors)
}

/// `{path}` of `{path:.*}`: what a placeholder takes is not its name.
fn without_patterns(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        match segment.strip_prefix('{').and_then(|it| it.split_once(':')) {
            Some((name, _)) => format!("{{{name}}}"),
            None => segment.to_owned(),
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn start(code: &str) -> String {
    code.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn every_form_in_use_is_read() {
        let text = "
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route(\"/runs/{run_id}\", web::get().to(runs::show)) // not .route(
        .route(
            \"/runs/{run_id}/rerun\",
            post().to(runs::rerun),
        )
        .route(\"/files/{path:.*}\", get().to(files))
        .service(
            resource(\"/events\")
                .route(post().to(events::take))
                .default_service(to(unknown)),
        );
}
#[cfg(test)]
mod tests { fn x() { .route(\"/no\", get().to(x)) } }
";
        let route = |method: &str, path: &str| (method.to_owned(), path.to_owned());
        assert_eq!(
            read("lifecycle/routes.rs", text),
            Ok(vec![
                route("GET", "/api/v1/runs/{run_id}"),
                route("POST", "/api/v1/runs/{run_id}/rerun"),
                route("GET", "/api/v1/files/{path}"),
                route("POST", "/api/v1/events"),
            ])
        );
    }

    #[test]
    fn a_route_below_two_paths_is_two() {
        let text = "fn repository(scope: Scope) -> Scope { scope.route(\"\", get().to(x)) }";
        let routes = read("github/routes.rs", text).expect("it is read");
        assert_eq!(routes.len(), 2);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (file, text) in [
            ("new.rs", "fn routes() { c.route(\"/new\", get().to(x)); }"),
            ("health.rs", "fn more() { c.route(\"/new\", get().to(x)); }"),
            ("health.rs", "fn routes() { c.route(PATH, get().to(x)); }"),
            (
                "health.rs",
                "fn routes() { c.route(\"/new\", method(GET).to(x)); }",
            ),
            (
                "health.rs",
                "fn routes() { c.service(Files::new(\"/\", \".\")); }",
            ),
            ("health.rs", "#[get(\"/new\")] async fn new() {}"),
            ("health.rs", "fn routes() { web::scope(\"/new\") }"),
            ("health.rs", "fn routes() { let door = get().to(x); }"),
        ] {
            assert!(read(file, text).is_err(), "{text}");
        }
    }
}
