/** The report for people. */
import { ablationText } from './ablation-text.ts';
import { bisectText } from './bisect-text.ts';
import { claimsText } from './claims-text.ts';
import { comparisonText } from './comparison-text.ts';
import { coverageText } from './coverage-text.ts';
import { countsText } from './counts-text.ts';
import { createdText } from './created-text.ts';
import { hookText } from './hook-text.ts';
import { incidentOfReplay } from './incident.ts';
import { incidentText } from './incident-text.ts';
import { listText } from './list-text.ts';
import { measurementsText, whyText } from './measure-text.ts';
import { litmusAnswer, litmusEnd, litmusText } from './litmus-text.ts';
import type { Format, RenderOptions, Report, WrittenPage } from './report.ts';
import { weighedText } from './weighed-text.ts';
import { patchText } from './patch-text.ts';
import { placementText } from './placement-text.ts';
import { verdictsText } from './verdicts-text.ts';
import { many } from './words.ts';

export const text: Format = {
  name: 'text',
  say: (report, options) => `${body(report, options)}\n`,
  litmus: {
    begin: () => '',
    // Beside a reference the answers are counted, and said at the end.
    answer: (answer, i, compared) => (compared ? '' : litmusAnswer(answer, i)),
    end: (answers, compared, end, options) => `${litmusEnd(answers, compared, end, options)}\n`,
  },
};

function body(report: Report, options: RenderOptions): string {
  switch (report.kind) {
    case 'comparison':
      return comparisonText(report.comparison, report.leftOut ?? [], options);
    case 'verdicts':
      return verdictsText(report.verdicts, report.partings ?? [], options);
    case 'ablation':
      return ablationText(report.ablated, options);
    case 'coverage':
      return coverageText(report.coverage, options);
    case 'placement':
      return placementText(report.placement, options);
    case 'weighed':
      return weighedText(report.arch, report.mode, report.kernels, options);
    case 'replay':
      return incidentText(incidentOfReplay(report.replay), options);
    case 'claims':
      return claimsText(report.frequencies, report.facts, options);
    case 'hook':
      return hookText(report.page, options);
    case 'created':
      return createdText(report.created, options);
    case 'measurements':
      return measurementsText(report.measured, options);
    case 'why':
      return whyText(report.measured, options);
    case 'counts':
      return countsText(report, options);
    case 'litmus':
      return litmusText(report.answers, report.compared, report, options);
    case 'bisected':
      return bisectText(report.bisected, options);
    case 'patched':
      return patchText(report.result, options);
    case 'page':
      return pageText(report.page);
    case 'export':
    case 'completion':
      return report.text;
    case 'list':
      return listText(report.items, options);
  }
}

const pageText = ({ file, bytes, races, archs, pictures, followed, open }: WrittenPage): string =>
  `${file}\n${many(races, 'race')} on ${many(archs, 'architecture')}, ${many(pictures, 'picture')}, ${followed} followed elsewhere${open > 0 ? `, ${many(open, 'verdict')} still open` : ''}; ${many(Math.ceil(bytes / 1024), 'kB', 'kB')}. Open it in a browser, or send it.`;
