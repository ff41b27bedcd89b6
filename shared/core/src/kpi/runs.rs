//! When work orders were in progress on a machine: figures per order are figures of these times.

use super::Run;
use crate::facts::WorkOrderVerb;
use crate::ids::{MachineId, WorkOrderId};
use crate::span::Span;
use crate::time::Timestamp;

/// What was done to a work order: when, and on which machine if that was said.
pub type Move = (WorkOrderId, Timestamp, WorkOrderVerb, Option<MachineId>);

/// The times in which work orders were in progress on one machine, inside a range. `moves` are all moves of each of
/// the orders, by order and then by time. One that names no machine stays on the one before.
#[must_use]
pub fn order_runs(moves: &[Move], machine: MachineId, range: Span) -> Vec<Run> {
    let mut out = Vec::new();
    for of_order in moves.chunk_by(|a, b| a.0 == b.0) {
        let mut on: Option<MachineId> = None;
        let mut since: Option<Timestamp> = None;
        let mut close = |on: Option<MachineId>, since: &mut Option<Timestamp>, order: WorkOrderId, at: Timestamp| {
            if let Some(from) = since.take()
                && on == Some(machine)
            {
                let span = Span::new(from, at).intersect(range);
                out.extend((!span.is_empty()).then_some(Run { work_order: order, span }));
            }
        };
        for (order, at, verb, named) in of_order {
            close(on, &mut since, *order, *at);
            on = named.or(on);
            since = match verb {
                WorkOrderVerb::Start | WorkOrderVerb::Resume => Some(*at),
                WorkOrderVerb::Pause | WorkOrderVerb::Complete => None,
            };
        }
        if let Some((order, ..)) = of_order.last() {
            close(on, &mut since, *order, range.to);
        }
    }
    out.sort_by_key(|run| run.span);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use WorkOrderVerb::{Complete, Pause, Resume, Start};

    #[test]
    fn kpi_order_runs_are_the_times_in_progress_on_the_machine() {
        let (a, b) = (WorkOrderId(1), WorkOrderId(2));
        let (here, there) = (Some(MachineId(7)), Some(MachineId(8)));
        let moves = [
            (a, Timestamp(10), Start, here),
            (a, Timestamp(30), Pause, None),
            (a, Timestamp(40), Resume, None),
            (a, Timestamp(50), Complete, None),
            // Begun there, goes on here, and is not over.
            (b, Timestamp(15), Start, there),
            (b, Timestamp(60), Pause, None),
            (b, Timestamp(70), Resume, here),
        ];
        let check = |from, to, expect: &[(i64, i64, i64)]| {
            let runs = order_runs(&moves, MachineId(7), Span::new(Timestamp(from), Timestamp(to)));
            let got: Vec<_> = runs.iter().map(|r| (r.work_order.0, r.span.from.0, r.span.to.0)).collect();
            assert_eq!(got, expect);
        };
        check(0, 100, &[(1, 10, 30), (1, 40, 50), (2, 70, 100)]);
        check(20, 45, &[(1, 20, 30), (1, 40, 45)]);
        check(80, 90, &[(2, 80, 90)]);
    }
}
