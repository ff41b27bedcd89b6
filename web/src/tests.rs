//! That the binaries really carry their pages. With a stub there is only the stub to look at.

use super::*;

/// Every path in `src="…"` and `href="…"`.
fn references(page: &str) -> Vec<&str> {
    ["src=\"", "href=\""]
        .iter()
        .flat_map(|mark| page.split(mark).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn ui_12_both_pages_are_embedded_and_reference_existing_assets() {
    for app in App::ALL {
        let page = index(app);
        assert!(page.starts_with("<!doctype html>"), "{app:?}");
        if is_stub() {
            continue;
        }
        assert!(page.contains("<div id=\"root\"></div>"), "{app:?}");
        let found = references(page);
        assert!(found.iter().any(|path| path.ends_with(".js")), "{app:?} loads no script");
        assert!(found.iter().any(|path| path.ends_with(".css")), "{app:?} loads no style");
        for path in found {
            let asset = asset(app, path).unwrap_or_else(|| panic!("{app:?} references {path}, which is not embedded"));
            assert!(!asset.bytes.is_empty() && asset.immutable, "{path}");
        }
    }
}

#[test]
fn every_script_and_style_carries_the_nonce_placeholder() {
    for app in App::ALL {
        for tag in
            index(app).split('<').filter(|tag| tag.starts_with("script") || tag.starts_with("link rel=\"stylesheet\""))
        {
            assert!(tag.contains(&format!("nonce=\"{NONCE_PLACEHOLDER}\"")), "{app:?}: <{tag}");
        }
    }
}

#[test]
fn no_asset_names_another_origin() {
    for app in App::ALL {
        assert!(!index(app).contains("://"), "{app:?}");
    }
}

#[test]
fn compressed_files_are_gzip_and_have_a_type() {
    for app in App::ALL {
        for name in asset_names(app) {
            let asset = asset(app, name).expect("listed");
            if asset.encoding == Some("gzip") {
                assert_eq!(asset.bytes.get(..2), Some(&[0x1f, 0x8b][..]), "{name}");
            }
            assert_ne!(asset.mime, "application/octet-stream", "{name}");
        }
    }
}

#[test]
fn unknown_paths_and_escapes_have_no_asset() {
    for path in ["", "/", "/api/v1/machines", "/assets/", "/assets/missing.js", "/../Cargo.toml", "/index.html"] {
        assert!(asset(App::Edge, path).is_none(), "{path}");
    }
}

#[test]
fn the_policy_allows_no_unsafe_inline_and_no_other_origin() {
    let policy = content_security_policy(App::Cloud, "abc+/=123", None);
    assert!(policy.contains("script-src 'self' 'nonce-abc+/=123';"));
    // The edge's may compile WebAssembly, and there is no other difference.
    let edge = content_security_policy(App::Edge, "abc+/=123", None);
    assert_eq!(edge, policy.replace("'nonce-abc+/=123'; style", "'nonce-abc+/=123' 'wasm-unsafe-eval'; style"));
    assert!(policy.contains("style-src 'self' 'nonce-abc+/=123';"));
    assert!(policy.contains("connect-src 'self';"));
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"));
}

#[test]
fn a_nonce_cannot_end_its_directive() {
    assert!(!content_security_policy(App::Cloud, "x'; script-src *", None).contains('*'));
    let policy = content_security_policy(App::Edge, "x", Some("https://10.0.0.5:8443; script-src *"));
    assert!(
        policy.contains("connect-src 'self' https://10.0.0.5:8443 script-src ;") && !policy.contains('*'),
        "{policy}"
    );
}
