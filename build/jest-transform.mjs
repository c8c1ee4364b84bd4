/** Jest's transform: types stripped by swc, then the same pass over the JavaScript that `build/instrument.mjs` runs over built code. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { instrument } = await import(join(root, 'packages/explorer/dist/instrument/instrument.js'));
const swc = createRequire(import.meta.url)('@swc/jest');

const pass = [
  'instrument',
  'liveness',
  'plain',
  'scopes',
  'source',
  'temporaries',
  'tree',
  'two-forms',
  'edits',
  'runtime',
].map((name) => readFileSync(join(root, `packages/explorer/dist/instrument/${name}.js`), 'utf8'));
const version = createHash('sha256').update(pass.join()).digest('hex');

export default {
  createTransformer(options) {
    const { process, getCacheKey } = swc.createTransformer(options);
    return {
      canInstrument: false,
      getCacheKey: (...args) => getCacheKey(...args) + version,
      process(source, file, how) {
        const { code } = process(source, file, how);
        return {
          code:
            instrument(
              code,
              relative(root, file)
                .replace(/^packages[/\\]/, '')
                .replace(/[/\\]src[/\\]/, '/')
                .replace(/\.ts$/, ''),
            ) ?? code,
        };
      },
    };
  },
};
