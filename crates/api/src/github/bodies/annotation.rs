//! An annotation as GitHub shows it.

use super::repository::RepositoryUrls;
use runyard_domain::execution::Annotation;
use serde::Serialize;

/// The path that GitHub shows for a remark about no file.
const NO_FILE: &str = ".github";

/// One annotation.
#[derive(Serialize)]
pub(crate) struct AnnotationBody {
    path: String,
    blob_href: String,
    start_line: u32,
    start_column: Option<u32>,
    end_line: u32,
    end_column: Option<u32>,
    annotation_level: &'static str,
    title: String,
    message: String,
    raw_details: Option<String>,
}

impl AnnotationBody {
    pub(crate) fn of(annotation: &Annotation, sha: &str, urls: &RepositoryUrls) -> Self {
        let path = annotation.path.clone();
        let path = path.unwrap_or_else(|| NO_FILE.to_owned());
        let start_line = annotation.start_line.unwrap_or(1);
        Self {
            blob_href: urls.web(&format!("/blob/{sha}/{path}")),
            path,
            start_line,
            start_column: annotation.start_column,
            end_line: annotation.end_line.unwrap_or(start_line),
            end_column: annotation.end_column,
            annotation_level: annotation.level.name(),
            title: annotation.title.clone().unwrap_or_default(),
            message: annotation.message.clone(),
            raw_details: annotation.raw_details.clone(),
        }
    }
}
