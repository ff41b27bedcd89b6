//! Where the stage stands: ports, folders and configuration files.

use anyhow::{Context, Result};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The ports of one stage, counted up from a base so that two can run beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    pub cloud_http: u16,
    pub edge_http: u16,
    pub mqtt: u16,
    pub modbus: u16,
    pub opcua: u16,
    pub broker: u16,
    pub plant_control: u16,
}

impl Ports {
    /// Seven ports from `base` on.
    ///
    /// # Errors
    /// When `base` is so high that they do not fit.
    pub fn from_base(base: u16) -> Result<Self> {
        let port = |n: u16| {
            base.checked_add(n)
                .with_context(|| format!("DEMO_PORT_BASE {base} leaves no room for 7 ports; use at most 65529"))
        };
        Ok(Self {
            cloud_http: port(0)?,
            edge_http: port(1)?,
            mqtt: port(2)?,
            modbus: port(3)?,
            opcua: port(4)?,
            broker: port(5)?,
            plant_control: port(6)?,
        })
    }

    /// Free ports that the system picks.
    ///
    /// # Errors
    /// When there are none.
    pub fn free() -> Result<Self> {
        let held: Vec<TcpListener> = (0..7).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
        let mut ports = held.iter().map(|l| l.local_addr().map(|a| a.port()));
        let mut next = || ports.next().context("seven were bound")?.context("a bound port has an address");
        Ok(Self {
            cloud_http: next()?,
            edge_http: next()?,
            mqtt: next()?,
            modbus: next()?,
            opcua: next()?,
            broker: next()?,
            plant_control: next()?,
        })
    }

    #[must_use]
    pub const fn all(&self) -> [u16; 7] {
        [self.cloud_http, self.edge_http, self.mqtt, self.modbus, self.opcua, self.broker, self.plant_control]
    }
}

/// Checks that nothing listens on a port of this machine.
///
/// # Errors
/// Names the port and what to do.
pub fn port_free(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).with_context(|| {
        format!(
            "port {port} is in use; stop what listens there or choose other ports with DEMO_PORT_BASE=9080 make demo"
        )
    })
}

/// The root of the checkout that this was built from.
#[must_use]
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// Fills the demo's configuration files with ports and folders.
pub fn write_config(dir: &Path, ports: &Ports) -> Result<()> {
    for name in ["cloud.toml", "edge.toml"] {
        let template = repository().join("config/demo").join(name);
        let text = std::fs::read_to_string(&template).with_context(|| format!("cannot read {}", template.display()))?;
        std::fs::write(dir.join(name), fill(&text, dir, ports))?;
    }
    Ok(())
}

fn fill(text: &str, dir: &Path, ports: &Ports) -> String {
    // The files name the ports of the default base, so they can be read and run as they stand.
    let default = [8080, 8081, 8082, 8083, 8084, 8085, 8086];
    let marked = default.iter().fold(text.to_owned(), |t, p| t.replace(&format!(":{p}"), &format!(":<{p}>")));
    let marked = default.iter().fold(marked, |t, p| t.replace(&format!("= {p}"), &format!("= <{p}>")));
    let filled = default.iter().zip(ports.all()).fold(marked, |t, (p, n)| t.replace(&format!("<{p}>"), &n.to_string()));
    filled.replace("target/demo/data", &dir.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_ports_do_not_chain() {
        let ports = Ports::from_base(8081).unwrap();
        let filled =
            fill("a = \"127.0.0.1:8080\"\nb = \"x:8081\"\nc = 8082\nd=\"target/demo/data/y\"", Path::new("/d"), &ports);
        assert_eq!(filled, "a = \"127.0.0.1:8081\"\nb = \"x:8082\"\nc = 8083\nd=\"/d/y\"");
        assert!(Ports::from_base(65_530).is_err());
    }

    #[test]
    fn a_busy_port_is_named() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        assert!(format!("{:#}", port_free(port).unwrap_err()).contains(&format!("port {port} is in use")));
    }
}
