//! The drivers against servers that somebody else wrote: pymodbus, libmodbus and asyncua.

use anyhow::{Context, Result, bail};
use edge_agent::driver::{self, Clock, ConnectionStatus, Quality, Sink, TagIndex, Text, Value, Written};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio_serial::SerialStream;
use tokio_util::sync::CancellationToken;
use unison_tests::stage::repository;

struct Wall;

impl Clock for Wall {
    fn now_us(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64)
    }
}

/// A foreign server; killed when dropped.
struct Foreign(Child);

impl Foreign {
    fn python(script: &str, args: &[&str]) -> Result<Self> {
        let python = repository().join("target/venv/bin/python");
        if !python.is_file() {
            bail!("{} is missing; `make test` makes it", python.display());
        }
        Self::start(Command::new(python).arg(repository().join("tests/foreign").join(script)).args(args))
    }

    /// Built from its source at each start: it takes half a second.
    fn libmodbus(args: &[&str]) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let program = dir.path().join("libmodbus_server");
        let source = repository().join("tests/foreign/libmodbus_server.c");
        let mut cc = Command::new("cc");
        cc.args(["-O1", "-Wall", "-I/usr/include/modbus", "-o"]).arg(&program).arg(source).arg("-lmodbus");
        anyhow::ensure!(cc.status()?.success(), "libmodbus is missing; `make test` installs it");
        Self::start(Command::new(program).args(args))
    }

    /// It says its last argument when it is ready.
    fn start(command: &mut Command) -> Result<Self> {
        let place = command.get_args().last().context("an argument")?.to_string_lossy().into_owned();
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("piped")?).read_line(&mut line)?;
        let started = Self(child);
        anyhow::ensure!(line.trim() == place, "{command:?} said \"{}\"", line.trim());
        Ok(started)
    }
}

/// A serial line: what is written at one end is read at the other.
struct Line {
    ends: [PathBuf; 2],
    /// Ends that nobody has open yet would look unplugged.
    _open: [File; 2],
}

impl Line {
    fn new() -> Result<Self> {
        let ((mut a, a_end), (mut b, b_end)) = (SerialStream::pair()?, SerialStream::pair()?);
        let path = |end: &SerialStream| std::fs::read_link(format!("/proc/self/fd/{}", end.as_raw_fd()));
        let ends = [path(&a_end)?, path(&b_end)?];
        // Files, because a port is its owner's alone.
        let open = [File::open(&ends[0])?, File::open(&ends[1])?];
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut a, &mut b).await });
        Ok(Self { ends, _open: open })
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A running edge side: the drivers of one configuration.
struct Polled {
    names: Vec<String>,
    sink: Sink,
    connections: Vec<Arc<ConnectionStatus>>,
    shutdown: CancellationToken,
    _dir: tempfile::TempDir,
}

impl Drop for Polled {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl Polled {
    fn start(connection: &str, tags: &[(&str, &str)]) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let path: PathBuf = dir.path().join("edge.toml");
        let mut text = format!(
            "[agent]\nname = \"t\"\ndata_dir = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n",
            dir.path().display()
        );
        text.push_str(&format!("[[connection]]\nname = \"foreign\"\n{connection}\n"));
        for (name, rest) in tags {
            text.push_str(&format!("[[connection.tag]]\nname = \"{name}\"\n{rest}\n"));
        }
        std::fs::write(&path, text)?;
        let config = edge_agent::config::load(&path).map_err(|e| anyhow::anyhow!("{e}"))?;
        let (sink, shutdown) = (Sink::new(tags.len()), CancellationToken::new());
        let connections = driver::start_all(&config, sink.clone(), Arc::new(Wall), shutdown.clone());
        let names = tags.iter().map(|(n, _)| (*n).to_owned()).collect();
        Ok(Self { names, sink, connections, shutdown, _dir: dir })
    }

