/** What commands that search in several threads work with. */
import { availableParallelism } from 'node:os';
import { inject, injectable } from 'tsyringe';
import { Catalog } from './catalog.ts';
import { judgePool, type JudgePool } from './judge-pool.ts';
import { manifest } from './modules.ts';
import { Progress } from './progress.ts';
import { CORE, INTERRUPT, SETTINGS, type Core, type Lazy, type Settings } from './tokens.ts';

@injectable()
export class Searches {
  constructor(
    @inject(CORE) readonly core: Lazy<Core>,
    @inject(Catalog) readonly catalog: Catalog,
    @inject(Progress) readonly progress: Progress,
    @inject(INTERRUPT) readonly interrupt: AbortSignal,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Version of shootdown. */
  readonly version: string = manifest().version;

  /**
   * Does work with threads, which are ended afterwards.
   * @param wanted how many; absent: one for each CPU
   * @param most more than so many have nothing to do
   * @param work is given no pool where one thread will do: this one
   */
  async threaded<T>(
    wanted: number | undefined,
    most: number,
    work: (threads: number, pool: JudgePool | undefined) => Promise<T>,
  ): Promise<T> {
    const threads = Math.min(wanted ?? availableParallelism(), most);
    const pool =
      threads > 1
        ? judgePool(
            {
              settings: this.settings,
              cwd: process.cwd(),
              ...(this.catalog.code ? { code: this.catalog.code.parts, leftOut: this.catalog.leftOut } : {}),
            },
            this.interrupt,
          )
        : undefined;
    try {
      return await work(threads, pool);
    } finally {
      await pool?.close();
    }
  }
}
