/** Imports built code of this workspace, and nothing that is older than what was compiled last. */
import { notBuilt } from '../../packages/cli/bin/built.mjs';

/** Ends the process where the build is not as new as the sources that were compiled. */
export function mustBeBuilt() {
  const why = notBuilt();
  if (why === undefined) return;
  console.error(`shootdown: ${why}. Run \`npm run build\` first.`);
  process.exit(69);
}

/** @param path below packages: `core/dist/testing.js` */
export function built(path) {
  mustBeBuilt();
  return import(new URL(`../../packages/${path}`, import.meta.url));
}
