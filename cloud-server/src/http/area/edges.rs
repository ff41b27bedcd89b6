//! Edges: their list, how one is taken in, revoked and released.

use crate::business::edges::{add, hand_over, known, list as all, plant_uuid, released, revoked, successor, view};
use crate::business::{Wrong, idempotency};
use crate::http::call::{Answer, Call, bytes, internal, json};
use crate::tenancy::{Caller, Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::{ApiError, Detail};
use unison_core::ids::PlantId;
use unison_sync::seal::{Address, Keys};
use uuid::Uuid;

const NAME_CHARS_MAX: usize = 100;

pub(crate) async fn list(call: Call) -> Result<Answer, ApiError> {
    let (live, page) = (call.app.live.clone(), call.page()?);
    json(200, &call.read(move |tx| Ok(all(tx, &live, page)?)).await?)
}

/// Who comes after a revoked edge.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// The edge that gets its machines, of the same plant. Left out, they are free for whichever edge has them
    /// in its configuration.
    successor_id: Option<i64>,
}

/// Cuts an edge off for ever: its session ends within seconds, and nothing it sends is taken. Saying it again
/// does nothing, but may hand over machines that are still its own.
pub(crate) async fn revoke(call: Call) -> Result<Answer, ApiError> {
    let (wanted, id): (Revoke, i64) = (call.json_or_default()?, call.id("edge")?);
    let once = idempotency::Request::read(&call.headers, &call.action, &call.body)?;
    let successor = wanted.successor_id;
    let check = move |tx: &Tx<'_>| {
        let edge = known(tx, id)?;
        let to = successor.map(|to| self::successor(tx, &edge, to)).transpose()?;
        Ok((edge, to))
    };
    let (edge, to) = call.read(check).await?;
    // First what cuts the connection; the record of the organisation follows.
    call.app.tenancy.platform().revoke_edge(edge.uuid).await.map_err(Wrong::from)?;
    let live = call.app.live.clone();
    let write = move |tx: &WriteTx<'_>| {
        idempotency::once(tx, once.as_ref(), 200, |tx| {
            revoked(tx, edge.id)?;
            if let Some(to) = to {
                hand_over(tx, edge.id, to.id)?;
            }
            view(tx, &live, edge.id)?.ok_or_else(|| ApiError::not_found("edge").into())
        })
    };
    let (status, answer) = call.write(write).await?;
    Ok(bytes(status, "application/json", answer))
}

/// Takes an edge again whose log contradicted what was held of it.
pub(crate) async fn release_quarantine(call: Call) -> Result<Answer, ApiError> {
    let (id, live) = (call.id("edge")?, call.app.live.clone());
    let once = idempotency::Request::read(&call.headers, &call.action, &call.body)?;
    let write = move |tx: &WriteTx<'_>| {
        idempotency::once(tx, once.as_ref(), 200, |tx| {
            released(tx, &known(tx, id)?)?;
            view(tx, &live, id)?.ok_or_else(|| ApiError::not_found("edge").into())
        })
    };
    let (status, answer) = call.write(write).await?;
    Ok(bytes(status, "application/json", answer))
}

/// What an edge says when it comes in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// The one-time token of `cloud-server edge token`.
    token: String,
    /// What people call the edge.
    name: String,
    /// Its X25519 public key, base64.
    public_key: String,
}

/// How to reach the broker.
#[derive(Serialize, JsonSchema)]
pub struct MqttAccess {
    host: String,
    port: u16,
    username: String,
    password: String,
}

/// Who the edge is from now on.
#[derive(Serialize, JsonSchema)]
pub struct Enrolled {
    organization_uuid: Uuid,
    plant_uuid: Uuid,
    edge_uuid: Uuid,
    edge_id: i64,
    /// Base64.
    cloud_public_key: String,
    key_id: u32,
    mqtt: MqttAccess,
    organization_name: String,
    plant_name: String,
}

/// The same words whatever is wrong with a token: whoever guesses learns nothing.
fn token_refused() -> ApiError {
    ApiError::new(
        403,
        "Enrolment refused",
        "The token is wrong, used or expired; make a new one with: cloud-server edge token",
    )
}

