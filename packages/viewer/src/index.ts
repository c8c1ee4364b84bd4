/** Face of the package: pages of what was found. */
export { keyOf, verdictsIn, type Book, type ContractPage } from './book.ts';
export { assets, dataElement, page, type Assets } from './page.ts';
