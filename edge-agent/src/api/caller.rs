//! Who calls: finds the session of a request and the person behind it. The only maker of [`Caller`].

use axum::http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};
use unison_api::error::ApiError;
use unison_core::master::User;
use unison_core::time::Timestamp;

use super::headers::{ACTS_AS, ADMIN_TOKEN, REQUESTED_WITH};
use super::{Api, not_stored, pin};
use crate::store::keys::{self, TokenHash};

/// Cookies know no port. Each way in has a name of its own: a browser lets no plain page replace what an encrypted
/// one set, and `__Host-` says that nobody else did.
pub(super) const fn cookie(is_encrypted: bool) -> &'static str {
    if is_encrypted { "__Host-unison_session" } else { "unison_session" }
}

/// A person who is signed on.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The person's record as it is now: what was taken from them counts at once.
    pub user: User,
    pub session: TokenHash,
    pub expires_at: Timestamp,
}

impl Caller {
    pub fn may(&self, permission: &str) -> bool {
        unison_rules::rbac::may(&self.user.roles, permission)
    }
}

/// 401 for nobody.
pub(super) fn sign_on() -> ApiError {
    ApiError::unauthenticated("Sign on with your tile and PIN, or with your badge")
}

/// An administrator of the box, by its token.
///
/// # Errors
/// 403 for another token or none.
pub(super) fn admin(api: &Api, headers: &HeaderMap) -> Result<(), ApiError> {
    let token = headers.get(ADMIN_TOKEN).and_then(|t| t.to_str().ok());
    if token.is_some_and(|token| super::scan::same_text(token, &api.admin_token)) {
        return Ok(());
    }
    Err(ApiError::new(
        403,
        "Wrong administrator token",
        "Send it in the header X-Admin-Token; it stands in the file admin.token of the edge's data directory",
    ))
}

/// The person whose token or cookie the request carries; none without either.
///
/// # Errors
/// 401 when the session is over or another person's than the page says, 403 for a disabled person or a write that
/// another site's page may have made.
pub(super) async fn find(
    api: &Api,
    headers: &HeaderMap,
    is_encrypted: bool,
    is_write: bool,
) -> Result<Option<Caller>, ApiError> {
    let Some((token, is_cookie)) = token(headers, cookie(is_encrypted)) else { return Ok(None) };
    if is_cookie && is_write && !is_own_page(headers, is_encrypted) {
        return Err(ApiError::new(
            403,
            "Not from this page",
            "Send the header X-Requested-With: unison, or call from the edge's own page",
        ));
    }
    let session = hash(token);
    let now = api.store.now();
    let found = api.store.query(move |conn| keys::session(conn, &session, now)).await.map_err(not_stored)?;
    let Some((user, expires_at)) = found else {
        return Err(ApiError::unauthenticated("Your session is over; sign on again"));
    };
    // A browser has one session for all its pages, and one of them may not have heard that somebody else signed on in
    // another.
    if headers.get(ACTS_AS).is_some_and(|said| said.as_bytes() != user.0.to_string().as_bytes()) {
        return Err(ApiError::unauthenticated("Somebody else signed on in this browser meanwhile; sign on again"));
    }
    let user = api.store.model().users.get(&user).cloned();
    match user {
        Some(user) if user.is_active => Ok(Some(Caller { user, session, expires_at })),
        _ => Err(ApiError::new(403, "User disabled", "An administrator took this person's access away")),
    }
}

/// The token of a request, and whether a browser sent it by itself.
fn token<'a>(headers: &'a HeaderMap, cookie: &str) -> Option<(&'a str, bool)> {
    let text = |name| headers.get(name).and_then(|v: &axum::http::HeaderValue| v.to_str().ok());
    if let Some(authorization) = text(header::AUTHORIZATION) {
        let (scheme, token) = authorization.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then_some((token.trim(), false));
    }
    headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == cookie).then_some((value, true))
    })
}

/// Whether a page of this edge made the request: pages of other sites can neither set the header nor
/// forge their origin. Somebody in between makes the plain pages of this name, so they are another site to an encrypted
/// call; a plain call may come through a proxy on the box that has the certificate.
fn is_own_page(headers: &HeaderMap, is_encrypted: bool) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if text(REQUESTED_WITH).is_some_and(|v| v.eq_ignore_ascii_case("unison")) {
        return true;
    }
    let schemes: &[&str] = if is_encrypted { &["https://"] } else { &["https://", "http://"] };
    let origin = text("origin").and_then(|origin| schemes.iter().find_map(|scheme| origin.strip_prefix(scheme)));
    origin.is_some_and(|origin| Some(origin) == text("host"))
}

/// A new token and the hash that is kept of it.
pub(super) fn new_token() -> std::io::Result<(String, TokenHash)> {
    let token = pin::hex(&pin::random()?);
    let hash = hash(&token);
    Ok((token, hash))
}

fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect()
    }

    #[test]
    fn api_02_where_the_token_is_found() {
        let check = |list: &[(&'static str, &'static str)], expect| {
            assert_eq!(token(&headers(list), cookie(false)), expect, "{list:?}");
        };
        check(&[], None);
        check(&[("authorization", "Bearer abc")], Some(("abc", false)));
        check(&[("authorization", "Basic abc"), ("cookie", "unison_session=x")], None);
        check(&[("cookie", "a=b; unison_session=x; c=d")], Some(("x", true)));
        check(&[("cookie", "xunison_session=x")], None);
        check(&[("cookie", "__Host-unison_session=y; unison_session=x")], Some(("x", true)));
    }

    #[test]
    fn q_134_an_encrypted_call_takes_only_what_an_encrypted_page_was_given() {
        let both = headers(&[("cookie", "unison_session=x; __Host-unison_session=y")]);
        assert_eq!(token(&both, cookie(true)), Some(("y", true)));
        assert_eq!(token(&headers(&[("cookie", "unison_session=x")]), cookie(true)), None);
    }

    #[test]
    fn q_134_another_sites_page_cannot_write() {
        let check = |list: &[(&'static str, &'static str)], is_encrypted, expect| {
            assert_eq!(is_own_page(&headers(list), is_encrypted), expect, "{list:?} {is_encrypted}");
        };
        check(&[("host", "edge:8081")], false, false);
        check(&[("host", "edge:8081"), ("x-requested-with", "unison")], false, true);
        check(&[("host", "edge:8081"), ("origin", "http://edge:8081")], false, true);
        check(&[("host", "edge:8443"), ("origin", "http://edge:8443")], true, false);
        // A proxy on the box that has the certificate.
        check(&[("host", "edge:8443"), ("origin", "https://edge:8443")], false, true);
        check(&[("host", "edge:8081"), ("origin", "http://edge:8082")], false, false);
        check(&[("host", "edge:8443"), ("origin", "https://edge:8443")], true, true);
        check(&[("host", "edge:8443"), ("origin", "https://edge")], true, false);
        check(&[("host", "edge:8443"), ("origin", "https://edge:8443.evil")], true, false);
        check(&[("host", "edge:8081"), ("origin", "null")], false, false);
        check(&[("origin", "http://evil")], false, false);
    }
}
