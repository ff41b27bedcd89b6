//! The certificate of HTTPS, seen and changed, and what a device needs to trust the plant authority.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::{ApiError, Detail};
use unison_core::time::{Rfc3339, Timestamp};

use super::pages::with_type;
use super::router::{Answer, Call, internal, json};
use super::{Api, caller};
use crate::tls::{Facts, Https, Part, Place, Refused, Standing};

/// A chain of some certificates and an RSA key as JSON.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

/// Body of `PUT /certificate`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCertificate {
    /// PEM: the certificate of this box first, then its issuers.
    chain: String,
    /// PEM, without a pass phrase.
    key: String,
}

/// How HTTPS of this box stands.
#[derive(Serialize, JsonSchema)]
pub(super) struct CertificateView {
    /// Where HTTPS is served; null where it is switched off.
    https_port: Option<u16>,
    http_port: u16,
    /// Plain HTTP answers the box itself only.
    http_is_local: bool,
    /// The one that is served; null while there is none.
    certificate: Option<ServedView>,
    /// The plant authority, while it issues the certificate.
    authority: Option<AuthorityView>,
    /// Under which this box can be called by HTTPS, best first.
    urls: Vec<String>,
    /// What is wrong or soon will be, and what to do.
    warnings: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct ServedView {
    /// "file" (of the configuration), "uploaded" or "plant_authority".
    source: &'static str,
    subject: String,
    issuer: String,
    /// Host names and addresses.
    names: Vec<String>,
    not_before: Rfc3339,
    not_after: Rfc3339,
    /// SHA-256, pairs of hexadecimal digits.
    fingerprint: String,
}

#[derive(Serialize, JsonSchema)]
struct AuthorityView {
    subject: String,
    not_after: Rfc3339,
    /// SHA-256, pairs of hexadecimal digits; compare it with the one that `edge-agent authority` prints on the box.
    fingerprint: String,
    /// It may vouch for these names and those below them, ...
    permitted_names: Vec<String>,
    /// ... for addresses in these networks, and for nothing else.
    permitted_networks: Vec<String>,
}

pub(super) async fn get(call: Call) -> Answer {
    Ok(json(200, &view(&call.api)))
}

pub(super) async fn put(call: Call) -> Answer {
    caller::admin(&call.api, &call.headers)?;
    if !may_send_key(call.peer, call.is_encrypted) {
        return Err(ApiError::new(
            403,
            "Not over plain HTTP",
            "Everybody on the network could read the key; send it over HTTPS, or from the box itself",
        ));
    }
    let NewCertificate { chain, key } = call.json()?;
    change(&call, move |https, now| https.upload(&chain, &key, now)).await
}

/// A TLS proxy on the box itself comes from there too.
fn may_send_key(peer: IpAddr, is_encrypted: bool) -> bool {
    is_encrypted || peer.to_canonical().is_loopback()
}

pub(super) async fn delete(call: Call) -> Answer {
    caller::admin(&call.api, &call.headers)?;
    change(&call, |https, now| https.forget(now, Instant::now())).await
}

pub(super) async fn renew(call: Call) -> Answer {
    caller::admin(&call.api, &call.headers)?;
    change(&call, |https, now| https.renew_authority(now, Instant::now())).await
}

pub(super) async fn authority(call: Call) -> Answer {
    let der = call.api.context.https.as_ref().and_then(|https| https.authority_der());
    let der = der.ok_or_else(|| {
        ApiError::new(404, "No plant authority", "HTTPS is off here, or its certificate comes from another authority")
    })?;
    let mut answer = with_type(StatusCode::OK, "application/x-x509-ca-cert", Body::from(der));
    let name = HeaderValue::from_static("attachment; filename=\"unison-plant-authority.crt\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

pub(super) async fn qr(call: Call) -> Answer {
    let standing = call.api.context.https.as_ref().map(|https| https.standing(call.api.store.now()));
    let http = call.api.context.config.http.listen;
    let (scheme, port, place) = match standing {
        // Others come by HTTPS then, where only what the certificate names is of use.
        Some(standing) if http.ip().is_loopback() => ("https", standing.port, named(&standing)),
        Some(standing) => ("http", http.port(), standing.place),
        None => ("http", http.port(), Place::default()),
    };
    let called = call.query.get("host").filter(|host| is_here(&place, host)).map(str::to_owned);
    let host = called.or_else(|| best(&place));
    let host = host.ok_or_else(|| ApiError::new(404, "No address", "This box has no address on a network now"))?;
    let code = qrcode::QrCode::new(format!("{scheme}://{host}:{port}/trust")).map_err(internal)?;
    let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(with_type(StatusCode::OK, "image/svg+xml", Body::from(svg)))
}

/// The part of a place that the certificate names.
fn named(standing: &Standing) -> Place {
    let names = standing.served.as_ref().map(|served| served.facts.names.as_slice()).unwrap_or_default();
    let mut place = standing.place.clone();
    place.names.retain(|name| names.contains(name));
    place.addresses.retain(|address| names.contains(&address.to_string()));
    place
}

/// The HTTPS origin of this box under the name that a request calls it by.
pub(super) fn own_origin(api: &Api, headers: &HeaderMap) -> Option<String> {
    let https = api.context.https.as_ref()?;
    let called = headers.get(header::HOST)?.to_str().ok()?;
    // An IPv6 address has colons of its own, inside its brackets.
    let host = match called.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => called,
    };
    is_here(&https.standing(api.store.now()).place, host).then(|| format!("https://{host}:{}", https.port()))
}

/// Reads and writes files, so never on an async thread.
async fn change(call: &Call, work: impl FnOnce(&Https, Timestamp) -> Result<(), Refused> + Send + 'static) -> Answer {
    let https = call.api.context.https.clone();
    let https = https.ok_or_else(|| {
        ApiError::new(
            409,
            "HTTPS is off",
            "Write https = \"0.0.0.0:8443\" into [http] of the configuration and restart",
        )
    })?;
    let now = call.api.store.now();
    let done = tokio::task::spawn_blocking(move || work(&https, now)).await.map_err(internal)?;
    done.map_err(refused)?;
    Ok(json(200, &view(&call.api)))
}

fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::Files(files) => ApiError::new(
            409,
            "The configuration names the certificate",
            format!(
                "Replace {} and {}, which are taken up by themselves, or take them out of [http]",
                files.certificate.display(),
                files.key.display()
            ),
        ),
        Refused::Uploaded => ApiError::new(
            409,
            "An uploaded certificate is in use",
            "Take it back first (DELETE /api/v1/certificate); the plant authority is not used meanwhile",
        ),
        Refused::Mistakes(all) => {
            let field = |part| match part {
                Part::Certificate => "chain",
                Part::Key => "key",
            };
            let detail = |m: crate::tls::Mistake| Detail { field: field(m.part).into(), message: m.reason };
            ApiError::invalid(all.into_iter().map(detail).collect())
        }
        Refused::Io(error) => internal(error),
    }
}

