/** Words as cells of the machine keep them: numbers of at most 30 bits as they are, others and addresses by number. */
import { showWord, type Word } from './litmus-test.ts';

/** The first number that stands for something else. A cell holds 32 bits, of which one is a sign. */
const LIMIT = 2 ** 30;

/** One set of numbers for a whole test: equal words have equal numbers, so cells may be compared. */
export class Words {
  private readonly others: Word[] = [];
  private readonly known = new Map<string, number>();

  /** @param word an address, or bits: not negative */
  encode = (word: Word): number => {
    if (typeof word === 'bigint' && word >= 0n && word < BigInt(LIMIT)) return Number(word);
    const name = typeof word === 'bigint' ? String(word) : `&${showWord(word)}`;
    let number = this.known.get(name);
    if (number === undefined) this.known.set(name, (number = LIMIT + this.others.push(word) - 1));
    return number;
  };

  decode = (value: number): Word => (value < LIMIT ? BigInt(value) : this.others[value - LIMIT]!);
}
