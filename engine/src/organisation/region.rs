//! Codes of regions: GB/T 2260 (6 digits) and the 9 and 12 digits of streets and communities. Only what the digits
//! say; it must never hold a list of places (that is data of the installation).

use serde::{Deserialize, Serialize};

/// A level of the administrative tree, from the outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 省, 自治区, 直辖市.
    Province,
    /// 设区的市, 地区.
    City,
    /// 区, 县.
    District,
    /// 街道, 镇, 乡.
    Street,
    /// 社区, 村.
    Community,
}

impl Level {
    /// All levels, from the outside in, with the words of the YAML files.
    pub const ALL: [(&'static str, Level); 5] = [
        ("province", Level::Province),
        ("city", Level::City),
        ("district", Level::District),
        ("street", Level::Street),
        ("community", Level::Community),
    ];

    /// The level a code stands for, by its digits.
    pub fn of(code: &str) -> Option<Level> {
        if !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match significant(code).len() {
            2 => Some(Level::Province),
            4 => Some(Level::City),
            6 => Some(Level::District),
            9 => Some(Level::Street),
            12 => Some(Level::Community),
            _ => None,
        }
    }
}

/// The code without the zeros that only fill it up: 320000 → 32, 320404000000 → 320404.
/// Anything that is not a code of 2, 4, 6, 9 or 12 digits is returned as it is.
pub fn significant(code: &str) -> &str {
    let mut code = code;
    if !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return code;
    }
    loop {
        let (keep, zeros) = match code.len() {
            12 => (9, "000"),
            9 => (6, "000"),
            6 => (4, "00"),
            4 => (2, "00"),
            _ => return code,
        };
        match code.strip_suffix(zeros) {
            Some(shorter) => code = shorter,
            None => return code,
        }
        debug_assert_eq!(code.len(), keep);
    }
}

/// The code of the region around, by the digits; `None` for a province or something that is not a code.
pub fn parent(code: &str) -> Option<&str> {
    let code = significant(code);
    let keep = match Level::of(code)? {
        Level::Province => return None,
        Level::City => 2,
        Level::District => 4,
        Level::Street => 6,
        Level::Community => 9,
    };
    Some(&code[..keep])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_that_fill_up_are_no_part_of_the_code() {
        assert_eq!(significant("320404000000"), "320404");
        assert_eq!(significant("320000"), "32");
        assert_eq!(significant("320404002"), "320404002");
        assert_eq!(significant("x00"), "x00");
        assert_eq!(Level::of("320400"), Some(Level::City));
        assert_eq!(Level::of("320404002001"), Some(Level::Community));
        assert_eq!(Level::of("３２"), None);
        assert_eq!(parent("320404002001"), Some("320404002"));
        assert_eq!(parent("32"), None);
    }
}
