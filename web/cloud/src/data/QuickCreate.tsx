/** A record that a look-up lacks, made in a sheet without losing the form behind it. */
import { Failure, Skeletons, useTexts, type Reference } from '@unison/ui-kit';
import { Dialog } from '../parts/Dialog';
import { useLabels } from './labels';
import { useForm } from './reads';
import { ResourceForm } from './ResourceForm';
import { keyOf, titleOf } from './values';

interface Props {
  reference: Reference;
  typed: string;
  onClose: () => void;
  onCreated: (id: string, text: string) => void;
}

export function QuickCreate({ reference, typed, onClose, onCreated }: Props) {
  const { t } = useTexts();
  const labels = useLabels();
  const form = useForm(reference.path);
  return (
    <Dialog sheet title={form.data ? t('data.new', { what: labels.one(form.data) }) : ''} onClose={onClose} testId="quick-create">
      {form.data ? (
        <ResourceForm form={form.data} record={null} prefill={typed ? { [reference.title_field]: typed } : undefined} guards={false} onCancel={onClose}
          onSaved={(record) => { const { code, title } = titleOf(record, reference); onCreated(keyOf(record), code ? `${code} ${title}` : title); }} />
      ) : form.isError ? <Failure what={reference.entity} error={form.error} retry={() => void form.refetch()} /> : <Skeletons />}
    </Dialog>
  );
}