fn view(api: &Arc<Api>) -> CertificateView {
    let standing = api.context.https.as_ref().map(|https| https.standing(api.store.now()));
    let http = api.context.config.http.listen;
    CertificateView {
        https_port: standing.as_ref().map(|s| s.port),
        http_port: http.port(),
        http_is_local: http.ip().is_loopback(),
        urls: standing.as_ref().map(urls).unwrap_or_default(),
        warnings: standing.as_ref().map(|s| s.warnings.clone()).unwrap_or_default(),
        authority: standing.as_ref().and_then(|s| s.authority.clone()).map(|authority| AuthorityView {
            fingerprint: authority.certificate.fingerprint(),
            subject: authority.certificate.subject,
            not_after: authority.certificate.not_after.into(),
            permitted_names: authority.names,
            permitted_networks: authority.networks,
        }),
        certificate: standing.and_then(|s| s.served).map(|served| ServedView {
            source: served.source.code(),
            fingerprint: served.facts.fingerprint(),
            not_before: served.facts.not_before.into(),
            not_after: served.facts.not_after.into(),
            subject: served.facts.subject,
            issuer: served.facts.issuer,
            names: served.facts.names,
        }),
    }
}

/// What the certificate names and other devices can call.
fn urls(standing: &Standing) -> Vec<String> {
    let names = |facts: &Facts| {
        let callable = facts.names.iter().filter(|n| !n.starts_with("*.") && !is_loopback(n));
        callable.map(|name| format!("https://{}:{}", in_url(name), standing.port)).collect()
    };
    standing.served.as_ref().map(|served| names(&served.facts)).unwrap_or_default()
}

fn in_url(name: &str) -> String {
    if name.contains(':') { format!("[{name}]") } else { name.to_owned() }
}

fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|a| a.is_loopback())
}

/// Whether a host, as it stands in an address line, is this box.
fn is_here(place: &Place, host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    place.names.iter().any(|n| n.eq_ignore_ascii_case(bare))
        || bare.parse::<IpAddr>().is_ok_and(|a| place.addresses.contains(&a))
}

/// Every device can call an address; names need somebody who resolves them.
fn best(place: &Place) -> Option<String> {
    let address = place.addresses.iter().find(|a| !a.is_loopback()).map(|a| in_url(&a.to_string()));
    address.or_else(|| place.names.first().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_11_only_names_of_this_box_are_called() {
        let place = Place::new(
            &["edge.example".into()],
            Some("Box"),
            ["10.0.0.5".parse().unwrap(), "fd00::5".parse().unwrap()],
        );
        for host in ["edge.example", "BOX.local", "10.0.0.5", "[fd00::5]"] {
            assert!(is_here(&place, host), "{host}");
        }
        for host in ["evil.example", "10.0.0.6", "", "10.0.0.5'; script-src *"] {
            assert!(!is_here(&place, host), "{host}");
        }
        assert_eq!(best(&place).as_deref(), Some("10.0.0.5"));
    }

    #[test]
    fn edge_11_a_key_crosses_no_network_in_the_clear() {
        let check = |peer: &str, is_encrypted, expect| {
            assert_eq!(may_send_key(peer.parse().unwrap(), is_encrypted), expect, "{peer}");
        };
        check("10.0.0.9", false, false);
        check("::ffff:10.0.0.9", false, false);
        check("10.0.0.9", true, true);
        check("127.0.0.1", false, true);
        check("::ffff:127.0.0.1", false, true);
    }
}
