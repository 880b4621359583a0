import { planSample, type Sample, type SampleMode } from '../plan/packet/sample.ts';
import { type Look, repliesText } from './explanation.ts';
import { hopJson, renderHops } from './hops.ts';
import { type Format, renderJson } from './json.ts';

const MODE_TITLE: Readonly<Record<SampleMode, string>> = {
  nat: 'NAT (masquerading)',
  dr: 'direct routing (DR)',
  tun: 'tunnel (TUN)',
  fullnat: 'FULLNAT',
};

/** A way of forwarding, shown with addresses of the documentation. */
export function renderSample(sample: Sample, format: Format, { width, paint }: Look): string {
  const { mode } = sample;
  const { scene, hops } = planSample(sample);
  if (format === 'json') return renderJson({ mode, hops: hops.map(hopJson) });
  const forwarding = mode === 'dr' ? 'direct' : mode === 'tun' ? 'tunnel' : 'masquerade';
  return [
    `${MODE_TITLE[mode]}: ${scene}\n\n`,
    renderHops(hops, width, paint),
    repliesText(forwarding, mode === 'fullnat'),
  ].join('');
}
