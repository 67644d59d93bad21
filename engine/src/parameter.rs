//! tmp
use crate::value::Value;
#[derive(Clone, Debug, Default)]
pub struct Parameters;
pub struct Found {
    pub value: Value,
    pub version: String,
}
impl Parameters {
    pub fn value(&self, _n: &str, _d: jiff::civil::Date, _r: &str) -> Option<&Found> {
        None
    }
}
