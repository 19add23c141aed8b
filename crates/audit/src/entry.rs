//! What a line says of a request: who asked what, why, and what they were told.

use serde_json::{Map, Value};

use crate::line::Members;
use crate::text::bounded;

/// The longest question, in characters.
const LONGEST_QUESTION: usize = 16 << 10;
/// The longest reason, coverage and note, in characters.
const LONGEST_REASON: usize = 500;
/// The longest of all other texts, in characters.
const LONGEST_NAME: usize = 100;

/// What a line says of a request.
///
/// Texts may be anything. One that is too long is cut when it is written, and says so at
/// its end: a question after 16384 characters, reason, coverage and note after 500, all
/// others after 100.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The endpoint that was asked, by its name.
    pub request: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Who asked, by the name that they are known by, or else by their address.
    pub caller: Option<String>,
    /// How they are known: `token`, `certificate`, `user` or `address`.
    pub credential: Option<String>,
    /// The address that they asked from.
    pub from: Option<String>,
    /// The listener that they asked.
    pub listener: Option<String>,
    /// The role that they asked in.
    pub role: Option<String>,
    /// The question, as it was asked.
    pub question: Option<String>,
    /// The case that it belongs to.
    pub case: Option<String>,
    /// Why it was asked.
    pub reason: Option<String>,
    /// How many matches were told.
    pub matches: Option<u64>,
    /// The verdict of the answer.
    pub verdict: Option<String>,
    /// The coverage of the answer.
    pub coverage: Option<String>,
    /// What else there is to say.
    pub note: Option<String>,
}

/// What became of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All of the answer is given out.
    Answered,
    /// An answer of unknown length begins; its end is a line of its own.
    Begun,
    /// Such an answer came to its end.
    Ended,
    /// It was not answered.
    Refused,
    /// The answer broke off before its end.
    BrokeOff,
}

impl Outcome {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::Answered,
        Self::Begun,
        Self::Ended,
        Self::Refused,
        Self::BrokeOff,
    ];

    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Begun => "begun",
            Self::Ended => "ended",
            Self::Refused => "refused",
            Self::BrokeOff => "broke-off",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

impl Entry {
    /// Of a request to an endpoint, with nothing else told.
    pub fn new(request: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            request: request.into(),
            outcome,
            caller: None,
            credential: None,
            from: None,
            listener: None,
            role: None,
            question: None,
            case: None,
            reason: None,
            matches: None,
            verdict: None,
            coverage: None,
            note: None,
        }
    }

    /// Every text that it has, by its name in a line, and how long it may be.
    fn texts(&self) -> impl Iterator<Item = (&'static str, &str, usize)> {
        let all = [
            ("caller", &self.caller, LONGEST_NAME),
            ("credential", &self.credential, LONGEST_NAME),
            ("from", &self.from, LONGEST_NAME),
            ("listener", &self.listener, LONGEST_NAME),
            ("role", &self.role, LONGEST_NAME),
            ("question", &self.question, LONGEST_QUESTION),
            ("case", &self.case, LONGEST_NAME),
            ("reason", &self.reason, LONGEST_REASON),
            ("verdict", &self.verdict, LONGEST_NAME),
            ("coverage", &self.coverage, LONGEST_REASON),
            ("note", &self.note, LONGEST_REASON),
        ];
        all.into_iter()
            .filter_map(|(name, text, longest)| Some((name, text.as_deref()?, longest)))
    }

    /// What a line has between its kind and its hash.
    pub(crate) fn members(&self) -> Members {
        let mut members = Members::default();
        members.text("request", &bounded(&self.request, LONGEST_NAME));
        members.text("outcome", self.outcome.name());
        for (name, text, longest) in self.texts() {
            members.text(name, &bounded(text, longest));
        }
        if let Some(matches) = self.matches {
            members.number("matches", matches);
        }
        members
    }

    /// Reads what [`Self::members`] wrote; `None` where it is something else.
    pub(crate) fn of_members(members: &Map<String, Value>) -> Option<Self> {
        let text = |name| Some(members.get(name)?.as_str()?.to_owned());
        Some(Self {
            request: text("request")?,
            outcome: Outcome::of_name(&text("outcome")?)?,
            caller: text("caller"),
            credential: text("credential"),
            from: text("from"),
            listener: text("listener"),
            role: text("role"),
            question: text("question"),
            case: text("case"),
            reason: text("reason"),
            matches: members.get("matches").and_then(Value::as_u64),
            verdict: text("verdict"),
            coverage: text("coverage"),
            note: text("note"),
        })
    }

    /// Whether one of its texts has another in it, whatever the case of ASCII letters.
    pub(crate) fn contains(&self, words: &str) -> bool {
        let words = words.to_ascii_lowercase();
        let has = |text: &str| text.to_ascii_lowercase().contains(&words);
        has(&self.request) || self.texts().any(|(_, text, _)| has(text))
    }
}
