//! A situation as a short code: the answers as one number, digits that nobody confuses, and a check that also covers the
//! questions, so that a code of other questions is found out. It must never hold more than the choices.

use sha2::{Digest, Sha256};

use super::{Answer, SEVERAL_MAX, Situation, radix};
use crate::definition::{GuideQuestion, ProcessDefinition, QuestionKind};

/// Digits without I, L, O and U (Crockford's base 32).
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Digits of the check: one wrong code in 32,768 is not found out.
const CHECK: usize = 3;

/// The code of a situation, in groups of four; empty for a process without a guide.
pub fn encode(definition: &ProcessDefinition, situation: &Situation) -> String {
    let Some(guide) = &definition.guide else { return String::new() };
    // Later questions stand higher: few answers make a short code.
    let number = (0..guide.questions.len()).rev().fold(0u128, |sum, at| {
        let question = &guide.questions[at];
        sum * radix(question) + digit(situation.0.get(at).unwrap_or(&Answer::Open), question)
    });
    let text = check(definition, number) + &written(number);
    let groups: Vec<&str> = (0..text.len()).step_by(4).map(|at| &text[at..text.len().min(at + 4)]).collect();
    groups.join("-")
}

/// The situation of a code, however it was typed; `None` if it is none of this process.
pub fn decode(definition: &ProcessDefinition, code: &str) -> Option<Situation> {
    let guide = definition.guide.as_ref()?;
    let digits: Vec<u8> = code.chars().filter_map(plain).collect();
    // A number of 128 bits has 26 digits at most.
    if digits.len() <= CHECK || digits.len() > CHECK + 26 {
        return None;
    }
    let (checked, rest) = digits.split_at(CHECK);
    let mut number = rest.iter().try_fold(0u128, |sum, digit| {
        let value = DIGITS.iter().position(|known| known == digit)?;
        sum.checked_mul(32)?.checked_add(value as u128)
    })?;
    if check(definition, number).as_bytes() != checked {
        return None;
    }
    let mut answers = Vec::with_capacity(guide.questions.len());
    for question in &guide.questions {
        let radix = radix(question);
        answers.push(answer(number % radix, question));
        number /= radix;
    }
    (number == 0).then_some(Situation(answers))
}

fn digit(answer: &Answer, question: &GuideQuestion) -> u128 {
    match (answer, question.kind) {
        (Answer::Open, _) => 0,
        (Answer::Unknown, _) => 1,
        (Answer::Picked(options), QuestionKind::One | QuestionKind::YesNo) => {
            options.first().map_or(0, |at| *at as u128 + 2)
        }
        (Answer::Picked(options), QuestionKind::Several) => {
            let inside = options.iter().filter(|at| **at < SEVERAL_MAX);
            inside.fold(0u128, |bits, at| bits | (1 << at)) + 2
        }
    }
}

fn answer(digit: u128, question: &GuideQuestion) -> Answer {
    let Some(picked) = digit.checked_sub(2) else {
        return if digit == 0 { Answer::Open } else { Answer::Unknown };
    };
    match question.kind {
        QuestionKind::One | QuestionKind::YesNo => Answer::Picked(vec![usize::try_from(picked).unwrap_or_default()]),
        QuestionKind::Several => {
            let options = 0..question.options.len().min(SEVERAL_MAX);
            Answer::Picked(options.filter(|at| (picked >> at) & 1 == 1).collect())
        }
    }
}

fn written(mut number: u128) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(DIGITS[(number % 32) as usize]);
        number /= 32;
        if number == 0 {
            return digits.iter().rev().map(|digit| char::from(*digit)).collect();
        }
    }
}

fn check(definition: &ProcessDefinition, number: u128) -> String {
    let mut hasher = Sha256::new();
    let mut part = |text: &str| {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    part(&definition.name);
    for question in definition.guide.iter().flat_map(|guide| &guide.questions) {
        part(&question.form);
        part(&question.field);
        question.options.iter().for_each(|(id, _)| part(id));
    }
    hasher.update(number.to_be_bytes());
    hasher.finalize().iter().take(CHECK).map(|byte| char::from(DIGITS[usize::from(byte % 32)])).collect()
}

/// One character as a digit: full width, small letters, and letters that look like digits.
fn plain(character: char) -> Option<u8> {
    let half = match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0)?,
        other => other,
    };
    match u8::try_from(half.to_ascii_uppercase()).ok()? {
        b'O' => Some(b'0'),
        b'I' | b'L' => Some(b'1'),
        upper => upper.is_ascii_alphanumeric().then_some(upper),
    }
}
