//! Keeps the certificate that is served: takes up what a person brings, else has the plant authority make one, and
//! makes another when the box is called differently or the old one nears its end. What is wrong is said, and never
//! costs the certificate in use.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use unison_core::time::{HOUR, Timestamp};

use super::authority::{Authority, AuthorityFacts, EARLIEST};
use super::names::Place;
use super::pair::{Facts, Mistake, Pair, Part, day};
use crate::config::{CertificateFiles, HttpsConfig};
use crate::files::write_private;

/// Below `data_dir`.
const FOLDER: &str = "https";
const AUTHORITY_FILE: &str = "authority.pem";
const LEAF_FILE: &str = "plant.pem";
const UPLOADED_FILE: &str = "uploaded.pem";
/// A certificate that ends sooner is renewed, or asked for.
const SOON: i64 = 30 * 24 * HOUR;
/// An authority that ends sooner is asked for: every device has to trust the next one.
const AUTHORITY_SOON: i64 = 180 * 24 * HOUR;
/// A clock that is behind the certificate in use gets this long to be set right before it is believed.
const CLOCK_PATIENCE: Duration = Duration::from_secs(3_600);

/// Where a certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Files of the configuration.
    File,
    /// Given to the API by an administrator of the box.
    Uploaded,
    PlantAuthority,
}

impl Source {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Uploaded => "uploaded",
            Self::PlantAuthority => "plant_authority",
        }
    }
}

/// The certificate in use.
#[derive(Clone, Debug)]
pub struct Served {
    pub source: Source,
    pub facts: Facts,
}

/// How it stands, for people.
#[derive(Clone, Debug)]
pub struct Standing {
    pub port: u16,
    pub served: Option<Served>,
    /// While its certificate is the one in use.
    pub authority: Option<AuthorityFacts>,
    pub place: Place,
    /// What is wrong or soon will be, and what to do.
    pub warnings: Vec<String>,
    /// Nobody can use HTTPS now.
    pub is_broken: bool,
}

/// Why a change was refused.
#[derive(Debug)]
pub enum Refused {
    /// The configuration names files; they are the only source then.
    Files(CertificateFiles),
    Mistakes(Vec<Mistake>),
    /// An uploaded certificate is in use, and the plant authority is not.
    Uploaded,
    Io(io::Error),
}

/// Says where the box is now.
pub type WhereAmI = Box<dyn Fn() -> Place + Send + Sync>;

/// See the module.
pub struct Https {
    folder: PathBuf,
    box_name: String,
    files: Option<CertificateFiles>,
    port: u16,
    place: WhereAmI,
    current: Arc<Current>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    served: Option<Served>,
    authority: Option<Authority>,
    place: Place,
    /// Names and addresses for which the authority may not vouch.
    left_out: Vec<String>,
    /// Why what a person brought was not taken.
    refused: Option<String>,
    /// Why the plant authority did not make a certificate.
    trouble: Option<String>,
    /// Of the files when they were last looked at.
    stamp: Option<[Stamp; 2]>,
    /// Since when the clock is behind the certificate in use.
    behind_since: Option<Instant>,
}

/// Changes with the content of a file, its rights and its replacement.
type Stamp = Option<(u64, i64, i64, u64)>;

