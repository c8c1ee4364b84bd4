/** Notes which files code is made of as they are loaded: modules, imported in whatever way, and what they read. */
import fs from 'node:fs';
import module from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { hashOf } from '../bin/identity.mjs';

type Resolve = (
  specifier: string,
  context: unknown,
  next: (specifier: string, context: unknown) => { readonly url: string },
) => { readonly url: string };
/** Node has these from 22.15 on. */
interface SyncHooks {
  registerHooks?(hooks: { readonly resolve: Resolve }): { deregister(): void };
}
/** Functions that read files, of `fs` and of `fs.promises`. */
const READERS = ['readFile', 'readFileSync', 'open', 'openSync', 'createReadStream'] as const;
type Reader = (path: unknown, ...more: readonly unknown[]) => unknown;

/** Files of the system that are other ones each time. */
const NO_FILES = /^\/(proc|sys|dev)\//;

/** Notes from when it is made until it is ended. What was loaded before is not among it, but for CommonJS. */
export class Recorder {
  /** Hash of what was in a file when it was first asked for; `absent` where there was none. */
  readonly #files = new Map<string, string>();
  readonly #read = fs.readFileSync;
  readonly #endings: (() => void)[] = [];
  #port: MessagePort | undefined;

  /** @param leftOut files that are ours to write, by the beginning of their paths */
  constructor(private readonly leftOut: string) {
    this.#recordImports();
    for (const place of [fs, fs.promises])
      for (const name of READERS) this.#recordReads(place as unknown as Record<string, Reader | undefined>, name);
    module.syncBuiltinESMExports();
  }

  /** Files so far, each with a hash. */
  files(): ReadonlyMap<string, string> {
    for (
      let message = this.#port && receiveMessageOnPort(this.#port);
      message;
      message = receiveMessageOnPort(this.#port!)
    )
      this.#note(message.message);
    // Modules that others require are known to the loader of CommonJS.
    for (const path of Object.keys(module.createRequire(import.meta.url).cache)) this.#note(path);
    return this.#files;
  }

  end(): void {
    for (const ending of this.#endings.splice(0)) ending();
    this.#port?.close();
    module.syncBuiltinESMExports();
  }

  #recordImports(): void {
    const { registerHooks } = module as unknown as SyncHooks;
    if (registerHooks) {
      const hooks = registerHooks({
        resolve: (specifier, context, next) => {
          const found = next(specifier, context);
          this.#note(found.url);
          return found;
        },
      });
      this.#endings.push(() => hooks.deregister());
      return;
    }
    const { port1, port2 } = new MessageChannel();
    module.register(new URL('../bin/record-imports.mjs', import.meta.url), {
      data: { port: port2 },
      transferList: [port2],
    });
    port1.unref();
    this.#port = port1;
  }

  #recordReads(place: Record<string, Reader | undefined>, name: string): void {
    const reader = place[name];
    if (!reader) return;
    const note = (path: unknown, flags: unknown): void => {
      const writes = name.startsWith('open') && typeof flags === 'string' && !flags.startsWith('r');
      if (!writes && (typeof path === 'string' || path instanceof URL)) this.#note(String(path));
    };
    place[name] = function (this: unknown, path, ...more) {
      note(path, more[0]);
      return reader.call(this, path, ...more);
    };
    this.#endings.push(() => {
      place[name] = reader;
    });
  }

  #note(name: unknown): void {
    if (typeof name !== 'string' || /^(?!file:)[a-z]{2,}:/i.test(name)) return;
    const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(name);
    if (this.#files.has(path) || path.startsWith(this.leftOut) || NO_FILES.test(path)) return;
    // Noted before it is read: readFileSync opens it by way of openSync, which asks here again.
    this.#files.set(path, 'absent');
    this.#files.set(path, this.#hashOf(path));
  }

  #hashOf(path: string): string {
    try {
      return hashOf(this.#read(path));
    } catch {
      return 'absent';
    }
  }
}
