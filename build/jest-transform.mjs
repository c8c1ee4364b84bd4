/** Jest's transform: what the build makes of a module. Needs nothing that is built. */
import { hashOf } from '../packages/cli/bin/identity.mjs';
import { translate, version, withMap } from './lib/translate.mjs';

export default {
  canInstrument: false,
  getCacheKey: (source, file) => hashOf([version, file, source].join('\n')),
  process: (source, file) => ({ code: withMap(translate(file, source)) }),
};
