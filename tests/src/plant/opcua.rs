//! The OPC UA server of the press. Security None, anonymous; namespace `urn:unison:simulated-plant` is
//! index 2, the nodes lie in the folder `Press` under Objects.
//!
//! | Node | Type | Meaning |
//! | --- | --- | --- |
//! | `ns=2;s=Press.State` | Int32 | PackML state: 2 stopped, 4 idle, 5 suspended, 6 execute, 9 aborted, 11 held |
//! | `ns=2;s=Press.Mode` | Int32 | 1 production, 2 maintenance, 3 setup |
//! | `ns=2;s=Press.Parts` | UInt32 | parts, good and bad; starts at 1,200 |
//! | `ns=2;s=Press.Rejects` | UInt32 | bad parts; starts at 17 |
//! | `ns=2;s=Press.Fault` | Int32 | fault code, 0 when there is none |
//! | `ns=2;s=Press.Force` | Double | press force, kN |
//!
//! Running is execute; idle is idle; blocked and starved are suspended; setup is idle in mode 3; a
//! breakdown is held for codes below 200, aborted from 200, and stopped for code 0 (only by command).
//!
//! The server lives in a thread and runtime of its own, so that it can be switched off like a controller
//! (every socket gone at once) and can hang like one (connections open, nobody at home).

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc as std_mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use opcua::server::address_space::Variable;
use opcua::server::diagnostics::NamespaceMetadata;
use opcua::server::node_manager::memory::{SimpleNodeManager, simple_node_manager};
use opcua::server::{ANONYMOUS_USER_TOKEN_ID, Server, ServerBuilder, ServerEndpoint, ServerHandle};
use opcua::types::{DataValue, NodeId, StatusCode, Variant};
use tokio::sync::mpsc;

use super::scenario::{Activity, Observation};
use super::world::World;

pub const NAMESPACE_URI: &str = "urn:unison:simulated-plant";
/// What the client finds at that URI; clients that configure node ids by index rely on it.
pub const NAMESPACE: u16 = 2;
const MACHINE: &str = "PRESS-001";
const UPDATE_EVERY: Duration = Duration::from_millis(100);
const NODES: [&str; 6] = ["Press.State", "Press.Mode", "Press.Parts", "Press.Rejects", "Press.Fault", "Press.Force"];

/// How the OPC UA server may misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpcuaFault {
    #[default]
    None,
    /// Switched off: connections cut, port closed. Leaving this state is a restart: sessions and
    /// subscriptions of before are unknown.
    Stopped,
    /// Takes connections and bytes, answers nothing.
    Hung,
    /// Answers, but every value is `BadDeviceFailure` without a value.
    BadQuality,
    /// Answers, but values and their times stay as they were.
    Frozen,
}

impl OpcuaFault {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "stopped" => Some(Self::Stopped),
            "hung" => Some(Self::Hung),
            "bad-quality" => Some(Self::BadQuality),
            "frozen" => Some(Self::Frozen),
            _ => None,
        }
    }
}

/// The handle to the server.
#[derive(Debug, Clone)]
pub struct Opcua {
    addr: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    world: Arc<World>,
    /// 0: the mode follows the scenario.
    mode_forced: AtomicI32,
    values: Mutex<OpcuaFault>,
    running: Mutex<Option<Running>>,
    /// The server library insists on a place for certificates, although it needs none here.
    pki: tempfile::TempDir,
}

#[derive(Debug)]
struct Running {
    thread: JoinHandle<()>,
    orders: mpsc::Sender<Order>,
    /// Dropped, it wakes a hung server.
    hung: Option<std_mpsc::Sender<()>>,
}

enum Order {
    /// Block the server's only thread until the sender is gone.
    Hang(std_mpsc::Receiver<()>),
    Stop,
}

