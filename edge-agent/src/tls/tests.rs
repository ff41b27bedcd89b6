//! What the plant authority may and may not, by two foreign programs' judgement; when a certificate is made anew; and
//! that a bad one never takes the place of a good one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, KeyPair, SanType};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use unison_core::time::{HOUR, SECOND, Timestamp};

use super::authority::Authority;
use super::*;
use crate::config::{CertificateFiles, HttpsConfig};

const DAY: i64 = 24 * HOUR;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z").unwrap()
}

fn place() -> Place {
    let addresses = ["127.0.0.1", "10.20.30.40", "fd00::7"].map(|a| a.parse().unwrap());
    Place::new(&["edge.plant.example".into()], Some("Hall-1"), addresses)
}

/// A folder with an HTTPS whose place a test may change.
struct Box1 {
    dir: tempfile::TempDir,
    place: Arc<Mutex<Place>>,
}

impl Box1 {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), place: Arc::new(Mutex::new(place())) }
    }

    fn https(&self, files: Option<CertificateFiles>) -> Https {
        let config = HttpsConfig { listen: "127.0.0.1:0".parse().unwrap(), names: vec![], files };
        let place = self.place.clone();
        Https::new(&config, 8443, self.dir.path(), "Hall 1", Box::new(move || place.lock().unwrap().clone()))
    }

    fn started(&self) -> Https {
        let https = self.https(None);
        https.look(now(), Instant::now());
        https
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join("https").join(name)
    }
}

fn served(https: &Https) -> Facts {
    https.standing(now()).served.unwrap().facts
}

fn warnings(https: &Https, at: Timestamp) -> String {
    https.standing(at).warnings.join("\n")
}

/// An authority, and a certificate that it signed although it may not: for `san`.
fn signed_for(san: SanType) -> (Authority, String) {
    let authority = Authority::read(&Authority::make("Hall 1", &place().names, now()).unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.subject_alt_names = vec![san];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let pem = params.signed_by(&key, authority.issuer()).unwrap().pem();
    (authority, pem)
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.to_owned().try_into().unwrap())
}

/// What OpenSSL says of a certificate under an authority.
fn openssl(dir: &Path, authority: &Authority, pem: &str, more: &[&str]) -> (bool, String) {
    let (ca, leaf) = (dir.join("ca.der"), dir.join("leaf.pem"));
    fs::write(&ca, &*authority.der).unwrap();
    fs::write(&leaf, pem).unwrap();
    let pem_of_ca = Command::new("openssl").args(["x509", "-inform", "DER", "-in"]).arg(&ca).output().unwrap();
    fs::write(dir.join("ca.pem"), pem_of_ca.stdout).unwrap();
    let at = (now().0 / SECOND).to_string();
    let mut verify = Command::new("openssl");
    verify.args(["verify", "-x509_strict", "-purpose", "sslserver", "-attime", &at, "-CAfile"]);
    let out = verify.arg(dir.join("ca.pem")).args(more).arg(&leaf).output().unwrap();
    (out.status.success(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}

/// What rustls says of it for a host.
fn webpki(authority: &Authority, pem: &str, host: &str) -> Result<(), rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let leaf = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_micros(now().0.unsigned_abs()));
    let host = ServerName::try_from(host.to_owned()).unwrap();
    verifier.verify_server_cert(&leaf, &[], &host, &[], at).map(drop)
}

#[test]
fn edge_11_the_authority_vouches_for_this_box() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::read(&Authority::make("Hall 1", &place().names, now()).unwrap()).unwrap();
    let leaf = authority.leaf(&place(), now()).unwrap();
    for host in ["edge.plant.example", "hall-1.local", "hall-1", "127.0.0.1", "10.20.30.40", "fd00::7"] {
        assert_eq!(webpki(&authority, &leaf, host), Ok(()), "{host}");
    }
    for check in [["-verify_hostname", "hall-1.local"], ["-verify_ip", "10.20.30.40"]] {
        let (is_good, said) = openssl(dir.path(), &authority, &leaf, &check);
        assert!(is_good, "{check:?}: {said}");
    }
    let (is_good, said) = openssl(dir.path(), &authority, &leaf, &["-verify_hostname", "example.com"]);
    assert!(!is_good && said.contains("hostname mismatch"), "{said}");
}

