//! What a browser can help with: keyboards, lengths, completion. Hints only; what is accepted is decided by reading.

use super::{Field, Kind};

/// Attributes of an input. They are tolerant on purpose: a browser must not refuse the spaces or full-width digits
/// that [`super::Form::read`] accepts, so lengths leave room and patterns are for numbers only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// `type` of the input: `text`, `tel`, `email`, `file`; dates are text, because one tolerant field beats a picker.
    pub input: &'static str,
    /// `inputmode`, or empty.
    pub inputmode: &'static str,
    /// `autocomplete` token, or empty.
    pub autocomplete: String,
    /// `maxlength`, or `None`.
    pub maxlength: Option<usize>,
    /// `pattern`, or empty.
    pub pattern: &'static str,
    /// `accept` of a file, or empty.
    pub accept: String,
    /// Lines; more than 1 means a text area.
    pub lines: u32,
    /// `spellcheck="false" autocapitalize="off"` should be set.
    pub verbatim: bool,
}

impl Field {
    /// What the browser may be told about this field.
    pub fn hints(&self) -> Hints {
        let autocomplete = self.autofill.clone().unwrap_or_else(|| "off".to_owned());
        let plain = Hints { input: "text", autocomplete, lines: 1, ..Hints::default() };
        let digits =
            |maxlength| Hints { inputmode: "numeric", maxlength: Some(maxlength), verbatim: true, ..plain.clone() };
        match &self.kind {
            // A browser counts UTF-16 units, we count characters: twice as many never cuts a rare name short.
            Kind::Text { max, lines } => Hints { maxlength: Some(max * 2), lines: *lines, ..plain },
            Kind::Address { max } => Hints { maxlength: Some(max * 2), ..plain },
            Kind::Name => Hints { maxlength: Some(100), verbatim: true, ..plain },
            Kind::Number { .. } => Hints { pattern: "[-0-9０-９,， ]*", ..digits(24) },
            Kind::Money { .. } => Hints { inputmode: "decimal", ..digits(32) },
            Kind::Date(_) => digits(24),
            Kind::Region { .. } => digits(24),
            // An X may be needed, which a numeric keyboard does not have.
            Kind::IdNumber => Hints { inputmode: "text", pattern: "[-0-9０-９xXｘＸ \u{3000}]*", ..digits(40) },
            Kind::DisabilityCertificate => Hints { inputmode: "text", ..digits(46) },
            Kind::Uscc => Hints { inputmode: "text", ..digits(40) },
            Kind::Phone => Hints { input: "tel", inputmode: "tel", ..digits(32) },
            Kind::BankAccount => digits(48),
            Kind::Email => Hints { input: "email", inputmode: "email", maxlength: Some(254), verbatim: true, ..plain },
            Kind::File { media, .. } => {
                let accept = media.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(",");
                Hints { input: "file", accept, ..plain }
            }
            Kind::Choice { .. } | Kind::YesNo | Kind::Person | Kind::Group => plain,
        }
    }
}
