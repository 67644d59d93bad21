//! Where a case stands in the waiting lists. It must never say anything of the others than how many they are.

use onething_engine::decide;

use super::Look;

impl Look<'_> {
    /// One sentence for every list in which the case waits.
    pub(super) fn waits(&self) -> Vec<String> {
        let lines = decide::waiting_lines(self.definition, self.case_of(), self.now);
        let told = lines.into_iter().filter_map(|(quota, asked)| {
            let title = self.x(&quota.title);
            Some(match self.facts.line(&asked)?.ahead {
                0 => self.t(&format!("{title}：下一个就是您"), &format!("{title}: you are next")),
                1 => self.t(&format!("{title}：前面还有 1 位"), &format!("{title}: 1 is before you")),
                ahead => self.t(&format!("{title}：前面还有 {ahead} 位"), &format!("{title}: {ahead} are before you")),
            })
        });
        told.collect()
    }
}
