/** A TypeDoc plugin: writes the pages of hooks, architectures and operations, and shows them as documents. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JSX, ReflectionKind, type Application, type DocumentReflection } from 'typedoc';
import { assets, type Book } from '@shootdown/viewer';
import { races as stories } from '@shootdown/workloads';
import { Knowledge } from './knowledge.ts';
import { fileText } from './markdown.ts';
import { facts } from './measure.ts';
import { allPages, TOP } from './pages/index.ts';
import { picture } from './pages/picture.ts';
import { pictures, type Pictures } from './pictures.ts';
import { cache } from './workspace.ts';

/** Called by TypeDoc. What is shown was measured before: `node dist/measure.js`. */
export async function load(app: Application): Promise<void> {
  const folder = join(cache, 'pages');
  const drawn = pictures();
  const pages = allPages(new Knowledge(await facts(), drawn));
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
  drawPictures(app, drawn);
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

/** The race of the front page: the first that is told. */
const [FRONT] = stories;
const SCRIPT = 'assets/shootdown.js';
const STYLE = 'assets/shootdown.css';

/** What moves on the front page: one architecture that breaks, and one that holds. */
function frontBook(book: Book | undefined): Book | undefined {
  if (!book?.verdicts) return undefined;
  const broken = book.verdicts.find(({ arch }) => arch === 'arm64');
  const safe = book.verdicts.find(({ counterexample }) => !counterexample);
  const verdicts = [broken, safe].filter((verdict) => verdict !== undefined);
  return { ...book, plays: true, verdicts };
}

/** Puts the script and the style of pictures beside the pages, and a moving picture on the front page. */
function drawPictures(app: Application, { races }: Pictures): void {
  const { script, style } = assets();
  app.renderer.on('endRender', ({ outputDirectory }) => {
    writeFileSync(join(outputDirectory, SCRIPT), script);
    writeFileSync(join(outputDirectory, STYLE), style);
  });
  app.renderer.hooks.on('head.end', (context) =>
    JSX.createElement('link', { rel: 'stylesheet', href: context.relativeURL(STYLE) }),
  );
  app.renderer.hooks.on('body.end', (context) => JSX.createElement('script', { src: context.relativeURL(SCRIPT) }));
  const front = FRONT && frontBook(races[FRONT.id]);
  if (!front) return;
  app.renderer.hooks.on('content.begin', (context) =>
    context.page.url === 'index.html'
      ? JSX.createElement(JSX.Raw, {
          html: `<h1>A race, step by step</h1><p>${FRONT.scenario.title} On one architecture that goes wrong; on the other something holds it off. <a href="documents/Races.html">All races</a>.</p>${picture(front, `npx shootdown run ${FRONT.id}`)}`,
        })
      : JSX.createElement(JSX.Fragment, null),
  );
}
