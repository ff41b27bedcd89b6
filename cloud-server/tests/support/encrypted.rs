//! TLS to a real server: who may be at the other end.

use super::store::{APPLICATION, Fresh, OWNER, PLATFORM, query, superuser};
use super::{Stop, organization};
use cloud_server::db::postgres::{Address, Addresses, Server, migrate};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A server of its own on an address of this machine that nobody else has, and the authority of its certificate.
struct Encrypted {
    fresh: Fresh,
    place: PathBuf,
    host: String,
    ca: PathBuf,
    other_ca: PathBuf,
    _stop: Stop,
    _dir: tempfile::TempDir,
}

fn authority(file: &Path) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let made = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(file, made.pem()).unwrap();
    made
}

impl Encrypted {
    async fn new() -> Self {
        let place = std::env::temp_dir().join(format!("unison-postgres-{}", Uuid::new_v4().simple()));
        let stop = Stop(place.clone());
        let fresh = Fresh::empty(Some(&place)).await;
        fresh.migrate().await.unwrap();
        let id = std::process::id();
        let host = format!("127.{}.{}.{}", 1 + id % 250, 1 + id / 250 % 250, 1 + id / 62_500 % 250);
        let su = fresh.connect("postgres").await;
        su.batch_execute(&format!("ALTER SYSTEM SET listen_addresses = '{host}'")).await.unwrap();
        for role in [OWNER, APPLICATION, PLATFORM] {
            su.batch_execute(&format!("ALTER ROLE {role} PASSWORD 'secret'")).await.unwrap();
        }
        // Over TCP everybody needs a password, so that SCRAM is spoken.
        let rules = "local all all trust\nhost all all 0.0.0.0/0 scram-sha-256\n";
        std::fs::write(place.join("data/pg_hba.conf"), rules).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let (ca, other_ca) = (dir.path().join("ca.pem"), dir.path().join("other.pem"));
        let (issuer, key) = (authority(&ca), KeyPair::generate().unwrap());
        authority(&other_ca);
        let certificate = CertificateParams::new(vec![host.clone()]).unwrap().signed_by(&key, &issuer).unwrap();
        let owner = std::fs::metadata(place.join("data")).unwrap();
        for (name, text) in [("server.crt", certificate.pem()), ("server.key", key.serialize_pem())] {
            let file = place.join("data").join(name);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
            chown(&file, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        let it = Self { fresh, place, host, ca, other_ca, _stop: stop, _dir: dir };
        it.restart();
        it
    }

    fn restart(&self) {
        self._stop.script("halt");
        superuser(Some(&self.place));
    }

    async fn set_tls(&self, is_on: bool) {
        let su = self.fresh.connect("postgres").await;
        su.batch_execute(&format!("ALTER SYSTEM SET ssl = {is_on}")).await.unwrap();
        self.restart();
    }

    fn address(&self, role: &str, query: &str) -> Address {
        format!("postgresql://{role}:secret@{}/{}?{query}", self.host, self.fresh.name).parse().unwrap()
    }

    /// As a server does, with every role.
    async fn serve(&self, query: &str, roots: Option<&Path>) -> Result<Server, String> {
        let address = |role| match roots {
            Some(roots) => self.address(role, query).trusting(roots).unwrap(),
            None => self.address(role, query),
        };
        let [owner, application, platform] = [OWNER, APPLICATION, PLATFORM].map(address);
        migrate(&owner, &application, &platform).await.map_err(|e| e.to_string())?;
        Server::connect(&Addresses { application, platform, connections_max: 4 }).await.map_err(|e| e.to_string())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_03_rows_travel_encrypted_to_the_right_server_only() {
    let it = Encrypted::new().await;
    let ca = Some(it.ca.as_path());
    let full = "sslmode=verify-full";
    assert!(it.serve("sslmode=disable", None).await.is_ok(), "it is there");
    for (query, roots) in [(full, ca), ("sslmode=require", None)] {
        let refused = it.serve(query, roots).await.err().unwrap();
        assert!(refused.contains("TLS"), "a server without TLS is refused: {refused}");
    }
    it.set_tls(true).await;
    let server = it.serve(full, ca).await.unwrap();
    let acme = organization(&server, 1).await;
    let tls = "SELECT ssl AS yes, version AS t FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row = &query(&acme, tls, &[]).await.unwrap()[0];
    assert_eq!((row.get::<bool>("yes").unwrap(), row.get::<String>("t").unwrap().as_str()), (true, "TLSv1.3"));
    let mut line = server.line().await.unwrap();
    line.say("hello").await.unwrap();
    assert_eq!(line.hear().await.as_deref(), Some("hello"), "the line between servers too");
    it.serve("sslmode=verify-full&channel_binding=require", ca).await.unwrap();
    let unbound = it.serve("sslmode=disable&channel_binding=require", None).await.err().unwrap();
    assert!(unbound.contains("channel binding"), "{unbound}");
    assert!(it.serve("sslmode=require", None).await.is_ok(), "against who only listens");

    let strange = it.serve(full, Some(&it.other_ca)).await.err().unwrap();
    assert!(strange.contains("certificate"), "{strange}");
    let nobody = it.serve(full, None).await.err().unwrap();
    assert!(nobody.contains("root_certificate_file"), "{nobody}");
    // The same server under a name that its certificate does not have.
    let renamed = format!("postgresql://{APPLICATION}:secret@localhost/{}?hostaddr={}&{full}", it.fresh.name, it.host);
    let renamed: Address = renamed.parse().unwrap();
    let addresses = Addresses {
        application: renamed.trusting(&it.ca).unwrap(),
        platform: it.address(PLATFORM, full).trusting(&it.ca).unwrap(),
        connections_max: 2,
    };
    let renamed = Server::connect(&addresses).await.err().unwrap().to_string();
    assert!(renamed.contains("certificate"), "{renamed}");
}
