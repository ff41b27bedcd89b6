//! Whom this box believes to be a server: the certificates of OPC UA servers that are pinned and shown, and the
//! edge's own one, which servers have to trust.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::ApiError;
use unison_core::time::Rfc3339;

use super::Api;
use super::caller;
use super::headers::ADMIN_TOKEN;
use super::router::{Answer, Call, internal, json};
use crate::config::{ConnectionConfig, DriverConfig};
use crate::driver::ConnectionStatus;
use crate::driver::opcua::{self, Certificate, NotTrusted, Pin, Trust, TrustedBy};

/// The permission to decide which server is believed.
pub(super) const TRUST: &str = "connections:trust";

/// A certificate for people who compare it with what the server's own tools show.
#[derive(Serialize, JsonSchema)]
pub(super) struct CertificateView {
    /// Null for one that cannot be read.
    subject: Option<String>,
    /// SHA-256 of the whole certificate, hexadecimal: what is compared.
    sha256: String,
    /// SHA-1 of it, as OPC UA tools show it.
    thumbprint: Option<String>,
    not_before: Option<Rfc3339>,
    not_after: Option<Rfc3339>,
}

impl From<&Certificate> for CertificateView {
    fn from(certificate: &Certificate) -> Self {
        let validity = certificate.validity();
        Self {
            subject: certificate.subject(),
            sha256: certificate.sha256(),
            thumbprint: certificate.thumbprint(),
            not_before: validity.map(|(from, _)| from.into()),
            not_after: validity.map(|(_, until)| until.into()),
        }
    }
}

/// The edge's own certificate.
#[derive(Serialize, JsonSchema)]
pub(super) struct OwnView {
    #[serde(flatten)]
    certificate: CertificateView,
    /// To be put among the trusted ones of a server.
    pem: String,
}

/// What is believed, since when and by whose word.
#[derive(Serialize, JsonSchema)]
pub(super) struct PinView {
    #[serde(flatten)]
    certificate: CertificateView,
    at: Rfc3339,
    /// "first_use", "administrator" (of the box) or "person".
    by: &'static str,
    /// The person's name.
    by_name: Option<String>,
    /// SHA-256 of the certificate that was believed before.
    replaced: Option<String>,
}

impl From<Pin> for PinView {
    fn from(pin: Pin) -> Self {
        let (by, by_name) = match pin.by {
            TrustedBy::FirstUse => ("first_use", None),
            TrustedBy::Administrator => ("administrator", None),
            TrustedBy::Person { name, .. } => ("person", Some(name)),
        };
        let certificate = (&pin.certificate).into();
        Self { certificate, at: pin.at, by, by_name, replaced: pin.replaced }
    }
}

/// What a server showed last.
#[derive(Serialize, JsonSchema)]
pub(super) struct PresentedView {
    #[serde(flatten)]
    certificate: CertificateView,
    at: Rfc3339,
}

/// How one connection stands.
#[derive(Serialize, JsonSchema)]
pub(super) struct TrustView {
    connection: String,
    endpoint: String,
    /// "unseen" (never reached), "unknown" (the first certificate waits for a person), "trusted", "changed" (another
    /// certificate than the pinned one: refused until it is trusted), "unreadable" (the pin's file is broken: refused)
    /// or "insecure" (the configuration asks for no security).
    state: &'static str,
    pinned: Option<PinView>,
    presented: Option<PresentedView>,
}

/// All OPC UA connections in the order of the configuration.
#[derive(Serialize, JsonSchema)]
pub(super) struct TrustList {
    /// Null until the first secure connection was tried.
    own: Option<OwnView>,
    connections: Vec<TrustView>,
    /// Whether the caller may trust a certificate.
    may_trust: bool,
}

/// Believes what the server shows now.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustCertificate {
    /// Name of the connection.
    connection: String,
    /// The `sha256` of `presented` that the person looked at.
    sha256: String,
}

pub(super) async fn list(call: Call) -> Answer {
    let may_trust = call.caller.as_ref().is_some_and(|caller| caller.may(TRUST));
    let api = call.api.clone();
    let own = tokio::task::spawn_blocking(move || own(&api)).await.map_err(internal)?;
    let connections = call.api.context.config.connections.iter().zip(&call.api.context.connections);
    let views = connections.filter_map(|(config, status)| match &config.driver {
        DriverConfig::OpcUa(opcua) => Some(view(&status.name, &opcua.endpoint, status.trust())),
        _ => None,
    });
    Ok(json(200, &TrustList { own, connections: views.collect(), may_trust }))
}

/// Access is judged here, because two kinds of callers may: an administrator of the box by its token, and a person
/// with the permission.
pub(super) async fn trust(call: Call) -> Answer {
    let wanted: TrustCertificate = call.json()?;
    let by = truster(&call).await?;
    let found = call.api.context.connections.iter().find(|status| *status.name == *wanted.connection);
    let status = found.ok_or_else(|| ApiError::field("connection", "there is no such connection"))?;
    let Some(trust) = status.trust().cloned() else {
        return Err(ApiError::field("connection", "it has no security, so there is no certificate to trust"));
    };
    let now = call.api.store.now();
    let (name, shared) = (status.name.clone(), trust.clone());
    let done = tokio::task::spawn_blocking(move || shared.trust(&wanted.sha256, by, now)).await.map_err(internal)?;
    match done {
        Ok(()) => Ok(json(200, &view(&name, trust.endpoint(), Some(&trust)))),
        Err(NotTrusted::NotPresented) => Err(ApiError::new(
            409,
            "Another certificate",
            "The server does not show this certificate now; look again at what it shows",
        )),
        Err(NotTrusted::Failed(cause)) => Err(internal(cause)),
    }
}

async fn truster(call: &Call) -> Result<TrustedBy, ApiError> {
    if call.headers.contains_key(ADMIN_TOKEN) {
        caller::admin(&call.api, &call.headers)?;
        return Ok(TrustedBy::Administrator);
    }
    let caller = caller::find(&call.api, &call.headers, call.is_encrypted, true).await?.ok_or_else(caller::sign_on)?;
    if !caller.may(TRUST) {
        return Err(ApiError::forbidden(TRUST));
    }
    Ok(TrustedBy::Person { id: caller.user.id.0, name: caller.user.name })
}

fn own(api: &Api) -> Option<OwnView> {
    let certificate = opcua::own_certificate(&api.context.config.agent.data_dir)?;
    Some(OwnView { certificate: (&certificate).into(), pem: certificate.pem() })
}

/// How a connection stands, where it matters.
pub(super) fn state_of(config: &ConnectionConfig, status: &ConnectionStatus) -> Option<&'static str> {
    let DriverConfig::OpcUa(_) = &config.driver else { return None };
    Some(status.trust().map_or("insecure", |trust| trust.snapshot().state.code()))
}

fn view(connection: &str, endpoint: &str, trust: Option<&Arc<Trust>>) -> TrustView {
    let now = trust.map(|trust| trust.snapshot());
    TrustView {
        connection: connection.to_owned(),
        endpoint: endpoint.to_owned(),
        state: now.as_ref().map_or("insecure", |now| now.state.code()),
        pinned: now.as_ref().and_then(|now| now.pinned.clone()).map(Into::into),
        presented: now
            .and_then(|now| now.presented)
            .map(|(certificate, at)| PresentedView { certificate: (&certificate).into(), at: at.into() }),
    }
}
