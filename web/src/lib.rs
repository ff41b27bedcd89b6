//! The two web apps as bytes: the operator pages of the edge and the dashboard of the cloud.
//! Knows no HTTP framework and serves nothing itself; a server asks for a path and sends what it gets.

/// Stands in [`index`] wherever the answer's nonce belongs; the server replaces every occurrence.
pub const NONCE_PLACEHOLDER: &str = "__CSP_NONCE__";

/// Which of the two apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum App {
    /// Operator pages, served by the edge agent.
    Edge,
    /// Dashboard, served by the cloud server.
    Cloud,
}

impl App {
    /// Both apps.
    pub const ALL: [Self; 2] = [Self::Edge, Self::Cloud];
}

/// One embedded file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// The body, already encoded as `encoding` says.
    pub bytes: &'static [u8],
    /// Value of `Content-Type`.
    pub mime: &'static str,
    /// Value of `Content-Encoding`, when the body is compressed. Every browser takes gzip, also over plain HTTP.
    pub encoding: Option<&'static str>,
    /// The name carries a hash of the content: may be cached for a year.
    pub immutable: bool,
}

mod embedded {
    use super::Asset;

    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// True when this build holds a stub instead of the pages (no node, or `UNISON_WEB_SKIP=1`).
#[must_use]
pub const fn is_stub() -> bool {
    embedded::STUB
}

/// The file at `path` (with or without a leading slash), or None. The index page is not an asset: see [`index`].
#[must_use]
pub fn asset(app: App, path: &str) -> Option<Asset> {
    let name = path.strip_prefix('/').unwrap_or(path);
    files(app).iter().find(|(known, _)| *known == name).map(|(_, asset)| *asset)
}

/// The names of all embedded files, for a server that lists or checks them.
pub fn asset_names(app: App) -> impl Iterator<Item = &'static str> {
    files(app).iter().map(|(name, _)| *name)
}

/// The app's page, to be sent uncached and uncompressed with [`NONCE_PLACEHOLDER`] replaced by a fresh nonce.
#[must_use]
pub const fn index(app: App) -> &'static str {
    match app {
        App::Edge => embedded::EDGE_INDEX,
        App::Cloud => embedded::CLOUD_INDEX,
    }
}

/// The `Content-Security-Policy` for an answer with this nonce. The edge's pages may compile WebAssembly, which their
/// reader of camera pictures is; no text becomes script by that. Nothing from another origin, no inline script
/// without the nonce. `also` is one more origin that the page may ask, like "https://10.0.0.5:8443". Characters that
/// cannot stand in a nonce or an origin are dropped, so that they cannot end the directive.
#[must_use]
pub fn content_security_policy(app: App, nonce: &str, also: Option<&str>) -> String {
    let nonce: String =
        nonce.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=')).collect();
    let also: String = also
        .into_iter()
        .flat_map(|origin| std::iter::once(' ').chain(origin.chars()))
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ':' | '/' | '.' | '-' | '[' | ']'))
        .collect();
    let wasm = match app {
        App::Edge => " 'wasm-unsafe-eval'",
        App::Cloud => "",
    };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'{wasm}; style-src 'self' 'nonce-{nonce}'; img-src 'self'; \
         font-src 'self'; connect-src 'self'{also}; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
}

const fn files(app: App) -> &'static [(&'static str, Asset)] {
    match app {
        App::Edge => embedded::EDGE_ASSETS,
        App::Cloud => embedded::CLOUD_ASSETS,
    }
}

#[cfg(test)]
mod tests;
