/** Changes of a text. Line breaks are never added, so that lines stay; columns are told by where pieces of the text went. */
import { joined, type MovedText } from './moved.ts';
import type { Node } from './tree.ts';

/** At one place: what closes comes first, then what opens, then what stands there instead of the text. */
enum Order {
  closes,
  opens,
  replaces,
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string | MovedText;
  readonly order: Order;
  readonly node: Node;
}

export class Edits {
  private readonly all: Edit[] = [];

  open(at: number, text: string | MovedText, node: Node): void {
    this.all.push({ from: at, to: at, text, order: Order.opens, node });
  }

  close(at: number, text: string | MovedText, node: Node): void {
    this.all.push({ from: at, to: at, text, order: Order.closes, node });
  }

  /** Puts a text in the place of another, in which nothing else is changed. */
  replace(from: number, to: number, text: string | MovedText, node: Node): void {
    this.all.push({ from, to, text, order: Order.replaces, node });
  }

  /**
   * @param from first character, and the first after the text that is wanted
   * @param unchanged the text between changes
   */
  applied(from: number, to: number, unchanged: (from: number, to: number) => MovedText): MovedText {
    const length = ({ node }: Edit): number => node.end - node.start;
    // What closes: from the inside out; what opens: from the outside in.
    this.all.sort(
      (a, b) =>
        a.from - b.from ||
        a.order - b.order ||
        (a.order === Order.closes ? length(a) - length(b) : length(b) - length(a)),
    );
    const parts: (string | MovedText)[] = [];
    let done = from;
    for (const edit of this.all) {
      parts.push(unchanged(done, edit.from), edit.text);
      done = edit.to;
    }
    return joined(...parts, unchanged(done, to));
  }
}
