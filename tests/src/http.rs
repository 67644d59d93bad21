//! A small HTTP client with a cookie jar, for tests that speak to a running server without a browser. It must never
//! follow a redirect by itself: what the server answered is what the test sees.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The first header of that name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One visitor with cookies.
#[derive(Debug, Clone)]
pub struct Visitor {
    port: u16,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// A visitor of the server at this port of 127.0.0.1, without cookies.
    #[must_use]
    pub fn new(port: u16) -> Self {
        Self { port, cookies: BTreeMap::new() }
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// When the connection fails or ends early.
    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, None)
    }

    /// Posts a form as a browser would.
    ///
    /// # Errors
    /// When the connection fails or ends early.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Answer> {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        self.send("POST", path, Some(&pairs.join("&")))
    }

    fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n", self.port);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request += &format!("cookie: {}\r\n", cookies.join("; "));
        }
        if let Some(form) = form {
            request += "content-type: application/x-www-form-urlencoded\r\n";
            request += &format!("origin: http://127.0.0.1:{}\r\ncontent-length: {}\r\n", self.port, form.len());
        }
        request += "\r\n";
        request += form.unwrap_or("");
        stream.write_all(request.as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let answer = parse(&bytes)?;
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            if let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        Ok(answer)
    }
}

/// Posts JSON to a program at this port of 127.0.0.1.
///
/// # Errors
/// When the connection fails or ends early.
pub fn post_json(port: u16, path: &str, body: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    // Some programs keep the line open all the same, so what came is enough once it is as long as was promised.
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut piece)?;
        bytes.extend_from_slice(&piece[..length]);
        match parse(&bytes) {
            Err(_) if length > 0 => {}
            answer => return answer,
        }
    }
}

fn parse(bytes: &[u8]) -> io::Result<Answer> {
    let early = || io::Error::new(io::ErrorKind::UnexpectedEof, "the answer ended early");
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(early)?;
    let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer { status: status.ok_or_else(early)?, headers, body: String::new() };
    let body = &bytes[split + 4..];
    let body = if answer.header("transfer-encoding") == Some("chunked") {
        unchunk(body).ok_or_else(early)?
    } else {
        let promised = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
        if promised.is_some_and(|length| body.len() < length) {
            return Err(early());
        }
        body.to_vec()
    };
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Ok(answer)
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length + 2..)?;
    }
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_answer_is_put_together() {
        let answer = parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n");
        assert_eq!(answer.expect("an answer").body, "abcd");
    }

    #[test]
    fn an_answer_cut_short_is_an_error() {
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-").is_err());
    }

    #[test]
    fn form_fields_are_encoded_as_a_browser_does() {
        assert_eq!(encode("张 a&b"), "%E5%BC%A0+a%26b");
    }
}
