//! The connection below a session. It can be cut so that nothing goes out any more: what a person wrote and nobody
//! answered may not arrive after what they wrote later.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};
use opcua::client::ConnectionSource;
use opcua::client::transport::{
    Connector, RequestRecv, SecureChannelState, StreamConnection, StreamConnector, StreamTransport,
    TransportConfiguration,
};
use opcua::core::comms::{tcp_codec::TcpCodec, url::hostname_port_from_url};
use opcua::core::constants::DEFAULT_OPC_UA_SERVER_PORT;
use opcua::types::{DecodingOptions, EndpointDescription, Error, StatusCode};
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio_util::codec::FramedRead;

use crate::driver::socket::give_up_soon;

type Connection = StreamConnection<ReadHalf<TcpStream>, WriteHalf<TcpStream>>;

/// The connection of one session.
#[derive(Clone, Default)]
pub(super) struct Line(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// A second hold on the library's socket; `None` before there is one and after the cut.
    socket: Mutex<Option<OwnedFd>>,
    is_cut: AtomicBool,
}

impl Line {
    /// What the system has not sent yet is thrown away as soon as the library lets go of the socket, and the server is
    /// told that the connection is void.
    pub(super) fn cut(&self) {
        self.0.is_cut.store(true, Relaxed);
        let Some(socket) = self.0.socket.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        if let Err(error) = setsockopt(&socket, sockopt::Linger, &libc::linger { l_onoff: 1, l_linger: 0 }) {
            tracing::warn!(%error, "the system may still send what was written");
        }
    }

    /// Whether there is nothing left to say good-bye with.
    pub(super) fn is_cut(&self) -> bool {
        self.0.is_cut.load(Relaxed)
    }

    async fn open(self, url: String, options: DecodingOptions) -> Result<Connection, Error> {
        let (host, port) = hostname_port_from_url(&url, DEFAULT_OPC_UA_SERVER_PORT)
            .map_err(|code| Error::new(code, "the endpoint names no host"))?;
        let failed = |error: std::io::Error| Error::new(StatusCode::BadCommunicationError, error.to_string());
        let stream = TcpStream::connect(format!("{host}:{port}")).await.map_err(failed)?;
        give_up_soon(&stream);
        let hold = stream.as_fd().try_clone_to_owned().map_err(failed)?;
        *self.0.socket.lock().unwrap_or_else(PoisonError::into_inner) = Some(hold);
        let (reader, writer) = tokio::io::split(stream);
        Ok(StreamConnection::new(FramedRead::new(reader, TcpCodec::new(options)), writer, url))
    }
}

impl ConnectionSource for Line {
    type Builder = Opening;

    fn get_connector(&self, endpoint: &EndpointDescription) -> Result<Opening, Error> {
        Ok(Opening { line: self.clone(), url: endpoint.endpoint_url.as_ref().to_owned() })
    }
}

/// Opens the connection to one address.
pub(super) struct Opening {
    line: Line,
    url: String,
}

impl Connector for Opening {
    type Transport = StreamTransport<ReadHalf<TcpStream>, WriteHalf<TcpStream>>;

    async fn connect(
        &self,
        channel: Arc<SecureChannelState>,
        outgoing: RequestRecv,
        config: TransportConfiguration,
    ) -> Result<Self::Transport, Error> {
        let open = |url, options| self.line.clone().open(url, options);
        StreamConnector::new(open, self.url.clone()).connect(channel, outgoing, config).await
    }

    fn default_endpoint(&self) -> EndpointDescription {
        EndpointDescription::from(self.url.as_str())
    }
}
