//! The first start: this edge makes its key pair, redeems a one-time token at the cloud and stores who it
//! is. The secret half lies in `edge.key` of the data directory and never leaves it.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use unison_api::error::ErrorBody;
use unison_sync::seal::{Keys, public_key};
use uuid::Uuid;

use crate::carrier::{CarrierState, CarrierStatus};
use crate::config::{CloudConfig, Config};
use crate::files::write_private;
use crate::store::{Identity, Store};

/// Where the token may be instead of a file.
pub const TOKEN_VARIABLE: &str = "UNISON_ENROLMENT_TOKEN";
const KEY_FILE: &str = "edge.key";
const CONNECT_MOST: Duration = Duration::from_secs(5);
const ANSWER_MOST: Duration = Duration::from_secs(20);
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MOST: Duration = Duration::from_secs(30);
const TOKEN_BYTES_MAX: usize = 1_024;
const ANSWER_BYTES_MAX: usize = 64 * 1_024;

/// Body of `POST /api/v1/edges/enrol`.
#[derive(Serialize)]
struct Request<'a> {
    token: &'a str,
    name: &'a str,
    /// Base64 of 32 bytes.
    public_key: String,
}

/// Its answer.
#[derive(Deserialize)]
struct Answer {
    organization_uuid: Uuid,
    plant_uuid: Uuid,
    edge_uuid: Uuid,
    edge_id: i64,
    cloud_public_key: String,
    key_id: u32,
    mqtt: Broker,
    organization_name: String,
    plant_name: String,
}

#[derive(Deserialize)]
struct Broker {
    host: String,
    port: u16,
}

/// Why an attempt did not succeed.
enum Failure {
    /// The cloud is away or unwell; the next attempt may succeed.
    Away(String),
    /// A person must do something first.
    Refused(String),
}

/// Who this edge is and the keys of its link; enrols it first where needed, however long that takes.
/// None when the agent stops before.
pub async fn identity(
    store: &Store,
    config: &Config,
    cloud: &CloudConfig,
    status: &CarrierStatus,
    shutdown: &CancellationToken,
) -> Option<(Arc<Identity>, Keys)> {
    let mut pause = PAUSE_FIRST;
    loop {
        match attempt(store, config, cloud).await {
            Ok(found) => return Some(found),
            Err(Failure::Away(reason)) => status.set(CarrierState::Offline, Some(reason)),
            Err(Failure::Refused(reason)) => status.set(CarrierState::Error, Some(reason)),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.cancelled() => return None,
        }
        pause = (pause * 2).min(PAUSE_MOST);
    }
}

async fn attempt(store: &Store, config: &Config, cloud: &CloudConfig) -> Result<(Arc<Identity>, Keys), Failure> {
    let known = store.model().identity.clone();
    let data_dir = &config.agent.data_dir;
    if let Some(identity) = known {
        // A new key would be a stranger to the cloud: this one must be there.
        let secret = read_secret(data_dir).map_err(|e| Failure::Refused(key_lost(data_dir, &e)))?;
        return Ok((identity.clone(), keys(secret, &identity)?));
    }
    let token = token(cloud)?;
    let secret =
        secret(data_dir).map_err(|e| Failure::Refused(format!("{}: {e}", data_dir.join(KEY_FILE).display())))?;
    let answer = redeem(cloud, &config.agent.name, &token, secret).await?;
    let identity = identity_of(answer)?;
    let keys = keys(secret, &identity)?;
    store.enrolled(identity.clone()).await.map_err(|e| Failure::Away(e.to_string()))?;
    tracing::info!(
        organization = identity.organization_name,
        plant = identity.plant_name,
        edge = %identity.edge,
        "this edge is enrolled"
    );
    Ok((Arc::new(identity), keys))
}

fn key_lost(data_dir: &Path, error: &io::Error) -> String {
    format!(
        "{}: {error}; without its key this edge cannot talk to the cloud. Enrol it anew",
        data_dir.join(KEY_FILE).display()
    )
}