#[test]
fn edge_11_nobody_believes_the_authority_about_other_sites() {
    let dir = tempfile::tempdir().unwrap();
    let internet = SanType::IpAddress("8.8.8.8".parse().unwrap());
    let v6 = SanType::IpAddress("2001:db8::1".parse().unwrap());
    // A name that only ends like one of ours is not below it.
    let likeness = dns("notedge.plant.example");
    for (san, host) in [
        (dns("example.com"), "example.com"),
        (likeness, "notedge.plant.example"),
        (internet, "8.8.8.8"),
        (v6, "2001:db8::1"),
    ] {
        let (authority, leaf) = signed_for(san);
        let (is_good, said) = openssl(dir.path(), &authority, &leaf, &[]);
        assert!(!is_good && said.contains("permitted subtree violation"), "{host}: {said}");
        let refused = webpki(&authority, &leaf, host).unwrap_err().to_string();
        assert!(refused.contains("NameConstraintViolation"), "{host}: {refused}");
    }
    // The same made for a permitted name is taken: it is the constraint that refuses.
    let (authority, leaf) = signed_for(dns("edge.plant.example"));
    let (is_good, said) = openssl(dir.path(), &authority, &leaf, &[]);
    assert!(is_good && webpki(&authority, &leaf, "edge.plant.example").is_ok(), "{said}");
}

#[test]
fn edge_11_a_box_called_like_a_domain_of_the_internet_vouches_for_no_such_domain() {
    let box1 = Box1::new();
    *box1.place.lock().unwrap() = Place::new(&[], Some("dev"), ["127.0.0.1".parse().unwrap()]);
    let https = box1.started();
    assert_eq!(https.standing(now()).authority.unwrap().names, ["dev.local"]);
    assert!(!served(&https).names.contains(&"dev".to_owned()), "{:?}", served(&https).names);
    assert_eq!(warnings(&https, now()), "", "a new authority would not help");
    for (name, expect) in [("box", false), ("xn--p1ai", false), ("hall1", true), ("hall-1", true), ("a.example", true)]
    {
        assert_eq!(super::names::is_of_one_box(name), expect, "{name}");
    }
}

