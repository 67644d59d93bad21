//! The pieces of a form on a page, in words a template can print. Plain data.

/// A form to be filled.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Title.
    pub title: String,
    /// What to know before.
    pub intro: String,
    /// What to mend, for the head of the page.
    pub summary: Vec<Summary>,
    /// Everything in the order of the page.
    pub pieces: Vec<Piece>,
}

impl Asked {
    /// Does it ask for files, so that the form must be sent in parts?
    pub fn has_papers(&self) -> bool {
        let asks =
            |input: &Input| matches!(&input.widget, Widget::Paper(paper) if paper.upload || !paper.sheets.is_empty());
        self.pieces.iter().any(|piece| matches!(piece, Piece::Input(input) if asks(input)))
    }
}

/// A line of the summary of errors.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Id of the input it leads to.
    pub target: String,
    /// What to do.
    pub message: String,
}

/// One piece.
#[derive(Clone, Debug)]
pub enum Piece {
    /// A group begins.
    Open(Opened),
    /// A group ends.
    Close,
    /// A row of a repeating group begins.
    Row(Row),
    /// It ends.
    RowEnd,
    /// The button that adds a row.
    Add(Add),
    /// A question.
    Input(Box<Input>),
}

/// The head of a group.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its id.
    pub id: String,
    /// Level of its heading.
    pub level: u8,
    /// Its title.
    pub legend: String,
    /// Help.
    pub hint: String,
    /// Why it is asked.
    pub purpose: String,
    /// The law.
    pub basis: String,
    /// What to mend.
    pub problem: String,
    /// When it is asked.
    pub condition: String,
}

/// The head of a row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called.
    pub title: String,
    /// Its name, with its number.
    pub name: String,
    /// Value of the button that removes it; empty where it must stay.
    pub remove: String,
}

/// The button that adds a row.
#[derive(Clone, Debug)]
pub struct Add {
    /// Value of the button.
    pub name: String,
    /// Name of the group.
    pub next_name: String,
    /// The first number never used.
    pub next: u32,
    /// What it says.
    pub label: String,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Input {
    /// Id of the input.
    pub id: String,
    /// Name of the answer.
    pub name: String,
    /// The question.
    pub label: String,
    /// Help.
    pub hint: String,
    /// Why it is asked.
    pub purpose: String,
    /// The law.
    pub basis: String,
    /// An answer must be given.
    pub required: bool,
    /// The heading of the page asks the question already.
    pub headed: bool,
    /// What to mend.
    pub problem: String,
    /// When it is asked.
    pub condition: String,
    /// What it is answered with.
    pub widget: Widget,
    /// `type` of a line.
    pub input_type: &'static str,
    /// Keyboard of a line; may be empty.
    pub inputmode: &'static str,
    /// `autocomplete`.
    pub autocomplete: String,
    /// Longest line.
    pub maxlength: usize,
    /// The browser must not change it.
    pub verbatim: bool,
}

/// What a question is answered with.
#[derive(Clone, Debug)]
pub enum Widget {
    /// One line.
    Line {
        /// What was typed.
        value: String,
        /// Shown behind it.
        unit: String,
        /// `short`, `middle`, `wide`.
        width: &'static str,
    },
    /// Several lines.
    Area {
        /// Height.
        lines: u32,
        /// What was typed.
        value: String,
    },
    /// Round or square boxes.
    Picks {
        /// Several may be ticked.
        several: bool,
        /// The choices.
        picks: Vec<Pick>,
    },
    /// A list to choose from.
    Select {
        /// The choices.
        picks: Vec<Pick>,
    },
    /// A paper and how it is given.
    Paper(Box<Paper>),
}

/// A paper.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The ways to give it.
    pub how: Vec<Pick>,
    /// Name of the way's answer.
    pub how_field: String,
    /// Name of the paper, before `.files` and `.upload`.
    pub field: String,
    /// Id of the input for files.
    pub id: String,
    /// Files may be uploaded.
    pub upload: bool,
    /// Kinds of files.
    pub accept: String,
    /// How large, how many.
    pub limit: String,
    /// What the input for files says.
    pub label: String,
    /// What was uploaded, in order.
    pub sheets: Vec<Sheet>,
}

/// An uploaded file of a paper.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its id.
    pub id: String,
    /// Which one it is.
    pub title: String,
    /// Its name.
    pub name: String,
    /// Kind, pages, size.
    pub facts: String,
    /// Where it is opened.
    pub address: String,
    /// Where its small picture is; may be empty.
    pub small: String,
    /// It can be turned.
    pub turns: bool,
    /// None stands before it.
    pub first: bool,
    /// None stands behind it.
    pub last: bool,
}

/// One choice.
#[derive(Clone, Debug)]
pub struct Pick {
    /// Id of its box.
    pub id: String,
    /// What is sent.
    pub value: String,
    /// What it says.
    pub label: String,
    /// Help.
    pub hint: String,
    /// It is ticked.
    pub chosen: bool,
}
