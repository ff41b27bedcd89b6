//! Session tokens: HS256 with a key that never leaves this server, valid for 8 hours (RBAC-08, Q-134).
//! A token says who somebody was at log-in; what holds now is checked at every request.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use unison_core::time::{HOUR, SECOND, Timestamp};
use uuid::Uuid;

/// How long a session lasts.
pub const SESSION: i64 = 8 * HOUR;
/// Longer texts are no tokens of ours.
const TOKEN_BYTES_MAX: usize = 4_096;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Id of the user.
    pub sub: String,
    /// The organisation's UUID.
    pub org: Uuid,
    /// The chosen plant (TEN-07).
    pub current_plant_id: Option<i64>,
    /// Codes of the roles at log-in; they grant the permissions.
    pub permissions: Vec<String>,
    /// The user's epoch at log-in; a later one ends the session.
    pub epoch: i64,
    pub jti: Uuid,
    /// Seconds since 1970.
    pub iat: i64,
    pub exp: i64,
}

impl Claims {
    #[must_use]
    pub fn new(user: i64, org: Uuid, plant: Option<i64>, roles: Vec<String>, epoch: i64, now: Timestamp) -> Self {
        Self {
            sub: user.to_string(),
            org,
            current_plant_id: plant,
            permissions: roles,
            epoch,
            jti: Uuid::now_v7(),
            iat: now.0 / SECOND,
            exp: now.plus(SESSION).0 / SECOND,
        }
    }

    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        Timestamp(self.exp.saturating_mul(SECOND))
    }
}

/// Signs and checks.
#[derive(Clone)]
pub struct Signer {
    sign: EncodingKey,
    check: DecodingKey,
    rules: Validation,
}

impl Signer {
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // Time is judged by `read`, with the clock of the program.
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        Self { sign: EncodingKey::from_secret(key), check: DecodingKey::from_secret(key), rules }
    }

    /// # Errors
    /// Only when the claims cannot be written as JSON.
    pub fn write(&self, claims: &Claims) -> Result<String, String> {
        encode(&Header::new(Algorithm::HS256), claims, &self.sign).map_err(|e| e.to_string())
    }

    /// The claims of a token that was signed here and has not expired.
    #[must_use]
    pub fn read(&self, token: &str, now: Timestamp) -> Option<Claims> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let claims = decode::<Claims>(token, &self.check, &self.rules).ok()?.claims;
        (now < claims.expires_at()).then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rbac_08_a_token_lasts_eight_hours_and_cannot_be_altered() {
        let (signer, now) = (Signer::new(&[1; 32]), Timestamp(1_762_423_200_000_000));
        let claims = Claims::new(7, Uuid::from_u128(1), Some(5), vec!["operator".into()], 1, now);
        let token = signer.write(&claims).unwrap();
        assert_eq!(signer.read(&token, now), Some(claims));
        assert!(signer.read(&token, now.plus(SESSION - SECOND)).is_some());
        assert!(signer.read(&token, now.plus(SESSION)).is_none());
        assert!(Signer::new(&[2; 32]).read(&token, now).is_none());
        let (head, rest) = token.split_once('.').unwrap();
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        assert!(signer.read(&token.replacen(head, none, 1), now).is_none());
        assert!(signer.read(&format!("{none}.{}.", rest.split('.').next().unwrap()), now).is_none());
    }
}
