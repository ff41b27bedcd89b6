//! The section `[http]`: where the pages are served, plain and by TLS. Reads the certificate files that it names,
//! because a certificate that cannot be served is a mistake of the configuration.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::fields::Fields;
use crate::tls::{Mistake, Pair, Part, dns_name};

/// No chain and no key is larger.
const PEM_BYTES_MAX: u64 = 256 * 1024;
const NAMES_MAX: usize = 32;

#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Plain HTTP.
    pub listen: SocketAddr,
    /// None: switched off.
    pub https: Option<HttpsConfig>,
}

#[derive(Clone, Debug)]
pub struct HttpsConfig {
    pub listen: SocketAddr,
    /// Names of the box beside its host name, in lower case.
    pub names: Vec<String>,
    /// A certificate that a person looks after; without it the plant authority makes one.
    pub files: Option<CertificateFiles>,
}

/// A PEM chain and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl CertificateFiles {
    /// # Errors
    /// All that is wrong with them.
    pub fn read(&self) -> Result<Pair, Vec<Mistake>> {
        let (certificate, key) = (read(&self.certificate, None), read(&self.key, Some(0o007)));
        Pair::read_parts(certificate.as_deref().map_err(Clone::clone), key.as_deref().map_err(Clone::clone))
    }

    /// A mistake with its file.
    #[must_use]
    pub fn say(&self, mistake: &Mistake) -> String {
        let path = match mistake.part {
            Part::Certificate => &self.certificate,
            Part::Key => &self.key,
        };
        format!("{}: {}", path.display(), mistake.reason)
    }
}

fn read(path: &Path, forbidden: Option<u32>) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}; check the path and its rights");
    let found = std::fs::metadata(path).map_err(cannot)?;
    if !found.is_file() || found.len() > PEM_BYTES_MAX {
        return Err("is no file of 256 kB or less".into());
    }
    if forbidden.is_some_and(|bits| found.mode() & bits != 0) {
        return Err(format!("can be read by everybody on this box; chmod 640 {}", path.display()));
    }
    std::fs::read(path).map_err(cannot)
}

impl Default for HttpConfig {
    fn default() -> Self {
        let https = HttpsConfig { listen: DEFAULT_HTTPS, names: Vec::new(), files: None };
        Self { listen: SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8081), https: Some(https) }
    }
}

const DEFAULT_HTTPS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8443);

pub(super) fn http(mut section: Fields<'_, '_>) -> Option<HttpConfig> {
    let listen = section.need_text("listen", "address and port, like \"127.0.0.1:8081\"");
    let https = section.text("https");
    let names = names(&mut section);
    let (certificate, key) = (section.text("certificate"), section.text("key"));
    section.finish();
    let files = files(&section, certificate, key);
    let listen = listen.and_then(|text| address(&section, "listen", &text, "write it like \"127.0.0.1:8081\""));
    let is_off = https.as_ref().is_some_and(|text| text.get_ref() == "off");
    let (names, files) = (names?, files?);
    let https = match https {
        Some(_) if is_off => {
            if files.is_some() {
                section.say_here("certificate has no use while https is \"off\"; leave one of the two out".into());
                return None;
            }
            None
        }
        Some(text) => {
            let wanted = "write it like \"0.0.0.0:8443\", or \"off\"";
            Some(HttpsConfig { listen: address(&section, "https", &text, wanted)?, names, files })
        }
        None => Some(HttpsConfig { listen: DEFAULT_HTTPS, names, files }),
    };
    Some(HttpConfig { listen: listen?, https })
}

fn address(section: &Fields<'_, '_>, key: &str, text: &Spanned<String>, wanted: &str) -> Option<SocketAddr> {
    let found = text.get_ref().parse().ok();
    if found.is_none() {
        section.wrong(text, key, format!("is not an address with a port; {wanted}"));
    }
    found
}

fn names(section: &mut Fields<'_, '_>) -> Option<Vec<String>> {
    let Some(value) = section.raw("names") else { return Some(Vec::new()) };
    let Some(items) = value.get_ref().as_array().filter(|items| items.len() <= NAMES_MAX) else {
        section.mistyped("names", value, "a list of at most 32 host names like [\"edge-1.plant.example\"]");
        return None;
    };
    let name = |item: &Spanned<toml::de::DeValue<'_>>| {
        let name = item.get_ref().as_str().and_then(dns_name);
        if name.is_none() {
            let found = item.get_ref().as_str().unwrap_or_else(|| item.get_ref().type_str());
            let reason = "is no host name; write it like \"edge-1.plant.example\", addresses are known by themselves";
            section.say(item.span(), format!("names \"{found}\" {reason}"));
        }
        name
    };
    let found: Vec<_> = items.iter().filter_map(name).collect();
    (found.len() == items.len()).then_some(found)
}

/// `Some(None)`: no files are named.
fn files(
    section: &Fields<'_, '_>,
    certificate: Option<Spanned<String>>,
    key: Option<Spanned<String>>,
) -> Option<Option<CertificateFiles>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Some(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => {
            section.say_here("key is missing: the file with the key of the certificate".into());
            return None;
        }
        (None, Some(_)) => {
            section.say_here("certificate is missing: the file with the certificate and its chain".into());
            return None;
        }
    };
    let files = CertificateFiles { certificate: certificate.get_ref().into(), key: key.get_ref().into() };
    // That it ended is no reason to look at no machine; `check` and the page say so.
    for mistake in files.read().err().into_iter().flatten() {
        match mistake.part {
            Part::Certificate => section.wrong(&certificate, "certificate", mistake.reason),
            Part::Key => section.wrong(&key, "key", mistake.reason),
        }
    }
    Some(Some(files))
}
