//! Users who are asked to be somebody: anybody at all, or an administrator of this server.

use super::credential::caller;
use crate::error::ApiError;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use runyard_domain::{
    Timestamp,
    access::Caller,
    account::{Grant, Scope, User},
};

/// A user with a token.
pub(crate) struct SignedIn {
    pub(crate) user: User,
    pub(crate) grant: Grant,
    /// When the token ends.
    pub(crate) expires_at: Option<Timestamp>,
}

impl SignedIn {
    /// Whether both the user and the token administer this server.
    pub(crate) fn is_site_admin(&self) -> bool {
        self.user.site_admin && self.grant.has_any(&[Scope::SiteAdmin])
    }

    /// Whether this is the user with that login, or an administrator of this server.
    pub(crate) fn may_act_for(&self, login: &str) -> bool {
        self.user.login.eq_ignore_ascii_case(login) || self.is_site_admin()
    }

    /// The same as who asks.
    pub(crate) fn into_caller(self) -> Caller {
        Caller::User {
            user: self.user,
            grant: self.grant,
            expires_at: self.expires_at,
        }
    }

    async fn load(request: &HttpRequest) -> Result<Self, ApiError> {
        match caller(request).await? {
            Caller::User {
                user,
                grant,
                expires_at,
            } => Ok(Self {
                user,
                grant,
                expires_at,
            }),
            Caller::Anonymous => Err(ApiError::RequiresAuthentication),
            Caller::Job { .. } => Err(ApiError::forbidden(
                "Resource not accessible by integration",
            )),
        }
    }
}

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::load(&request).await })
    }
}

/// A user who administers this server, with a token that says so. Having one is the proof.
pub(crate) struct SiteAdmin(SignedIn);

impl SiteAdmin {
    /// Who.
    pub(crate) fn user(&self) -> &User {
        &self.0.user
    }
}

impl FromRequest for SiteAdmin {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let signed_in = SignedIn::load(&request).await?;
            match signed_in.is_site_admin() {
                true => Ok(Self(signed_in)),
                false => Err(ApiError::forbidden(
                    "Must be a site administrator, with a token that has the scope site_admin",
                )),
            }
        })
    }
}
