//! The built product as a running server on a free loopback port, to be killed and started again. It must never be
//! anything else than the binary that users get.

use crate::leash::{Leash, Leashed};
use std::net::TcpListener;

/// A running `onething`; it ends when this value is dropped.
#[derive(Debug)]
pub struct Server {
    program: Leashed,
    command: Vec<String>,
    environment: Vec<(String, String)>,
    port: u16,
}

impl Server {
    /// Runs `onething COMMAND… --port PORT` on a free port of 127.0.0.1 and waits until it says where to look.
    ///
    /// # Panics
    /// When it ends instead; the message holds what it printed.
    #[must_use]
    pub fn start(command: &[&str], environment: &[(&str, &str)]) -> Self {
        let command = command.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let environment: Vec<_> =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let port = free_port();
        let program = launch(&command, &environment, port);
        Self { program, command, environment, port }
    }

    /// Its address without a path: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it has printed since its last start.
    #[must_use]
    pub fn printed(&self) -> String {
        self.program.printed()
    }

    /// Kills it with SIGKILL, as a power cut would.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Starts it again with the same arguments on the same port, after `kill`.
    ///
    /// # Panics
    /// When it ends instead.
    pub fn restart(&mut self) {
        self.program.stop();
        self.program = launch(&self.command, &self.environment, self.port);
    }
}

fn launch(command: &[String], environment: &[(String, String)], port: u16) -> Leashed {
    let mut arguments = command.to_vec();
    arguments.extend(["--port".to_owned(), port.to_string()]);
    let leash = Leash { environment: environment.to_owned(), ..Leash::default() };
    let mut program = leash.start(&crate::product().display().to_string(), &arguments).expect("the product");
    let address = format!("127.0.0.1:{port}");
    let ready = program.wait_for(|line| line.contains(&address).then_some(()));
    ready.unwrap_or_else(|error| panic!("`onething {}`: {error}", arguments.join(" ")));
    program
}

/// A port of 127.0.0.1 that was free a moment ago.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
