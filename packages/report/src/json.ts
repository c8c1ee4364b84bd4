/** The report for programs: the same values, `schemaVersion` first. */
import type { Format } from './report.ts';

const written = (value: unknown): string => JSON.stringify(value, undefined, 2);
/** As it stands inside of something else. */
const indented = (value: unknown, by: string): string => written(value).replaceAll('\n', `\n${by}`);

export const json: Format = {
  name: 'json',
  say({ schemaVersion, kind, ...rest }) {
    return `${written({ schemaVersion, kind, ...rest })}\n`;
  },
  litmus: {
    begin: (schemaVersion) => `{\n  "schemaVersion": ${schemaVersion},\n  "kind": "litmus",\n  "answers": [`,
    answer: (answer, i) => `${i > 0 ? ',' : ''}\n    ${indented(answer, '    ')}`,
    end(answers, compared, end) {
      const rest = Object.entries({ compared, ...end }).map(
        ([name, value]) => `,\n  ${written(name)}: ${written(value)}`,
      );
      return `${answers.length > 0 ? '\n  ' : ''}]${rest.join('')}\n}\n`;
    },
  },
};
