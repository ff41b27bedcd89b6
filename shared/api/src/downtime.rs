//! Edits of stops: what may be asked for, what an edit does to the figures, and the history of a stop.

use crate::Person;
use crate::figures::FigureRow;
use crate::machine::DowntimeView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::facts::Fact;
use unison_core::ids::{ReasonId, UserId};
use unison_core::time::{Rfc3339, Timestamp};
use uuid::Uuid;

/// Body of `POST /downtime-events/{id}/split`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitStop {
    /// Where the second part begins.
    pub at: Rfc3339,
    /// Id of the second part, made by the client so that a repeated call splits once.
    #[serde(default)]
    pub uuid: Option<Uuid>,
    /// Code of the first part's reason; missing: the one it has.
    #[serde(default)]
    pub first_reason_code: Option<String>,
    /// Code of the second part's reason; missing: the one the stop has.
    #[serde(default)]
    pub second_reason_code: Option<String>,
    #[serde(default)]
    pub notes: Option<String>,
}

/// Body of `POST /downtime-events/{id}/merge`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeStop {
    /// The stop that becomes a part of this one.
    pub with: Uuid,
    #[serde(default)]
    pub notes: Option<String>,
}

/// Body of `POST /downtime-events/{id}/correct`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectStop {
    pub started_at: Rfc3339,
    /// Missing: it goes on.
    #[serde(default)]
    pub ended_at: Option<Rfc3339>,
    #[serde(default)]
    pub notes: Option<String>,
}

/// Body of `POST /downtime-events/{id}/void`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidStop {
    #[serde(default)]
    pub notes: Option<String>,
}

/// What an edit made, or with `?preview=true` would make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EditAnswer {
    /// Whether it was recorded.
    pub is_saved: bool,
    /// The stops as they are after the edit, oldest first.
    pub downtime_events: Vec<DowntimeView>,
    /// The figures it moves: of the shifts and the days that it touches.
    pub changes: Vec<FigureChange>,
}

/// Figures of a machine before and after an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FigureChange {
    /// "shift" or "day".
    pub scope: String,
    /// Name and day, for people.
    pub label: String,
    pub before: FigureRow,
    pub after: FigureRow,
}

/// One thing that was recorded of a stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DowntimeChange {
    /// opened, classified, closed, alarmed, split, merged, corrected, voided or escalated.
    pub change: String,
    /// When it was recorded or, for what signals saw, when it was so.
    pub at: Rfc3339,
    pub by: Option<Person>,
    pub downtime_reason: Option<String>,
    pub started_at: Option<Rfc3339>,
    pub ended_at: Option<Rfc3339>,
    /// The other stop of a split or merge.
    pub other_id: Option<String>,
    pub notes: Option<String>,
}

impl DowntimeChange {
    /// What a fact says of the stop `id`; none for facts of other things. `person` and `name` know names.
    #[must_use]
    pub fn of(
        id: Uuid,
        fact: &Fact,
        person: &impl Fn(UserId) -> Person,
        name: &impl Fn(ReasonId) -> String,
    ) -> Option<Self> {
        let of = |change: &str, at: Timestamp, by: Option<UserId>, notes: &Option<String>| Self {
            change: change.to_owned(),
            at: at.into(),
            by: by.map(person),
            downtime_reason: None,
            started_at: None,
            ended_at: None,
            other_id: None,
            notes: notes.clone(),
        };
        let reason = |reason: ReasonId| Some(name(reason));
        let other = |a: Uuid, b: Uuid| Some(if a == id { b } else { a }.to_string());
        Some(match fact {
            Fact::DowntimeOpened(f) => Self {
                downtime_reason: f.reason.and_then(reason),
                started_at: Some(f.started_at.into()),
                ..of("opened", f.started_at, f.by, &f.note)
            },
            Fact::DowntimeClassified(f) => {
                Self { downtime_reason: reason(f.reason), ..of("classified", f.at, Some(f.by), &f.note) }
            }
            Fact::DowntimeClosed(f) => {
                Self { ended_at: Some(f.ended_at.into()), ..of("closed", f.ended_at, None, &None) }
            }
            Fact::DowntimeAlarmed(f) => {
                Self { downtime_reason: f.reason.and_then(reason), ..of("alarmed", f.at, None, &Some(f.text.clone())) }
            }
            Fact::DowntimeSplit(f) => Self {
                started_at: Some(f.cut.into()),
                other_id: other(f.id, f.new),
                ..of("split", f.at, Some(f.by), &f.note)
            },
            Fact::DowntimeMerged(f) => {
                Self { other_id: other(f.id, f.other), ..of("merged", f.at, Some(f.by), &f.note) }
            }
            Fact::DowntimeCorrected(f) => Self {
                started_at: Some(f.started_at.into()),
                ended_at: f.ended_at.map(Rfc3339),
                ..of("corrected", f.at, Some(f.by), &f.note)
            },
            Fact::DowntimeVoided(f) => of("voided", f.at, Some(f.by), &f.note),
            Fact::DowntimeEscalated(f) => of("escalated", f.at, None, &None),
            _ => return None,
        })
    }
}

/// The history of a stop, in the order in which it was recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DowntimeHistory {
    pub changes: Vec<DowntimeChange>,
}
