/** Names of new architectures, and what is called after them. */

/** Names that would shadow a file or a word that every architecture imports, or the layer under it. */
const TAKEN = ['arch', 'cpu', 'generic', 'history', 'index', 'mm', 'mmu', 'op', 'va', 'vma'];

/** Why `name` cannot be one; undefined when it can. */
export function badName(name: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return 'it has to be lower case letters and digits, with single dashes between words, such as riscv64';
  if (name.length > 40) return 'it is longer than 40 characters';
  if (TAKEN.includes(name)) return 'that word means something else in the files of an architecture';
  return undefined;
}

const words = (name: string): string[] => name.split('-');
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** `my-arch` as a class: `MyArch`. */
export const classOf = (name: string): string => words(name).map(capital).join('');
/** `my-arch` as a constant: `myArch`. */
export const constantOf = (name: string): string =>
  words(name)
    .map((word, i) => (i === 0 ? word : capital(word)))
    .join('');
/** `my-arch` as a folder of Linux. */
export const kernelFolderOf = (name: string): string => words(name)[0] ?? name;
