//! Connections that a request can break off, so that no further byte is sent.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Breaks off the connection of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct ConnectionBreaker(Arc<AtomicBool>);

impl ConnectionBreaker {
    /// Sends no further byte, not even one that was written before.
    pub(super) fn break_off(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

/// Accepts connections on loopback.
pub(super) struct SandboxAcceptor(pub(super) TcpListener);

impl Listener for SandboxAcceptor {
    type Io = SandboxConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (SandboxConnection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        let _ = stream.set_nodelay(true); // only a matter of speed
        (SandboxConnection { stream, breaker: ConnectionBreaker::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, SandboxAcceptor>> for ConnectionBreaker {
    fn connect_info(stream: IncomingStream<'_, SandboxAcceptor>) -> Self {
        stream.io().breaker.clone()
    }
}

/// One connection.
pub(super) struct SandboxConnection {
    stream: TcpStream,
    breaker: ConnectionBreaker,
}

impl AsyncRead for SandboxConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for SandboxConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.breaker.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.breaker.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
