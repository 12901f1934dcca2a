//! Who is connected: counts the open connections of each address. It closes none; their requests are refused.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Open connections of a server. Copies count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    all: usize,
    /// Those that are counted by address.
    of: HashMap<IpAddr, usize>,
}

/// A connection, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Connection {
    connections: Connections,
    /// Where it comes from, unless that is not counted.
    address: Option<IpAddr>,
    one_too_many: bool,
}

impl Connections {
    /// A connection was opened. Those of an address are counted up to `most`; 0 is any number.
    pub(crate) fn opened(&self, address: Option<IpAddr>, most: usize) -> Connection {
        let mut open = self.open();
        open.all += 1;
        let of_address = address.map_or(0, |address| {
            let count = open.of.entry(address).or_default();
            *count += 1;
            *count
        });
        Connection {
            connections: self.clone(),
            address,
            one_too_many: most > 0 && of_address > most,
        }
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.open().all
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Whether its address had as many as are allowed when it was opened.
    pub(crate) fn is_one_too_many(&self) -> bool {
        self.one_too_many
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.all -= 1;
        let Some(address) = self.address else {
            return;
        };
        if let Some(count) = open.of.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.of.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Connections;
    use std::net::IpAddr;

    #[test]
    fn an_address_has_room_again_when_a_connection_ends() {
        let (connections, one) = (Connections::default(), Some(IpAddr::from([192, 0, 2, 1])));
        let first = connections.opened(one, 2);
        let second = connections.opened(one, 2);
        assert!(!first.is_one_too_many() && !second.is_one_too_many());
        assert!(connections.opened(one, 2).is_one_too_many());
        let other = connections.opened(Some(IpAddr::from([192, 0, 2, 2])), 2);
        assert!(!other.is_one_too_many());
        drop(second);
        assert!(!connections.opened(one, 2).is_one_too_many());
        assert_eq!(connections.count(), 2);
        drop((first, other));
        assert!(connections.open().of.is_empty());
    }

    #[test]
    fn what_has_no_address_is_counted_and_never_too_many() {
        let connections = Connections::default();
        let open: Vec<_> = (0..9).map(|_| connections.opened(None, 1)).collect();
        assert!(open.iter().all(|one| !one.is_one_too_many()));
        assert_eq!(connections.count(), 9);
    }
}
