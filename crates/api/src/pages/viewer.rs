//! Who looks at a page, and the repository that they may read.

use super::{error::PageError, words::segment};
use crate::{
    ApiState,
    auth::{self, Named, Read, Repo},
    error::ApiError,
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use futures_util::future::LocalBoxFuture;
use percent_encoding::percent_decode_str;
use runyard_domain::access::{Caller, Door};

/// A repository whose runs the viewer may read.
pub(super) struct Viewed {
    pub(super) repo: Repo<Read>,
    pub(super) state: Data<ApiState>,
    /// For errors that come later.
    pub(super) request: HttpRequest,
}

impl Viewed {
    /// The address of its page.
    pub(super) fn address(&self) -> String {
        let repository = self.repo.repository();
        format!(
            "/{}/{}",
            segment(&repository.owner),
            segment(&repository.name)
        )
    }

    /// The way to what is in it.
    pub(super) fn trail(&self) -> Vec<(String, String)> {
        let repository = self.repo.repository();
        let owner = &repository.owner;
        vec![
            (owner.clone(), format!("/{}", segment(owner))),
            (repository.name.clone(), self.address()),
        ]
    }

    /// The error as this viewer reads it.
    pub(super) fn failed(&self, error: impl Into<ApiError>) -> PageError {
        PageError::new(&self.request, error.into())
    }

    /// The part of the path with this name, decoded.
    pub(super) fn text(&self, name: &str) -> String {
        let text = self.request.match_info().get(name).unwrap_or_default();
        percent_decode_str(text).decode_utf8_lossy().into_owned()
    }

    /// The part of the path with this name, as a number.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, PageError> {
        let text = self.request.match_info().get(name);
        let number = text.and_then(|text| text.parse().ok());
        number.ok_or_else(|| self.failed(ApiError::NotFound))
    }

    async fn load(request: &HttpRequest) -> Result<Self, PageError> {
        let failed = |error| PageError::new(request, error);
        let caller = caller(request).await?;
        let state = state(request)?;
        let anonymous = caller == Caller::Anonymous;
        let path = request.match_info();
        let named = path.get("owner").zip(path.get("repo"));
        let (owner, name) = named.ok_or_else(|| failed(ApiError::NotFound))?;
        let named = Named::Name(owner.to_owned(), name.to_owned());
        let found = match named.find(&state).await {
            Ok(repository) => Repo::authorise(&state, caller, repository, Door::GitHub).await,
            Err(error) => Err(error),
        };
        // As git is answered: whoever is nobody may sign in, whether it is there or not.
        let is_hidden = |error: &ApiError| anonymous && matches!(error, ApiError::NotFound);
        let repo = found.map_err(|error| match is_hidden(&error) {
            true => failed(ApiError::RequiresAuthentication),
            false => failed(error),
        })?;
        Ok(Self {
            repo,
            state,
            request: request.clone(),
        })
    }
}

/// Who looks.
pub(super) async fn caller(request: &HttpRequest) -> Result<Caller, PageError> {
    let found = auth::caller(request).await;
    found.map_err(|error| PageError::new(request, error))
}

/// What handlers share.
pub(super) fn state(request: &HttpRequest) -> Result<Data<ApiState>, PageError> {
    auth::state(request).map_err(|error| PageError::new(request, error))
}

impl FromRequest for Viewed {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::load(&request).await })
    }
}
