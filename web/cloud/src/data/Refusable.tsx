/** A button that may be refused: it stays where it is, says why to eyes and ears, and can still be reached by Tab. */
import { toast } from '@unison/ui-kit';
import { useId, type ReactNode } from 'react';

interface Props {
  /** Why not; null when it may be pressed. */
  reason: string | null;
  busy?: boolean;
  className?: string;
  testId?: string;
  onPress: () => void;
  children: ReactNode;
  create?: boolean;
  edit?: boolean;
}

export function Refusable({ reason, busy, className = 'button', testId, onPress, children, create, edit }: Props) {
  const id = useId();
  return (
    <>
      <button type="button" className={className} disabled={busy} aria-disabled={reason !== null || undefined} aria-describedby={reason !== null ? id : undefined} title={reason ?? undefined} data-testid={testId}
        data-create={create || undefined} data-edit={edit || undefined} onClick={() => { if (reason === null) onPress(); else toast('info', reason); }}>
        {children}
      </button>
      {reason !== null && <span className="u-visually-hidden" id={id}>{reason}</span>}
    </>
  );
}

/** The reason that speaks against an action; absent from the list means nothing does. */
export function refusalOf(list: { action: string; allowed: boolean; reason?: string | null }[] | undefined, action: string, otherwise: string): string | null {
  const rule = list?.find((a) => a.action === action);
  return rule && !rule.allowed ? (rule.reason ?? otherwise) : null;
}
