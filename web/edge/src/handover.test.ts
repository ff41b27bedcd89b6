import type { DueShift, Handover, WorkOrder } from '@unison/ui-kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { beginDraft, bodyOf, draftOf, draftsOfOthers, dropDraft, dropSent, hasDraft, keepDraft, takeOver, together, writtenMeanwhile, type HandoverDraft } from './handover';

const theirs: Handover = {
  id: 'h1', shift_id: 1, shift_name: 'Day', date: '2025-11-06', logged_by: { id: 3, name: 'Ana' }, logged_at: '2025-11-06T13:00:00Z',
  handover_notes: 'Belt slips', issues: [{ machine_id: 15, description: 'guard loose' }], allowed_actions: [],
  wip_work_orders: [{ work_order_id: 101, work_order_number: 'WO-1', status: 'paused', percent_complete: 40, quantity_completed: 40, quantity_ordered: 100, blocked_reason: 'no bar' }],
  acknowledged_by: null, acknowledged_at: null,
};
const shift = (handover: Handover | null): DueShift => ({
  shift_id: 1, shift_name: 'Day', date: '2025-11-06', starts_at: '2025-11-06T06:00:00Z', ends_at: '2025-11-06T14:00:00Z', target_units: 400, handover,
});
const mine: HandoverDraft = { uuid: 'm1', notes: 'Oil low', issues: [{ machineId: '', text: 'floor wet' }, { machineId: '15', text: 'guard loose' }], blocked: { 101: 'no steel' }, replaces: null, author: { id: 3, name: 'Ana' } };
const ana = { id: 3, name: 'Ana' };
const ben = { id: 4, name: 'Ben' };

describe('shift_06 a handover that is being written', () => {
  beforeEach(() => localStorage.clear());

  it('survives a reload and is dropped when it was taken', () => {
    expect(beginDraft(shift(null), 'new', ana)).toEqual({ uuid: 'new', notes: '', issues: [], blocked: {}, replaces: null, author: ana });
    keepDraft(shift(null), mine);
    expect(beginDraft(shift(theirs), 'new', ana)).toEqual(mine);
    dropDraft(shift(null), ana);
    expect(beginDraft(shift(theirs), 'new', ana)).toMatchObject({ uuid: 'h1', notes: 'Belt slips', blocked: { 101: 'no bar' }, replaces: theirs.logged_at });
  });

  it('stays until the edge took it, and longer when somebody wrote on meanwhile', () => {
    keepDraft(shift(null), mine);
    const waiting = bodyOf(shift(null), mine, []);
    keepDraft(shift(null), { ...mine, notes: 'Oil low, filter too' });
    dropSent(waiting);
    expect(hasDraft(shift(null))).toBe(true);
    dropSent(bodyOf(shift(null), { ...mine, notes: 'Oil low, filter too' }, []));
    expect(hasDraft(shift(null))).toBe(false);
  });

  it('is of its author alone: who signs on after them begins their own or goes on with it', () => {
    keepDraft(shift(null), mine);
    expect(draftOf(shift(null), ben)).toBeUndefined();
    expect(beginDraft(shift(null), 'new', ben)).toMatchObject({ uuid: 'new', notes: '', author: ben });
    expect(draftsOfOthers(shift(null), ben)).toEqual([mine]);
    expect(draftsOfOthers(shift(null), ana)).toEqual([]);
    // Ben begins his own; hers stays, and his is sent without hers being touched.
    const his: HandoverDraft = { ...mine, uuid: 'b1', notes: 'Lamp out', issues: [], author: ben };
    keepDraft(shift(null), his);
    dropSent(bodyOf(shift(null), his, []));
    expect(draftOf(shift(null), ben)).toBeUndefined();
    expect(beginDraft(shift(null), 'new', ana)).toEqual(mine);
    // Nobody is signed on: then it is nobody's who looks.
    expect(draftsOfOthers(shift(null), null)).toEqual([mine]);
    takeOver(shift(null), mine, ben);
    expect(draftOf(shift(null), ana)).toBeUndefined();
    expect(beginDraft(shift(null), 'new', ben)).toEqual({ ...mine, author: ben });
  });

  it('joins what was taken over to what they had begun, and knows drafts from before they had authors', () => {
    const { author, ...old } = mine;
    expect(author).toEqual(ana);
    localStorage.setItem('unison.draft.handover.1.2025-11-06', JSON.stringify(old));
    expect(draftsOfOthers(shift(null), ana)).toEqual([{ ...old, author: null }]);
    keepDraft(shift(null), { ...mine, uuid: 'b1', notes: 'Lamp out', issues: [], author: ben });
    takeOver(shift(null), { ...old, author: null }, ben);
    expect(draftOf(shift(null), ben)).toMatchObject({ notes: 'Lamp out\n\nOil low', issues: mine.issues });
    expect(draftsOfOthers(shift(null), ben)).toEqual([]);
    localStorage.setItem('unison.draft.handover.1.2025-11-06', '{');
    expect(hasDraft(shift(null))).toBe(false);
  });

  it('notices that somebody else wrote, and puts both together', () => {
    expect(writtenMeanwhile(shift(null), mine)).toBeNull();
    expect(writtenMeanwhile(shift(theirs), mine)).toBe(theirs);
    const both = together(theirs, mine);
    expect(both.notes).toBe('Belt slips\n\nOil low');
    expect(both.issues).toEqual([{ machineId: '15', text: 'guard loose' }, { machineId: '', text: 'floor wet' }]);
    expect(both.blocked).toEqual({ 101: 'no steel' });
    expect(writtenMeanwhile(shift(theirs), both)).toBeNull();
    expect(together(theirs, both).notes).toContain('Oil low');
  });

  it('says what the edge is told', () => {
    const order = { id: 101 } as WorkOrder;
    expect(bodyOf(shift(null), { ...mine, notes: ' Oil low ', issues: [...mine.issues, { machineId: '', text: ' ' }] }, [order, { id: 102 } as WorkOrder])).toEqual({
      uuid: 'm1', shift_id: 1, date: '2025-11-06', handover_notes: 'Oil low',
      wip_work_orders: [{ work_order_id: 101, blocked_reason: 'no steel' }, { work_order_id: 102 }],
      issues: [{ description: 'floor wet' }, { machine_id: 15, description: 'guard loose' }],
    });
    expect(bodyOf(shift(null), { ...mine, replaces: 'x' }, []).replaces).toBe('x');
  });
});
