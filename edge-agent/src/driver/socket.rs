//! What all connections over TCP ask of the system.

use std::os::fd::AsFd;
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};

/// What nobody confirms is given up after this. The system's own patience is a quarter of an hour, and what a person
/// wrote could arrive then.
const UNCONFIRMED_MOST: Duration = Duration::from_secs(5);

/// Lets the system end a connection on which the other side confirms nothing.
pub(super) fn give_up_soon(socket: &impl AsFd) {
    let limit = u32::try_from(UNCONFIRMED_MOST.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = setsockopt(socket, sockopt::TcpUserTimeout, &limit) {
        tracing::warn!(%error, "the system sets no limit to what stays unconfirmed");
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::socket::getsockopt;

    use super::*;

    #[test]
    fn edge_14_a_connection_is_given_up_when_nothing_is_confirmed_for_5_s() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        give_up_soon(&stream);
        assert_eq!(getsockopt(&stream, sockopt::TcpUserTimeout), Ok(5_000));
    }
}
