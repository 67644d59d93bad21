//! A mail server that keeps what it gets, and can refuse on demand. It must never send anything on.
//!
//! It speaks the part of RFC 5321 that a client without TLS uses: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How the sink answers from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Takes every mail.
    #[default]
    Accept,
    /// Refuses every recipient for now (451).
    RefuseForNow,
    /// Refuses every recipient for ever (550).
    RefuseForEver,
    /// Takes the text of the mail and then drops the connection without an answer.
    HangUpAfterData,
}

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Header and body, lines ended by `\n`, dots unstuffed.
    pub text: String,
}

impl Mail {
    /// A header by its name, unfolded, as it stands (encoded words are not decoded).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\n\n").next()?.replace("\n ", " ").replace("\n\t", " ");
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

#[derive(Debug, Default)]
struct State {
    mode: Mode,
    mails: Vec<Mail>,
    /// Recipients refused so far.
    refused: usize,
    closed: bool,
}

/// A running sink; it stops listening when this value is dropped.
#[derive(Debug)]
pub struct SmtpSink {
    port: u16,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl SmtpSink {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::<(Mutex<State>, Condvar)>::default();
        let state = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if lock(&state.0).closed {
                    break;
                }
                let state = Arc::clone(&state);
                // A client that goes away in the middle of a talk is what some tests want.
                std::thread::spawn(move || talk(stream, &state));
            }
        });
        Ok(Self { port, shared })
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address as the product takes it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Answers in this way from now on.
    pub fn answer(&self, mode: Mode) {
        lock(&self.shared.0).mode = mode;
    }

    /// The mails so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.shared.0).mails.clone()
    }

    /// How many recipients were refused so far.
    #[must_use]
    pub fn refused(&self) -> usize {
        lock(&self.shared.0).refused
    }

    /// Waits until there are at least `count` mails, at most `limit`; the mails so far.
    #[must_use]
    pub fn wait_for(&self, count: usize, limit: Duration) -> Vec<Mail> {
        self.wait_until(|mails| mails.len() >= count, limit)
    }

    /// Waits until the mails are as wanted, at most `limit`; the mails so far.
    #[must_use]
    pub fn wait_until(&self, wanted: impl Fn(&[Mail]) -> bool, limit: Duration) -> Vec<Mail> {
        let until = Instant::now() + limit;
        let (mutex, changed) = &*self.shared;
        let mut state = lock(mutex);
        while !wanted(&state.mails) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.mails.clone()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        lock(&self.shared.0).closed = true;
        // Wakes the listener so that it sees it.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn talk(stream: TcpStream, shared: &(Mutex<State>, Condvar)) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let mut say = move |line: &str| writer.write_all(format!("{line}\r\n").as_bytes());
    let (mut from, mut to) = (String::new(), Vec::new());
    say("220 sink ESMTP")?;
    while let Some(line) = read_line(&mut reader)? {
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("EHLO") {
            say("250-sink")?;
            say("250-8BITMIME")?;
            say("250 SMTPUTF8")?;
        } else if upper.starts_with("MAIL FROM:") {
            (from, to) = (address(&line), Vec::new());
            say("250 2.1.0 ok")?;
        } else if upper.starts_with("RCPT TO:") {
            let mut state = lock(&shared.0);
            match state.mode {
                Mode::Accept | Mode::HangUpAfterData => {
                    to.push(address(&line));
                    say("250 2.1.5 ok")?;
                }
                Mode::RefuseForNow => {
                    state.refused += 1;
                    say("451 4.3.0 try again later")?;
                }
                Mode::RefuseForEver => {
                    state.refused += 1;
                    say("550 5.1.1 no such mailbox")?;
                }
            }
        } else if upper == "DATA" {
            if to.is_empty() {
                say("503 5.5.1 no recipient")?;
                continue;
            }
            say("354 go ahead")?;
            let text = read_data(&mut reader)?;
            let mut state = lock(&shared.0);
            if state.mode == Mode::HangUpAfterData {
                return Ok(());
            }
            state.mails.push(Mail { from: from.clone(), to: std::mem::take(&mut to), text });
            shared.1.notify_all();
            drop(state);
            say("250 2.0.0 kept")?;
        } else if upper == "QUIT" {
            return say("221 2.0.0 bye");
        } else if ["HELO", "RSET", "NOOP"].iter().any(|word| upper.starts_with(word)) {
            say("250 2.0.0 ok")?;
        } else {
            say("502 5.5.1 unknown")?;
        }
    }
    Ok(())
}

fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if reader.read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads until the line with a single dot; RFC 5321, 4.5.2: a doubled dot at the start of a line stands for one.
fn read_data(reader: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if line == "." {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push('\n');
    }
}

fn address(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    line[start..].split('>').next().unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speak(port: u16, lines: &[&str]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the sink");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut heard = read_line(&mut reader).expect("a greeting").unwrap_or_default();
        for line in lines {
            stream.write_all(format!("{line}\r\n").as_bytes()).expect("to be heard");
            if line.contains(' ') || line.chars().all(|c| c.is_ascii_uppercase()) || *line == "." {
                heard = read_line(&mut reader).expect("an answer").unwrap_or_default();
            }
        }
        heard
    }

    const TALK: [&str; 7] = ["HELO a", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "Subject:x", "..dot", "."];

    #[test]
    fn a_mail_is_kept_as_it_came() {
        let sink = SmtpSink::start().expect("a sink");
        assert_eq!(speak(sink.port(), &TALK), "250 2.0.0 kept");
        let mails = sink.wait_for(1, Duration::from_secs(5));
        assert_eq!(mails[0].to, ["c@d"]);
        assert_eq!(mails[0].text, "Subject:x\n.dot\n");
        assert_eq!(mails[0].header("subject").as_deref(), Some("x"));
    }

    #[test]
    fn a_refusal_keeps_nothing_and_is_counted() {
        let sink = SmtpSink::start().expect("a sink");
        sink.answer(Mode::RefuseForEver);
        assert!(speak(sink.port(), &TALK[..3]).starts_with("550"));
        sink.answer(Mode::RefuseForNow);
        assert!(speak(sink.port(), &TALK[..3]).starts_with("451"));
        assert_eq!((sink.mails().len(), sink.refused()), (0, 2));
    }

    #[test]
    fn a_hang_up_keeps_nothing() {
        let sink = SmtpSink::start().expect("a sink");
        sink.answer(Mode::HangUpAfterData);
        assert_eq!(speak(sink.port(), &TALK), "");
        assert!(sink.mails().is_empty());
    }
}
