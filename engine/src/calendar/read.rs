//! A calendar from its file. It must never accept a year that is incomplete or contradicts itself: a wrong day here is
//! a wrong deadline in every case.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::{Date, Weekday};

use super::{Calendar, CalendarYear, OfficeHours};
use crate::source::{Entry, File, Node, Problem, Reader, Span, brief, closest};
use crate::text::Text;

/// Years that are accepted; the table of days grows with them.
const YEARS: RangeInclusive<i16> = 1900..=2199;

/// Reads a calendar file. All its problems go to `file`; with any error there is no calendar.
///
/// | code | what | code | what |
/// |---|---|---|---|
/// | E0701 | a year without its notice | E0705 | a year between the covered days is missing |
/// | E0702 | a make-up day that is no weekend day | E0706 | coverage ends before it begins |
/// | E0703 | a day listed twice | E0707 | a holiday without an entry in `holiday_names` |
/// | E0704 | a day outside its year or the covered days | E0708 | office hours |
/// | | | E0709 | not a year |
pub fn read(file: File<'_>) -> Option<Calendar> {
    let before = file.problems.errors();
    let root_node = file.parse()?;
    let root = file.map(&root_node, Text::new("日历文件", "calendar file"))?;
    root.require(&["calendar", "first_covered", "last_covered", "years", "holiday_names"]);
    let name = root.text_at("calendar").and_then(|(name, span)| file.identifier(name, span));
    let title = root.localized("title");
    let covered = coverage(&root);
    let mut lists = Lists { file, names: names(&root), covered, seen: BTreeMap::new() };
    let entries = root.entries_of("years");
    let years: Vec<CalendarYear> = entries.iter().filter_map(|entry| lists.year(entry)).collect();
    if let Some((first, last)) = covered {
        gaps(&root, first, last);
    }
    let office_hours = root.map("office_hours", Text::new("办公时间", "office hours")).map(office_hours);
    root.finish();
    if file.problems.errors() > before {
        return None;
    }
    let office_hours = office_hours.flatten().unwrap_or_default();
    Some(Calendar::new(name?, title.unwrap_or_default(), covered, years, office_hours))
}

/// The first and the last covered day.
fn coverage(root: &Reader<'_>) -> Option<(Date, Date)> {
    let (first, last) = (root.date("first_covered")?, root.date("last_covered")?);
    let known = |date: Date| YEARS.contains(&date.year());
    if first <= last && known(first) && known(last) {
        return Some((first, last));
    }
    let message = Text::new(
        format!("日历覆盖范围 {first} 至 {last} 不成立"),
        format!("the calendar cannot cover {first} to {last}"),
    );
    let problem = Problem::error("E0706", root.file().source, root.key_span("last_covered"), message);
    root.file().push(problem.cure(
        format!("首日不得晚于末日，年份在 {} 到 {} 之间。", YEARS.start(), YEARS.end()),
        format!("The first day comes first, and years lie between {} and {}.", YEARS.start(), YEARS.end()),
    ));
    None
}

/// Holidays by the Chinese name that the years use.
fn names(root: &Reader<'_>) -> BTreeMap<String, Text> {
    let entries = root.entries_of("holiday_names").iter();
    let name = |entry: &Entry| {
        let english = root.file().text(&entry.value).unwrap_or_default();
        (entry.key.clone(), Text::new(entry.key.as_str(), english))
    };
    entries.map(name).collect()
}

/// Every year from the first to the last covered day must be listed.
fn gaps(root: &Reader<'_>, first: Date, last: Date) {
    let listed = root.entries_of("years");
    for year in first.year()..=last.year() {
        if listed.iter().any(|entry| entry.key == year.to_string()) {
            continue;
        }
        let message = Text::new(format!("缺少 {year} 年"), format!("the year {year} is missing"));
        let problem = Problem::error("E0705", root.file().source, root.key_span("years"), message)
            .cause(
                "覆盖范围内缺少的年份会按周一至周五计算，却不标暂定。",
                "Inside the covered days a missing year would count Monday to Friday without saying so.",
            )
            .cure("补上该年，或改 first_covered / last_covered。", "Add it, or change first_covered or last_covered.");
        root.file().push(problem);
    }
}

fn office_hours(hours: Reader<'_>) -> Option<OfficeHours> {
    hours.require(&["windows", "basis"]);
    let basis = hours.text("basis");
    let texts = hours.texts("windows");
    let span = hours.key_span("windows");
    let file = hours.file();
    hours.finish();
    let wrong = |span: Span, zh: &str, en: &str| {
        let problem = Problem::error("E0708", file.source, span, Text::new(zh, en));
        file.push(problem.cure(
            "写成 [\"09:00-12:00\", \"13:00-17:00\"]，按先后，不重叠。",
            "Write [\"09:00-12:00\", \"13:00-17:00\"], in order, without overlap.",
        ));
    };
    let mut windows = Vec::new();
    for (text, span) in &texts {
        match OfficeHours::parse_window(text) {
            Some(window) => windows.push(window),
            None => {
                let word = brief(text);
                wrong(*span, &format!("“{word}”不是办公时段"), &format!("`{word}` is not a window of office hours"));
            }
        }
    }
    if windows.len() < texts.len() {
        return None;
    }
    match OfficeHours::new(windows, basis?) {
        Ok(hours) => Some(hours),
        Err(index) => {
            let span = texts.get(index).map_or(span, |(_, span)| *span);
            wrong(span, "办公时段为空、颠倒或重叠", "a window of office hours is empty, reversed or overlaps another");
            None
        }
    }
}

