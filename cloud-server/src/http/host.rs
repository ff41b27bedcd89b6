//! Which organisation an address names (TEN-01, TEN-02, Q-080).

use super::App;
use crate::business::Wrong;
use crate::tenancy::Organization;
use axum::http::{HeaderMap, header};
use unison_api::error::ApiError;

/// What the host says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// `acme` of `acme.unison.example.com`.
    Subdomain(String),
    /// The base domain or an address: no organisation.
    Nothing,
}

/// Reads a host such as `acme.localhost:8080`.
pub(super) fn named(host: &str, base_domain: &str) -> Named {
    let host = host.trim_end_matches('.').to_lowercase();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host.as_str(),
    };
    if name == base_domain || name.starts_with('[') || name.parse::<std::net::IpAddr>().is_ok() || name == "localhost" {
        return Named::Nothing;
    }
    match name.strip_suffix(base_domain).and_then(|rest| rest.strip_suffix('.')) {
        Some(label) if !label.is_empty() => Named::Subdomain(label.to_owned()),
        // Somebody else's name points here: it names an organisation that does not exist.
        _ => Named::Subdomain(name.to_owned()),
    }
}

/// The host that a request names; none when it names several, or none at all.
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::HOST).iter();
    match (all.next(), all.next()) {
        (Some(one), None) => one.to_str().ok(),
        _ => None,
    }
}

/// The active organisation that a request is for. Where the host names none, a header may, when the demo is
/// configured or the request carries an API token.
pub(super) async fn organization(
    app: &App,
    headers: &HeaderMap,
    query_org: Option<&str>,
    has_api_token: bool,
) -> Result<Option<Organization>, ApiError> {
    let Some(host) = host(headers) else { return Ok(None) };
    let demo = app.config.demo.allow_organization_header;
    let name = match named(host, &app.config.hosts.base_domain) {
        Named::Subdomain(name) => Some(name),
        Named::Nothing if demo || has_api_token => {
            let header = headers.get("x-organization").and_then(|h| h.to_str().ok());
            header.or(query_org.filter(|_| demo)).map(str::to_owned)
        }
        Named::Nothing => None,
    };
    let Some(name) = name else { return Ok(None) };
    let found = app.tenancy.platform().organization(&name).await.map_err(Wrong::from)?;
    Ok(found.filter(|o| o.is_active))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_01_the_host_names_the_organisation() {
        let sub = |s: &str| Named::Subdomain(s.to_owned());
        assert_eq!(named("acme.localhost:8080", "localhost"), sub("acme"));
        assert_eq!(named("ACME.unison.com", "unison.com"), sub("acme"));
        assert_eq!(named("unison.com", "unison.com"), Named::Nothing);
        assert_eq!(named("127.0.0.1:8080", "localhost"), Named::Nothing);
        assert_eq!(named("[::1]:8080", "localhost"), Named::Nothing);
        assert_eq!(
            named("evilunison.com", "unison.com"),
            sub("evilunison.com"),
            "no organisation has a dot in its name"
        );
        assert_eq!(named("a.b.unison.com", "unison.com"), sub("a.b"));
        assert_eq!(named("acme.unison.com@evil.example", "unison.com"), sub("acme.unison.com@evil.example"));
        assert_eq!(named("acme.unison.com:80:80", "unison.com"), sub("acme.unison.com:80"));
        assert_eq!(named(".unison.com", "unison.com"), sub(".unison.com"));
    }
}
