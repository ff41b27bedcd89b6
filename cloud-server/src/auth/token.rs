//! Session tokens: HS256 with a key that never leaves this server, valid for 8 hours (RBAC-08, Q-134).
//! A token says who somebody is and since when; what they may do stands in the row of their session, so that no
//! role makes a token longer than a cookie can be. What holds now is checked at every request.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use unison_core::time::{HOUR, SECOND, Timestamp};
use uuid::Uuid;

/// How long a session lasts.
pub const SESSION: i64 = 8 * HOUR;
/// Longer texts are no tokens of ours, and a browser would keep none beyond 4,096 bytes with its name.
const TOKEN_BYTES_MAX: usize = 1_024;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Id of the user.
    pub sub: String,
    /// The organisation's UUID.
    pub org: Uuid,
    /// The chosen plant (TEN-07).
    pub current_plant_id: Option<i64>,
    /// The user's epoch at log-in; a later one ends the session.
    pub epoch: i64,
    pub jti: Uuid,
    /// Seconds since 1970.
    pub iat: i64,
    pub exp: i64,
}

impl Claims {
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        Timestamp(self.exp.saturating_mul(SECOND))
    }

    /// Until when a session lasts that begins now, in whole seconds.
    #[must_use]
    pub fn lasting(now: Timestamp) -> (i64, i64) {
        (now.0 / SECOND, now.plus(SESSION).0 / SECOND)
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
    use jsonwebtoken::crypto::sign;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp(1_762_423_200_000_000);

    fn claims() -> Claims {
        let (iat, exp) = Claims::lasting(NOW);
        Claims {
            sub: "7".into(),
            org: Uuid::from_u128(1),
            current_plant_id: Some(5),
            epoch: 1,
            jti: Uuid::from_u128(2),
            iat,
            exp,
        }
    }

    #[test]
    fn rbac_08_the_longest_token_is_far_from_what_a_cookie_holds() {
        let claims = Claims {
            sub: i64::MIN.to_string(),
            current_plant_id: Some(i64::MIN),
            epoch: i64::MAX,
            org: Uuid::max(),
            jti: Uuid::max(),
            iat: i64::MAX,
            exp: i64::MAX,
        };
        assert!(Signer::new(&[1; 32]).write(&claims).unwrap().len() < TOKEN_BYTES_MAX / 2);
    }

    #[test]
    fn rbac_08_a_token_lasts_eight_hours() {
        let signer = Signer::new(&[1; 32]);
        let token = signer.write(&claims()).unwrap();
        assert_eq!(signer.read(&token, NOW), Some(claims()));
        assert!(signer.read(&token, NOW.plus(SESSION - SECOND)).is_some());
        assert!(signer.read(&token, NOW.plus(SESSION)).is_none());
    }

    /// A token made by hand: any header, any claims, the given key.
    fn forged(header: &Value, claims: &Value, key: &[u8]) -> String {
        let part = |v: &Value| base64url(v.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let mac = sign(message.as_bytes(), &EncodingKey::from_secret(key), Algorithm::HS256).unwrap();
        format!("{message}.{mac}")
    }

    fn base64url(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bits: String = bytes.iter().map(|b| format!("{b:08b}")).collect();
        let six = bits.as_bytes().chunks(6).map(|c| format!("{:0<6}", std::str::from_utf8(c).unwrap()));
        six.map(|c| char::from(ALPHABET[usize::from_str_radix(&c, 2).unwrap()])).collect()
    }

    #[test]
    fn q_134_tokens_that_were_not_made_here_are_worth_nothing() {
        let (key, header) = ([1u8; 32], json!({"typ": "JWT", "alg": "HS256"}));
        let signer = Signer::new(&key);
        let good = serde_json::to_value(claims()).unwrap();
        assert!(signer.read(&forged(&header, &good, &key), NOW).is_some(), "the forger works");
        assert!(signer.read(&forged(&header, &good, &[2; 32]), NOW).is_none(), "another key");
        for alg in ["none", "None", "HS384", "HS512", "RS256", "ES256"] {
            let token = forged(&json!({"typ": "JWT", "alg": alg}), &good, &key);
            assert!(signer.read(&token, NOW).is_none(), "{alg}");
            let (unsigned, _) = token.rsplit_once('.').unwrap();
            assert!(signer.read(&format!("{unsigned}."), NOW).is_none(), "{alg} without signature");
        }
        for name in good.as_object().unwrap().keys() {
            let mut less = good.clone();
            less.as_object_mut().unwrap().remove(name);
            // The one claim that may be missing: nobody has chosen a plant.
            let is_optional = name == "current_plant_id";
            assert_eq!(signer.read(&forged(&header, &less, &key), NOW).is_some(), is_optional, "without {name}");
        }
        let token = signer.write(&claims()).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        let mut more = good.clone();
        more["sub"] = json!("1");
        let altered = [parts[0], &base64url(more.to_string().as_bytes()), parts[2]].join(".");
        assert!(signer.read(&altered, NOW).is_none(), "altered claims");
        let mut huge = good.clone();
        huge["sub"] = json!("7".repeat(2_000));
        assert!(signer.read(&forged(&header, &huge, &key), NOW).is_none(), "longer than any of ours");
        let mut far = good;
        far["exp"] = json!(i64::MAX);
        assert!(signer.read(&forged(&header, &far, &key), NOW).is_some(), "a time beyond reckoning does no harm");
        for text in ["", ".", "..", "a.b.c", "\u{0}\u{0}"] {
            assert!(signer.read(text, NOW).is_none(), "{text:?}");
        }
    }
}
