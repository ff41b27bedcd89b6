//! What is no API: the web app with its files, and the words for whoever comes to the wrong place.

use super::call::{bytes, refused};
use super::{App, harden, host};
use crate::tenancy::vault_random;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use unison_api::error::ApiError;
use unison_web::{App as Web, NONCE_PLACEHOLDER, asset, content_security_policy, index};

const NOT_FOUND: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<title>Organization not found</title><h1>Organization not found</h1>\
<p>There is no organization at this address. Check the spelling, or ask your administrator for the address of yours.</p></html>";

/// A path of the API with another method than it has.
pub(super) async fn wrong_method(State(app): State<App>) -> Response {
    let error = ApiError::new(405, "Method not allowed", "This path exists with other methods; see /api/docs");
    let mut response = refused(&error);
    harden(&app, &mut response);
    response
}

/// Everything that is not in the list of routes.
pub(super) async fn fallback(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = page(&app, &parts).await.unwrap_or_else(|error| refused(&error));
    harden(&app, &mut response);
    response
}

async fn page(app: &App, request: &Parts) -> Result<Response, ApiError> {
    let path = request.uri.path();
    if path == "/api" || path.starts_with("/api/") {
        return Err(ApiError::new(404, "Not found", "There is no such call; see /api/docs"));
    }
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Err(ApiError::new(405, "Method not allowed", "Pages can only be read"));
    }
    if let Some(file) = asset(Web::Cloud, path) {
        let mut response = bytes(200, file.mime, file.bytes);
        let headers = response.headers_mut();
        if let Some(encoding) = file.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let cache = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        return Ok(response);
    }
    // Where the demo takes the organisation from a header, the page asks for it.
    let asks = app.config.demo.allow_organization_header && names_nothing(app, request);
    if !asks && host::organization(app, &request.headers, None).await?.is_none() {
        return Ok(bytes(404, "text/html; charset=utf-8", NOT_FOUND));
    }
    let nonce = crate::tenancy::platform::hex(&vault_random::<16>());
    let mut response = bytes(200, "text/html; charset=utf-8", index(Web::Cloud).replace(NONCE_PLACEHOLDER, &nonce));
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

fn names_nothing(app: &App, request: &Parts) -> bool {
    let host = request.headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    host::named(host, &app.config.hosts.base_domain) == host::Named::Nothing
}
