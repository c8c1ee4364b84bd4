/** Face of the package: pages of what was found. */
export { keyOf, verdictsIn, type Book, type ContractPage, type Counted } from './book.ts';
export { effectOf, type Effect } from './model/effect.ts';
export { partingWords } from './model/parting-words.ts';
export { assets, embedded, page, type Assets } from './page.ts';
