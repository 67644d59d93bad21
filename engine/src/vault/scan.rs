//! Looking for viruses: bytes are handed to a `clamd` over its own protocol (INSTREAM, clamd(8)). It must never call a file
//! harmless because nobody could be asked.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// Longest wait for one file.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes handed over at once.
const PIECE: usize = 64 << 10;
/// Longest answer that is read.
const ANSWER_MAX: u64 = 4096;

/// Who looks through files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanner {
    /// Nobody; whoever runs the installation said so.
    Off,
    /// A clamd on a socket of this machine.
    Local(PathBuf),
    /// A clamd at `host:port`.
    Remote(String),
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Clean,
    /// Something harmful.
    Harmful,
}

/// Why nobody could say.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// It cannot be reached, or stopped talking.
    #[error("the virus scanner: {0}")]
    Away(#[from] std::io::Error),
    /// It took too long.
    #[error("the virus scanner took too long")]
    Slow,
    /// It answered something else than yes or no.
    #[error("the virus scanner gave no verdict")]
    Unclear,
}

/// An address that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected off, clamd:/path/of/its/socket or clamd:host:port")]
pub struct NoScanner;

impl FromStr for Scanner {
    type Err = NoScanner;

    fn from_str(text: &str) -> Result<Scanner, NoScanner> {
        match text.strip_prefix("clamd:") {
            None if text == "off" => Ok(Scanner::Off),
            Some(path) if path.starts_with('/') => Ok(Scanner::Local(PathBuf::from(path))),
            Some(address) if address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) => {
                Ok(Scanner::Remote(address.to_owned()))
            }
            None | Some(_) => Err(NoScanner),
        }
    }
}

impl fmt::Display for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scanner::Off => f.write_str("off"),
            Scanner::Local(path) => write!(f, "clamd:{}", path.display()),
            Scanner::Remote(address) => write!(f, "clamd:{address}"),
        }
    }
}

impl Scanner {
    /// Has these bytes looked through.
    ///
    /// # Errors
    /// Nobody could say; the file must not be used then.
    pub async fn look(&self, bytes: &[u8]) -> Result<Verdict, ScanError> {
        let asked = async {
            match self {
                Scanner::Off => Ok(Verdict::Clean),
                Scanner::Local(path) => ask(UnixStream::connect(path).await?, bytes).await,
                Scanner::Remote(address) => ask(TcpStream::connect(address).await?, bytes).await,
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Err(ScanError::Slow))
    }
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> Result<Verdict, ScanError> {
    stream.write_all(b"zINSTREAM\0").await?;
    for piece in bytes.chunks(PIECE) {
        let length = u32::try_from(piece.len()).unwrap_or(0);
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(piece).await?;
    }
    stream.write_all(&0_u32.to_be_bytes()).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    match answer.trim_matches(['\0', '\n', ' ']) {
        "stream: OK" => Ok(Verdict::Clean),
        found if found.starts_with("stream: ") && found.ends_with(" FOUND") => Ok(Verdict::Harmful),
        _ => Err(ScanError::Unclear),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for text in ["off", "clamd:/run/clamd.sock", "clamd:127.0.0.1:3310"] {
            assert_eq!(text.parse::<Scanner>().map(|scanner| scanner.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "on", "clamd:", "clamd:host", "/run/clamd.sock", "clamd:host:port"] {
            assert_eq!(text.parse::<Scanner>(), Err(NoScanner), "{text}");
        }
    }

    /// Answers one question as clamd would, and gives what it was sent.
    async fn clamd(answer: &'static [u8]) -> (Scanner, tokio::task::JoinHandle<Vec<u8>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let address = listener.local_addr().expect("an address").to_string();
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody");
            let mut head = [0; 10];
            stream.read_exact(&mut head).await.expect("a command");
            let mut bytes = head.to_vec();
            loop {
                let length = stream.read_u32().await.expect("a length") as usize;
                if length == 0 {
                    break;
                }
                let mut piece = vec![0; length];
                stream.read_exact(&mut piece).await.expect("a piece");
                bytes.extend(piece);
            }
            stream.write_all(answer).await.expect("an answer");
            bytes
        });
        (Scanner::Remote(address), asked)
    }

    #[tokio::test]
    async fn a_file_is_harmless_only_if_the_scanner_says_so() {
        let file = vec![7; PIECE + 10];
        let (scanner, asked) = clamd(b"stream: OK\0").await;
        assert_eq!(scanner.look(&file).await.expect("a verdict"), Verdict::Clean);
        assert_eq!(asked.await.expect("asked"), [b"zINSTREAM\0", file.as_slice()].concat());
        let (scanner, _) = clamd(b"stream: Eicar-Test-Signature FOUND\0").await;
        assert_eq!(scanner.look(&file).await.expect("a verdict"), Verdict::Harmful);
        for unclear in [&b""[..], b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK FOUND OK"] {
            let (scanner, _) = clamd(unclear).await;
            assert!(matches!(scanner.look(&file).await, Err(ScanError::Unclear)));
        }
        assert!(matches!(Scanner::Local("/nowhere/clamd".into()).look(&file).await, Err(ScanError::Away(_))));
    }
}
