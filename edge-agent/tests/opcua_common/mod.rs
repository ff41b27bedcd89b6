//! What the tests of OPC UA share: a server in this process, the lines of configuration for it, and a line to it that
//! freezes.
#![allow(dead_code, reason = "every test file uses another part")]

use std::net::SocketAddr;
use std::sync::Arc;

use opcua::server::address_space::{NodeType, Variable};
use opcua::server::diagnostics::NamespaceMetadata;
use opcua::server::node_manager::memory::{SimpleNodeManager, simple_node_manager};
use opcua::server::{Limits, ServerBuilder, ServerHandle};
use opcua::types::{DataValue, NodeId};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const NAMESPACE: &str = "urn:plant:tags";

pub struct Server {
    pub handle: ServerHandle,
    pub nodes: Arc<SimpleNodeManager>,
    pub address: SocketAddr,
    pub namespace: u16,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// A server with `Tag.0` … of type Int32 that can be written, each holding its number.
    pub async fn start(address: &str, tags: i32) -> Self {
        Self::start_with(address, tags, |_| {}).await
    }

    /// One with limits of its own.
    pub async fn start_with(address: &str, tags: i32, limit: impl FnOnce(&mut Limits)) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let pki = std::env::temp_dir().join(format!("unison-opcua-test-{}", std::process::id()));
        let mut builder = ServerBuilder::new_anonymous("plant")
            .application_uri("urn:plant")
            .product_uri("urn:plant")
            .create_sample_keypair(false)
            .host("127.0.0.1")
            .port(address.port())
            .pki_dir(pki)
            .with_node_manager(simple_node_manager(
                NamespaceMetadata { namespace_uri: NAMESPACE.to_owned(), ..Default::default() },
                "simple",
            ));
        builder.limits_mut().max_array_length = 100_000;
        builder.limits_mut().subscriptions.max_queued_notifications = 1_000;
        limit(builder.limits_mut());
        let (server, handle) = builder.build().unwrap();
        let nodes = handle.node_managers().get_of_type::<SimpleNodeManager>().unwrap();
        let namespace = handle.get_namespace_index(NAMESPACE).unwrap();
        {
            let mut space = nodes.address_space().write();
            let variables = (0..tags).map(|i| {
                let name = format!("Tag.{i}");
                let mut variable = Variable::new(&NodeId::new(namespace, name.clone()), name.clone(), name, i);
                let_write(&mut variable, true);
                variable
            });
            space.add_variables(variables.collect(), &NodeId::objects_folder_id());
        }
        let task = tokio::spawn(async move {
            let _ = server.run_with(listener).await;
        });
        Self { handle, nodes, address, namespace, task }
    }

    pub fn node(&self, tag: i32) -> NodeId {
        NodeId::new(self.namespace, format!("Tag.{tag}"))
    }

    pub fn let_write(&self, tag: i32, may: bool) {
        let mut space = self.nodes.address_space().write();
        let Some(NodeType::Variable(variable)) = space.find_mut(&self.node(tag)) else { panic!("no tag {tag}") };
        let_write(variable, may);
    }

    /// Takes a tag away and puts another node in its place under its name.
    pub fn replace(&self, tag: i32, value: i32) {
        let mut space = self.nodes.address_space().write();
        space.delete(&self.node(tag), true);
        let name = format!("Tag.{tag}");
        let mut variable = Variable::new(&NodeId::new(self.namespace, format!("New.{tag}")), name.clone(), name, value);
        let_write(&mut variable, true);
        space.add_variables(vec![variable], &NodeId::objects_folder_id());
    }

    pub fn set(&self, tag: i32, value: DataValue) {
        let id = self.node(tag);
        self.nodes.set_values(self.handle.subscriptions(), [(&id, None, value)].into_iter()).unwrap();
    }

    /// Dies without a word, like a PLC that loses its power.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
        self.handle.cancel();
    }
}

fn let_write(variable: &mut Variable, may: bool) {
    variable.set_writable(may);
    variable.set_user_access_level(variable.access_level());
}

pub fn config(address: SocketAddr, namespace: u16, nodes: impl Iterator<Item = String>) -> String {
    let mut text = format!(
        "[[connection]]\nname = \"press\"\ndriver = \"opcua\"\nendpoint = \"opc.tcp://{address}\"\nsecurity_policy = \"None\"\nsampling_ms = 50\n"
    );
    for (i, node) in nodes.enumerate() {
        text +=
            &format!("[[connection.tag]]\nname = \"tag-{i}\"\nnode = \"ns={namespace};s={node}\"\ntype = \"i32\"\n");
    }
    text
}

pub fn tags(count: i32) -> impl Iterator<Item = String> {
    (0..count).map(|i| format!("Tag.{i}"))
}

/// Forwards bytes until it is frozen; then it holds connections open and says nothing.
pub async fn line(to: SocketAddr, frozen: Arc<std::sync::Mutex<CancellationToken>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let frozen = frozen.lock().unwrap().clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(to).await.unwrap();
                let copy = tokio::io::copy_bidirectional(&mut near, &mut far);
                if frozen.run_until_cancelled(copy).await.is_none() {
                    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
                }
            });
        }
    });
    address
}
