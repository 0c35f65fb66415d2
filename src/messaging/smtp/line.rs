//! The bytes that a mail server says: never more than it can have to say, and never more than one line
//! at once. So nothing that somebody put behind the answer to STARTTLS in clear is taken for something
//! said in secret, and a server without end fills no memory. Knows no SMTP.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf};

/// Most that is read of a server, bytes: certificates and a few lines.
const MOST: usize = 256 << 10;

/// A connection read line by line.
#[derive(Debug)]
pub(super) struct Lines<S> {
    inner: BufReader<S>,
    left: usize,
    peer: SocketAddr,
}

impl<S: AsyncRead> Lines<S> {
    pub(super) fn new(stream: S, peer: SocketAddr) -> Self {
        Self { inner: BufReader::new(stream), left: MOST, peer }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lines<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(Err(io::Error::other("more than a mail server has to say")));
        }
        let there = ready!(Pin::new(&mut this.inner).poll_fill_buf(context))?;
        let line = there.iter().position(|byte| *byte == b'\n').map_or(there.len(), |end| end + 1);
        let given = line.min(into.remaining()).min(this.left);
        into.put_slice(&there[..given]);
        Pin::new(&mut this.inner).consume(given);
        this.left -= given;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lines<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

impl<S> AsyncTokioStream for Lines<S>
where
    S: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug,
{
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    fn lines(said: &[u8]) -> Lines<&[u8]> {
        Lines::new(said, ([127, 0, 0, 1], 25).into())
    }

    #[tokio::test]
    async fn what_stands_behind_a_line_is_not_read_with_it() {
        let mut lines = lines(b"220 ready\r\n250 smuggled\r\n");
        let mut buffer = [0; 64];
        let first = lines.read(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..first], b"220 ready\r\n");
    }

    #[tokio::test]
    async fn a_server_without_end_is_read_to_a_limit() {
        let said = vec![b'x'; MOST * 2];
        let mut lines = lines(&said);
        let mut read = Vec::new();
        assert!(lines.read_to_end(&mut read).await.is_err());
        assert_eq!(read.len(), MOST);
    }
}
