/** Reads an operation file: checks every field, and says what is wrong and where. */
import { didYouMean, Mistake } from '@shootdown/explorer';
import { FAILURES, type CountedOperation } from './operation.ts';
import { isAddress, isSize, PLACES } from './quantity.ts';

/** What a field holds. A list: one of these words. */
type Field = 'address' | 'size' | readonly string[];

/** Every call with its fields; `?` marks those that may be left out. The documentation of the format is this table. */
export const CALLS: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  mmap: { at: 'address', length: 'size', 'prot?': ['NONE', 'READ', 'READ+WRITE'] },
  munmap: { at: 'address', length: 'size' },
  mprotect: { at: 'address', length: 'size', prot: ['NONE', 'READ', 'READ+WRITE'] },
  madvise: { at: 'address', length: 'size', advice: ['HUGEPAGE', 'NOHUGEPAGE', 'DONTNEED', 'FREE', 'COLLAPSE'] },
  mremap: { at: 'address', length: 'size', to: 'address' },
  fork: {},
  exit: {},
  move_pages: { at: 'address' },
  relocate: { at: 'address', length: 'size' },
  load: { at: 'address', 'length?': 'size' },
  store: { at: 'address', 'length?': 'size' },
  gup_fast: { at: 'address' },
  getppid: {},
};

/**
 * Checks what a file holds.
 * @param value the file, parsed as JSON
 * @param from its name, for mistakes
 * @throws Mistake SD_BAD_OPERATION
 */
export function readOperation(value: unknown, from: string): CountedOperation {
  const bad = (where: string, what: string, hint: string): never => {
    throw new Mistake('SD_BAD_OPERATION', `${from}${where ? `, ${where}` : ''}: ${what}`, hint);
  };
  const record = (one: unknown, where: string): Readonly<Record<string, unknown>> =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? (one as Record<string, unknown>)
      : bad(where, 'it is no object.', 'Write { "call": "munmap", "at": "a", "length": "H" }.');
  const onlyKeys = (one: Readonly<Record<string, unknown>>, known: readonly string[], where: string): void => {
    for (const key of Object.keys(one))
      if (!known.includes(key))
        bad(where, `${key} means nothing here.`, nearOr(key, known, `It may have ${known.join(', ')}.`));
  };

  const checkCall = (one: unknown, where: string): void => {
    const call = record(one, where);
    const name = String(call['call']);
    const fields = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
    if (!fields)
      return bad(
        where,
        `there is no call ${name}.`,
        nearOr(name, Object.keys(CALLS), `Calls are ${Object.keys(CALLS).join(', ')}.`),
      );
    const plain = Object.entries(fields).map(([key, field]) => ({
      key: key.replace('?', ''),
      needed: !key.endsWith('?'),
      field,
    }));
    plain.push({ key: 'fails', needed: false, field: FAILURES });
    onlyKeys(call, ['call', ...plain.map(({ key }) => key)], where);
    for (const { key, needed, field } of plain) {
      if (call[key] === undefined && !needed) continue;
      if (typeof call[key] !== 'string') bad(where, `${name} needs ${key}, a text.`, wantedOf(field));
      if (!fits(field, call[key] as string)) bad(where, `${key} is ${JSON.stringify(call[key])}.`, wantedOf(field));
    }
  };

  const file = record(value, '');
  onlyKeys(file, ['$schema', 'name', 'says', 'setUp', 'counted'], '');
  for (const key of ['name', 'says'])
    if (typeof file[key] !== 'string' || file[key] === '')
      bad(
        '',
        `it has no ${key}.`,
        key === 'name' ? 'A plain name, as tables print it.' : 'One sentence: what is counted.',
      );
  for (const part of ['setUp', 'counted']) {
    const calls = file[part];
    if (!Array.isArray(calls)) bad('', `${part} is no list.`, 'A list of calls, perhaps empty.');
    (calls as unknown[]).forEach((call, i) => checkCall(call, `${part} ${i + 1}`));
  }
  return file as unknown as CountedOperation;
}

const fits = (field: Field, text: string): boolean =>
  field === 'address' ? isAddress(text) : field === 'size' ? isSize(text) : field.includes(text);
const wantedOf = (field: Field): string =>
  field === 'address'
    ? `An address is one of the places ${PLACES.join(', ')}, and sizes added to it: "a", "a + page", "b + H".`
    : field === 'size'
      ? 'A size is made of base pages and huge pages: "page", "2 page", "N page", "H", "H - page".'
      : `One of ${field.join(', ')}.`;
function nearOr(name: string, known: readonly string[], otherwise: string): string {
  const near = didYouMean(name, known);
  return near ? `Did you mean ${near}?` : otherwise;
}
