//! Texts that some engine somewhere would evaluate. Typed into a form, each must come out as it went in. It must never
//! hold a text whose evaluation we could not see.

/// What every text of [`corpus`] gives when something evaluates it; it stands in none of them.
pub const EVALUATED: &str = "58054189";

/// 200 texts: twenty ways in which template and expression languages mark what is to be evaluated, around ten ways to
/// write one product.
#[must_use]
pub fn corpus() -> Vec<String> {
    let marks = [
        ("${", "}"),
        ("#{", "}"),
        ("{{", "}}"),
        ("{{{", "}}}"),
        ("*{", "}"),
        ("@{", "}"),
        ("~{", "}"),
        ("%{", "}"),
        ("<%= ", " %>"),
        ("<% print(", ") %>"),
        ("{% print ", " %}"),
        ("__${", "}__::.x"),
        ("$(", ")"),
        ("`", "`"),
        ("[[${", "}]]"),
        ("<#assign x=", ">${x}"),
        ("#set($x=", ")$x"),
        ("@(", ")"),
        ("=", ""),
        ("\\u0024{", "}"),
    ];
    let products = [
        "7331*7919",
        "7331 * 7919",
        "(7331*7919)",
        "7919*7331",
        "7331*7919+0",
        "int(7331*7919)",
        "string(7331*7919)",
        "7331.0*7919",
        "T(java.lang.Math).multiplyExact(7331,7919)",
        "[7331*7919][0]",
    ];
    marks.iter().flat_map(|(open, close)| products.map(|product| format!("{open}{product}{close}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_is_two_hundred_different_texts_without_the_result() {
        let texts = corpus();
        assert_eq!(texts.iter().collect::<std::collections::BTreeSet<_>>().len(), 200);
        assert!(texts.iter().all(|text| !text.contains(EVALUATED)));
        assert_eq!((7331_u64 * 7919).to_string(), EVALUATED);
    }
}
