/** The name of a held file; pressing it saves the file. */
import { ApiError, reasonOf, toast, useTexts } from '@unison/ui-kit';
import { organizationHeaders } from '../org';
import { downloadFile, type HeldFile } from './calls';

export function FileLink({ file }: { file: HeldFile }) {
  const { t } = useTexts();
  const save = async (): Promise<void> => {
    try {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await downloadFile(file.id, organizationHeaders()));
      link.download = file.name;
      link.click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      toast('bad', error instanceof ApiError ? reasonOf(error) : t('data.exportFailed'));
    }
  };
  return <button type="button" className="file-link" data-testid="file-link" title={t('file.save')} onClick={(event) => { event.stopPropagation(); void save(); }}>{file.name}</button>;
}
