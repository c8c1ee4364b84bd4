/** The report for programs: the same values, `schemaVersion` first. */
import type { Format } from './report.ts';

export const json: Format = {
  name: 'json',
  say({ schemaVersion, kind, ...rest }) {
    return `${JSON.stringify({ schemaVersion, kind, ...rest }, undefined, 2)}\n`;
  },
};
