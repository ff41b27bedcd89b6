//! The plant authority: a certificate authority of this box alone. It may vouch for the names that the box had when
//! it was made and for private addresses, for servers only, and for no authority below it.

use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use unison_core::time::{HOUR, SECOND, Timestamp};
use x509_parser::extensions::GeneralName;

use super::names::{Place, is_of_one_box};
use super::pair::{self, Facts};

/// No box runs this program before this day: an authority is good from here on whatever its clock said, and an
/// earlier clock is not set.
pub(super) const EARLIEST: Timestamp = Timestamp(1_735_689_600 * SECOND); // 2025-01-01
const DAY: i64 = 24 * HOUR;
const AUTHORITY_DAYS: i64 = 3_653;
/// With the day before it: browsers take nothing that is good for more than 398 days.
const LEAF_DAYS: i64 = 396;
/// Of a common name (X.520).
const NAME_MAX: usize = 64;

/// Addresses that belong to nobody on the internet.
const PRIVATE: [(&str, u8); 8] = [
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("fc00::", 7),
    ("fe80::", 10),
    ("::1", 128),
];

/// What is known of the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityFacts {
    pub certificate: Facts,
    /// The names for which it may vouch, and all names below each.
    pub names: Vec<String>,
    /// `10.0.0.0/8`.
    pub networks: Vec<String>,
}

/// The authority with its key.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub der: CertificateDer<'static>,
    pub facts: AuthorityFacts,
    /// Address and mask.
    networks: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Authority {
    /// A new one for a box; its key and certificate as one PEM text.
    pub fn make(box_name: &str, names: &[String], now: Timestamp) -> Result<String, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        // Two boxes of one name, or two authorities of one box, must not look the same in a device's list.
        let mark: String = params.key_identifier(&key).iter().take(2).map(|b| format!("{b:02X}")).collect();
        let room = NAME_MAX - "Unison  0000".len();
        let named: String = box_name.chars().filter(|c| !c.is_control()).take(room).collect();
        params.distinguished_name.push(DnType::CommonName, format!("Unison {named} {mark}"));
        params.distinguished_name.push(DnType::OrganizationName, "Unison plant authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        // Name constraints say nothing about programs that it would sign.
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let networks = PRIVATE.iter().filter_map(|(base, prefix)| {
            let base: IpAddr = base.parse().ok()?;
            Some(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(base, *prefix)))
        });
        let names = names.iter().filter(|name| is_of_one_box(name)).map(|name| GeneralSubtree::DnsName(name.clone()));
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: names.chain(networks).collect(), excluded_subtrees: vec![] });
        let from = now.max(EARLIEST);
        set_validity(&mut params, EARLIEST, from.plus(AUTHORITY_DAYS * DAY));
        let certificate = params.self_signed(&key)?;
        Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
    }

    /// # Errors
    /// Says what is wrong with it.
    pub fn read(pem: &str) -> Result<Self, String> {
        let key = KeyPair::from_pem(pem).map_err(|e| format!("its key cannot be read: {e}"))?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|e| format!("its certificate cannot be read: {e}"))?;
        let parsed = pair::parse(&der)?;
        if parsed.public_key().subject_public_key.data.as_ref() != key.public_key_raw() {
            return Err("key and certificate do not belong together".into());
        }
        let constraints = parsed.name_constraints().map_err(|e| e.to_string())?;
        let constraints = constraints.and_then(|c| c.value.permitted_subtrees.as_deref()).unwrap_or_default();
        let (mut names, mut networks) = (Vec::new(), Vec::new());
        for subtree in constraints {
            match &subtree.base {
                GeneralName::DNSName(name) => names.push((*name).to_owned()),
                GeneralName::IPAddress(both) => {
                    let (base, mask) = both.split_at(both.len() / 2);
                    networks.push((base.to_vec(), mask.to_vec()));
                }
                _ => {}
            }
        }
        drop(parsed);
        let facts = AuthorityFacts {
            certificate: Facts::of(&der)?,
            names,
            networks: networks.iter().filter_map(|(base, mask)| network(base, mask)).collect(),
        };
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(|e| e.to_string())?;
        Ok(Self { issuer, der, facts, networks })
    }

    pub fn permits_name(&self, name: &str) -> bool {
        let is_below = |of: &String| name.strip_suffix(of.as_str()).is_some_and(|b| b.is_empty() || b.ends_with('.'));
        self.facts.names.iter().any(is_below)
    }

    pub fn permits_address(&self, address: &IpAddr) -> bool {
        let bytes = octets(address);
        self.networks.iter().any(|(base, mask)| {
            base.len() == bytes.len() && bytes.iter().zip(mask).map(|(b, m)| b & m).eq(base.iter().copied())
        })
    }

    /// The part of a place that it may vouch for, and what is left out although another authority might.
    pub fn permitted(&self, place: &Place) -> (Place, Vec<String>) {
        let (names, mut out): (Vec<_>, Vec<_>) = place.names.iter().cloned().partition(|n| self.permits_name(n));
        out.retain(|name| is_of_one_box(name));
        let (addresses, foreign): (Vec<_>, Vec<_>) =
            place.addresses.iter().copied().partition(|a| self.permits_address(a));
        out.extend(foreign.iter().map(ToString::to_string));
        (Place { names, addresses }, out)
    }

    /// A certificate for a place with a key of its own, and the two as one PEM text.
    pub fn leaf(&self, place: &Place, now: Timestamp) -> Result<String, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        if let Some(name) = place.names.first().filter(|name| name.len() <= NAME_MAX) {
            params.distinguished_name.push(DnType::CommonName, name.clone());
        }
        for name in &place.names {
            params.subject_alt_names.push(SanType::DnsName(name.clone().try_into()?));
        }
        params.subject_alt_names.extend(place.addresses.iter().map(|a| SanType::IpAddress(*a)));
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let end = now.plus(LEAF_DAYS * DAY).min(self.facts.certificate.not_after);
        // From yesterday: the clock of a tablet may be behind.
        set_validity(&mut params, now.plus(-DAY).max(EARLIEST), end);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
    }

    /// Signs what it may not: for the tests that such a thing is refused.
    #[cfg(test)]
    pub const fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
}

/// Whole days: from the midnight (UTC) before one time to that before the other.
fn set_validity(params: &mut CertificateParams, from: Timestamp, to: Timestamp) {
    let midnight = |at: Timestamp| {
        let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        rcgen::date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
    };
    (params.not_before, params.not_after) = (midnight(from), midnight(to));
}

fn octets(address: &IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

fn network(base: &[u8], mask: &[u8]) -> Option<String> {
    let prefix: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
    Some(format!("{}/{prefix}", pair::address(base)?))
}
