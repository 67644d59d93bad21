//! Connections: how many at once, how long a request may take to arrive, and where it came from. A loop of our own,
//! because the usual one waits for ever for the rest of a header. It must never hold a connection that says nothing.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::session::Peer;

/// What one connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// A header must have arrived within this time, also the next one on the same connection.
    pub header: Duration,
    /// Requests that have begun get so long when the server ends.
    pub end: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { connections: 4096, header: Duration::from_secs(10), end: Duration::from_secs(20) }
    }
}

/// Largest header of a request in bytes, line included.
const HEADER_BYTES: usize = 32 * 1024;
/// Most fields of a header.
const HEADER_FIELDS: usize = 100;
/// Rest after the system refused a connection: it has run out of something.
const REFUSED_REST: Duration = Duration::from_millis(50);

/// Accepts and serves until `ended`; then requests that have begun are finished.
///
/// # Errors
/// The listener was closed.
pub async fn accept(
    listener: TcpListener,
    service: Router,
    limits: Limits,
    ended: impl Future<Output = ()>,
) -> io::Result<()> {
    let turns = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut ended = std::pin::pin!(ended);
    loop {
        let accepted = tokio::select! {
            accepted = next(&listener, &turns) => accepted?,
            () = &mut ended => break,
        };
        let Some((stream, peer, turn)) = accepted else {
            tokio::time::sleep(REFUSED_REST).await;
            continue;
        };
        let connection = graceful.watch(served(stream, peer, service.clone(), limits));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(turn);
        });
    }
    drop(listener);
    // What has not ended by then is cut off.
    drop(tokio::time::timeout(limits.end, graceful.shutdown()).await);
    Ok(())
}

/// The next connection and its turn; `None` if the system could not give one.
async fn next(
    listener: &TcpListener,
    turns: &Arc<Semaphore>,
) -> io::Result<Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)>> {
    let turn = turns.clone().acquire_owned().await.map_err(io::Error::other)?;
    match listener.accept().await {
        Ok((stream, peer)) => Ok(Some((stream, peer, turn))),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            Ok(None)
        }
    }
}

fn served(
    stream: TcpStream,
    peer: SocketAddr,
    service: Router,
    limits: Limits,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    drop(stream.set_nodelay(true));
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let service = service.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer.ip()));
            let Ok(response) = service.oneshot(request).await;
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header);
    builder.max_buf_size(HEADER_BYTES).max_headers(HEADER_FIELDS);
    builder.serve_connection(TokioIo::new(stream), answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    struct Running {
        address: SocketAddr,
        end: oneshot::Sender<()>,
        task: tokio::task::JoinHandle<io::Result<()>>,
    }

    async fn start(limits: Limits) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (end, ended) = oneshot::channel::<()>();
        let service = Router::new().route("/", get(|| async { "here" }));
        let task = tokio::spawn(accept(listener, service, limits, async move { drop(ended.await) }));
        Running { address, end, task }
    }

    /// Sends bytes; everything that comes back until the server closes.
    async fn said(address: SocketAddr, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        drop(stream.write_all(bytes).await);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8_lossy(&answer).into_owned()
    }

    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn half_a_header_is_not_waited_for_and_others_are_served_meanwhile() {
        let short = Duration::from_millis(300);
        let running = start(Limits { header: short, ..Limits::default() }).await;
        let slow: Vec<_> =
            (0..200).map(|_| tokio::spawn(said(running.address, b"GET / HTTP/1.1\r\nhost: x\r\n"))).collect();
        assert!(said(running.address, WHOLE).await.ends_with("here"));
        for slow in slow {
            let answer = slow.await.expect("an end");
            assert!(!answer.contains("here") && !answer.contains("200 OK"), "{answer}");
        }
        // A connection that was used and then says nothing ends as well.
        let idle = said(running.address, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert_eq!(idle.matches("200 OK").count(), 1, "{idle}");
    }

    #[tokio::test]
    async fn headers_are_bounded() {
        let running = start(Limits::default()).await;
        let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(4 * HEADER_BYTES));
        let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(HEADER_FIELDS + 1));
        for request in [long, many] {
            let answer = said(running.address, request.as_bytes()).await;
            assert!(!answer.contains("200 OK"), "{} bytes: {answer}", request.len());
        }
    }

    #[tokio::test]
    async fn more_than_the_allowed_connections_wait_their_turn() {
        let running = start(Limits { connections: 1, ..Limits::default() }).await;
        let mut first = TcpStream::connect(running.address).await.expect("a connection");
        first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("a request");
        let mut some = [0; 15];
        first.read_exact(&mut some).await.expect("an answer");
        let second = tokio::spawn(said(running.address, WHOLE));
        first.write_all(WHOLE).await.expect("the first is still served");
        let mut rest = Vec::new();
        first.read_to_end(&mut rest).await.expect("its end");
        assert!(second.await.expect("an answer").ends_with("here"), "then comes the second");
    }

    #[tokio::test]
    async fn ending_closes_what_is_idle() {
        let running = start(Limits::default()).await;
        assert!(said(running.address, WHOLE).await.ends_with("here"));
        running.end.send(()).expect("a server that listens");
        running.task.await.expect("a clean end").expect("a clean end");
        assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
    }
}