/// What handshakes are answered with.
#[derive(Debug, Default)]
struct Current(RwLock<Option<Arc<CertifiedKey>>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Https {
    /// Serves nothing until [`Self::look`]. `port` is where clients come in.
    #[must_use]
    pub fn new(config: &HttpsConfig, port: u16, data_dir: &Path, box_name: &str, place: WhereAmI) -> Self {
        Self {
            folder: data_dir.join(FOLDER),
            box_name: box_name.to_owned(),
            files: config.files.clone(),
            port,
            place,
            current: Arc::default(),
            state: Mutex::default(),
        }
    }

    /// Where clients come in.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// For the listener; certificates are changed under it.
    ///
    /// # Errors
    /// When the TLS library cannot do what is asked of it.
    pub fn server_config(&self) -> Result<Arc<rustls::ServerConfig>, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Looks at the files, the addresses and the clock, and changes the certificate where that is due. Reads and
    /// writes files. `at` is the monotonic time.
    pub fn look(&self, now: Timestamp, at: Instant) {
        self.look_into(&mut self.state(), now, at);
    }

    fn look_into(&self, state: &mut State, now: Timestamp, at: Instant) {
        state.place = (self.place)();
        if let Some(files) = &self.files {
            self.take_files(state, files, now);
        } else if !self.take_uploaded(state) {
            self.take_own(state, now, at);
        }
    }

    /// Takes a certificate that an administrator brought; it is in use when this returns.
    ///
    /// # Errors
    /// All that is wrong with it; the one before is still served then.
    pub fn upload(&self, chain: &str, key: &str, now: Timestamp) -> Result<(), Refused> {
        self.not_files()?;
        let pair = Pair::read(chain.as_bytes(), key.as_bytes()).map_err(Refused::Mistakes)?;
        if let Some(reason) = pair.facts.expired(now) {
            return Err(Refused::Mistakes(vec![Mistake { part: Part::Certificate, reason }]));
        }
        let mut state = self.state();
        // The key goes first: it is the one that was checked, whatever stands beside the chain.
        self.write(UPLOADED_FILE, &format!("{}\n{}\n", key.trim(), chain.trim())).map_err(Refused::Io)?;
        state.refused = None;
        self.serve(&mut state, Source::Uploaded, pair);
        Ok(())
    }

    /// Forgets an uploaded certificate and returns to the plant authority.
    ///
    /// # Errors
    /// When the configuration names files, or the disk refuses.
    pub fn forget(&self, now: Timestamp, at: Instant) -> Result<(), Refused> {
        self.not_files()?;
        let mut state = self.state();
        self.remove(&[UPLOADED_FILE]).map_err(Refused::Io)?;
        state.refused = None;
        state.served = state.served.take().filter(|s| s.source != Source::Uploaded);
        self.look_into(&mut state, now, at);
        Ok(())
    }

    /// Makes a new plant authority for the names that the box has now. Every device has to trust it anew.
    ///
    /// # Errors
    /// When a person's certificate is in use instead, or the disk refuses.
    pub fn renew_authority(&self, now: Timestamp, at: Instant) -> Result<(), Refused> {
        self.not_files()?;
        let mut state = self.state();
        if state.served.as_ref().is_some_and(|s| s.source == Source::Uploaded) {
            return Err(Refused::Uploaded);
        }
        // In this order: never a certificate whose authority is gone.
        self.remove(&[LEAF_FILE, AUTHORITY_FILE]).map_err(Refused::Io)?;
        state.authority = None;
        state.served = None;
        self.look_into(&mut state, now, at);
        Ok(())
    }

    /// The authority's certificate, DER; none while another certificate is in use.
    #[must_use]
    pub fn authority_der(&self) -> Option<Vec<u8>> {
        let state = self.state();
        let is_own = state.served.as_ref().is_none_or(|s| s.source == Source::PlantAuthority);
        state.authority.as_ref().filter(|_| is_own).map(|a| a.der.to_vec())
    }

    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let state = self.state();
        let served = state.served.clone();
        let is_own = served.as_ref().is_none_or(|s| s.source == Source::PlantAuthority);
        let authority = state.authority.as_ref().filter(|_| is_own).map(|a| a.facts.clone());
        let expired = served.as_ref().and_then(|s| s.facts.expired(now));
        Standing {
            port: self.port,
            is_broken: served.is_none() || expired.is_some(),
            warnings: warnings(&state, served.as_ref(), authority.as_ref(), now),
            place: state.place.clone(),
            served,
            authority,
        }
    }

    fn take_files(&self, state: &mut State, files: &CertificateFiles, now: Timestamp) {
        let found = [stamp(&files.certificate), stamp(&files.key)];
        if state.stamp == Some(found) {
            return;
        }
        // At the start the old one is better than none: machines are looked at whatever the page's certificate is.
        let is_first = state.served.is_none();
        state.stamp = Some(found);
        let expired = |pair: &Pair| pair.facts.expired(now).filter(|_| !is_first);
        let refused = match files.read() {
            Ok(pair) => match expired(&pair) {
                None => {
                    state.refused = None;
                    return self.serve(state, Source::File, pair);
                }
                Some(reason) => format!("{}: {reason}", files.certificate.display()),
            },
            Err(mistakes) => mistakes.iter().map(|m| files.say(m)).collect::<Vec<_>>().join(". And "),
        };
        tracing::error!("the new certificate is not taken, the one in use stays: {refused}");
        state.refused = Some(format!("The new certificate is not taken, the one in use stays: {refused}"));
    }

    /// Whether an uploaded one is in use.
    fn take_uploaded(&self, state: &mut State) -> bool {
        if state.served.as_ref().is_some_and(|s| s.source == Source::Uploaded) {
            return true;
        }
        let path = self.folder.join(UPLOADED_FILE);
        let read = match fs::read(&path) {
            Ok(pem) => Pair::read_whole(&pem),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return false,
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(pair) => {
                self.serve(state, Source::Uploaded, pair);
                true
            }
            Err(reason) => {
                let reason = format!("{}: {reason}; upload the certificate again", path.display());
                if state.refused.as_ref() != Some(&reason) {
                    tracing::error!("{reason}");
                    state.refused = Some(reason);
                }
                false
            }
        }
    }

    /// A certificate of the plant authority: the one in use, or on the disk, or a new one.
    fn take_own(&self, state: &mut State, now: Timestamp, at: Instant) {
        let authority = match state.authority.take().map_or_else(|| self.authority(&state.place, now), Ok) {
            Ok(authority) => authority,
            Err(reason) => return distressed(state, reason),
        };
        let (place, left_out) = authority.permitted(&state.place);
        if state.served.is_none()
            && let Some(pair) = self.leaf().filter(|p| p.facts.issuer == authority.facts.certificate.subject)
        {
            self.serve(state, Source::PlantAuthority, pair);
        }
        let leaf = state.served.as_ref().map(|s| s.facts.clone());
        let end = authority.facts.certificate.not_after;
        if authority.facts.certificate.expired(now).is_some() {
            // What it signs now nobody believes.
            distressed(
                state,
                format!(
                    "The plant authority ended on {}, and makes no more certificates; `edge-agent authority --renew` \
                     makes a new one, which every device has to trust anew",
                    day(end)
                ),
            );
        } else if is_due(leaf.as_ref(), &place, end, &mut state.behind_since, now, at) {
            match self.make_leaf(&authority, &place, now) {
                Ok(pair) => {
                    state.trouble = None;
                    self.serve(state, Source::PlantAuthority, pair);
                }
                Err(reason) => distressed(state, reason),
            }
        } else if leaf.is_none() {
            distressed(state, "the clock of the box is not set; there is no certificate until it is".into());
        } else {
            state.trouble = None;
        }
        state.left_out = left_out;
        state.authority = Some(authority);
    }

    fn authority(&self, place: &Place, now: Timestamp) -> Result<Authority, String> {
        let path = self.folder.join(AUTHORITY_FILE);
        let about = |reason: String| {
            format!(
                "{}: {reason}; `edge-agent authority --renew` makes a new one, which every device has to trust anew",
                path.display()
            )
        };
        match fs::read_to_string(&path) {
            Ok(pem) => Authority::read(&pem).map_err(about).inspect(|authority| announce(authority, "the")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let pem = Authority::make(&self.box_name, &place.names, now).map_err(|e| about(e.to_string()))?;
                self.write(AUTHORITY_FILE, &pem).map_err(|e| about(e.to_string()))?;
                Authority::read(&pem).map_err(about).inspect(|authority| announce(authority, "a new"))
            }
            Err(error) => Err(about(error.to_string())),
        }
    }

    fn leaf(&self) -> Option<Pair> {
        // A damaged one is made anew like a missing one.
        Pair::read_whole(&fs::read(self.folder.join(LEAF_FILE)).ok()?).ok()
    }

    fn make_leaf(&self, authority: &Authority, place: &Place, now: Timestamp) -> Result<Pair, String> {
        let pem = authority.leaf(place, now).map_err(|e| format!("no certificate could be made: {e}"))?;
        self.write(LEAF_FILE, &pem).map_err(|e| format!("{}: {e}", self.folder.join(LEAF_FILE).display()))?;
        Pair::read_whole(pem.as_bytes())
    }

    fn serve(&self, state: &mut State, source: Source, pair: Pair) {
        tracing::info!(
            source = source.code(),
            issuer = pair.facts.issuer,
            names = pair.facts.names.join(", "),
            until = day(pair.facts.not_after),
            sha256 = pair.facts.fingerprint(),
            "this certificate is served now"
        );
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Some(pair.certified);
        state.served = Some(Served { source, facts: pair.facts });
    }

    fn not_files(&self) -> Result<(), Refused> {
        self.files.clone().map_or(Ok(()), |files| Err(Refused::Files(files)))
    }

    fn write(&self, name: &str, pem: &str) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        write_private(&self.folder.join(name), pem.as_bytes())
    }

    fn remove(&self, names: &[&str]) -> io::Result<()> {
        for name in names {
            match fs::remove_file(self.folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic under the lock leaves a state that the next look makes right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is compared with the page of a device before anybody trusts it.
fn announce(authority: &Authority, which: &str) {
    tracing::info!(
        name = authority.facts.certificate.subject,
        sha256 = authority.facts.certificate.fingerprint(),
        "devices trust this edge through {which} plant authority; see /trust on its page"
    );
}

/// Said once, for the reason may be the same every time.
fn distressed(state: &mut State, reason: String) {
    if state.trouble.as_ref() != Some(&reason) {
        tracing::error!("HTTPS: {reason}");
    }
    state.trouble = Some(reason);
}

/// Whether another certificate must be made. Addresses that are gone may stay in the old one: a cable that is
/// unplugged for a moment is no reason to write, and neither is an end that another one would share with its authority.
fn is_due(
    leaf: Option<&Facts>,
    place: &Place,
    authority_end: Timestamp,
    behind_since: &mut Option<Instant>,
    now: Timestamp,
    at: Instant,
) -> bool {
    let is_set = now >= EARLIEST;
    let Some(leaf) = leaf else { return is_set };
    if now < leaf.not_before {
        // Either the clock is wrong now, as after a power cut without a battery, or it was wrong then.
        let since = *behind_since.get_or_insert(at);
        return is_set && at.saturating_duration_since(since) >= CLOCK_PATIENCE;
    }
    *behind_since = None;
    let is_named = |name: &String| leaf.names.contains(name);
    let is_whole = place.names.iter().all(is_named) && place.addresses.iter().all(|a| is_named(&a.to_string()));
    !is_whole || (now.plus(SOON) >= leaf.not_after && leaf.not_after < authority_end)
}

fn stamp(path: &Path) -> Stamp {
    fs::metadata(path).ok().map(|m| (m.ino(), m.ctime(), m.ctime_nsec(), m.len()))
}

fn warnings(state: &State, served: Option<&Served>, authority: Option<&AuthorityFacts>, now: Timestamp) -> Vec<String> {
    let mut all: Vec<String> = [&state.refused, &state.trouble].into_iter().flatten().cloned().collect();
    match served {
        None if all.is_empty() => all.push("There is no certificate yet".into()),
        None => {}
        Some(served) => match served.facts.expired(now) {
            Some(reason) => all.push(format!("The certificate {reason}")),
            None if now.plus(SOON) >= served.facts.not_after => {
                all.push(format!("The certificate ends on {}; bring a new one", day(served.facts.not_after)));
            }
            None => {}
        },
    }
    let Some(authority) = authority else { return all };
    let until = authority.certificate.not_after;
    if now.plus(AUTHORITY_SOON) >= until && authority.certificate.expired(now).is_none() {
        all.push(format!("The plant authority ends on {}; `edge-agent authority --renew` makes a new one", day(until)));
    }
    let (addresses, names): (Vec<&str>, Vec<&str>) =
        state.left_out.iter().map(String::as_str).partition(|left| left.parse::<std::net::IpAddr>().is_ok());
    if !names.is_empty() {
        all.push(format!(
            "The plant authority was made before this box was called {}, and may not vouch for that. Go on with the \
             names that it has, or make a new one with `edge-agent authority --renew`, which every device has to \
             trust anew",
            names.join(", ")
        ));
    }
    if !addresses.is_empty() {
        all.push(format!(
            "{} is no private address, and the plant authority vouches for no other; call the box by name, or bring \
             a certificate of your own",
            addresses.join(", ")
        ));
    }
    all
}
