/** A TypeDoc plugin: writes the pages of hooks, architectures and operations, and shows them as documents. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JSX, ReflectionKind, type Application, type DocumentReflection } from 'typedoc';
import { Knowledge } from './knowledge.ts';
import { fileText } from './markdown.ts';
import { facts } from './measure.ts';
import { allPages, TOP } from './pages/index.ts';
import { cache } from './workspace.ts';

/** Called by TypeDoc. What is shown was measured before: `node dist/measure.js`. */
export async function load(app: Application): Promise<void> {
  const folder = join(cache, 'pages');
  const pages = allPages(new Knowledge(await facts()));
  rmSync(folder, { recursive: true, force: true });
  for (const page of pages) {
    mkdirSync(dirname(join(folder, page.path)), { recursive: true });
    writeFileSync(join(folder, page.path), fileText(page));
  }
  app.on('bootstrapEnd', () => {
    app.options.setValue('projectDocuments', [
      ...app.options.getValue('projectDocuments'),
      ...TOP.map((path) => join(folder, path)),
    ]);
  });
  linkFromSignatures(app);
  app.logger.info(`${pages.length} pages written from what was measured`);
}

/** Under the signature of a hook: the way to its page. */
function linkFromSignatures(app: Application): void {
  const pages = new Map<string, DocumentReflection>();
  app.renderer.on('beginRender', ({ project }) => {
    for (const one of project.getReflectionsByKind(ReflectionKind.Document))
      if (one.parent?.name === 'Hooks') pages.set(one.name, one as DocumentReflection);
  });
  app.renderer.hooks.on('comment.beforeTags', (context, _comment, reflection) => {
    const page = reflection.kindOf([ReflectionKind.CallSignature, ReflectionKind.Variable])
      ? pages.get(reflection.name)
      : undefined;
    if (!page) return JSX.createElement(JSX.Fragment, null);
    return JSX.createElement(
      'p',
      null,
      'Its contract, as measured: ',
      JSX.createElement('a', { href: context.urlTo(page) }, page.name),
    );
  });
}
