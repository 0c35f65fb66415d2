//! A network that can be cut: a TCP proxy before a server. While it is cut every connection is gone and new ones are
//! refused, as with a pulled plug on the server's side.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub(super) struct Network {
    address: SocketAddr,
    server: SocketAddr,
    /// Owns the listener and every connection; `None` while cut.
    carrier: Option<JoinHandle<()>>,
    /// While cut: keeps the address from everybody else, and listens to nobody.
    kept: Option<TcpSocket>,
}

impl Network {
    /// A network to the server at `url`.
    pub(super) async fn to(url: &str) -> Self {
        let server = address_in(url);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, server, carrier: Some(tokio::spawn(carry(listener, server))), kept: None }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) async fn cut(&mut self) {
        if let Some(carrier) = self.carrier.take() {
            carrier.abort();
            let _ = carrier.await;
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.bind(self.address).unwrap();
            self.kept = Some(socket);
        }
    }

    /// From now on to a server that has moved to `url`; what went to the old place is cut.
    pub(super) async fn leads_to(&mut self, url: &str) {
        self.cut().await;
        self.server = address_in(url);
        self.mend();
    }

    pub(super) fn mend(&mut self) {
        let listener = self.kept.take().unwrap().listen(1_024).unwrap();
        self.carrier = Some(tokio::spawn(carry(listener, self.server)));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(carrier) = &self.carrier {
            carrier.abort();
        }
    }
}

fn address_in(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

async fn carry(listener: TcpListener, server: SocketAddr) {
    // Ends with this task: dropping the set drops every connection.
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(server).await {
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}
