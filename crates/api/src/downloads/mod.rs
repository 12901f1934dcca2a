//! Files behind signed links: logs as text and as archives, artifacts. No credential is asked for; the signature is the proof.

use crate::{ApiState, error::ApiError, wire::Origin};
use actix_files::NamedFile;
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    body::SizedStream,
    http::{
        StatusCode,
        header::{
            self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
            HeaderValue,
        },
    },
    web::{Data, Path, Query, ServiceConfig, get},
};
use runyard_domain::{ArtifactId, JobId, RunId};
use serde::Deserialize;

/// What a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The archive of a run's newest attempt.
    Run(RunId),
    /// The archive of one attempt of a run.
    Attempt(RunId, u32),
    /// The log of one job.
    Job(JobId),
    /// The archive of an artifact.
    Artifact(ArtifactId),
}

impl Target {
    /// Below `/api/`, because clients check where a redirect leads.
    fn path(self) -> String {
        match self {
            Self::Run(run) => format!("/api/downloads/runs/{run}/logs.zip"),
            Self::Attempt(run, attempt) => {
                format!("/api/downloads/runs/{run}/attempts/{attempt}/logs.zip")
            }
            Self::Job(job) => format!("/api/downloads/jobs/{job}/log.txt"),
            Self::Artifact(artifact) => format!("/api/downloads/artifacts/{artifact}/archive.zip"),
        }
    }
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route(
            "/api/downloads/runs/{run_id}/logs.zip",
            get().to(run_archive),
        )
        .route(
            "/api/downloads/runs/{run_id}/attempts/{attempt}/logs.zip",
            get().to(attempt_archive),
        )
        .route("/api/downloads/jobs/{job_id}/log.txt", get().to(job_log))
        .route(
            "/api/downloads/artifacts/{artifact_id}/archive.zip",
            get().to(artifact),
        );
}

/// 302 to a link that works from now on for as long as the settings say (contract 8).
pub(crate) async fn redirect(
    target: Target,
    state: &ApiState,
    origin: &Origin,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    let expires = engine
        .store()
        .now()
        .await?
        .plus(engine.settings().link_lifetime);
    let path = target.path();
    let query = engine.links().sign(&path, expires);
    let location = format!("{}{path}?{query}", origin.web());
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, location))
        .finish())
}

/// The two values of a signed link.
#[derive(Deserialize)]
struct Signed {
    #[serde(default)]
    expires: String,
    #[serde(default)]
    signature: String,
}

/// GET /api/downloads/runs/{run_id}/logs.zip
async fn run_archive(
    request: HttpRequest,
    id: Path<i64>,
    signed: Query<Signed>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    verify(&request, &signed, &state).await?;
    archive(&request, RunId::new(*id), None, &state).await
}

/// GET /api/downloads/runs/{run_id}/attempts/{attempt}/logs.zip
async fn attempt_archive(
    request: HttpRequest,
    path: Path<(i64, u32)>,
    signed: Query<Signed>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let (run, attempt) = path.into_inner();
    verify(&request, &signed, &state).await?;
    archive(&request, RunId::new(run), Some(attempt), &state).await
}

async fn archive(
    request: &HttpRequest,
    run: RunId,
    attempt: Option<u32>,
    state: &ApiState,
) -> Result<HttpResponse, ApiError> {
    let zip = state.engine.run_archive(run, attempt).await?;
    let file = NamedFile::from_file(zip, format!("logs_{run}.zip"))
        .map_err(|error| ApiError::Internal(error.into()))?
        .use_etag(false)
        .use_last_modified(false);
    let mut answer = file.into_response(request);
    if answer.status() == StatusCode::PRECONDITION_FAILED {
        return Err(ApiError::PreconditionFailed { header: "If-Match" });
    }
    if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        return Ok(without_range(&answer));
    }
    let no_store = HeaderValue::from_static("private, no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    Ok(answer)
}

/// The refusal of a range with a body, as all others have one; the length that ranges must be within goes along.
fn without_range(bare: &HttpResponse) -> HttpResponse {
    let mut refused = ApiError::RangeNotSatisfiable.error_response();
    if let Some(length) = bare.headers().get(header::CONTENT_RANGE) {
        let headers = refused.headers_mut();
        headers.insert(header::CONTENT_RANGE, length.clone());
    }
    refused
}

/// GET /api/downloads/jobs/{job_id}/log.txt
async fn job_log(
    request: HttpRequest,
    id: Path<i64>,
    signed: Query<Signed>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    verify(&request, &signed, &state).await?;
    let job = state.engine.store().job(JobId::new(*id)).await?;
    let log = state
        .engine
        .job_log(&job.ok_or(ApiError::NotFound)?)
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(log))
}

/// GET /api/downloads/artifacts/{artifact_id}/archive.zip
async fn artifact(
    request: HttpRequest,
    id: Path<i64>,
    signed: Query<Signed>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    verify(&request, &signed, &state).await?;
    let id = ArtifactId::new(*id);
    let (artifact, archive) = state.engine.artifact_archive(id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header(saved_as(&artifact.name))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(SizedStream::new(archive.bytes, archive.content)))
}

/// The name under which clients save an archive: what no file's name can hold is left out of it.
fn saved_as(name: &str) -> ContentDisposition {
    let unfit = |c: char| c.is_control() || ['/', '\\', '"'].contains(&c);
    let name = name.replace(unfit, "_") + ".zip";
    let plain = name.replace(|c: char| !c.is_ascii(), "_");
    let mut parameters = vec![DispositionParam::Filename(plain.clone())];
    if plain != name {
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.into_bytes(),
        }));
    }
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters,
    }
}

/// 403 for a link that was not made here, or does not work any more: clients ask for a new one (contract 8).
async fn verify(request: &HttpRequest, signed: &Signed, state: &ApiState) -> Result<(), ApiError> {
    let engine = &state.engine;
    let now = engine.store().now().await?;
    let checked = engine
        .links()
        .verify(request.path(), &signed.expires, &signed.signature, now);
    checked.map_err(|bad| ApiError::forbidden(bad.to_string()))
}
