//! The life of a work order on the shop floor (WO-02 T3 to T6, WO-14, WO-15, WO-17, Q-129).

use crate::Refusal;
use unison_core::facts::WorkOrderVerb;
use unison_core::master::WorkOrderStatus;

/// What must be known to move a work order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub number: String,
    pub status: WorkOrderStatus,
    pub has_lane: bool,
    pub ordered: u64,
    /// Units completed, rejected ones included.
    pub completed: u64,
    /// Number of its project while that is on hold.
    pub on_hold: Option<String>,
}

const fn title(verb: WorkOrderVerb) -> &'static str {
    match verb {
        WorkOrderVerb::Start => "Cannot start work order",
        WorkOrderVerb::Pause => "Cannot pause work order",
        WorkOrderVerb::Resume => "Cannot resume work order",
        WorkOrderVerb::Complete => "Cannot complete work order",
    }
}

/// The status after `verb`, or why it cannot be done.
///
/// # Errors
/// [`Refusal::NotNow`] with the blocker and what to do.
pub fn moved(verb: WorkOrderVerb, known: &Known) -> Result<WorkOrderStatus, Refusal> {
    use WorkOrderStatus as S;
    use WorkOrderVerb as V;
    let refuse = |reason: String| Err(Refusal::NotNow { error: title(verb), reason });
    match (known.status, verb) {
        (S::Released, V::Start) => match &known.on_hold {
            // What runs already, also with a pause, may finish (WO-17).
            Some(project) => refuse(format!("Project {project} is on hold; resume it first")),
            None if !known.has_lane => refuse(format!("{} has no lane; a supervisor assigns one", known.number)),
            None => Ok(S::InProgress),
        },
        (S::InProgress, V::Pause) => Ok(S::Paused),
        (S::Paused, V::Resume) => Ok(S::InProgress),
        (S::InProgress, V::Complete) if known.completed < known.ordered => refuse(format!(
            "{} of {} units are completed; {} are still to be logged",
            known.completed,
            known.ordered,
            known.ordered - known.completed
        )),
        (S::InProgress, V::Complete) => Ok(S::Completed),
        (S::Planned, _) => refuse(format!("{} is planned, not released; a supervisor releases it", known.number)),
        (S::Cancelled, _) => refuse(format!("{} was cancelled", known.number)),
        (S::Completed, _) => refuse(format!("{} is completed", known.number)),
        (S::Released, V::Pause | V::Resume | V::Complete) => {
            refuse(format!("{} is released but not started; start it first", known.number))
        }
        (S::InProgress, V::Start | V::Resume) => refuse(format!("{} is already in progress", known.number)),
        (S::Paused, V::Start | V::Complete) => refuse(format!("{} is paused; resume it first", known.number)),
        (S::Paused, V::Pause) => refuse(format!("{} is already paused", known.number)),
    }
}

/// Whether a status that came with master data replaces the local one: only while nothing newer was
/// done here.
#[must_use]
pub const fn takes_planned_status(local: WorkOrderStatus) -> bool {
    match local {
        WorkOrderStatus::Planned | WorkOrderStatus::Released | WorkOrderStatus::Cancelled => true,
        WorkOrderStatus::InProgress | WorkOrderStatus::Paused | WorkOrderStatus::Completed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use WorkOrderStatus as S;
    use WorkOrderVerb as V;

    fn known(status: S) -> Known {
        Known { number: "WO-2025-001".into(), status, has_lane: true, ordered: 100, completed: 100, on_hold: None }
    }

    #[test]
    fn wo_02_only_the_transitions_of_the_table() {
        let allowed = [
            (S::Released, V::Start, S::InProgress),
            (S::InProgress, V::Pause, S::Paused),
            (S::Paused, V::Resume, S::InProgress),
            (S::InProgress, V::Complete, S::Completed),
        ];
        for status in S::ALL {
            for verb in [V::Start, V::Pause, V::Resume, V::Complete] {
                let expect = allowed.iter().find(|(s, v, _)| (*s, *v) == (status, verb)).map(|a| a.2);
                assert_eq!(moved(verb, &known(status)).ok(), expect, "{status:?} {verb:?}");
            }
        }
    }

    #[test]
    fn wo_14_start_needs_a_lane() {
        let refusal = moved(V::Start, &Known { has_lane: false, ..known(S::Released) }).unwrap_err();
        assert_eq!(refusal.to_string(), "Cannot start work order: WO-2025-001 has no lane; a supervisor assigns one");
    }

    #[test]
    fn wo_17_while_its_project_is_on_hold_it_is_not_started_but_may_finish() {
        let held = |status| Known { on_hold: Some("P-2025-001".into()), ..known(status) };
        let refusal = moved(V::Start, &held(S::Released)).unwrap_err();
        assert_eq!(refusal.to_string(), "Cannot start work order: Project P-2025-001 is on hold; resume it first");
        for (status, verb) in [(S::InProgress, V::Pause), (S::Paused, V::Resume), (S::InProgress, V::Complete)] {
            assert!(moved(verb, &held(status)).is_ok(), "{status:?} {verb:?}");
        }
    }

    #[test]
    fn wo_15_completion_needs_the_ordered_quantity() {
        let short = Known { completed: 99, ..known(S::InProgress) };
        assert!(moved(V::Complete, &short).unwrap_err().to_string().contains("1 are still to be logged"));
        let over = Known { completed: 101, ..known(S::InProgress) };
        assert_eq!(moved(V::Complete, &over), Ok(S::Completed), "an overrun can be completed (Q-117)");
    }

    #[test]
    fn q_129_the_executing_edge_keeps_its_own_status() {
        assert!(takes_planned_status(S::Released));
        assert!(!takes_planned_status(S::InProgress));
    }
}
