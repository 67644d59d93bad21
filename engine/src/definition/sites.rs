//! `sites`: the places of a case, whose offices work on it wherever they are. It must never know which place a site is in
//! a running case.

use std::collections::BTreeMap;

use super::draft::{Draft, Placed};
use super::guards::GlobalScope;
use super::model::{Assignee, SiteDefinition};
use super::words::both;
use crate::expression::{Expression, Type};
use crate::organisation::{Level, role};
use crate::source::{Reader, Span, brief, closest};
use crate::text::Text;
use crate::value::Value;

/// A site before names are resolved.
#[derive(Debug)]
pub(super) struct DraftSite<'a> {
    pub title: Text,
    pub level: Level,
    pub is: Option<Placed<'a>>,
    pub unknown: Option<String>,
}

impl<'a> Draft<'a> {
    /// `sites: {home: {title, is, level, unknown}}`.
    pub fn lower_sites(&mut self, reader: &Reader<'a>) {
        for entry in reader.entries_of("sites") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            let taken =
                self.library.is_department(name) || role::ALL.contains(&name) || ["lead", "case"].contains(&name);
            if taken {
                let message = both(
                    format!("地点不能叫 `{name}`：已有同名的部门或角色"),
                    format!("a site cannot be called `{name}`: a department or role has this name"),
                );
                self.problems.push(self.error("E0563", 0, entry.key_span, message).cure("换一个名称。", "Rename it."));
                continue;
            }
            let Some(words) = self.file(0).map(&entry.value, both("地点", "site")) else { continue };
            words.require(&["title", "level"]);
            let is = words.optional("is").map(|node| Placed { node, env: 0 });
            let unknown = words.text_at("unknown");
            let site = DraftSite {
                title: words.localized("title").unwrap_or_else(|| Text::same(name)),
                level: words.choice("level", &Level::ALL).unwrap_or(Level::District),
                is,
                unknown: unknown.map(|(office, _)| office.to_owned()),
            };
            words.finish();
            if let Some((office, span)) = unknown {
                self.assignee(office, super::draft::Place { env: 0, span });
            } else if is.is_some() {
                self.nobody_for_unknown(name, entry.key_span);
            }
            self.frame.variables.insert(format!("site.{name}"), Value::Null);
            self.sites.insert(name.to_owned(), site);
        }
    }

    fn nobody_for_unknown(&self, name: &str, span: Span) {
        let message = both(
            format!("没有写明不知道 `{name}` 在哪里时由谁办理"),
            format!("nothing says who works while nobody knows where `{name}` is"),
        );
        self.problems.push(
            self.error("E0564", 0, span, message)
                .cause(
                    "答案可能没有填写，或者那个地区不在本系统中。",
                    "The answer may be missing, or name a place that is not served here.",
                )
                .cure(
                    "加上 `unknown: 部门.科室`，由办件所在地的这个科室处理。",
                    "Add `unknown: department.unit`, a unit where the case was opened.",
                ),
        );
    }

    /// `home.street.window`: a unit at a site; `None` where the first word is no site.
    pub fn site_office(&self, text: &str) -> Option<Assignee> {
        let (site, office) = text.split_once('.')?;
        let known = self.sites.get(site)?;
        Some(Assignee::Site { site: site.to_owned(), office: office.to_owned(), unknown: known.unknown.clone() })
    }

    /// The checked sites.
    pub fn site_definitions(&self, scope: &GlobalScope) -> BTreeMap<String, SiteDefinition> {
        let sites = self.sites.iter().map(|(name, site)| {
            let made = SiteDefinition {
                name: name.clone(),
                title: site.title.clone(),
                level: site.level,
                is: site.is.and_then(|placed| self.expression(placed, &Type::Text, scope)),
                unknown: site.unknown.clone(),
            };
            (name.clone(), made)
        });
        sites.collect()
    }

    /// The place that `do: [{site: {home: …}}]` sets, cut to the level of the site.
    pub fn site_value(&self, site: &str, value: Placed<'a>, scope: &GlobalScope) -> Option<Expression> {
        self.expression(value, &Type::Text, scope)?;
        let (level, _) =
            Level::ALL.iter().find(|(_, level)| self.sites.get(site).is_some_and(|s| s.level == *level))?;
        let text = format!("region_at({}, \"{level}\")", self.global_text(value)?);
        Expression::parse(&text, scope, &Type::Text).ok()
    }

    /// A site that `do` names; an unknown one is reported.
    pub fn known_site(&self, env: super::draft::EnvIndex, name: &str, span: Span) -> bool {
        let known = self.sites.contains_key(name);
        if !known {
            let message = both(format!("没有地点 `{}`", brief(name)), format!("there is no site `{}`", brief(name)));
            let problem =
                self.error("E0565", env, span, message).cure("在 sites 中声明它。", "Declare it under `sites`.");
            self.problems.push(problem.suggest(closest(name, self.sites.keys().map(String::as_str))));
        }
        known
    }
}
