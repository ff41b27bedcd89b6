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
    if !asks && host::organization(app, &request.headers, None, false).await?.is_none() {
        return Ok(not_found(request));
    }
    let nonce = crate::tenancy::platform::hex(&vault_random::<16>());
    let mut response = bytes(200, "text/html; charset=utf-8", index(Web::Cloud).replace(NONCE_PLACEHOLDER, &nonce));
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(Web::Cloud, &nonce, None)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

fn names_nothing(app: &App, request: &Parts) -> bool {
    let host = host::host(&request.headers);
    host.is_some_and(|host| host::named(host, &app.config.hosts.base_domain) == host::Named::Nothing)
}

/// For a browser at an address without an organisation, or with a suspended one (TEN-02): a page that needs
/// nothing else, in the reader's language and colours.
fn not_found(request: &Parts) -> Response {
    let nonce = crate::tenancy::platform::hex(&vault_random::<16>());
    let accepts = request.headers.get(header::ACCEPT_LANGUAGE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let is_german = prefers_german(accepts);
    let (language, title, text) = if is_german {
        (
            "de",
            "Organisation nicht gefunden",
            "Unter dieser Adresse gibt es keine Organisation. Bitte prüfen Sie die Schreibweise oder fragen Sie Ihre Administration nach der richtigen Adresse.",
        )
    } else {
        (
            "en",
            "Organization not found",
            "There is no organization at this address. Check the spelling, or ask your administrator for the address of yours.",
        )
    };
    let html = NOT_FOUND
        .replace("{nonce}", &nonce)
        .replace("{language}", language)
        .replace("{title}", title)
        .replace("{text}", text);
    let mut response = bytes(404, "text/html; charset=utf-8", html);
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

const NOT_FOUND: &str = "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
<meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Unison</title><style nonce=\"{nonce}\">\
:root{color-scheme:light dark;font:1rem/1.6 system-ui,sans-serif}body{display:grid;min-height:100vh;margin:0;place-items:center}\
main{max-width:32rem;padding:2rem}h1{font-size:1.5rem;line-height:1.25}</style></head>\
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>";

/// Whether German comes before English in an `Accept-Language`.
fn prefers_german(accepts: &str) -> bool {
    let mut best: Option<(&str, f32)> = None;
    for part in accepts.split(',') {
        let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
        let weight = rest.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
        let language = tag.trim().split('-').next().unwrap_or_default();
        let is_ours = language.eq_ignore_ascii_case("de") || language.eq_ignore_ascii_case("en");
        if is_ours && weight > best.map_or(0.0, |b| b.1) {
            best = Some((language, weight));
        }
    }
    best.is_some_and(|(language, _)| language.eq_ignore_ascii_case("de"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_chooses_the_language() {
        let check = |accepts: &str, expect| assert_eq!(prefers_german(accepts), expect, "{accepts}");
        check("", false);
        check("de", true);
        check("de-AT,en;q=0.5", true);
        check("en-US,de;q=0.9", false);
        check("fr,de;q=0.4,en;q=0.3", true);
        check("en;q=0.1, de;q=0.2", true);
        check("de;q=x", false);
        check("fr", false);
    }
}