#[test]
fn edge_11_the_authority_makes_no_other_authority_and_signs_no_programs() {
    let dir = tempfile::tempdir().unwrap();
    let (authority, _) = signed_for(dns("edge.plant.example"));
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, "below");
    params.use_authority_key_identifier_extension = true;
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let below = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), authority.issuer()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![dns("edge.plant.example")];
    params.use_authority_key_identifier_extension = true;
    let leaf = params.signed_by(&key, &below).unwrap().pem();
    let chain = dir.path().join("below.pem");
    fs::write(&chain, below.pem()).unwrap();
    let (is_good, said) = openssl(dir.path(), &authority, &leaf, &["-untrusted", chain.to_str().unwrap()]);
    assert!(!is_good && said.contains("path length constraint exceeded"), "{said}");
    let text = Command::new("openssl").args(["x509", "-noout", "-text", "-in"]).arg(dir.path().join("ca.pem")).output();
    let text = String::from_utf8(text.unwrap().stdout).unwrap();
    for part in
        ["Name Constraints: critical", "Basic Constraints: critical", "Key Usage: critical", "TLS Web Server Auth"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn edge_11_the_same_authority_after_a_restart_and_keys_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let box1 = Box1::new();
    let first = box1.started();
    let (der, leaf) = (first.authority_der().unwrap(), served(&first));
    let again = box1.started();
    assert_eq!((again.authority_der().unwrap(), served(&again)), (der.clone(), leaf));
    for name in ["authority.pem", "plant.pem"] {
        assert_eq!(fs::metadata(box1.file(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    again.renew_authority(now(), Instant::now()).unwrap();
    assert_ne!(again.authority_der().unwrap(), der);
    let authority = again.standing(now()).authority.unwrap();
    assert_eq!(served(&again).issuer, authority.certificate.subject);
}

#[test]
fn edge_11_another_address_or_name_brings_another_certificate() {
    let box1 = Box1::new();
    let https = box1.started();
    let before = served(&https);
    assert!(!before.names.contains(&"192.168.7.7".to_owned()));
    // A cable that is unplugged is no reason.
    box1.place.lock().unwrap().addresses = vec!["127.0.0.1".parse().unwrap()];
    https.look(now(), Instant::now());
    assert_eq!(served(&https), before);
    box1.place.lock().unwrap().addresses.push("192.168.7.7".parse().unwrap());
    https.look(now(), Instant::now());
    let after = served(&https);
    assert!(after.names.contains(&"192.168.7.7".to_owned()) && after.issuer == before.issuer, "{after:?}");
    assert_eq!(warnings(&https, now()), "");
}

#[test]
fn edge_11_what_the_authority_may_not_vouch_for_is_left_out_and_said() {
    let box1 = Box1::new();
    let https = box1.started();
    {
        let mut place = box1.place.lock().unwrap();
        place.names.push("new.plant.example".into());
        place.names.push("camera.edge.plant.example".into());
        place.addresses.push("141.30.1.1".parse().unwrap());
    }
    https.look(now(), Instant::now());
    let names = served(&https).names;
    assert!(names.contains(&"camera.edge.plant.example".to_owned()));
    assert!(!names.iter().any(|n| n == "new.plant.example" || n == "141.30.1.1"), "{names:?}");
    let said = warnings(&https, now());
    assert!(said.contains("called new.plant.example,") && said.contains("authority --renew"), "{said}");
    assert!(said.contains("141.30.1.1 is no private address"), "{said}");
    https.renew_authority(now(), Instant::now()).unwrap();
    assert!(served(&https).names.contains(&"new.plant.example".to_owned()));
}

#[test]
fn edge_11_a_certificate_is_short_lived_and_renewed_a_month_before_its_end() {
    let box1 = Box1::new();
    let https = box1.started();
    let first = served(&https);
    assert!(first.not_after.since(first.not_before) <= 397 * DAY && first.not_before <= now().plus(-9 * HOUR));
    https.look(first.not_after.plus(-31 * DAY), Instant::now());
    assert_eq!(served(&https), first);
    let late = first.not_after.plus(-29 * DAY);
    https.look(late, Instant::now());
    assert!(served(&https).not_after >= late.plus(395 * DAY));
}

#[test]
fn edge_11_an_authority_near_its_end_makes_one_last_certificate_and_none_after_it() {
    let box1 = Box1::new();
    let https = box1.started();
    let end = https.standing(now()).authority.unwrap().certificate.not_after;
    let late = end.plus(-20 * DAY);
    https.look(late, Instant::now());
    let last = served(&https);
    assert_eq!(last.not_after, end);
    https.look(late.plus(60 * SECOND), Instant::now());
    assert_eq!(served(&https).fingerprint(), last.fingerprint());
    assert!(warnings(&https, late).contains("The plant authority ends on"));
    // Another address is a reason still, but not once nobody believes it any more.
    box1.place.lock().unwrap().addresses.push("192.168.7.7".parse().unwrap());
    let over = end.plus(DAY);
    https.look(over, Instant::now());
    assert_eq!(served(&https).fingerprint(), last.fingerprint());
    let said = warnings(&https, over);
    assert!(said.contains("The plant authority ended on") && said.contains("--renew"), "{said}");
    https.look(late, Instant::now());
    assert_ne!(served(&https).fingerprint(), last.fingerprint());
    assert!(!warnings(&https, late).contains("ended on"), "a clock that ran ahead is forgotten");
}

#[test]
fn edge_11_the_authority_stays_while_an_uploaded_certificate_is_in_use() {
    let box1 = Box1::new();
    let https = box1.started();
    let before = https.authority_der().unwrap();
    let (chain, key) = foreign("edge.plant.example", (2027, 5, 1));
    https.upload(&chain, &key, now()).unwrap();
    assert!(matches!(https.renew_authority(now(), Instant::now()), Err(Refused::Uploaded)));
    for name in ["authority.pem", "plant.pem"] {
        assert!(box1.file(name).exists(), "{name}");
    }
    https.forget(now(), Instant::now()).unwrap();
    assert_eq!(https.authority_der().unwrap(), before);
    https.renew_authority(now(), Instant::now()).unwrap();
    assert_ne!(https.authority_der().unwrap(), before);
}

#[test]
fn edge_11_a_clock_that_is_not_set_makes_no_certificate() {
    let box1 = Box1::new();
    let https = box1.https(None);
    let start = Timestamp::parse("1970-01-01T00:00:30Z").unwrap();
    https.look(start, Instant::now());
    let standing = https.standing(start);
    assert!(standing.served.is_none() && standing.is_broken);
    assert!(warnings(&https, start).contains("clock of the box is not set"));
    // The authority is there already: it is good whatever the clock said.
    let authority = standing.authority.unwrap().certificate;
    assert!(authority.not_before < now() && authority.not_after > now().plus(8 * 365 * DAY), "{authority:?}");
    https.look(now(), Instant::now());
    assert_eq!((served(&https).issuer, warnings(&https, now())), (authority.subject, String::new()));
}

#[test]
fn edge_11_a_clock_that_fell_back_costs_no_good_certificate() {
    let box1 = Box1::new();
    let good = served(&box1.started());
    let again = box1.https(None);
    let (before, start) = (now().plus(-400 * DAY), Instant::now());
    box1.place.lock().unwrap().addresses.push("192.168.7.7".parse().unwrap());
    again.look(before, start);
    again.look(before, start + Duration::from_secs(3_500));
    assert_eq!(served(&again), good);
    // Nobody set it right: then it was wrong when the certificate was made.
    again.look(before, start + Duration::from_secs(3_601));
    assert!(served(&again).not_before < before);
}

/// A certificate of some other authority, its key, both PEM.
fn foreign(name: &str, until: (i32, u8, u8)) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

#[test]
fn edge_11_an_uploaded_certificate_comes_first_until_it_is_taken_back() {
    let box1 = Box1::new();
    let https = box1.started();
    let own = served(&https);
    let (chain, key) = foreign("mes.acme.example", (2027, 6, 1));
    https.upload(&chain, &key, now()).unwrap();
    assert_eq!(served(&https).names, ["mes.acme.example"]);
    assert!(https.authority_der().is_none(), "nobody should trust an authority that is not in use");
    https.look(now(), Instant::now());
    assert_eq!(https.standing(now()).served.unwrap().source, Source::Uploaded);
    let again = box1.started();
    assert_eq!(served(&again).names, ["mes.acme.example"]);
    assert!(warnings(&again, Timestamp::parse("2027-05-20T00:00:00Z").unwrap()).contains("ends on 2027-06-01"));
    again.forget(now(), Instant::now()).unwrap();
    assert_eq!(served(&again), own);
    assert!(!box1.file("uploaded.pem").exists());
}

#[test]
fn edge_11_a_bad_upload_changes_nothing_and_says_all() {
    let box1 = Box1::new();
    let https = box1.started();
    let own = served(&https);
    let refused = |chain: &str, key: &str| match https.upload(chain, key, now()) {
        Err(Refused::Mistakes(all)) => all.iter().map(|m| format!("{:?} {}", m.part, m.reason)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let (chain, key) = foreign("a.example", (2027, 6, 1));
    let (_, other) = foreign("b.example", (2027, 6, 1));
    let both = refused("hello", "-----BEGIN ENCRYPTED PRIVATE KEY-----");
    assert!(both[0].starts_with("Certificate holds no certificate") && both[1].contains("pass phrase"), "{both:?}");
    assert!(refused(&chain, &other)[0].starts_with("Key belongs to another certificate"));
    assert!(refused(&chain, &chain)[0].starts_with("Key holds no key"));
    let (old, its_key) = foreign("a.example", (2026, 11, 1));
    assert_eq!(refused(&old, &its_key), ["Certificate ended on 2026-11-01; bring a new one"]);
    let (stranger, _) = foreign("c.example", (2027, 6, 1));
    assert!(refused(&format!("{chain}{stranger}"), &key)[0].contains("is out of order"));
    assert_eq!(served(&https), own);
    assert!(!box1.file("uploaded.pem").exists());
}

#[test]
fn edge_11_files_are_taken_up_while_it_runs_and_bad_ones_are_not() {
    let box1 = Box1::new();
    let files =
        CertificateFiles { certificate: box1.dir.path().join("edge.crt"), key: box1.dir.path().join("edge.key") };
    let write = |pair: &(String, String)| {
        fs::write(&files.certificate, &pair.0).unwrap();
        crate::files::write_private(&files.key, pair.1.as_bytes()).unwrap();
    };
    let (first, second) = (foreign("one.example", (2027, 6, 1)), foreign("two.example", (2027, 7, 1)));
    write(&first);
    let https = box1.https(Some(files.clone()));
    let look = || https.look(now(), Instant::now());
    look();
    assert_eq!(served(&https).names, ["one.example"]);
    // The certificate comes before its key: nothing changes until both are there.
    fs::write(&files.certificate, &second.0).unwrap();
    look();
    assert_eq!(served(&https).names, ["one.example"]);
    let said = warnings(&https, now());
    assert!(
        said.contains("the one in use stays") && said.contains("edge.key: belongs to another certificate"),
        "{said}"
    );
    write(&second);
    look();
    assert_eq!((served(&https).names, warnings(&https, now())), (vec!["two.example".to_owned()], String::new()));
    write(&foreign("three.example", (2026, 11, 1)));
    look();
    assert_eq!(served(&https).names, ["two.example"]);
    assert!(warnings(&https, now()).contains("edge.crt: ended on 2026-11-01"));
    assert!(matches!(https.upload(&first.0, &first.1, now()), Err(Refused::Files(_))));
    assert!(!box1.file("authority.pem").exists(), "nobody needs one here");
    // After a restart an old one is better than none: the machines are looked at in any case.
    let again = box1.https(Some(files.clone()));
    again.look(now(), Instant::now());
    assert!(again.standing(now()).is_broken && served(&again).names == ["three.example"]);
}

#[test]
fn edge_11_a_damaged_authority_is_said_and_never_replaced_by_itself() {
    let box1 = Box1::new();
    drop(box1.started());
    fs::write(box1.file("authority.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
    let https = box1.started();
    let said = warnings(&https, now());
    assert!(said.contains("authority.pem") && said.contains("authority --renew"), "{said}");
    https.renew_authority(now(), Instant::now()).unwrap();
    assert_eq!(warnings(&https, now()), "");
}

#[test]
fn edge_11_names_of_a_box() {
    let check = |text: &str, expect: Option<&str>| assert_eq!(dns_name(text).as_deref(), expect, "{text}");
    check("Edge-1.Plant.Example.", Some("edge-1.plant.example"));
    check("10.0.0.5", None);
    check("-a", None);
    check("a b", None);
    check("*.example", None);
    check("", None);
    let named = |host| Place::new(&[], Some(host), []).names;
    assert_eq!(named("hall1"), ["hall1", "hall1.local"]);
    assert_eq!(named("hall1.acme.example"), ["hall1.acme.example", "hall1.local", "hall1"]);
    assert_eq!(named("hall1.local"), ["hall1.local", "hall1"]);
    assert!(named("not_a_name").is_empty());
    let addresses = ["fe80::1", "0.0.0.0", "10.0.0.5"].map(|a| a.parse().unwrap());
    assert_eq!(Place::new(&[], None, addresses).addresses, [addresses[2]]);
}
