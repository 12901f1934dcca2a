//! The frame of every page: head, style, the way back. It knows nothing of what is shown.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const STYLE: &str = include_str!("style.css");

/// Nothing is loaded, nothing runs, nothing is sent; the one style is known by its hash.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// What is shown within the frame.
pub(crate) struct Page<'a> {
    /// The heading.
    pub(crate) title: &'a str,
    /// The way to it: names with addresses.
    pub(crate) trail: &'a [(String, String)],
    /// All else.
    pub(crate) body: Markup,
}

/// 200 with a page.
pub(crate) fn shown(page: &Page<'_>) -> HttpResponse {
    answer(StatusCode::OK, page)
}

pub(super) fn answer(status: StatusCode, page: &Page<'_>) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((VARY, "Accept, Authorization"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .body(document(page).into_string())
}

fn document(page: &Page<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (page.title) " - Runyard" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    nav {
                        a href="/" { "Runyard" }
                        @for (name, address) in page.trail {
                            " / " a href=(address) { (name) }
                        }
                    }
                    a href="/login" { "Sign in" }
                }
                main {
                    h1 { (page.title) }
                    (page.body)
                }
            }
        }
    }
}
