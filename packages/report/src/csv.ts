/** Counts for spreadsheets: one line a row, one column a count. */
import type { Format } from './report.ts';

const line = (fields: readonly (string | number)[]): string =>
  `${fields.map((f) => (/[",\n]/.test(String(f)) ? `"${String(f).replaceAll('"', '""')}"` : String(f))).join(',')}\n`;

export const csv: Format = {
  name: 'csv',
  say(report) {
    if (report.kind === 'measurements' || report.kind === 'why') {
      const names = Object.keys(report.measured[0]?.columns ?? {});
      const rows = report.measured.map((m) =>
        line([
          m.arch,
          m.operation,
          m.mode,
          ...Object.values(m.columns).map((n) => (m.notModelled === undefined ? n : '')),
          m.notModelled ?? '',
        ]),
      );
      return line(['arch', 'operation', 'mode', ...names, 'not modelled']) + rows.join('');
    }
    if (report.kind === 'counts') {
      const rows = report.rows.flatMap((row) =>
        row.columns.map((n) => line([row.arch, row.operation, row.mode, n.name, n.ours ?? '', n.theirs, n.agreement])),
      );
      return line(['arch', 'operation', 'mode', 'column', 'ours', 'kernel', 'agreement']) + rows.join('');
    }
    return '';
  },
};