impl Opcua {
    /// Takes the listening socket, so that a busy port is the caller's to report.
    pub async fn start(listener: TcpListener, world: Arc<World>) -> Result<Self, String> {
        let addr = listener.local_addr().map_err(|e| e.to_string())?;
        let pki = tempfile::tempdir().map_err(|e| format!("no directory for certificates: {e}"))?;
        let shared = Arc::new(Shared {
            world,
            mode_forced: AtomicI32::new(0),
            values: Mutex::default(),
            running: Mutex::default(),
            pki,
        });
        let opcua = Self { addr, shared };
        opcua.blocking(move |this| this.switch_on(listener)).await?;
        Ok(opcua)
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn endpoint_url(&self) -> String {
        format!("opc.tcp://{}/", self.addr)
    }

    /// Returns when the server is in that state. Leaving `Stopped` fails when the port has been taken.
    pub async fn fault_set(&self, fault: OpcuaFault) -> Result<(), String> {
        self.blocking(move |this| {
            let mut running = lock(&this.shared.running);
            if let Some(running) = running.as_mut() {
                running.hung = None;
            }
            *lock(&this.shared.values) = fault;
            let is_on = running.is_some();
            drop(running);
            match fault {
                OpcuaFault::Stopped => {
                    this.switch_off();
                    return Ok(());
                }
                _ if is_on => {}
                _ => {
                    let listener = TcpListener::bind(this.addr)
                        .map_err(|e| format!("OPC UA port {} cannot be opened again: {e}", this.addr.port()))?;
                    this.switch_on(listener)?;
                }
            }
            if fault == OpcuaFault::Hung {
                this.hang();
            }
            Ok(())
        })
        .await
    }

    /// Forces `Press.Mode` (2 is maintenance, which no scenario plays); `None` follows the scenario again.
    pub fn mode_force(&self, mode: Option<i32>) {
        self.shared.mode_forced.store(mode.unwrap_or(0), Ordering::Relaxed);
    }

    /// Ends the server for good and waits until its port is free. Safe to call twice.
    pub fn switch_off(&self) {
        if let Some(thread) = self.switch_off_soon() {
            let _ = thread.join();
        }
    }

    /// The same without waiting; gives the thread to wait for.
    pub fn switch_off_soon(&self) -> Option<JoinHandle<()>> {
        let running = lock(&self.shared.running).take()?;
        drop(running.hung);
        order(&running.orders, Order::Stop).then_some(running.thread)
    }

    fn switch_on(&self, listener: TcpListener) -> Result<(), String> {
        listener.set_nonblocking(true).map_err(|e| e.to_string())?;
        let (orders, orders_in) = mpsc::channel(4);
        let (ready, ready_in) = std_mpsc::channel();
        let shared = self.shared.clone();
        let thread = std::thread::Builder::new()
            .name("simulated-opcua".into())
            .spawn(move || live(&shared, listener, orders_in, &ready))
            .map_err(|e| e.to_string())?;
        ready_in.recv().map_err(|_| "the OPC UA server died while starting".to_string())??;
        *lock(&self.shared.running) = Some(Running { thread, orders, hung: None });
        Ok(())
    }

    fn hang(&self) {
        if let Some(running) = lock(&self.shared.running).as_mut() {
            let (awake, sleep) = std_mpsc::channel();
            if order(&running.orders, Order::Hang(sleep)) {
                running.hung = Some(awake);
            }
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || work(&this)).await.map_err(|e| e.to_string())?
    }
}

/// The queue is never full (one order waits at most) and the caller may stand in a runtime: trying is enough.
fn order(orders: &mpsc::Sender<Order>, order: Order) -> bool {
    orders.try_send(order).is_ok()
}

/// One life of the server, from switching on to switching off.
fn live(
    shared: &Shared,
    listener: TcpListener,
    orders: mpsc::Receiver<Order>,
    ready: &std_mpsc::Sender<Result<(), String>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            let _ = ready.send(Err(e.to_string()));
            return;
        }
    };
    runtime.block_on(async {
        let started = build(shared, &listener).and_then(|(server, handle)| {
            let listener = tokio::net::TcpListener::from_std(listener).map_err(|e| e.to_string())?;
            Ok((server.run_with(listener), press(shared, &handle)?, handle))
        });
        let (serving, press, handle) = match started {
            Ok(started) => started,
            Err(e) => {
                let _ = ready.send(Err(e));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        tokio::select! {
            ended = serving => tracing::error!(?ended, "the simulated OPC UA server ended by itself"),
            () = update(shared, &handle, &press) => {}
            () = obey(orders) => {}
        }
    });
    // Dropping the runtime drops every connection at once, as a power cut would.
    runtime.shutdown_timeout(Duration::from_millis(200));
}

async fn obey(mut orders: mpsc::Receiver<Order>) {
    while let Some(Order::Hang(sleep)) = orders.recv().await {
        // Blocks this thread, and with it the whole server: that is the point.
        let _ = sleep.recv();
    }
}

fn build(shared: &Shared, listener: &TcpListener) -> Result<(Server, ServerHandle), String> {
    let addr = listener.local_addr().map_err(|e| e.to_string())?;
    let metadata = NamespaceMetadata { namespace_uri: NAMESPACE_URI.into(), ..Default::default() };
    ServerBuilder::new()
        .application_name("Unison simulated plant")
        .application_uri("urn:unison:simulated-plant:server")
        .product_uri("urn:unison:simulated-plant:server")
        .host(addr.ip().to_string())
        .port(addr.port())
        .discovery_urls(vec![format!("opc.tcp://{addr}/")])
        .pki_dir(shared.pki.path())
        .add_endpoint("none", ServerEndpoint::new_none("/", &[ANONYMOUS_USER_TOKEN_ID.to_owned()]))
        .subscription_poll_interval_ms(50)
        .with_node_manager(simple_node_manager(metadata, "press"))
        .build()
}

/// The press in the server's address space.
struct Press {
    nodes: Arc<SimpleNodeManager>,
    ids: Vec<NodeId>,
}

fn press(shared: &Shared, handle: &ServerHandle) -> Result<Press, String> {
    let nodes = handle.node_managers().get_of_type::<SimpleNodeManager>().ok_or("no node manager")?;
    if handle.get_namespace_index(NAMESPACE_URI) != Some(NAMESPACE) {
        return Err(format!("the namespace {NAMESPACE_URI} did not become index {NAMESPACE}"));
    }
    let ids: Vec<_> = NODES.iter().map(|name| NodeId::new(NAMESPACE, *name)).collect();
    let folder = NodeId::new(NAMESPACE, "Press");
    // The first client to come must not see anything but the press.
    let now = shared.world.observe(MACHINE).ok_or_else(|| format!("there is no machine {MACHINE}"))?;
    let first = values(&now, shared.mode_forced.load(Ordering::Relaxed));
    let variables = ids.iter().zip(NODES).zip(first).map(|((id, name), value)| {
        let name = name.trim_start_matches("Press.");
        Variable::new(id, name, name, value)
    });
    let mut space = nodes.address_space().write();
    space.add_folder(&folder, "Press", "Press", &NodeId::objects_folder_id());
    space.add_variables(variables.collect(), &folder);
    drop(space);
    Ok(Press { nodes, ids })
}

async fn update(shared: &Shared, handle: &ServerHandle, press: &Press) {
    let mut tick = tokio::time::interval(UPDATE_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tick.tick().await;
        let Some(now) = shared.world.observe(MACHINE) else { continue };
        let fault = *lock(&shared.values);
        if fault == OpcuaFault::Frozen {
            continue;
        }
        let value = |variant| match fault {
            OpcuaFault::BadQuality => DataValue::new_now_status(Variant::Empty, StatusCode::BadDeviceFailure),
            _ => DataValue::new_now(variant),
        };
        let values = values(&now, shared.mode_forced.load(Ordering::Relaxed)).map(value);
        let updates = press.ids.iter().zip(values).map(|(id, value)| (id, None, value));
        if let Err(e) = press.nodes.set_values(handle.subscriptions(), updates) {
            tracing::error!(%e, "the simulated press cannot show its values");
        }
    }
}

/// In the order of `NODES`.
fn values(now: &Observation, mode_forced: i32) -> [Variant; 6] {
    let state = match (now.activity, now.fault_code) {
        (Activity::Running, _) => 6,
        (Activity::Idle | Activity::Setup, _) => 4,
        (Activity::Blocked | Activity::Starved, _) => 5,
        (Activity::Down, 0) => 2,
        (Activity::Down, 1..200) => 11,
        (Activity::Down, 200..) => 9,
    };
    let mode = match (mode_forced, now.activity) {
        (0, Activity::Setup) => 3,
        (0, _) => 1,
        (forced, _) => forced,
    };
    [
        Variant::Int32(state),
        Variant::Int32(mode),
        Variant::UInt32(now.counter_total as u32),
        Variant::UInt32(now.counter_rejected as u32),
        Variant::Int32(i32::from(now.fault_code)),
        Variant::Double(now.load * 12.5),
    ]
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests;
