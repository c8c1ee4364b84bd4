/** A search in a file: parts that are added as it goes, each with a checksum, so that a part that was cut off is as if it were not there. */
import { Mistake } from '@shootdown/core/mistakes';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import type { Block, Checkpoint, Numbers, Rows, Saved } from '@shootdown/core';
import { differencesOf, type Code, type Parts } from './code.ts';
// @cycle a type only: a checkpoint belongs to one question of a journal, and a journal removes its checkpoints
import type { Question } from './journal.ts';

/** Where a search is kept, and which it is: plain data, for it may travel to another thread. */
export interface CheckpointPlace {
  readonly path: string;
  /** The code that searches. */
  readonly code: Code;
  readonly question: Question;
  /** Seconds between two parts. */
  readonly every: number;
}

/** Rows in the file. */
interface Stored {
  readonly column: string;
  readonly width: number;
  readonly whole: boolean;
  readonly bytes: 1 | 4;
  readonly count: number;
  readonly at: number;
}

/** In front of rows; and behind those of a part, with the plain values instead. */
type Head = Omit<Stored, 'at'> | { readonly plain: Record<string, unknown> };

const FORMAT = 'shootdown checkpoint';
const VERSION = 1;
/** Longest header that is believed: a longer one is damage. */
const MOST_HEADER = 1 << 28;
const AT_ONCE = 1 << 20;
/** The first line names each file of the code. */
const MOST_FIRST_LINE = 1 << 22;

/** Reads a checkpoint when it is made, and writes it from then on. */
export class CheckpointFile {
  readonly #saved: Saved | undefined;
  #fd: number | undefined;
  /** Where the next part belongs. */
  #end = 0;

  /** @throws Mistake SD_BAD_CHECKPOINT when there is a file that one cannot go on with */
  constructor(private readonly place: CheckpointPlace) {
    if (existsSync(place.path)) this.#saved = this.#read();
  }

