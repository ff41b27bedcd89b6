//! What the tests of the commissioning commands share: the program itself, and servers that somebody else wrote.
#![allow(dead_code, reason = "every test file uses another part")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Runs `edge-agent` with these arguments to its end.
pub fn edge_agent(args: &[&str]) -> Said {
    Said::from(Command::new(env!("CARGO_BIN_EXE_edge-agent")).args(args).output().unwrap())
}

/// What the program said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    #[track_caller]
    pub fn good(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.good()).unwrap()
    }
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server in Python; killed when dropped.
pub struct Foreign(Child);

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Foreign {
    /// It says its last argument when it is ready.
    pub fn start(script: &str, args: &[&str]) -> Self {
        let python = repository().join("target/venv/bin/python");
        assert!(python.is_file(), "{} is missing; `make test` makes it", python.display());
        let mut command = Command::new(python);
        command.arg(repository().join("tests/foreign").join(script)).args(args).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let started = Self(child);
        assert_eq!(lines.next().unwrap().unwrap(), *args.last().unwrap(), "{command:?}");
        std::thread::spawn(move || lines.for_each(drop));
        started
    }
}

/// A configuration in a folder of its own.
pub struct File {
    pub folder: tempfile::TempDir,
    pub path: String,
}

impl File {
    /// `rest` is what follows [agent]; the data directory does not exist.
    pub fn new(rest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (path, data) = (folder.path().join("edge.toml"), folder.path().join("data"));
        std::fs::write(&path, format!("[agent]\nname = \"t\"\ndata_dir = \"{}\"\n{rest}", data.display())).unwrap();
        let path = path.display().to_string();
        Self { folder, path }
    }

    /// The path of another file beside it.
    pub fn beside(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}