    fn value(&self, name: &str) -> Option<(Value, Quality)> {
        let index = self.names.iter().position(|n| n == name)?;
        let (reading, _) = self.sink.latest(TagIndex(index as u32))?;
        (reading.at > 0).then_some((reading.value, reading.quality))
    }

    async fn until(&self, name: &str, what: impl Fn(Value, Quality) -> bool) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(40);
        loop {
            let last = self.value(name);
            if last.is_some_and(|(v, q)| what(v, q)) {
                return Ok(());
            }
            if Instant::now() > end {
                let status: Vec<_> = self.connections.iter().map(|c| c.snapshot()).collect();
                bail!("{name} stayed {last:?}, {status:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn is(&self, name: &str, value: Value) -> Result<()> {
        self.until(name, |v, q| v == value && q == Quality::Good).await
    }
}

const MODBUS_TAGS: &[(&str, &str)] = &[
    ("u16", "register = \"holding:0\"\ntype = \"u16\"\nperiod_ms = 100"),
    ("i16", "register = \"holding:1\"\ntype = \"i16\"\nperiod_ms = 100"),
    ("u32", "register = \"holding:2\"\ntype = \"u32\"\nperiod_ms = 100"),
    ("i32", "register = \"holding:4\"\ntype = \"i32\"\nperiod_ms = 100"),
    ("u64", "register = \"holding:6\"\ntype = \"u64\"\nperiod_ms = 100"),
    ("i64", "register = \"holding:10\"\ntype = \"i64\"\nperiod_ms = 100"),
    ("f32", "register = \"holding:14\"\ntype = \"f32\"\nperiod_ms = 100"),
    ("f64", "register = \"holding:16\"\ntype = \"f64\"\nperiod_ms = 100"),
    ("low_first", "register = \"holding:20\"\ntype = \"u32\"\nword_order = \"little\"\nperiod_ms = 100"),
    ("digits", "register = \"holding:23\"\ntype = \"bcd32\"\nperiod_ms = 100"),
    ("text", "register = \"holding:25\"\ntype = \"string\"\nregisters = 4\nperiod_ms = 100"),
    ("last", "register = \"holding:36\"\ntype = \"u16\"\nperiod_ms = 100"),
    // One request with the others, until the server says that there is no such register.
    ("beyond", "register = \"holding:44\"\ntype = \"u16\"\nperiod_ms = 100"),
    ("bit", "register = \"holding:22.3\"\ntype = \"bool\"\nperiod_ms = 100"),
    ("input", "register = \"input:0\"\ntype = \"u16\"\nperiod_ms = 100"),
    ("coil", "register = \"coil:2\"\ntype = \"bool\"\nperiod_ms = 100"),
    ("discrete", "register = \"discrete:1\"\ntype = \"bool\"\nperiod_ms = 100"),
];

/// All values of a server arrive; what it does not have costs only itself.
async fn has_all(polled: &Polled) -> Result<()> {
    polled.is("u16", Value::Uint(65_535)).await?;
    polled.is("i16", Value::Int(-12_345)).await?;
    polled.is("u32", Value::Uint(4_000_000_000)).await?;
    polled.is("i32", Value::Int(-2_000_000_000)).await?;
    polled.is("u64", Value::Uint((1 << 63) + 1)).await?;
    polled.is("i64", Value::Int(-(1 << 62) - 1)).await?;
    polled.is("f32", Value::Float(3.25)).await?;
    polled.is("f64", Value::Float(-0.1)).await?;
    polled.is("low_first", Value::Uint(305_419_896)).await?;
    polled.is("digits", Value::Uint(12_345_678)).await?;
    polled.is("text", Value::Text(Text::new(b"RECIPE 7").context("short")?)).await?;
    polled.is("last", Value::Uint(36)).await?;
    polled.is("bit", Value::Bool(true)).await?;
    polled.is("input", Value::Uint(777)).await?;
    polled.is("coil", Value::Bool(true)).await?;
    polled.is("discrete", Value::Bool(true)).await?;
    polled.until("beyond", |_, q| q == Quality::Bad).await
}

fn over_tcp(port: &str) -> String {
    format!("driver = \"modbus_tcp\"\naddress = \"127.0.0.1:{port}\"\ntimeout_ms = 1000")
}

fn over_line(line: &Line) -> String {
    let path = line.ends[0].display();
    format!("driver = \"modbus_rtu\"\npath = \"{path}\"\nbaud = 115200\nparity = \"none\"\ntimeout_ms = 1000")
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_pymodbus_values_of_every_type() -> Result<()> {
    let port = free_port()?.to_string();
    let server = Foreign::python("modbus_server.py", &["tcp", &port])?;
    let illegal = ("illegal", "register = \"holding:35\"\ntype = \"u16\"\nperiod_ms = 100");
    let polled = Polled::start(&over_tcp(&port), &[MODBUS_TAGS, &[illegal]].concat())?;
    has_all(&polled).await?;
    polled.until("illegal", |_, q| q == Quality::Bad).await?;
    // EDGE-14: the server dies, its values go bad; it comes back, they are good again.
    drop(server);
    polled.until("u16", |_, q| q == Quality::Bad).await?;
    let _server = Foreign::python("modbus_server.py", &["tcp", &port])?;
    polled.is("u16", Value::Uint(65_535)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_pymodbus_on_a_serial_line() -> Result<()> {
    let line = Line::new()?;
    let end = line.ends[1].display().to_string();
    let _server = Foreign::python("modbus_server.py", &["rtu", &end])?;
    let polled = Polled::start(&over_line(&line), MODBUS_TAGS)?;
    has_all(&polled).await
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_libmodbus_over_tcp_and_on_a_serial_line() -> Result<()> {
    let (port, line) = (free_port()?.to_string(), Line::new()?);
    let _tcp = Foreign::libmodbus(&["tcp", &port])?;
    let _rtu = Foreign::libmodbus(&["rtu", &line.ends[1].display().to_string()])?;
    has_all(&Polled::start(&over_tcp(&port), MODBUS_TAGS)?).await?;
    has_all(&Polled::start(&over_line(&line), MODBUS_TAGS)?).await
}

/// Read once an hour: what is seen sooner was read back after the write.
const WRITABLE_TAGS: &[(&str, &str)] = &[
    ("u16", "register = \"holding:0\"\ntype = \"u16\"\nperiod_ms = 3600000\nwritable = true"),
    ("scaled", "register = \"holding:1\"\ntype = \"i16\"\nscale = 0.1\nperiod_ms = 3600000\nwritable = true"),
    ("u32", "register = \"holding:2\"\ntype = \"u32\"\nperiod_ms = 3600000\nwritable = true"),
    ("f32", "register = \"holding:14\"\ntype = \"f32\"\nperiod_ms = 3600000\nwritable = true"),
    ("bit", "register = \"holding:22.5\"\ntype = \"bool\"\nperiod_ms = 3600000\nwritable = true"),
    ("beside", "register = \"holding:22.3\"\ntype = \"bool\"\nperiod_ms = 1000"),
    ("digits", "register = \"holding:23\"\ntype = \"bcd32\"\nperiod_ms = 3600000\nwritable = true"),
    ("text", "register = \"holding:25\"\ntype = \"string\"\nregisters = 4\nperiod_ms = 3600000\nwritable = true"),
    ("coil", "register = \"coil:1\"\ntype = \"bool\"\nperiod_ms = 3600000\nwritable = true"),
    ("nowhere", "register = \"holding:44\"\ntype = \"u16\"\nperiod_ms = 3600000\nwritable = true"),
];

/// What is written to a server is there when it is read back at once; what it does not have it refuses.
async fn takes_all(polled: &Polled) -> Result<()> {
    polled.is("u16", Value::Uint(65_535)).await?;
    let write = async |name: &str, value: Value| {
        let index = polled.names.iter().position(|n| n == name).context("a tag")?;
        anyhow::Ok(
            polled.connections[0]
                .writes()
                .write(TagIndex(index as u32), value, tokio::time::Instant::now() + edge_agent::driver::WAIT_MOST)
                .await,
        )
    };
    let text = Value::Text(Text::new(b"PART 12").context("short")?);
    for (name, value) in [
        ("u16", Value::Uint(4_711)),
        ("scaled", Value::Float(-55.5)),
        ("u32", Value::Uint(3_000_000_001)),
        ("f32", Value::Float(-0.75)),
        ("bit", Value::Bool(true)),
        ("digits", Value::Uint(87_654_321)),
        ("text", text),
        ("coil", Value::Bool(true)),
    ] {
        let written = write(name, value).await?;
        anyhow::ensure!(written == Written::Done, "{name}: {written:?}");
        polled.is(name, value).await?;
    }
    polled.is("beside", Value::Bool(true)).await?;
    let refused = write("nowhere", Value::Uint(1)).await?;
    anyhow::ensure!(matches!(&refused, Written::Refused(why) if why.contains("no such address")), "{refused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_pymodbus_takes_writes_over_tcp_and_on_a_serial_line() -> Result<()> {
    let (port, line) = (free_port()?.to_string(), Line::new()?);
    let _tcp = Foreign::python("modbus_server.py", &["tcp", &port])?;
    let _rtu = Foreign::python("modbus_server.py", &["rtu", &line.ends[1].display().to_string()])?;
    takes_all(&Polled::start(&over_tcp(&port), WRITABLE_TAGS)?).await?;
    takes_all(&Polled::start(&over_line(&line), WRITABLE_TAGS)?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_libmodbus_takes_writes_over_tcp_and_on_a_serial_line() -> Result<()> {
    let (port, line) = (free_port()?.to_string(), Line::new()?);
    let _tcp = Foreign::libmodbus(&["tcp", &port])?;
    let _rtu = Foreign::libmodbus(&["rtu", &line.ends[1].display().to_string()])?;
    takes_all(&Polled::start(&over_tcp(&port), WRITABLE_TAGS)?).await?;
    takes_all(&Polled::start(&over_line(&line), WRITABLE_TAGS)?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_03_asyncua_values_and_a_restart() -> Result<()> {
    let port = free_port()?;
    let server = Foreign::python("opcua_server.py", &[&port.to_string()])?;
    let connection = format!(
        "driver = \"opcua\"\nendpoint = \"opc.tcp://127.0.0.1:{port}/\"\nsecurity_policy = \"None\"\nsampling_ms = 100"
    );
    let polled = Polled::start(
        &connection,
        &[
            ("state", "node = \"ns=2;s=State\"\ntype = \"i32\""),
            ("parts", "node = \"ns=2;s=Parts64\"\ntype = \"u64\""),
            ("force", "node = \"ns=2;s=Force\"\ntype = \"f64\""),
            ("running", "node = \"ns=2;s=Running\"\ntype = \"bool\""),
            ("broken", "node = \"ns=2;s=Broken\"\ntype = \"i32\""),
            ("counter", "node = \"ns=2;s=Counter\"\ntype = \"u32\""),
        ],
    )?;
    polled.is("state", Value::Int(6)).await?;
    polled.is("parts", Value::Uint((1 << 63) + 1)).await?;
    polled.is("force", Value::Float(-12.5)).await?;
    polled.is("running", Value::Bool(true)).await?;
    polled.until("broken", |_, q| q == Quality::Bad).await?;
    polled.until("counter", |v, q| q == Quality::Good && matches!(v, Value::Uint(n) if n > 10)).await?;
    // The server restarts: its counter begins again, and the subscription must come back by itself.
    drop(server);
    polled.until("state", |_, q| q == Quality::Bad).await?;
    let _server = Foreign::python("opcua_server.py", &[&port.to_string()])?;
    polled.is("state", Value::Int(6)).await?;
    polled.until("counter", |v, q| q == Quality::Good && matches!(v, Value::Uint(n) if n > 3)).await
}
