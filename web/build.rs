//! Builds the npm workspace once per content of its sources and embeds the result.
//! Writes only to OUT_DIR, `web/dist` and `web/node_modules`. Two cargo builds at a time wait for each other.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Everything the pages are made of. A change anywhere in here, and nowhere else, runs npm again.
const SOURCES: &[&str] = &[
    "package.json",
    "package-lock.json",
    "vite.shared.ts",
    "tsconfig.base.json",
    "ui-kit/tsconfig.json",
    "edge/tsconfig.json",
    "cloud/tsconfig.json",
    "scripts/budget.mjs",
    "ui-kit/package.json",
    "ui-kit/src",
    "edge/package.json",
    "edge/index.html",
    "edge/vite.config.ts",
    "edge/src",
    "cloud/package.json",
    "cloud/index.html",
    "cloud/vite.config.ts",
    "cloud/src",
];
/// What `npm ci` depends on.
const LOCK: &[&str] =
    &["package.json", "package-lock.json", "ui-kit/package.json", "edge/package.json", "cloud/package.json"];
const APPS: &[&str] = &["edge", "cloud"];
const NODE_MIN: (u32, u32) = (20, 19);

fn main() -> Outcome<()> {
    let web = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=UNISON_WEB_SKIP");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }

    let site = out.join("site");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    let stub = match why_stub()? {
        Some(why) => {
            println!("cargo::warning=the pages are a stub: {why}");
            write_stub(&site, &why)?;
            true
        }
        None => {
            build_site(&web, &site)?;
            false
        }
    };
    fs::write(out.join("embedded.rs"), embedding(&site, stub)?)?;
    Ok(())
}

/// The reason to embed a stub, or None to build the pages. A release never gets a stub by accident.
fn why_stub() -> Outcome<Option<String>> {
    if std::env::var("UNISON_WEB_SKIP").is_ok_and(|v| v == "1") {
        return Ok(Some("UNISON_WEB_SKIP=1 is set; unset it and build again".to_owned()));
    }
    let Some(problem) = node_problem() else { return Ok(None) };
    if std::env::var("PROFILE")? == "release" {
        return Err(format!(
            "{problem}; a release embeds the real pages, so install node {}.{} or newer with npm",
            NODE_MIN.0, NODE_MIN.1
        )
        .into());
    }
    // No file of this name exists: cargo asks again on every build, so node is noticed once it is there.
    println!("cargo::rerun-if-changed=node-is-missing");
    Ok(Some(format!("{problem}; install node {}.{} or newer with npm and build again", NODE_MIN.0, NODE_MIN.1)))
}

fn node_problem() -> Option<String> {
    let version = match Command::new("node").arg("--version").output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => return Some("node was not found".to_owned()),
    };
    let mut parts = version.trim_start_matches('v').split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < NODE_MIN {
        return Some(format!("node {version} is too old"));
    }
    match Command::new("npm").arg("--version").output() {
        Ok(output) if output.status.success() => None,
        _ => Some("npm was not found".to_owned()),
    }
}

/// Brings `dist` up to date under a lock, then copies it, so that nobody changes it under the compiler.
fn build_site(web: &Path, site: &Path) -> Outcome<()> {
    let dist = web.join("dist");
    fs::create_dir_all(&dist)?;
    let lock = File::create(dist.join(".lock"))?;
    lock.lock()?;

    let stamp = dist.join(".fingerprint");
    let wanted = fingerprint(web, SOURCES)?;
    let ready = APPS.iter().all(|app| dist.join(app).join("index.html").is_file());
    if !ready || fs::read_to_string(&stamp).ok().as_deref() != Some(wanted.as_str()) {
        let _ = fs::remove_file(&stamp);
        install(web)?;
        npm(web, &["run", "build"])?;
        fs::write(&stamp, &wanted)?;
    }
    for app in APPS {
        copy_tree(&dist.join(app), &site.join(app))?;
    }
    Ok(())
}

fn install(web: &Path) -> Outcome<()> {
    let stamp = web.join("node_modules/.unison-lock");
    let wanted = fingerprint(web, LOCK)?;
    if fs::read_to_string(&stamp).ok().as_deref() == Some(wanted.as_str()) {
        return Ok(());
    }
    npm(web, &["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    fs::write(&stamp, &wanted)?;
    Ok(())
}

fn npm(web: &Path, args: &[&str]) -> Outcome<()> {
    let output = Command::new("npm")
        .args(args)
        .current_dir(web)
        .env_remove("NODE_ENV")
        .env_remove("UNISON_WEB_DIST")
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!(
        "`npm {}` failed in {} ({}). Run it there by hand, or set UNISON_WEB_SKIP=1 to build without pages.\n{}",
        args.join(" "),
        web.display(),
        output.status,
        String::from_utf8_lossy(&said)
    )
    .into())
}

/// SHA-256 over names and contents; times play no part, so a fresh checkout matches.
fn fingerprint(web: &Path, sources: &[&str]) -> Outcome<String> {
    let mut files = Vec::new();
    for source in sources {
        list(&web.join(source), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(web)?.to_string_lossy().into_owned();
        if name.contains(".test.") {
            continue;
        }
        let bytes = fs::read(&file)?;
        hash.update(format!("{name}\0{}\0", bytes.len()));
        hash.update(&bytes);
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            list(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        // The build's own manifest is of no use to a browser.
        if name == ".vite" {
            continue;
        }
        if path.is_dir() {
            copy_tree(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn write_stub(site: &Path, why: &str) -> Outcome<()> {
    for app in APPS {
        fs::create_dir_all(site.join(app))?;
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Unison</title>\
             <h1>The pages are not in this build</h1><p>Reason: {why}.</p><p>The API works: see <a href=\"/api/docs\">/api/docs</a>.</p></html>"
        );
        fs::write(site.join(app).join("index.html"), page)?;
    }
    Ok(())
}

/// The Rust text that holds every file. Where a gzip twin exists only the twin is embedded.
fn embedding(site: &Path, stub: bool) -> Outcome<String> {
    let mut text = format!("pub(crate) const STUB: bool = {stub};\n");
    for app in APPS {
        let root = site.join(app);
        let upper = app.to_uppercase();
        writeln!(text, "pub(crate) static {upper}_INDEX: &str = include_str!({:?});", root.join("index.html"))?;
        writeln!(text, "pub(crate) static {upper}_ASSETS: &[(&str, Asset)] = &[")?;
        let mut files = Vec::new();
        list(&root, &mut files)?;
        files.sort();
        for file in &files {
            let name = file.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            if name == "index.html" || name.ends_with(".gz") {
                continue;
            }
            let twin = PathBuf::from(format!("{}.gz", file.display()));
            let (bytes, encoding) = if files.contains(&twin) { (&twin, "Some(\"gzip\")") } else { (file, "None") };
            writeln!(
                text,
                "    ({name:?}, Asset {{ bytes: include_bytes!({bytes:?}), mime: {:?}, encoding: {encoding}, immutable: {} }}),",
                mime(&name),
                name.starts_with("assets/")
            )?;
        }
        writeln!(text, "];")?;
    }
    Ok(text)
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
