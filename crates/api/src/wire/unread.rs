//! Bodies that nobody reads to their end. The connection then ends with the answer, within the HTTP library's time
//! for that, however the body is framed: left alone, that of a chunked one could stay for as long as the client does.

use actix_web::{
    HttpMessage,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    web::Bytes,
};
use futures_util::{FutureExt, Stream, StreamExt};
use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

/// The body of a request. Copies are of the same one.
#[derive(Clone)]
pub(crate) struct Unread(Rc<RefCell<Incoming>>);

struct Incoming {
    payload: Payload,
    is_over: bool,
}

impl Unread {
    /// Stands between a request and whoever reads its body; none when it has no body.
    pub(crate) fn watch(request: &mut ServiceRequest) -> Option<Self> {
        let payload = request.take_payload();
        if matches!(payload, Payload::None) {
            return None;
        }
        let incoming = Incoming {
            payload,
            is_over: false,
        };
        let unread = Self(Rc::new(RefCell::new(incoming)));
        let payload = Box::pin(unread.clone());
        request.set_payload(Payload::Stream { payload });
        Some(unread)
    }

    /// Takes what is here already, and says whether there is more.
    pub(crate) fn is_more(&mut self) -> bool {
        while let Some(Some(Ok(_))) = self.next().now_or_never() {}
        !self.0.borrow().is_over
    }

    /// An answer's body that ends the connection: until it is sent, the HTTP library takes the request's body for one
    /// that somebody still wants, so it does not wait for the rest of it.
    pub(crate) fn held_by(self, body: BoxBody) -> BoxBody {
        BoxBody::new(Holding {
            body,
            _unread: self,
        })
    }
}

struct Holding {
    body: BoxBody,
    _unread: Unread,
}

impl MessageBody for Holding {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

impl Stream for Unread {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut incoming = self.0.borrow_mut();
        let polled = incoming.payload.poll_next_unpin(context);
        incoming.is_over |= matches!(polled, Poll::Ready(None | Some(Err(_))));
        polled
    }
}
