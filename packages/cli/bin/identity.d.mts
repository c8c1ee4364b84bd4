/** Parts of some code by name, each with a hash of what is in it. */
export type Parts = Readonly<Record<string, string>>;
export interface Note {
  readonly hash: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}
export function hashOf(content: string | Uint8Array): string;
export function idOf(parts: Parts): string;
export function hashOfFolder(folder: string, wanted: (path: string) => boolean): string;
export function differencesOf(before: Parts, now: Parts): string[];
export function readNoted(path: string): { readonly content: Uint8Array; readonly note: Note };
export function noteOf(path: string): Note;
export function isAsNoted(path: string, note: Note): boolean;
