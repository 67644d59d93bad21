//! What is played: events and time, in the order in which they were written. It must never lose that order, which is why
//! the two flags are read together.

use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches};
use onething_engine::definition::chart::milliseconds;
use onething_engine::kernel::Event;
use onething_engine::value::Value;

/// One thing to play.
#[derive(Debug, Clone)]
pub enum Input {
    /// An event from outside.
    Event(Event),
    /// Milliseconds that pass.
    Advance(i64),
    /// Inputs from standard input, one a line.
    Stream,
}

/// All inputs of a command line in their order.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    pub list: Vec<Input>,
}

impl Input {
    /// `NAME` or `NAME=JSON`.
    fn of_event(text: &str) -> Result<Input, String> {
        let (name, data) = match text.split_once('=') {
            None => (text, None),
            Some((name, data)) => (name, Some(data)),
        };
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(format!("`{text}` is not NAME or NAME=JSON"));
        }
        let mut event = Event::announced(name);
        if let Some(data) = data {
            let json: serde_json::Value = serde_json::from_str(data).map_err(|error| format!("`{data}`: {error}"))?;
            event.data = value(&json)?;
        }
        Ok(Input::Event(event))
    }

    /// `3 hours`.
    fn of_span(text: &str) -> Result<Input, String> {
        let advice = "write a whole number and a unit, such as `3 hours` or `90 seconds`";
        milliseconds(text).map(Input::Advance).map_err(|fault| format!("`{text}`: {fault}; {advice}"))
    }

    /// A line of standard input: `NAME[=JSON]` or `--advance DURATION`, with or without the dashes and `--event`; or
    /// `{"event": NAME, "data": …}` or `{"advance": DURATION}`. Nothing for an empty line or a comment (`#`).
    ///
    /// # Errors
    /// What cannot be understood, and how to write it.
    pub fn of_line(line: &str) -> Result<Option<Input>, String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if line.starts_with('{') {
            return Input::of_json(line).map(Some);
        }
        let words = line.trim_start_matches("--");
        let rest = |word: &str| {
            let rest = words.strip_prefix(word)?;
            rest.starts_with([' ', '=', '\t']).then(|| rest[1..].trim())
        };
        // `advance=5` would be an event of that name, so a span needs the dashes or a blank.
        let dashed = line.starts_with("--");
        let spaced = |word: &str| dashed || line.starts_with(&format!("{word} "));
        match (rest("advance"), rest("event")) {
            (Some(span), _) if spaced("advance") => Input::of_span(span),
            (_, Some(event)) if spaced("event") => Input::of_event(event),
            (_, _) => Input::of_event(line),
        }
        .map(Some)
    }

    fn of_json(line: &str) -> Result<Input, String> {
        let json: serde_json::Value = serde_json::from_str(line).map_err(|error| format!("`{line}`: {error}"))?;
        match (json.get("event").and_then(|name| name.as_str()), json.get("advance").and_then(|span| span.as_str())) {
            (Some(name), None) => {
                let data = json.get("data").map(value).transpose()?.unwrap_or_default();
                Ok(Input::Event(Event::announced(name).with(data)))
            }
            (None, Some(span)) => Input::of_span(span),
            (_, _) => Err(format!("`{line}`: expected `event` or `advance`")),
        }
    }
}

fn value(json: &serde_json::Value) -> Result<Value, String> {
    Value::from_json(json).map_err(|number| format!("`{number}`: only whole numbers of 64 bits"))
}

impl clap::Args for Inputs {
    fn augment_args(command: Command) -> Command {
        let repeated =
            |name: &'static str| Arg::new(name).long(name).action(ArgAction::Append).allow_hyphen_values(true);
        command
            .arg(repeated("event").value_name("NAME[=JSON]").help("Gives an event, with data; may be repeated"))
            .arg(repeated("advance").value_name("DURATION").help("Lets time pass, such as `3 hours`; may be repeated"))
            .arg(
                repeated("events")
                    .value_name("-")
                    .value_parser(["-"])
                    .help("Reads inputs from standard input, one a line: `NAME[=JSON]` or `--advance DURATION`"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Inputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Inputs, Error> {
        let mut found: Vec<(usize, Input)> = Vec::new();
        for (name, read) in [
            ("event", Input::of_event as fn(&str) -> Result<Input, String>),
            ("advance", Input::of_span),
            ("events", |_| Ok(Input::Stream)),
        ] {
            let texts = matches.get_many::<String>(name).into_iter().flatten();
            for (at, text) in matches.indices_of(name).into_iter().flatten().zip(texts) {
                let input = read(text)
                    .map_err(|message| Error::raw(clap::error::ErrorKind::ValueValidation, format!("{message}\n")))?;
                found.push((at, input));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        Ok(Inputs { list: found.into_iter().map(|(_, input)| input).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Inputs::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;

    fn inputs(arguments: &[&str]) -> Result<Vec<String>, Error> {
        let command = Inputs::augment_args(Command::new("trace").no_binary_name(true));
        let matches = command.try_get_matches_from(arguments)?;
        let list = Inputs::from_arg_matches(&matches)?.list;
        Ok(list.into_iter().map(shown).collect())
    }

    fn shown(input: Input) -> String {
        match input {
            Input::Event(event) => format!("{} {}", event.name, event.data.to_json()),
            Input::Advance(ms) => format!("+{ms}"),
            Input::Stream => "-".to_owned(),
        }
    }

    #[test]
    fn the_order_of_the_command_line_is_kept() {
        let found = inputs(&["--event", "a", "--advance", "3 hours", "--event", "b={\"x\": 1}", "--events", "-"]);
        assert_eq!(found.unwrap(), ["a null", "+10800000", "b {\"x\":1}", "-"]);
    }

    #[test]
    fn what_is_no_input_is_refused() {
        for wrong in [["--event", ""], ["--event", "a={"], ["--event", "a=1.5"], ["--advance", "3"], ["--events", "f"]]
        {
            assert!(inputs(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn lines_say_the_same_as_flags() {
        let cases = [
            ("go", "go null"),
            ("--event go=[1]", "go [1]"),
            ("event go", "go null"),
            ("--advance 2 minutes", "+120000"),
            ("--advance=2 minutes", "+120000"),
            ("advance 2 minutes", "+120000"),
            ("advance", "advance null"),
            ("advance=2", "advance 2"),
            ("{\"event\": \"go\", \"data\": {\"a\": true}}", "go {\"a\":true}"),
            ("{\"advance\": \"1 second\"}", "+1000"),
        ];
        for (line, expected) in cases {
            assert_eq!(Input::of_line(line).unwrap().map(shown).as_deref(), Some(expected), "{line}");
        }
        assert!(Input::of_line("  ").unwrap().is_none());
        assert!(Input::of_line("two words").is_err());
    }
}
