//! What goes wrong on a page: a page too for browsers, and the usual body for programs.

use super::{Page, layout::answer};
use crate::error::ApiError;
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use maud::html;
use std::fmt;

/// Makes a browser ask for a name and a password.
const CHALLENGE: &str = "Basic realm=\"Runyard: a token as the password\", charset=\"UTF-8\"";

/// An error, and whether a person reads it.
#[derive(Debug)]
pub(super) struct PageError {
    error: ApiError,
    is_read_by_a_person: bool,
}

impl PageError {
    pub(super) fn new(request: &HttpRequest, error: ApiError) -> Self {
        let accepted = request.headers().get(header::ACCEPT);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        Self {
            error,
            is_read_by_a_person: accepted.is_some_and(|accepted| accepted.contains("text/html")),
        }
    }

    fn page(&self) -> HttpResponse {
        let status = self.error.status_code();
        let title = status.canonical_reason().unwrap_or("Error");
        let sentence = match status {
            StatusCode::UNAUTHORIZED => {
                "Sign in with any name, and a token of yours as the password, to see whether there is such a page."
            }
            StatusCode::NOT_FOUND => "There is no such page, or it is not for you to see.",
            _ => "This page cannot be shown.",
        };
        let page = Page {
            title,
            trail: &[],
            body: html! {
                p { (sentence) }
                p.quiet { (self.error) }
                @if status == StatusCode::NOT_FOUND { p { a href="/login" { "Sign in" } } }
            },
        };
        answer(status, &page)
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.error.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        // Says a defect to the log, too.
        let mut answer = self.error.error_response();
        if self.is_read_by_a_person {
            answer = self.page();
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static(CHALLENGE);
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