  /** What a search takes. */
  get checkpoint(): Checkpoint {
    return { every: this.place.every, write: (block) => this.write(block), ...(this.#saved && { saved: this.#saved }) };
  }

  /** @throws Mistake SD_CHECKPOINT_NOT_WRITTEN; what was written before is still there */
  write(block: Block): void {
    const { path } = this.place;
    try {
      if (!block.first) return void (this.#end = this.#append(this.#fd!, this.#end, block));
      // The checkpoint of the search before is there until that of this one is.
      this.close();
      const fresh = `${path}.new`;
      this.#fd = openSync(fresh, 'w+');
      const header = Buffer.from(`${JSON.stringify(headerOf(this.place))}\n`);
      writeAll(this.#fd, header, 0);
      this.#end = this.#append(this.#fd, header.length, block);
      // Or a power cut might leave the new name, and neither what was there before nor what is there now.
      fsyncSync(this.#fd);
      renameSync(fresh, path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Mistake(
        'SD_CHECKPOINT_NOT_WRITTEN',
        `${path} cannot be written: ${why}.`,
        'Is there room, and may one write there? What was written before is still there: the same command goes on from it.',
      );
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Writes a part; returns where it ends. */
  #append(fd: number, from: number, { plain, pieces }: Block): number {
    // What a killed process left unfinished.
    ftruncateSync(fd, from);
    let at = from;
    let sum = 0;
    const put = (bytes: Uint8Array): void => {
      writeAll(fd, bytes, at);
      at += bytes.length;
      sum = crc32(bytes, sum);
    };
    const head = (value: Head): void => {
      const text = Buffer.from(JSON.stringify(value));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      put(Buffer.concat([length, text]));
    };
    for (const { column, width, whole, numbers } of pieces) {
      head({ column, width, whole, bytes: numbers.BYTES_PER_ELEMENT as 1 | 4, count: numbers.length });
      put(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    }
    head({ plain });
    const end = Buffer.alloc(4);
    end.writeUInt32LE(sum);
    writeAll(fd, end, at);
    return at + 4;
  }

  #read(): Saved {
    const { path } = this.place;
    const fd = (this.#fd = openSync(path, 'r+'));
    const size = fstatSync(fd).size;
    const first = Buffer.alloc(Math.min(size, MOST_FIRST_LINE));
    readAll(fd, first, 0);
    const line = first.indexOf(10);
    const header = readHeader(first.subarray(0, Math.max(line, 0)).toString());
    if (header?.format !== FORMAT) throw this.#refuse('it is no checkpoint, or its beginning is damaged', undefined);
    this.#mustBeOurs(header);
    let plain: Record<string, unknown> | undefined;
    const columns = new Map<string, Stored[]>();
    for (this.#end = line + 1; ;) {
      const part = readPart(fd, this.#end, size);
      if (part === 'cut off') break;
      if (part === 'damaged')
        throw this.#refuse(
          `its part from byte ${this.#end} on is damaged`,
          plain,
          plain === undefined
            ? undefined
            : `To go on from the part before, cut it there: truncate -s ${this.#end} ${path}`,
        );
      for (const rows of part.rows) {
        const before = rows.whole ? undefined : columns.get(rows.column);
        if (before) before.push(rows);
        else columns.set(rows.column, [rows]);
      }
      plain = part.plain;
      this.#end = part.end;
    }
    if (plain === undefined) throw this.#refuse('no part of it is whole', undefined);
    const values = plain;
    return {
      plain,
      rows: (column) => (columns.get(column) ?? []).reduce((sum, { count, width }) => sum + count / width, 0),
      pieces: (column) => load(fd, columns.get(column) ?? []),
      refuse: (why) => this.#refuse(why, values),
    };
  }

  #mustBeOurs(header: Partial<Header>): void {
    const wanted = headerOf(this.place);
    if (header.version !== wanted.version)
      throw this.#refuse(`it is of version ${String(header.version)} of the format, and this is ${VERSION}`, undefined);
    if (JSON.stringify(header.question) !== JSON.stringify(wanted.question))
      throw this.#refuse('it belongs to another workload, variant, architecture or kernel', undefined);
    if (header.code !== wanted.code)
      throw this.#refuse(
        `another build of shootdown, or of what the config names, has written it${toldOfCode(header.parts, wanted.parts)}`,
        undefined,
      );
    if (header.endian !== wanted.endian)
      throw this.#refuse('a machine with another order of bytes has written it', undefined);
  }

  #refuse(why: string, plain: Record<string, unknown> | undefined, next?: string): Error {
    const { path } = this.place;
    this.close();
    const holds = plain === undefined ? 'It' : `It holds ${toldOf(plain)}, and`;
    return new Mistake(
      'SD_BAD_CHECKPOINT',
      `one cannot go on from ${path}: ${why}.`,
      `${holds} is left as it is. ${next ?? 'Remove it to search from the start'}; verdicts that were kept stay.`,
    );
  }
}

/** Which files differ. */
function toldOfCode(before: Parts | undefined, now: Parts): string {
  const differences = before ? differencesOf(before, now) : [];
  return differences.length > 0 ? `: ${differences.join(', ')}` : '';
}

/** How far a saved search has come. */
function toldOf(plain: Readonly<Record<string, unknown>>): string {
  const { count } = (plain['states'] ?? {}) as { count?: number };
  const { rounds } = (plain['round'] ?? {}) as { rounds?: number };
  return `${count ?? 0} states of round ${rounds ?? 1}`;
}

/** Forgets a checkpoint that nobody needs any more. */
export function removeCheckpoint({ path }: Pick<CheckpointPlace, 'path'>): void {
  for (const name of [path, `${path}.new`]) rmSync(name, { force: true });
}

interface Header {
  readonly format: string;
  readonly version: number;
  readonly code: string;
  readonly parts: Parts;
  readonly question: Question;
  readonly endian: string;
}
const headerOf = ({ code, question }: CheckpointPlace): Header => ({
  format: FORMAT,
  version: VERSION,
  code: code.id,
  question,
  endian: endianness(),
  parts: code.parts,
});

function readHeader(line: string): Partial<Header> | undefined {
  try {
    return JSON.parse(line) as Partial<Header>;
  } catch {
    return undefined;
  }
}

/** What is in a part. `cut off`: the file ends within it. */
function readPart(
  fd: number,
  from: number,
  size: number,
):
  | { readonly rows: readonly Stored[]; readonly plain: Record<string, unknown>; readonly end: number }
  | 'cut off'
  | 'damaged' {
  const rows: Stored[] = [];
  let at = from;
  let sum = 0;
  const take = (length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    readAll(fd, bytes, at);
    at += length;
    sum = crc32(bytes, sum);
    return bytes;
  };
  for (;;) {
    if (at + 4 > size) return 'cut off';
    const length = take(4).readUInt32LE();
    if (length > MOST_HEADER) return 'damaged';
    if (at + length > size) return 'cut off';
    const head = readHead(take(length).toString());
    if (head === undefined) return 'damaged';
    if ('plain' in head) {
      if (at + 4 > size) return 'cut off';
      const wanted = sum;
      return take(4).readUInt32LE() === wanted ? { rows, plain: head.plain, end: at } : 'damaged';
    }
    rows.push({ ...head, at });
    const end = at + head.count * head.bytes;
    if (end > size) return 'cut off';
    while (at < end) take(Math.min(AT_ONCE, end - at));
  }
}

function readHead(text: string): Head | undefined {
  try {
    const head = JSON.parse(text) as Partial<Stored> & { plain?: Record<string, unknown> };
    if (typeof head.plain === 'object') return { plain: head.plain };
    const { column, width, whole, bytes, count } = head;
    return column !== undefined &&
      width !== undefined &&
      whole !== undefined &&
      (bytes === 1 || bytes === 4) &&
      Number.isSafeInteger(count)
      ? { column, width, whole, bytes, count: count! }
      : undefined;
  } catch {
    return undefined;
  }
}

function* load(fd: number, stored: readonly Stored[]): Iterable<Rows> {
  for (const { width, bytes, count, at } of stored) {
    const numbers: Numbers = bytes === 4 ? new Int32Array(count) : new Uint8Array(count);
    readAll(fd, new Uint8Array(numbers.buffer), at);
    yield { width, numbers };
  }
}

function readAll(fd: number, into: Uint8Array, from: number): void {
  for (let done = 0; done < into.length;) {
    const more = readSync(fd, into, done, into.length - done, from + done);
    if (more === 0) throw new Error('a checkpoint became shorter while it was read');
    done += more;
  }
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}
