//! Events that are delivered from outside, in the shape of GitHub's webhooks: signed, or by somebody with a token.

use crate::{
    ApiState,
    auth::{Repo, Write},
    error::ApiError,
    wire::{Body, Origin, accepted, ok},
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, dev,
    http::header::AUTHORIZATION,
    web::{Data, Path},
};
use futures_util::future::LocalBoxFuture;
use runyard_domain::{account::User, repository::Repository};
use runyard_engine::{EngineError, Occurrence};
use schemars::JsonSchema;
use serde::Serialize;

const EVENT: &str = "X-GitHub-Event";
const DELIVERY: &str = "X-GitHub-Delivery";
const SIGNATURE: &str = "X-Hub-Signature-256";

/// A run that an event made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MadeRun")]
pub(super) struct Made {
    id: i64,
    url: String,
}

/// What became of an event.
#[derive(Default, Serialize, JsonSchema)]
#[schemars(rename = "TakenEvent")]
pub(super) struct Taken {
    runs: Vec<Made>,
    /// Why it starts nothing here, where none of its kind does.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<String>,
}

/// Who delivers, before the body is read: whoever may not ask hears that first.
pub(super) enum Sender {
    /// Somebody whose token lets them write.
    Token(Box<Repo<Write>>),
    /// Somebody who says to know the secret; the body will tell.
    Signature(String),
}

impl FromRequest for Sender {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            if let Some(signature) = header(&request, SIGNATURE) {
                return Ok(Self::Signature(signature.to_owned()));
            }
            if !request.headers().contains_key(AUTHORIZATION) {
                return Err(ApiError::BadSignature("is missing"));
            }
            let repo = Repo::<Write>::extract(&request).await?;
            Ok(Self::Token(Box::new(repo)))
        })
    }
}

impl Sender {
    /// The repository, and who acts: the token's user, or the owner when the event is signed. An unknown repository, one
    /// without a secret and a wrong signature are answered alike.
    async fn identify(
        self,
        (owner, name): &(String, String),
        body: &[u8],
        state: &ApiState,
    ) -> Result<(Repository, User), ApiError> {
        let engine = &state.engine;
        let signature = match self {
            Self::Token(repo) => return Ok((repo.repository().clone(), repo.user()?.clone())),
            Self::Signature(signature) => signature,
        };
        let repository = match engine.repository_by_name(owner, name).await {
            Ok(repository) => Some(repository),
            Err(EngineError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let id = repository.as_ref().map(|repository| repository.id);
        let signed = engine.is_signed(id, body, &signature).await?;
        let repository = repository.filter(|_| signed);
        let repository = repository.ok_or(ApiError::BadSignature("is not that of this body"))?;
        let owner = engine.owner(&repository).await?;
        Ok((repository, owner))
    }
}

/// POST /repos/{owner}/{repo}/events
pub(super) async fn take(
    sender: Sender,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Body,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let (repository, by) = sender.identify(&path, body.bytes(), &state).await?;
    let payload = body.object()?;
    let event = match header(&request, EVENT) {
        Some("ping") => return Ok(ok(&Taken::default())),
        Some(event) => event,
        None => {
            let detail = format!("The header {EVENT} wasn't supplied.");
            return Err(ApiError::InvalidRequest { detail });
        }
    };
    if let Some(why) = Occurrence::why_ignored(event) {
        return Ok(ignored(event, why));
    }
    let delivery = header(&request, DELIVERY).map(str::to_owned);
    let told = Occurrence::read(event, payload, delivery)?;
    let runs = state.engine.deliver(&repository, told, &by).await?;
    let base = format!("{}/repos/{}", origin.api(), repository.full_name());
    let made = runs.into_iter().map(|run| Made {
        id: run.get(),
        url: format!("{base}/actions/runs/{run}"),
    });
    Ok(accepted(&Taken {
        runs: made.collect(),
        ignored: None,
    }))
}

/// 202 of an event that starts nothing here: the sender shall not try again.
fn ignored(event: &str, why: &str) -> HttpResponse {
    let sentence = format!("The event {event:?} is ignored: {why}.");
    accepted(&Taken {
        runs: Vec::new(),
        ignored: Some(sentence),
    })
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let value = request.headers().get(name)?;
    value.to_str().ok()
}
