//! Who a request comes from, where a proxy may stand in front. What a client writes about itself counts for
//! nothing: only what proxies that the configuration trusts have appended.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FORWARDED: &str = "x-forwarded-for";

/// The address a request comes from: the peer, or, where that is a trusted proxy, the last one in
/// `X-Forwarded-For` that is none. Each proxy appends whom it heard, so the list is read from its end; what stands
/// before the first stranger is the stranger's own word.
pub(super) fn address(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |at: IpAddr| trusted.iter().any(|net| net.contains(&at));
    let mut at = peer.to_canonical();
    // Several headers are one list, in their order.
    let lines: Vec<_> = headers.get_all(FORWARDED).iter().collect();
    for line in lines.into_iter().rev() {
        // What cannot be read is no address: whoever handed it on is as far as is known.
        let Ok(line) = line.to_str() else { return at };
        for word in line.rsplit(',') {
            if !is_trusted(at) {
                return at;
            }
            let Some(next) = read(word.trim()) else { return at };
            at = next;
        }
    }
    at
}

/// `192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:5000`: proxies differ.
fn read(word: &str) -> Option<IpAddr> {
    let bare = word.strip_prefix('[').and_then(|w| w.strip_suffix(']')).unwrap_or(word);
    let ip = bare.parse::<IpAddr>().ok().or_else(|| word.parse::<SocketAddr>().ok().map(|a| a.ip()))?;
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(peer: &str, lines: &[&str], expect: &str) {
        let trusted: Vec<IpNet> = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"].map(|n| n.parse().unwrap()).into();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let found = address(&trusted, peer.parse().unwrap(), &headers);
        assert_eq!(found, expect.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        assert_eq!(address(&[], peer.parse().unwrap(), &headers), peer.parse::<IpAddr>().unwrap().to_canonical());
    }

    #[test]
    fn q_135_the_address_is_the_last_one_that_is_no_proxy() {
        check("192.0.2.9", &[], "192.0.2.9");
        check("127.0.0.1", &[], "127.0.0.1");
        check("127.0.0.1", &["192.0.2.1"], "192.0.2.1");
        check("::ffff:127.0.0.1", &["192.0.2.1"], "192.0.2.1");
        check("127.0.0.1", &["192.0.2.1, 10.1.1.1"], "192.0.2.1");
        check("127.0.0.1", &["198.51.100.7, 192.0.2.1 ,10.1.1.1"], "192.0.2.1");
        check("127.0.0.1", &["198.51.100.7", "192.0.2.1, 10.1.1.1"], "192.0.2.1");
        check("127.0.0.1", &["192.0.2.1", "10.1.1.1"], "192.0.2.1");
        check("2001:db8:1::1", &["2001:db8:2::7"], "2001:db8:2::7");
        check("127.0.0.1", &["[2001:db8:2::7]:443"], "2001:db8:2::7");
        check("127.0.0.1", &["192.0.2.1:5000"], "192.0.2.1");
        check("127.0.0.1", &["10.1.1.1, 10.2.2.2"], "10.1.1.1");
    }

    #[test]
    fn q_135_what_strangers_write_counts_for_nothing() {
        check("192.0.2.9", &["10.0.0.1"], "192.0.2.9");
        check("192.0.2.9", &["127.0.0.1, 127.0.0.1"], "192.0.2.9");
        check("127.0.0.1", &["10.0.0.1, 192.0.2.9"], "192.0.2.9");
        check("127.0.0.1", &["192.0.2.1, unknown, 10.1.1.1"], "10.1.1.1");
        check("127.0.0.1", &[""], "127.0.0.1");
        check("127.0.0.1", &["192.0.2.1,"], "127.0.0.1");
        check("127.0.0.1", &["192.0.2.1", "\u{e9}"], "127.0.0.1");
    }
}
