/** Files that were taken in, and the way back for each. */
import { clock, Empty, NONE, reasonOf, Skeletons, toast, units, useTexts, type ResourceRecord } from '@unison/ui-kit';
import './data.css';
import { usePlant } from '../services';
import { undoImport } from './calls';
import { dateText } from './Cell';
import { Forbidden } from './Forbidden';
import { useAll, refresh, useEntities } from './reads';
import { useLabels } from './labels';

const PATH = '/imports';

export function ImportsPage() {
  const { t } = useTexts();
  const imports = useAll(PATH);
  const records = imports.data?.records;
  return (
    <section aria-labelledby="title">
      <header className="head"><h1 id="title">{t('import.list')}</h1></header>
      {imports.isError && !records ? <Forbidden what={t('import.list')} error={imports.error} retry={() => void imports.refetch()} /> : !records ? <Skeletons count={6} height={32} /> : records.length === 0 ? <Empty title={t('import.empty')} /> : (
        <div className="table-scroll">
          <table className="table" data-testid="imports">
            <thead><tr><th>{t('import.file')}</th><th>{t('audit.entity')}</th><th>{t('audit.at')}</th><th className="num">{t('audit.did.create')}</th><th className="num">{t('audit.did.update')}</th><th>{t('import.undo')}</th></tr></thead>
            <tbody>{records.map((record) => <Row key={String(record.id)} record={record} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ record }: { record: ResourceRecord }) {
  const { t, language } = useTexts();
  const labels = useLabels();
  const zone = usePlant()?.timezone;
  const entity = useEntities().data?.find((e) => e.entity === record['entity']);
  const at = (moment: unknown) => (moment ? `${dateText(String(moment), zone, language)} ${clock(String(moment), zone, language)}` : NONE);
  const undo = async (): Promise<void> => {
    try {
      const left = (await undoImport(record.id)).left?.length ?? 0;
      toast(left > 0 ? 'info' : 'good', left > 0 ? t('import.undoneBut', { left }) : t('import.undone'));
    } catch (error) {
      toast('bad', reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
    } finally {
      refresh(PATH);
      if (entity) refresh(entity.path);
    }
  };
  return (
    <tr data-row tabIndex={-1}>
      <td data-label=""><b>{String(record['file_name'] ?? record.id)}</b></td>
      <td data-label={t('audit.entity')}>{entity ? labels.plural(entity) : String(record['entity'] ?? '')}</td>
      <td data-label={t('audit.at')} className="nowrap">{at(record.created_at)}</td>
      <td data-label={t('audit.did.create')} className="num">{units(Number(record['created'] ?? 0), language)}</td>
      <td data-label={t('audit.did.update')} className="num">{units(Number(record['updated'] ?? 0), language)}</td>
      <td data-label={t('import.undo')} className="nowrap">{record['undone_at'] ? at(record['undone_at']) : <button type="button" className="button" data-testid={`undo-${record.id}`} onClick={() => void undo()}>{t('import.undo')}</button>}</td>
    </tr>
  );
}
