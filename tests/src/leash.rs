//! Child programs that cannot outlive the test process, however it ends. It must never signal a process that it did
//! not start.
//!
//! A small shell runs the program in a process group of its own and reads from a pipe whose other end only we hold.
//! When we go (also by a kill that no destructor sees) the pipe closes and the shell ends the whole group.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// `$1` the signal that ends the program, `$2` a folder to remove afterwards or nothing, the rest the program.
const SCRIPT: &str = r#"
signal=$1 folder=$2; shift 2
exec 3<&0 </dev/null
setsid sh -c 'echo $$; exec "$@" 2>&1' leashed "$@" 3<&- &
child=$!
{ read -r _ <&3; kill -s "$signal" -- -"$child" || kill -s "$signal" "$child"; } >/dev/null 2>&1 &
watcher=$!
exec 3<&- >&-
wait "$child" 2>/dev/null; status=$?
kill "$watcher" 2>/dev/null
[ -z "$folder" ] || rm -rf -- "$folder"
exit "$status"
"#;

/// How to start a program on a leash.
#[derive(Debug, Default)]
pub struct Leash {
    /// The signal that ends it, such as `QUIT`; `KILL` if absent.
    pub signal: Option<&'static str>,
    /// Another user to run as, through `runuser`.
    pub user: Option<&'static str>,
    /// A folder to remove when the program has ended.
    pub folder: Option<String>,
    /// Extra environment.
    pub environment: Vec<(String, String)>,
}

/// A running child program; it ends when this value is dropped.
#[derive(Debug)]
pub struct Leashed {
    shell: Child,
    hold: Option<ChildStdin>,
    output: Option<BufReader<ChildStdout>>,
    printed: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    process: u32,
}

impl Leash {
    /// Starts `program` with `arguments`.
    ///
    /// # Errors
    /// When the shell cannot be started or the program ends before it has begun.
    pub fn start(self, program: &str, arguments: &[String]) -> io::Result<Leashed> {
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--", "sh"]);
                command
            }
            None => Command::new("sh"),
        };
        let signal = self.signal.unwrap_or("KILL");
        command.args(["-c", SCRIPT, "leash", signal, self.folder.as_deref().unwrap_or(""), program]).args(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut shell = command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let hold = shell.stdin.take();
        let mut output = BufReader::new(shell.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let process = line.trim().parse().map_err(|_| io::Error::other(format!("{program} did not start")))?;
        Ok(Leashed { shell, hold, output: Some(output), printed: Arc::default(), reader: None, process })
    }
}

impl Leashed {
    /// The process id of the program itself.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process
    }

    /// Reads what the program prints (both streams) until a line for which `find` has an answer. What follows is
    /// collected in the background, so that the program never blocks on it.
    ///
    /// # Errors
    /// When the program ends first; the error holds all that it printed.
    pub fn wait_for<T>(&mut self, mut find: impl FnMut(&str) -> Option<T>) -> io::Result<T> {
        let mut output = self.output.take().ok_or_else(|| io::Error::other("the output was read before"))?;
        loop {
            let mut line = String::new();
            if output.read_line(&mut line)? == 0 {
                return Err(io::Error::other(format!("it ended and printed only: {}", self.printed())));
            }
            append(&self.printed, &line);
            if let Some(found) = find(&line) {
                let printed = Arc::clone(&self.printed);
                self.reader = Some(std::thread::spawn(move || {
                    let mut line = String::new();
                    while output.read_line(&mut line).is_ok_and(|length| length > 0) {
                        append(&printed, &line);
                        line.clear();
                    }
                }));
                return Ok(found);
            }
        }
    }

    /// What the program has printed so far; all of it once the program was waited for.
    #[must_use]
    pub fn printed(&self) -> String {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the program with SIGKILL and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = Command::new("kill").args(["-KILL", &self.process.to_string()]).status();
        self.wait();
    }

    /// Waits until the program has ended; its exit status, if it had one.
    pub fn wait(&mut self) -> Option<i32> {
        let status = self.shell.wait().ok().and_then(|status| status.code());
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        status
    }

    /// Ends the program by the leash's signal and waits until it is gone.
    pub fn stop(&mut self) {
        self.hold = None;
        self.wait();
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        self.stop();
    }
}

fn append(printed: &Mutex<String>, line: &str) {
    printed.lock().unwrap_or_else(PoisonError::into_inner).push_str(line);
}