pub(crate) async fn enrol(call: Call) -> Result<Answer, ApiError> {
    let wanted: Enrol = call.json()?;
    let (name, key) = check(&wanted)?;
    let (tenancy, config) = (&call.app.tenancy, &call.app.config);
    let platform = tenancy.platform();
    let token = platform.token(&wanted.token).await.map_err(Wrong::from)?.ok_or_else(token_refused)?;
    let organizations = platform.organizations().await.map_err(Wrong::from)?;
    let organization =
        organizations.into_iter().find(|o| o.id == token.organization && o.is_active).ok_or_else(token_refused)?;
    let (caller, plant) = (Caller::system(organization.id, "enrolment of an edge"), PlantId(token.plant_id));
    let plant_id: Option<Uuid> = tenancy.read(&caller, move |tx| Ok::<_, Wrong>(plant_uuid(tx, plant)?)).await?;
    let plant_id = plant_id.ok_or_else(token_refused)?;
    let address = Address { organization: organization.uuid, plant: plant_id, edge: Uuid::now_v7() };
    // A weak key is refused before the token is spent.
    Keys::agree([1; 32], key, &address).ok_or_else(|| ApiError::field("public_key", "is no usable X25519 key"))?;
    let link = platform.enrol(token, address, key).await.map_err(Wrong::from)?.ok_or_else(token_refused)?;
    let added = tenancy.write(&caller, move |tx| Ok::<_, Wrong>(add(tx, plant, address.edge, &name)?)).await;
    let edge = match added {
        Ok(edge) => edge,
        Err(wrong) => {
            platform.undo_enrol(token, address.edge).await.map_err(Wrong::from)?;
            return Err(wrong.into());
        }
    };
    let (host, port) = config.mqtt_public();
    let cloud_key = platform.cloud_public_key(link.key_id).await.map_err(Wrong::from)?;
    tracing::info!(organization = organization.id, edge = %address.edge, "an edge was enrolled");
    json(
        200,
        &Enrolled {
            organization_uuid: address.organization,
            plant_uuid: address.plant,
            edge_uuid: address.edge,
            edge_id: edge.id,
            cloud_public_key: base64(&cloud_key),
            key_id: link.key_id,
            mqtt: MqttAccess { host, port, username: address.edge.to_string(), password: link.keys.mqtt_password() },
            organization_name: edge.organization_name,
            plant_name: edge.plant_name,
        },
    )
}

fn check(wanted: &Enrol) -> Result<(String, [u8; 32]), ApiError> {
    let name = wanted.name.trim().to_owned();
    let mut wrong = Vec::new();
    let mut detail = |field: &str, message: &str| wrong.push(Detail { field: field.into(), message: message.into() });
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        detail("name", "must have 1 to 100 characters");
    }
    let key = unbase64(&wanted.public_key);
    if key.is_none() {
        detail("public_key", "must be 32 bytes in base64");
    }
    match key {
        Some(key) if wrong.is_empty() => Ok((name, key)),
        _ if wrong.is_empty() => Err(internal("an enrolment without key and without reason")),
        _ => Err(ApiError::invalid(wrong)),
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |w, i| (w << 8) | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let place = usize::try_from((word >> (18 - 6 * i)) & 63).unwrap_or(0);
            out.push(if i <= chunk.len() { char::from(ALPHABET.get(place).copied().unwrap_or(b'=')) } else { '=' });
        }
    }
    out
}

/// A key of 32 bytes; padding may be left out.
fn unbase64(text: &str) -> Option<[u8; 32]> {
    let (mut word, mut bits, mut out) = (0u32, 0, Vec::new());
    for c in text.trim().trim_end_matches('=').bytes() {
        let value = ALPHABET.iter().position(|a| *a == c)?;
        word = (word << 6) | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((word >> bits) & 255).ok()?);
        }
        if out.len() > 32 {
            return None;
        }
    }
    out.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_travel_as_base64() {
        assert_eq!(base64(b"Man"), "TWFu");
        assert_eq!(base64(b"Ma"), "TWE=");
        let key: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 7 % 256).unwrap());
        assert_eq!(base64(&key).len(), 44);
        assert_eq!(unbase64(&base64(&key)), Some(key));
        assert_eq!(unbase64("AAAA"), None);
        assert_eq!(unbase64(&"A".repeat(60)), None);
        assert_eq!(unbase64("not base64!"), None);
    }
}
