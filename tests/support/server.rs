//! A scripted HTTP server on loopback: canned replies, every request recorded, connections counted.

use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    /// Method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

impl Recorded {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Responds.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Responds with a body that need not be text.
    Bytes { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// Responds with the beginning of the body alone, then closes the connection.
    Cut(String),
    /// Closes the connection without a response.
    Drop,
    /// Never responds.
    Hang,
}

impl Reply {
    /// A response with a JSON body.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_string() }
    }

    /// A response without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: String::new() }
    }

    /// The same response with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

type Script = dyn Fn(&Recorded, usize) -> Reply + Send + Sync;

/// The server; it stops when dropped.
pub(crate) struct Server {
    address: SocketAddr,
    log: Arc<Log>,
    task: JoinHandle<()>,
}

struct Log {
    requests: Mutex<Vec<Recorded>>,
    connections: Mutex<usize>,
    arrived: watch::Sender<usize>,
}

impl Server {
    /// Serves by a script: what to do with a request and its 0-based number.
    pub(crate) async fn start(script: impl Fn(&Recorded, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = watch::Sender::new(0);
        let log = Arc::new(Log { requests: Mutex::default(), connections: Mutex::default(), arrived });
        let task = tokio::spawn(accept(listener, Arc::clone(&log), Arc::new(script)));
        Self { address, log, task }
    }

    /// Serves these replies in turn, the last one for ever.
    pub(crate) async fn replies(replies: Vec<Reply>) -> Self {
        Self::start(move |_, number| replies[number.min(replies.len() - 1)].clone()).await
    }

    /// Its root URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that arrived.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.log.requests.lock().unwrap().clone()
    }

    /// Methods and targets of the requests that arrived.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(|request| format!("{} {}", request.method, request.target)).collect()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        *self.log.connections.lock().unwrap()
    }

    /// Waits until `count` requests have arrived.
    pub(crate) async fn arrived(&self, count: usize) {
        self.log.arrived.subscribe().wait_for(|arrived| *arrived >= count).await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, log: Arc<Log>, script: Arc<Script>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        *log.connections.lock().unwrap() += 1;
        connections.spawn(serve(stream, Arc::clone(&log), Arc::clone(&script)));
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Log>, script: Arc<Script>) {
    while let Some(request) = read(&mut stream).await {
        let number = {
            let mut requests = log.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let reply = script(&request, number);
        log.arrived.send_replace(number + 1);
        if !answer(&mut stream, reply).await {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Recorded> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let count = stream.read_buf(&mut bytes).await.ok()?;
        if count == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ').map(str::to_owned);
    let (method, target) = (first.next().unwrap(), first.next().unwrap());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let length: usize = length.parse().unwrap();
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        stream.read_buf(&mut body).await.ok().filter(|count| *count > 0)?;
    }
    Some(Recorded { method, target, headers, body: String::from_utf8(body).unwrap() })
}

/// Whether the connection lives on.
async fn answer(stream: &mut TcpStream, reply: Reply) -> bool {
    let (status, headers, body, length) = match reply {
        Reply::Answer { status, headers, body } => {
            let length = body.len();
            (status, headers, body.into_bytes(), length)
        }
        Reply::Bytes { status, headers, body } => {
            let length = body.len();
            (status, headers, body, length)
        }
        Reply::Cut(body) => {
            let length = body.len();
            (200, Vec::new(), body.as_bytes()[..length / 2].to_vec(), length)
        }
        Reply::Drop => return false,
        Reply::Hang => std::future::pending().await,
    };
    let headers: String = headers.iter().map(|(name, value)| [*name, ": ", value, "\r\n"].concat()).collect();
    let head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {length}\r\n{headers}\r\n");
    stream.write_all(&[head.as_bytes(), &body].concat()).await.is_ok() && body.len() == length
}
