/** Insertions into a text. Line breaks are never added, so that source maps keep their lines. */
import type { Node } from './tree.ts';

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Does it open something around the node, or close it? */
  readonly opens: boolean;
  readonly node: Node;
}

export class Edits {
  private readonly all: Insertion[] = [];

  open(at: number, text: string, node: Node): void {
    this.all.push({ at, text, opens: true, node });
  }

  close(at: number, text: string, node: Node): void {
    this.all.push({ at, text, opens: false, node });
  }

  applied(code: string): string {
    const length = ({ node }: Insertion): number => node.end - node.start;
    // At one place: what closes comes first, and from the inside out; what opens goes from the outside in.
    this.all.sort((a, b) => a.at - b.at || Number(a.opens) - Number(b.opens) || (a.opens ? length(b) - length(a) : length(a) - length(b)));
    let text = '';
    let done = 0;
    for (const { at, text: inserted } of this.all) {
      text += code.slice(done, at) + inserted;
      done = at;
    }
    return text + code.slice(done);
  }
}
