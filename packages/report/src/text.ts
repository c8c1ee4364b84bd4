/** The report for people. */
import { ablationText } from './ablation-text.ts';
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
import type { Format, Look, Report } from './report.ts';
import { weighedText } from './weighed-text.ts';
import { placementText } from './placement-text.ts';
import { verdictsText } from './verdicts-text.ts';

export const text: Format = {
  name: 'text',
  say: (report, look) => `${body(report, look)}\n`,
  litmus: {
    begin: () => '',
    // Beside a reference the answers are counted, and said at the end.
    answer: (answer, i, compared) => (compared ? '' : litmusAnswer(answer, i)),
    end: (answers, compared, end, look) => `${litmusEnd(answers, compared, end, look)}\n`,
  },
};

function body(report: Report, look: Look): string {
  switch (report.kind) {
    case 'comparison':
      return comparisonText(report.comparison, look);
    case 'verdicts':
      return verdictsText(report.verdicts, report.partings ?? [], look);
    case 'ablation':
      return ablationText(report.ablated, look);
    case 'coverage':
      return coverageText(report.coverage, look);
    case 'placement':
      return placementText(report.placement, look);
    case 'weighed':
      return weighedText(report.arch, report.mode, report.kernels, look);
    case 'replay':
      return incidentText(incidentOfReplay(report.replay), look);
    case 'claims':
      return claimsText(report.frequencies, report.facts, look);
    case 'hook':
      return hookText(report.page, look);
    case 'created':
      return createdText(report.created, look);
    case 'measurements':
      return measurementsText(report.measured, look);
    case 'why':
      return whyText(report.measured, look);
    case 'counts':
      return countsText(report, look);
    case 'litmus':
      return litmusText(report.answers, report.compared, report, look);
    case 'list':
      return listText(report.items, look);
  }
}