fn token(cloud: &CloudConfig) -> Result<String, Failure> {
    let text = match (std::env::var(TOKEN_VARIABLE), &cloud.enrolment_token_file) {
        (Ok(text), _) => text,
        (Err(_), Some(path)) => fs::read_to_string(path).map_err(|e| {
            Failure::Refused(format!("enrolment_token_file {}: {e}; put the one-time token there", path.display()))
        })?,
        (Err(_), None) => {
            return Err(Failure::Refused(format!(
                "this edge is not enrolled; set [cloud] enrolment_token_file or {TOKEN_VARIABLE} to a one-time token"
            )));
        }
    };
    let text = text.trim();
    if text.is_empty() || text.len() > TOKEN_BYTES_MAX {
        return Err(Failure::Refused("the enrolment token is empty or not a token; get a new one".into()));
    }
    Ok(text.to_owned())
}

async fn redeem(cloud: &CloudConfig, name: &str, token: &str, secret: [u8; 32]) -> Result<Answer, Failure> {
    let away = |e: reqwest::Error| Failure::Away(format!("{}: {}", cloud.url, causes(&e)));
    let client = reqwest::Client::builder().connect_timeout(CONNECT_MOST).timeout(ANSWER_MOST).build().map_err(away)?;
    let body = Request { token, name, public_key: BASE64.encode(public_key(secret)) };
    let mut request = client.post(format!("{}/api/v1/edges/enrol", cloud.url)).json(&body);
    if let Some(organization) = &cloud.organization {
        request = request.header("X-Organization", organization);
    }
    let mut answer = request.send().await.map_err(away)?;
    let code = answer.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(away)? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            let reason = format!("{} answered with more than an enrolment; check [cloud] url", cloud.url);
            return Err(Failure::Refused(reason));
        }
        bytes.extend_from_slice(&chunk);
    }
    if code.is_success() {
        return serde_json::from_slice(&bytes)
            .map_err(|e| Failure::Refused(format!("{} is no Unison cloud of this version: {e}", cloud.url)));
    }
    let said = serde_json::from_slice::<ErrorBody>(&bytes).map_or_else(
        |_| code.to_string(),
        |b| b.reason.map_or_else(|| b.error.clone(), |r| format!("{}: {r}", b.error)),
    );
    if code.is_client_error() && code != reqwest::StatusCode::TOO_MANY_REQUESTS {
        Err(Failure::Refused(format!("the cloud refuses the enrolment token ({said}); get a new one")))
    } else {
        Err(Failure::Away(format!("{}: {said}", cloud.url)))
    }
}

/// An error with what is behind it: "error sending request" alone helps nobody.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn identity_of(a: Answer) -> Result<Identity, Failure> {
    let bytes = BASE64.decode(&a.cloud_public_key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let cloud_public_key =
        bytes.ok_or_else(|| Failure::Refused("the cloud's key is not 32 bytes in base64; check [cloud] url".into()))?;
    Ok(Identity {
        organization: a.organization_uuid,
        plant: a.plant_uuid,
        edge: a.edge_uuid,
        edge_id: a.edge_id,
        cloud_public_key,
        key_id: a.key_id,
        mqtt_host: a.mqtt.host,
        mqtt_port: a.mqtt.port,
        organization_name: a.organization_name,
        plant_name: a.plant_name,
    })
}

fn keys(secret: [u8; 32], identity: &Identity) -> Result<Keys, Failure> {
    Keys::agree(secret, identity.cloud_public_key, &identity.address())
        .ok_or_else(|| Failure::Refused("the cloud's key is weak; enrol this edge anew".into()))
}

/// The secret key, made at the first call.
fn secret(data_dir: &Path) -> io::Result<[u8; 32]> {
    match read_secret(data_dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).map_err(|e| io::Error::other(e.to_string()))?;
            write_private(&data_dir.join(KEY_FILE), &secret)?;
            Ok(secret)
        }
        other => other,
    }
}

fn read_secret(data_dir: &Path) -> io::Result<[u8; 32]> {
    let bytes = fs::read(data_dir.join(KEY_FILE))?;
    bytes.try_into().map_err(|_| io::Error::other("is not a key of 32 bytes"))
}