/// Reads the lists of days and remembers what was listed.
struct Lists<'a> {
    file: File<'a>,
    names: BTreeMap<String, Text>,
    covered: Option<(Date, Date)>,
    seen: BTreeMap<Date, Span>,
}

impl<'a> Lists<'a> {
    fn year(&mut self, entry: &'a Entry) -> Option<CalendarYear> {
        let number = entry.key.parse::<i16>().ok().filter(|year| YEARS.contains(year) && entry.key.len() == 4);
        if number.is_none() {
            let word = brief(&entry.key);
            let message = Text::new(format!("“{word}”不是年份"), format!("`{word}` is not a year"));
            let problem = Problem::error("E0709", self.file.source, entry.key_span, message);
            self.file.push(problem.cure("写成四位年份，例如 2026。", "Write four digits, such as 2026."));
        }
        let map = self.file.map(&entry.value, Text::new("年份", "year"))?;
        map.require(&["holidays", "make_up"]);
        let notice = map.text_at("notice").filter(|(notice, _)| !notice.trim().is_empty());
        if notice.is_none() {
            let message = Text::new(
                format!("{} 年没有写明依据的通知", entry.key),
                format!("{} does not say which notice ordered it", entry.key),
            );
            let problem = Problem::error("E0701", self.file.source, entry.key_span, message);
            self.file.push(problem.cure(
                "加上 `notice: 国务院办公厅关于…年部分节假日安排的通知（文号）`。",
                "Add `notice:` with the title and number of the State Council's notice.",
            ));
        }
        let year = number?;
        let holidays = map.entries_of("holidays").iter().map(|entry| self.days(entry, year, false)).collect();
        let make_up = map.entries_of("make_up").iter().map(|entry| self.days(entry, year, true)).collect();
        map.finish();
        Some(CalendarYear { year, notice: notice?.0.to_owned(), holidays, make_up })
    }

    /// The days of one holiday in one year.
    fn days(&mut self, entry: &'a Entry, year: i16, make_up: bool) -> (Text, Vec<Date>) {
        let name = self.names.get(&entry.key).cloned().unwrap_or_else(|| {
            let word = brief(&entry.key);
            let message = Text::new(format!("没有名为“{word}”的节日"), format!("no holiday is called `{word}`"));
            let meant = closest(&entry.key, self.names.keys().map(String::as_str));
            let problem = Problem::error("E0707", self.file.source, entry.key_span, message)
                .cure("在 holiday_names 中加上它的英文名。", "Add it with its English name to holiday_names.");
            self.file.push(problem.suggest(meant));
            Text::same(entry.key.as_str())
        });
        let nodes = self.file.list(&entry.value).unwrap_or_default();
        let dates = nodes.iter().filter_map(|node| self.day(node, year, make_up)).collect();
        (name, dates)
    }

    fn day(&mut self, node: &'a Node, year: i16, make_up: bool) -> Option<Date> {
        let date = self.file.date(node)?;
        if let Some(first) = self.seen.insert(date, node.span) {
            let message = Text::new(format!("{date} 列了两次"), format!("{date} is listed twice"));
            let problem = Problem::error("E0703", self.file.source, node.span, message)
                .cure("一天只能列一次：或放假，或上班。", "List a day once: either off or worked.");
            let note = Text::new("先列在这里", "first listed here");
            self.file.push(problem.also(self.file.source.path.clone(), first, note));
        }
        let outside = self.covered.is_some_and(|(first, last)| date < first || date > last);
        if date.year() != year || outside {
            let message = Text::new(
                format!("{date} 不在 {year} 年或不在覆盖范围内"),
                format!("{date} lies outside {year} or outside the covered days"),
            );
            let problem = Problem::error("E0704", self.file.source, node.span, message);
            self.file.push(problem.cure(
                "把它列到所在的公历年份，或改覆盖范围。",
                "List it under the civil year in which it lies, or change the covered days.",
            ));
        }
        if make_up && !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            let message = Text::new(
                format!("调休上班日 {date} 不是周六或周日"),
                format!("the make-up day {date} is no Saturday or Sunday"),
            );
            let problem = Problem::error("E0702", self.file.source, node.span, message);
            self.file.push(problem.cure("对照通知核对日期。", "Compare the date with the notice."));
        }
        Some(date)
    }
}
