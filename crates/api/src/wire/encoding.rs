//! Whether an answer may be packed. A client that takes no form of it is sent it as it is, which serves it better
//! than a refusal that it cannot read either (RFC 9110, 12.5.3).

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{ACCEPT_ENCODING, AcceptEncoding, Encoding, Header},
    middleware::Next,
};

/// Middleware around the one that packs: takes away an `Accept-Encoding` that allows nothing that we have.
pub(crate) async fn acceptable<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if !allows_ours(&request) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    next.call(request).await
}

fn allows_ours(request: &ServiceRequest) -> bool {
    let ours = [Encoding::identity(), Encoding::gzip(), Encoding::deflate()];
    match AcceptEncoding::parse(request) {
        Ok(asked) => asked.negotiate(ours.iter()).is_some(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::allows_ours;
    use actix_web::{http::header::ACCEPT_ENCODING, test::TestRequest};

    #[test]
    fn only_what_rules_out_every_form_is_taken_away() {
        for (asked, allowed) in [
            ("gzip", true),
            ("deflate, br;q=1.0", true),
            ("zstd", true),
            ("", true),
            ("gzip;q=0", true),
            ("identity;q=0", false),
            ("identity;q=0, *;q=0", false),
            ("*;q=0", false),
        ] {
            let request = TestRequest::get().insert_header((ACCEPT_ENCODING, asked));
            let request = request.to_srv_request();
            assert_eq!(allows_ours(&request), allowed, "{asked:?}");
        }
    }
}
