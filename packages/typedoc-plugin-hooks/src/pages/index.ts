/** All pages. */
import { pathOf, type Knowledge } from '../knowledge.ts';
import type { Page } from '../markdown.ts';
import { archPage, archsPage } from './arch-page.ts';
import { hookPage } from './hook-page.ts';
import { hooksPage } from './hooks-page.ts';
import { operationPage, operationsPage } from './operation-page.ts';
import { racePage } from './race-page.ts';
import { racesPage } from './races-page.ts';

/** Pages that stand at the top; the others are their children. */
export const TOP = [pathOf.races, pathOf.hooks, pathOf.archs, pathOf.operations];

export const allPages = (k: Knowledge): Page[] => [
  racesPage(k),
  ...k.races.map((race) => racePage(race, k)),
  hooksPage(k),
  ...k.hooks.map((hook) => hookPage(hook, k)),
  archsPage(k),
  ...k.archs.map((facts) => archPage(facts, k)),
  operationsPage(k),
  ...[...k.operations].map(([name, declared]) => operationPage(name, declared, k)),
];
