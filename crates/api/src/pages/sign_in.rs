//! Signing in by HTTP's Basic authentication, and what that makes necessary: a browser sends such a credential along
//! with whatever another site makes it ask.

use super::{error::PageError, viewer::caller};
use crate::{error::ApiError, wire::Origin};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderMap},
    },
    web::Query,
};
use runyard_domain::access::Caller;
use serde::Deserialize;

/// Where to go once it is done.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    return_to: String,
}

/// GET /login: asks for a credential, and goes back to a page when there is one
pub(super) async fn login(
    request: HttpRequest,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, PageError> {
    if caller(&request).await? == Caller::Anonymous {
        return Err(PageError::new(&request, ApiError::RequiresAuthentication));
    }
    let to = match is_own(&wanted.return_to) {
        true => wanted.return_to.as_str(),
        false => "/",
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to))
        .finish())
}

/// A path of this server, which no browser takes for the address of another.
fn is_own(path: &str) -> bool {
    let mut characters = path.chars();
    let begins = characters.next() == Some('/') && !matches!(characters.next(), Some('/' | '\\'));
    begins
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Whether another site may have made a browser ask this: it changes something, with a credential that browsers send by
/// themselves. Programs send none of the headers that tell.
pub(crate) fn is_forged(
    method: &Method,
    headers: &HeaderMap,
    own: impl FnOnce() -> Origin,
) -> bool {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        return false;
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let credential = text(header::AUTHORIZATION).unwrap_or_default();
    let scheme = credential.split(' ').next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("basic") {
        return false;
    }
    match (headers.get("sec-fetch-site"), text(header::ORIGIN)) {
        (Some(site), _) => site != "same-origin" && site != "none",
        (None, Some(origin)) => !origin.eq_ignore_ascii_case(own().web()),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_forged, is_own};
    use crate::wire::Origin;
    use actix_web::http::{
        Method,
        header::{HeaderMap, HeaderName, HeaderValue},
    };

    #[test]
    fn nobody_is_led_to_another_site() {
        for (path, own) in [
            ("/", true),
            ("/mona/app?page=2", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("/a\\b", false),
            ("https://evil.example", false),
            ("mona", false),
            ("/a\r\nb", false),
            ("", false),
        ] {
            assert_eq!(is_own(path), own, "{path:?}");
        }
    }

    #[test]
    fn a_change_that_another_site_asks_for_is_told_from_ones_own() {
        let own = || Origin::at("http://ci.example.org");
        let basic = ("authorization", "Basic dTpw");
        type Headers<'a> = &'a [(&'a str, &'a str)];
        let cases: [(Method, Headers<'_>, bool); 9] = [
            (
                Method::POST,
                &[basic, ("sec-fetch-site", "cross-site")],
                true,
            ),
            (
                Method::POST,
                &[basic, ("sec-fetch-site", "same-site")],
                true,
            ),
            (
                Method::DELETE,
                &[basic, ("origin", "https://evil.example")],
                true,
            ),
            (Method::POST, &[basic, ("origin", "null")], true),
            (
                Method::POST,
                &[basic, ("sec-fetch-site", "same-origin")],
                false,
            ),
            (
                Method::POST,
                &[basic, ("origin", "http://ci.example.org")],
                false,
            ),
            (Method::POST, &[basic], false),
            (
                Method::GET,
                &[basic, ("sec-fetch-site", "cross-site")],
                false,
            ),
            (
                Method::POST,
                &[
                    ("authorization", "Bearer x"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
        ];
        for (method, given, forged) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                );
            }
            assert_eq!(is_forged(&method, &headers, own), forged, "{given:?}");
        }
    }
}
