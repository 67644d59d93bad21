//! A limit from a file. It must never read a number without a unit.

use super::{Limit, LimitProblem};
use crate::source::{Content, File, Node, Problem};
use crate::text::Text;

impl Limit {
    /// Reads a limit: text such as `2 workdays`, or the map `{before_day: 10, of: next_month}`. Anything else is
    /// reported as E0710 with advice.
    pub fn read(file: File<'_>, node: &Node) -> Option<Limit> {
        let limit = match &node.content {
            Content::Map(_) => {
                let map = file.map(node, Text::new("期限", "limit"))?;
                map.require(&["before_day", "of"]);
                let (day, of) = (map.integer("before_day"), map.choice("of", &[("next_month", ())]));
                map.finish();
                of?;
                Limit::before_day(day?)
            }
            Content::Null | Content::Scalar { .. } | Content::List(_) => Limit::parse(file.text(node)?),
        };
        let report = |problem: &LimitProblem| {
            let advice = problem.message();
            file.push(Problem::error("E0710", file.source, node.span, advice));
        };
        limit.inspect_err(report).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Problems, Source};

    fn read(text: &str) -> (Option<Limit>, Vec<&'static str>) {
        let source = Source::new("x.yaml", format!("limit: {text}\n"));
        let problems = Problems::new();
        let file = File { source: &source, problems: &problems };
        let limit = file.parse().and_then(|root| Limit::read(file, root.get("limit")?));
        (limit, problems.into_vec().iter().map(|problem| problem.code).collect())
    }

    #[test]
    fn limits_are_read_from_files_with_advice() {
        assert_eq!(read("2 workdays"), (Limit::parse("2 workdays").ok(), vec![]));
        assert_eq!(read("{before_day: 10, of: next_month}"), (Some(Limit::BeforeDay { day: 10 }), vec![]));
        for (wrong, code) in [
            ("30", "E0710"),
            ("2 wd", "E0710"),
            ("{before_day: 32, of: next_month}", "E0710"),
            ("{before_day: 3, of: month}", "E0143"),
            ("{before_day: 3}", "E0132"),
            ("[2 days]", "E0135"),
        ] {
            assert_eq!(read(wrong), (None, vec![code]), "{wrong}");
        }
    }
}
