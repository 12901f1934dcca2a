//! Bodies: JSON out, JSON in, with the refusals of contract 3.

use super::{Excess, nul};
use crate::{ApiLimits, ApiState, error::ApiError};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    error::PayloadError,
    http::{StatusCode, header},
    rt::time::timeout,
    web::{Bytes, Data},
};
use futures_util::future::LocalBoxFuture;
use schemars::JsonSchema;
use serde::{
    Serialize, Serializer,
    de::DeserializeOwned,
    ser::{Error, SerializeMap},
};
use serde_json::Value;

/// Content type of every JSON body (contract 1).
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// `{}`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(crate) struct Empty {}

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    match serde_json::to_vec(body) {
        Ok(bytes) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, JSON))
            .body(bytes),
        Err(cause) => HttpResponse::from_error(ApiError::Internal(cause.into())),
    }
}

/// 200 with a JSON body.
pub(crate) fn ok(body: &impl Serialize) -> HttpResponse {
    json(StatusCode::OK, body)
}

/// 201 with a JSON body.
pub(crate) fn created(body: &impl Serialize) -> HttpResponse {
    json(StatusCode::CREATED, body)
}

/// 202 with a JSON body.
pub(crate) fn accepted(body: &impl Serialize) -> HttpResponse {
    json(StatusCode::ACCEPTED, body)
}

/// A list in its envelope: `total_count` and one array, nothing else (contract 1).
pub(crate) struct ListBody<T> {
    /// Name of the array.
    pub(crate) key: &'static str,
    pub(crate) total: u64,
    pub(crate) items: Vec<T>,
}

impl<T: Serialize> Serialize for ListBody<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.key == "total_count" {
            return Err(S::Error::custom("a list needs a name of its own"));
        }
        let mut members = serializer.serialize_map(Some(2))?;
        members.serialize_entry("total_count", &self.total)?;
        members.serialize_entry(self.key, &self.items)?;
        members.end()
    }
}

/// The unpacked body of a request, not looked at yet: whoever may not ask hears that before what is wrong with it.
pub(crate) struct Body(Bytes);

impl Body {
    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, for whoever keeps them.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }

    /// The body as a JSON object; none when there is no body at all.
    pub(crate) fn optional_object(&self) -> Result<Option<Value>, ApiError> {
        if self.0.trim_ascii().is_empty() {
            return Ok(None);
        }
        let value: Value = serde_json::from_slice(&self.0).map_err(|_| ApiError::BrokenJson)?;
        if !value.is_object() {
            return Err(ApiError::NotAnObject);
        }
        nul::check_body(&value)?;
        Ok(Some(value))
    }

    /// The body as a JSON object.
    pub(crate) fn object(&self) -> Result<Value, ApiError> {
        self.optional_object()?.ok_or(ApiError::BrokenJson)
    }

    /// The body as one of ours; unknown members are ignored.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        typed(self.object()?)
    }

    /// The same where a body may be left out.
    pub(crate) fn parse_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, ApiError> {
        self.optional_object()?
            .map_or_else(|| Ok(T::default()), typed)
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let problem = error.into_inner().to_string();
        ApiError::InvalidRequest {
            detail: detail(&path, &problem),
        }
    })
}

/// Names the member that does not fit, in GitHub's way where its way is known (contract 3).
fn detail(path: &str, problem: &str) -> String {
    if let Some(rest) = problem.strip_prefix("missing field `") {
        let member = rest.split('`').next().unwrap_or(rest);
        let inside = if path == "." {
            String::new()
        } else {
            format!("{path}.")
        };
        return format!("\"{inside}{member}\" wasn't supplied.");
    }
    format!("For '{path}', {problem}.")
}

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = Bytes::from_request(request, payload);
        let state = request.app_data::<Data<ApiState>>();
        let limit = state.map_or(ApiLimits::default().body_time, |s| s.limits.body_time);
        Box::pin(async move {
            let slow = |_| ApiError::from(Excess::slow_body(limit));
            let read = timeout(limit, reading).await.map_err(slow)?;
            read.map(Self).map_err(unreadable)
        })
    }
}

fn unreadable(error: actix_web::Error) -> actix_web::Error {
    let too_large = matches!(error.as_error(), Some(PayloadError::Overflow));
    let known = match too_large {
        true => ApiError::TooLarge {
            message: "The body is larger than is taken".to_owned(),
            ack: None,
        },
        false => ApiError::InvalidRequest {
            detail: format!("The body could not be read: {error}."),
        },
    };
    known.into()
}
