/** A TypeDoc plugin: writes the pages of hooks, architectures and operations, and shows them as documents. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JSX, ReflectionKind, type Application, type CommentDisplayPart, type DocumentReflection } from 'typedoc';
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
  drawThreads(app, drawn);
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

/**
 * A guide that names a race as `draws` in its head shows the picture of it before its first section, and leads to the other races that
 * it speaks of.
 */
function drawThreads(app: Application, { races }: Pictures): void {
  app.renderer.on('beginRender', ({ project }) => {
    const documents = project.getReflectionsByKind(ReflectionKind.Document) as DocumentReflection[];
    const pages = documents.filter(({ parent }) => parent?.name === 'Races');
    for (const { name, content, frontmatter } of documents) {
      const race = frontmatter['draws'];
      if (typeof race !== 'string') continue;
      const book = races[race];
      if (!book) {
        app.logger.error(`${name} draws ${race}, of which there is no picture`);
        continue;
      }
      const said = content.map(({ text }) => text).join('');
      const others = pages.filter((page) => said.includes(page.name));
      const at = content.findIndex(({ kind, text }) => kind === 'text' && text.includes(SECTION));
      const part = content[at];
      if (!part) continue;
      const cut = part.text.indexOf(SECTION);
      content.splice(
        at,
        1,
        { kind: 'text', text: `${part.text.slice(0, cut)}\n\n${picture(book, `npx shootdown run ${race}`)}\n\n` },
        { kind: 'text', text: 'Races of this thread, each with its pictures: ' },
        ...others.flatMap((page, i): CommentDisplayPart[] => [
          ...(i > 0 ? [{ kind: 'text' as const, text: ', ' }] : []),
          { kind: 'inline-tag', tag: '@link', text: page.name, target: page },
        ]),
        { kind: 'text', text: `.\n${part.text.slice(cut)}` },
      );
    }
  });
}
/** Before what a section begins. */
const SECTION = '\n## ';

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
