//! The one door of GraphQL: the checks of GitHub's REST API before it, queries behind it.

use super::{answer::rendered, asking::Asking, schema};
use crate::{
    ApiState, auth,
    error::ApiError,
    routes::unknown,
    wire::{Body, Origin, headers, ok},
};
use actix_web::{
    HttpRequest, HttpResponse,
    middleware::from_fn,
    web::{Data, ServiceConfig, post, resource, to},
};
use async_graphql::{Request, Variables};
use runyard_domain::access::{Caller, Door};
use serde_json::{Value, json};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/api/graphql")
            .wrap(from_fn(headers::github))
            .wrap(from_fn(headers::graphql))
            .app_data(Door::GitHub)
            .route(post().to(query))
            .default_service(to(unknown)),
    );
}

/// POST /api/graphql: who asks must be somebody, also for what is public
async fn query(
    request: HttpRequest,
    body: Body,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let caller = auth::caller(&request).await?;
    if caller == Caller::Anonymous {
        return Err(ApiError::RequiresAuthentication);
    }
    let Some(asked) = asked(body.object()?) else {
        let message = "A query attribute must be specified and must be a string.";
        return Ok(ok(&json!({ "errors": [{ "message": message }] })));
    };
    let asking = Asking {
        state: state.get_ref().clone(),
        caller,
        origin,
    };
    let answer = schema::schema().execute(asked.data(asking)).await;
    Ok(ok(&rendered(answer)))
}

/// The request in a body; none without a query.
fn asked(body: Value) -> Option<Request> {
    let Value::Object(mut body) = body else {
        return None;
    };
    let Some(Value::String(query)) = body.remove("query") else {
        return None;
    };
    let variables = body.remove("variables").unwrap_or_default();
    let request = Request::new(query).variables(Variables::from_json(variables));
    Some(match body.remove("operationName") {
        Some(Value::String(name)) if !name.is_empty() => request.operation_name(name),
        Some(_) | None => request,
    })
}
