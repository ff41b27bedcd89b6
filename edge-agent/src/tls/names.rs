//! The names and addresses under which this box is called.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// Addresses of one box that go into its certificate.
const ADDRESSES_MAX: usize = 64;

/// Where this box is: what its certificate has to name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Host names, best first, each once.
    pub names: Vec<String>,
    /// In order; loopback included.
    pub addresses: Vec<IpAddr>,
}

impl Place {
    /// As the system says now; `extra` are names of the configuration, which go before the box's own.
    #[must_use]
    pub fn now(extra: &[String]) -> Self {
        let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
        Self::new(extra, host.as_deref(), addresses())
    }

    /// From what the system said.
    #[must_use]
    pub fn new(extra: &[String], host: Option<&str>, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        let mut names: Vec<String> = Vec::new();
        let own = host.and_then(dns_name).into_iter().flat_map(|host| {
            let label = host.split('.').next().unwrap_or_default().to_owned();
            let local = format!("{label}.local");
            [host, local, label]
        });
        for name in extra.iter().cloned().chain(own) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let addresses: BTreeSet<IpAddr> = addresses.into_iter().filter(is_callable).collect();
        Self { names, addresses: addresses.into_iter().take(ADDRESSES_MAX).collect() }
    }
}

/// A name that may stand in a certificate, in lower case; none for what is no host name.
#[must_use]
pub fn dns_name(text: &str) -> Option<String> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // Digits alone at the end would be an address.
    let is_address = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    (name.len() <= 253 && !is_address && name.split('.').all(is_label)).then_some(name)
}

/// Whether an authority may be made for a name and all below it. A name of one label may be a domain of the whole internet
/// (`box`, `dev`, `app`): those have neither digit nor hyphen, apart from the ones of other scripts (`xn--…`).
#[must_use]
pub fn is_of_one_box(name: &str) -> bool {
    name.contains('.') || (name.contains(|c: char| c.is_ascii_digit() || c == '-') && !name.starts_with("xn--"))
}

/// Whether a browser can call this address: link-local IPv6 needs the name of an interface, which no URL takes.
fn is_callable(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_unspecified() && !v4.is_multicast(),
        IpAddr::V6(v6) => !v6.is_unspecified() && !v6.is_multicast() && !v6.is_unicast_link_local(),
    }
}

/// All addresses of interfaces that are up, and loopback also where they cannot be asked for.
fn addresses() -> Vec<IpAddr> {
    use nix::net::if_::InterfaceFlags;
    let mut found = vec![IpAddr::from([127, 0, 0, 1])];
    match nix::ifaddrs::getifaddrs() {
        Ok(interfaces) => {
            found.extend(interfaces.filter(|i| i.flags.contains(InterfaceFlags::IFF_UP)).filter_map(|interface| {
                let address = interface.address?;
                let v4 = address.as_sockaddr_in().map(|a| IpAddr::V4(a.ip()));
                v4.or_else(|| address.as_sockaddr_in6().map(|a| IpAddr::V6(a.ip())))
            }));
        }
        Err(error) => tracing::warn!("the addresses of this box cannot be read: {error}"),
    }
    found
}
