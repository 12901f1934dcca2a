//! Which proxies are believed when they say for whom they ask. Nobody else's `X-Forwarded-` headers mean anything.

use actix_web::HttpRequest;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// What stands for whoever connects by the unix socket.
const UNIX: &str = "unix";
/// Every proxy appends the address that it was asked from.
const FORWARDED_FOR: &str = "X-Forwarded-For";

/// Addresses of proxies that set `X-Forwarded-Proto`, `-Host` and `-For` themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    unix: bool,
}

/// A text that names no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} must be an address (10.0.0.7), a network (10.0.0.0/8) or \"unix\"")]
pub struct NotAProxy(String);

impl TrustedProxies {
    /// Reads addresses, networks, and `unix` for the unix socket.
    ///
    /// # Errors
    /// Names the first text that is none of them.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, NotAProxy> {
        let mut proxies = Self::default();
        for text in texts.iter().map(AsRef::as_ref) {
            if text == UNIX {
                proxies.unix = true;
                continue;
            }
            let address = text.parse::<IpAddr>().map(IpNet::from);
            let network = address.or_else(|_| text.parse::<IpNet>());
            let network = network.map_err(|_| NotAProxy(text.to_owned()))?;
            proxies.networks.push(network);
        }
        Ok(proxies)
    }

    /// Whether a connection from there is a proxy's; none is the unix socket.
    pub(crate) fn trust(&self, peer: Option<IpAddr>) -> bool {
        peer.map_or(self.unix, |address| {
            let address = address.to_canonical();
            self.networks.iter().any(|known| known.contains(&address))
        })
    }

    /// Whether this request comes from one of them.
    pub(crate) fn sent(&self, request: &HttpRequest) -> bool {
        self.trust(peer(request))
    }

    /// Who asks: the last address of the way here that is not one of them. None is the unix socket.
    pub(crate) fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        let mut client = peer(request);
        let named = request.headers().get_all(FORWARDED_FOR);
        let named: Vec<&str> = named.filter_map(|value| value.to_str().ok()).collect();
        for hop in named.join(",").rsplit(',') {
            if !self.trust(client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = Some(address);
        }
        client
    }
}

fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().as_ref().map(SocketAddr::ip)
}

#[cfg(test)]
mod tests {
    use super::TrustedProxies;
    use actix_web::test::TestRequest;

    #[test]
    fn addresses_networks_and_the_socket_are_told_apart() {
        let proxies = TrustedProxies::parse(&["10.0.0.0/8", "192.0.2.7", "::1"]).unwrap();
        for (peer, trusted) in [
            (Some("10.9.8.7"), true),
            (Some("11.0.0.1"), false),
            (Some("192.0.2.7"), true),
            (Some("192.0.2.8"), false),
            (Some("::ffff:10.0.0.1"), true),
            (Some("::1"), true),
            (None, false),
        ] {
            let address = peer.map(|peer| peer.parse().unwrap());
            assert_eq!(proxies.trust(address), trusted, "{peer:?}");
        }
        assert!(TrustedProxies::parse(&["unix"]).unwrap().trust(None));
        for text in ["", "ci.example.com", "10.0.0.0/33", "*"] {
            let refused = TrustedProxies::parse(&[text]).unwrap_err().to_string();
            assert!(refused.contains(&format!("{text:?} must be")), "{refused}");
        }
    }

    #[test]
    fn a_client_cannot_choose_the_address_that_it_is_known_by() {
        let proxies = TrustedProxies::parse(&["10.0.0.0/8"]).unwrap();
        for (peer, forwarded, client) in [
            ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
            ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
            ("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
            ("10.0.0.1", "nobody, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            let asked = TestRequest::default()
                .peer_addr((peer.parse::<std::net::IpAddr>().unwrap(), 1).into())
                .insert_header(("X-Forwarded-For", forwarded));
            let found = proxies.client(&asked.to_http_request());
            assert_eq!(found, Some(client.parse().unwrap()), "{peer} {forwarded}");
        }
    }
}
